//! Notices by mail, handed to one mail server over SMTP.

use std::error::Error as _;
use std::time::Duration;

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{AsyncSmtpTransportBuilder, Error};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use zvit_domain::notice::Told;

use super::webhook::Undelivered;

/// Each step of a mail's way; the whole is bounded by whoever sends it.
const STEP: Duration = Duration::from_secs(10);

/// The sender of mails.
#[derive(Debug, Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    domain: String,
}

impl Mailer {
    /// A sender by this server. `domain` is what it calls itself and what the ids of mails end with.
    pub fn new(server: AsyncSmtpTransportBuilder, from: Mailbox, domain: &str) -> Self {
        let transport = server.hello_name(ClientId::Domain(domain.to_owned())).timeout(Some(STEP)).build();
        Self { transport, from, domain: domain.to_owned() }
    }

    /// Sends a notice to an address.
    ///
    /// # Errors
    /// Unless the server took it.
    pub async fn send(&self, told: &Told, address: &str) -> Result<(), Undelivered> {
        let message = self.message(told, address)?;
        self.transport.send(message).await.map(drop).map_err(|error| undelivered(&error))
    }

    /// Addresses are parsed, never pasted, so nobody's entry in the directory can add a header or another receiver.
    fn message(&self, told: &Told, address: &str) -> Result<Message, Undelivered> {
        let unusable = |_| Undelivered::for_good("address_unusable");
        let address: Address = address.parse().map_err(|_| Undelivered::for_good("address_unusable"))?;
        // RFC 3834: nobody's absence is announced to a machine.
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .subject(told.subject())
            .message_id(Some(format!("<{}@{}>", told.id, self.domain)))
            .raw_header(automatic)
            .singlepart(
                SinglePart::builder()
                    .header(ContentType::TEXT_PLAIN)
                    .header(ContentTransferEncoding::Base64)
                    .body(told.text()),
            )
            .map_err(unusable)
    }
}

fn undelivered(error: &Error) -> Undelivered {
    let Some(code) = error.status() else {
        let why = match (error.is_timeout(), error.is_tls() || is_about_tls(error)) {
            (true, _) => "timed_out",
            (_, true) => "tls_failed",
            _ => "connection_failed",
        };
        return Undelivered::unreached(why);
    };
    let why = format!("smtp_{code}");
    // 55x is about this mailbox or this mail (RFC 5321, section 4.2.3); 53x and the like about this server and its settings, which
    // can be put right meanwhile.
    if (550..560).contains(&u16::from(code)) { Undelivered::for_good(why) } else { Undelivered::for_now(why) }
}

/// A handshake that fails is an error of the connection to the library. Who looks for the reason must be told that it is the
/// certificate.
fn is_about_tls(error: &Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        let wrapped = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if inner.is::<rustls::Error>() || wrapped.is_some_and(|wrapped| wrapped.is::<rustls::Error>()) {
            return true;
        }
        cause = inner.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;
    use zvit_domain::notice::Occasion;
    use zvit_domain::time::Time;

    fn mail(address: &str) -> Result<String, Undelivered> {
        let server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1");
        let mailer = Mailer::new(server, "Zvit <zvit@x.example>".parse().unwrap(), "zvit.example");
        let told = Told {
            id: Uuid::from_u128(7),
            occasion: Occasion::Overdue,
            at: Time::from_micros(0),
            reference: Some("UA-2026-7KQ4-M".into()),
            level: Some(5),
            deadline: None,
            link: "https://zvit.example/v1/cases/1".into(),
            exercise: false,
            digest: None,
        };
        mailer.message(&told, address).map(|message| String::from_utf8(message.formatted()).unwrap())
    }

    #[test]
    fn a_mail_says_that_a_machine_wrote_it() {
        let mail = mail("duty@team.example").unwrap();
        for line in [
            "From: Zvit <zvit@x.example>\r\n",
            "To: duty@team.example\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Message-ID: <00000000-0000-0000-0000-000000000007@zvit.example>\r\n",
            "Content-Type: text/plain; charset=utf-8\r\n",
        ] {
            assert!(mail.contains(line), "{line}\n{mail}");
        }
    }

    #[test]
    fn an_address_adds_no_header_and_no_receiver() {
        for bad in [
            "duty@team.example\r\nBcc: other@evil.example",
            "duty@team.example\nSubject: x",
            "duty@team.example, other@evil.example",
            "duty@team.example> other@evil.example",
            "",
        ] {
            assert_eq!(mail(bad).unwrap_err(), Undelivered::for_good("address_unusable"), "{bad:?}");
        }
    }
}
