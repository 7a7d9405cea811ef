//! Settings of notices: the mail server, the address that links lead to, and where webhooks may be called.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use clap::Args;
use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use serde::Deserialize;
use url::Url;

use super::ConfigFault;
use crate::net::address::AddressRange;

/// Ports at which webhooks are called unless others are set.
const DEFAULT_PORTS: &[u16] = &[443];

/// A setting that holds a password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl FromStr for Hidden {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// As they are stated.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default)]
pub struct NoticeArgs {
    /// Mail server for notices, as smtps://user:password@host or smtp://user:password@host:587?tls=required; left out, none
    /// are sent by mail
    #[arg(long, env = "ZVIT_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<Hidden>,
    /// Sender of notices, such as "Zvit <zvit@example.org>"; needed with --smtp-url
    #[arg(long, env = "ZVIT_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// What links in notices begin with. Default: the issuer
    #[arg(long, env = "ZVIT_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Ports at which webhooks may be called, several times or with commas. Default: 443
    #[arg(long, env = "ZVIT_WEBHOOK_PORTS", value_name = "PORT", value_delimiter = ',')]
    pub webhook_ports: Vec<u16>,
    /// Private address ranges that webhooks may be called in, several times or with commas, over plain HTTP and at any port
    /// as well: for receivers in one's own network. Without it only public addresses are called, over HTTPS
    #[arg(long, env = "ZVIT_WEBHOOK_ALLOW", value_name = "CIDR", value_delimiter = ',')]
    pub webhook_allow: Vec<AddressRange>,
}

/// The mail server.
#[derive(Debug, Clone)]
pub struct MailSettings {
    url: Hidden,
    /// Whom mails are from.
    pub from: Mailbox,
}

/// As they hold.
#[derive(Debug, Clone, Default)]
pub struct NoticeSettings {
    /// The mail server, if there is one.
    pub mail: Option<MailSettings>,
    /// What links begin with, if it isn't the issuer.
    pub public_url: Option<String>,
    /// Ports at which webhooks may be called.
    pub webhook_ports: Vec<u16>,
    /// Ranges in which they may be called though they are not public.
    pub webhook_allow: Vec<AddressRange>,
}

impl MailSettings {
    /// What mails are handed to. It connects when there is something to send.
    ///
    /// # Errors
    /// When the URL can't be used; that was found out when settings were read.
    pub fn transport(&self) -> Result<lettre::transport::smtp::AsyncSmtpTransportBuilder, ConfigFault> {
        // What the library says of a URL may quote it.
        AsyncSmtpTransport::<Tokio1Executor>::from_url(&self.url.0).map_err(|_| malformed_mail_server())
    }
}

fn malformed_mail_server() -> ConfigFault {
    ConfigFault::Value(
        "smtp_url can't be read: it looks like smtps://user:password@host:465 or \
         smtp://user:password@host:587?tls=required, and in the user and the password every character but letters and digits is \
         written as % and two hexadecimal digits"
            .into(),
    )
}

impl NoticeArgs {
    /// These, else those of the file, else the defaults.
    ///
    /// # Errors
    /// When one can't be used.
    pub fn or(&self, file: &Self) -> Result<NoticeSettings, ConfigFault> {
        let first = |flag: &Option<String>, file: &Option<String>| flag.clone().or_else(|| file.clone());
        let mail =
            match (self.smtp_url.clone().or_else(|| file.smtp_url.clone()), first(&self.mail_from, &file.mail_from)) {
                (None, _) => None,
                (Some(_), None) => return Err(ConfigFault::Value("--smtp-url needs --mail-from".into())),
                (Some(url), Some(from)) => {
                    let from = from.parse().map_err(|_| {
                        ConfigFault::Value("mail_from must be an address such as \"Zvit <zvit@example.org>\"".into())
                    })?;
                    Some(checked(MailSettings { url, from })?)
                }
            };
        let public_url = first(&self.public_url, &file.public_url).map(|url| base(&url)).transpose()?;
        let ports = if self.webhook_ports.is_empty() { &file.webhook_ports } else { &self.webhook_ports };
        let allow = if self.webhook_allow.is_empty() { &file.webhook_allow } else { &self.webhook_allow };
        Ok(NoticeSettings {
            mail,
            public_url,
            webhook_ports: if ports.is_empty() { DEFAULT_PORTS.to_vec() } else { ports.clone() },
            webhook_allow: allow.clone(),
        })
    }
}

/// A password in clear text is for this machine only.
fn checked(mail: MailSettings) -> Result<MailSettings, ConfigFault> {
    let url = Url::parse(&mail.url.0).map_err(|_| malformed_mail_server())?;
    mail.transport()?;
    let is_here = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || is_loopback(name),
        None => return Err(malformed_mail_server()),
    };
    let is_guarded =
        url.scheme() == "smtps" || url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
    if url.password().is_some() && !is_guarded && !is_here {
        return Err(ConfigFault::Value(
            "smtp_url would send its password in clear text: write smtps://… or smtp://…?tls=required".into(),
        ));
    }
    Ok(mail)
}

/// Hosts of schemes that the URL standard doesn't know stay names, even where they are addresses.
fn is_loopback(name: &str) -> bool {
    name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn base(text: &str) -> Result<String, ConfigFault> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.host().is_some());
    let fault = || ConfigFault::Value("public_url must be a URL such as https://zvit.example".into());
    let url = url.filter(|url| url.query().is_none() && url.fragment().is_none()).ok_or_else(fault)?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(url: &str) -> NoticeArgs {
        NoticeArgs {
            smtp_url: Some(Hidden(url.into())),
            mail_from: Some("Zvit <zvit@x.example>".into()),
            ..Default::default()
        }
    }

    #[test]
    fn a_password_is_never_sent_in_clear_text_to_another_machine() {
        for good in [
            "smtps://user:secret7q@mail.example",
            "smtp://user:secret7q@mail.example:587?tls=required",
            "smtp://user:secret7q@127.0.0.1:2525",
            "smtp://user:secret7q@localhost",
            "smtp://mail.example:25",
        ] {
            assert!(stated(good).or(&NoticeArgs::default()).unwrap().mail.is_some(), "{good}");
        }
        for bad in [
            "smtp://user:secret7q@mail.example",
            "smtp://user:secret7q@mail.example?tls=opportunistic",
            "smtp://user:secret7q@10.0.0.1",
            "https://user:secret7q@mail.example",
            "user:secret7q@mail.example",
            "secret7q",
            "",
        ] {
            let fault = stated(bad).or(&NoticeArgs::default()).unwrap_err().to_string();
            assert!(!fault.contains("secret7q"), "{fault}");
        }
        assert!(!format!("{:?}", stated("smtps://u:secret7q@m")).contains("secret7q"));
    }

    #[test]
    fn the_file_holds_what_no_flag_says() {
        let file = NoticeArgs {
            public_url: Some("https://zvit.example/".into()),
            webhook_ports: vec![8443],
            ..stated("smtps://mail.example")
        };
        let settings = NoticeArgs::default().or(&file).unwrap();
        assert_eq!(
            (settings.public_url.as_deref(), settings.webhook_ports),
            (Some("https://zvit.example"), vec![8443])
        );
        assert_eq!(NoticeArgs::default().or(&NoticeArgs::default()).unwrap().webhook_ports, [443]);
        let no_sender = NoticeArgs { mail_from: None, ..stated("smtps://mail.example") };
        assert!(no_sender.or(&NoticeArgs::default()).is_err());
        for bad in ["zvit.example", "ftp://zvit.example", "https://zvit.example/?a=1"] {
            let stated = NoticeArgs { public_url: Some(bad.into()), ..Default::default() };
            assert!(stated.or(&NoticeArgs::default()).is_err(), "{bad}");
        }
    }
}
