//! Indicators of compromise: what was seen on the wire or the disk, brought to one written form so that the same thing
//! is found again whoever reports it.

use std::net::{Ipv4Addr, Ipv6Addr};

use zvit_texts::text;

use crate::fault::Fault;
use crate::word::Text;
use crate::words;

words! {
    /// What kind of thing an indicator is.
    IndicatorType {
        Ipv4 "ipv4",
        Ipv6 "ipv6",
        Cidr "cidr",
        Domain "domain",
        Url "url",
        Email "email",
        FileSha256 "file_sha256",
        FileSha1 "file_sha1",
        FileMd5 "file_md5",
        Filename "filename",
        Cve "cve",
        AttackTechnique "attack_technique",
    }
}

/// Why a value isn't what its type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndicatorFault {
    /// Nothing but blanks.
    #[error("empty")]
    Empty,
    /// A control character, such as a line break or U+0000.
    #[error("control character")]
    ControlCharacter,
    /// A domain name was expected and an IP address found.
    #[error("an address, not a domain name")]
    AddressNotDomain,
    /// A URL without a scheme or without a host.
    #[error("not an absolute URL")]
    NotAbsolute,
    /// Anything else that isn't a value of that type.
    #[error("not a {0}")]
    Malformed(IndicatorType),
}

impl IndicatorFault {
    /// What is wrong and what would be right.
    pub fn detail(self) -> Text {
        match self {
            Self::Empty => text!("indicator-empty"),
            Self::ControlCharacter => text!("indicator-control-character"),
            Self::AddressNotDomain => text!("indicator-address-not-domain"),
            Self::NotAbsolute => text!("indicator-not-absolute"),
            Self::Malformed(kind) => malformed(kind),
        }
    }

    /// This fault at a place of an input.
    pub fn at(self, pointer: impl Into<String>) -> Fault {
        Fault { pointer: pointer.into(), code: "indicator_malformed", detail: self.detail() }
    }
}

fn malformed(kind: IndicatorType) -> Text {
    match kind {
        IndicatorType::Ipv4 => text!("indicator-malformed-ipv4"),
        IndicatorType::Ipv6 => text!("indicator-malformed-ipv6"),
        IndicatorType::Cidr => text!("indicator-malformed-cidr"),
        IndicatorType::Domain => text!("indicator-malformed-domain"),
        IndicatorType::Url => text!("indicator-malformed-url"),
        IndicatorType::Email => text!("indicator-malformed-email"),
        IndicatorType::FileSha256 => text!("indicator-malformed-file-sha256"),
        IndicatorType::FileSha1 => text!("indicator-malformed-file-sha1"),
        IndicatorType::FileMd5 => text!("indicator-malformed-file-md5"),
        IndicatorType::Filename => text!("indicator-malformed-filename"),
        IndicatorType::Cve => text!("indicator-malformed-cve"),
        IndicatorType::AttackTechnique => text!("indicator-malformed-attack-technique"),
    }
}

impl IndicatorType {
    /// Brings a value of this type to its one written form; doing so again changes nothing.
    ///
    /// - Network names may come defanged: `hxxp`, `[.]`, `(.)`, `{.}`, `[dot]`, `[@]`, `[at]`, `[:]`, `[://]`.
    /// - `ipv4`: decimal without leading zeros (padded logs write `010.001.…`; nobody reports octal). `ipv6`: RFC 5952.
    ///   `cidr`: the host bits are cleared.
    /// - `domain`: A-labels, lower case, no dot at the end, at least two labels. `email`: lower case, domain likewise.
    /// - `url`: as browsers write it (WHATWG). User, password and fragment are dropped: they say who was lured rather
    ///   than where to, they never reach the server, and they may be a victim's secret.
    /// - Hashes in lower case, CVE and technique identifiers in upper case. `filename` keeps its case.
    ///
    /// # Errors
    /// [`IndicatorFault`] when the value isn't of this type.
    pub fn parse(self, value: &str) -> Result<String, IndicatorFault> {
        let value = value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}'));
        if value.is_empty() {
            return Err(IndicatorFault::Empty);
        }
        if value.contains(char::is_control) {
            return Err(IndicatorFault::ControlCharacter);
        }
        let malformed = IndicatorFault::Malformed(self);
        match self {
            Self::Ipv4 => ipv4(&refang(value)).map(|address| address.to_string()).ok_or(malformed),
            Self::Ipv6 => ipv6(&refang(value)).map(|address| address.to_string()).ok_or(malformed),
            Self::Cidr => cidr(&refang(value)).ok_or(malformed),
            Self::Domain => domain(&refang(value)),
            Self::Url => url(value),
            Self::Email => email(&refang(value)).ok_or(malformed),
            Self::FileSha256 => hexadecimal(value, 64).ok_or(malformed),
            Self::FileSha1 => hexadecimal(value, 40).ok_or(malformed),
            Self::FileMd5 => hexadecimal(value, 32).ok_or(malformed),
            Self::Filename => Ok(value.to_owned()),
            Self::Cve => cve(value).ok_or(malformed),
            Self::AttackTechnique => attack_technique(value).ok_or(malformed),
        }
    }
}

/// How dots, at signs and colons are written so that nobody clicks on them: what never stands in a true URL is read
/// anywhere, the rest may stand in a path.
const ANYWHERE: &[(&str, &str)] = &[
    ("[.]", "."),
    ("[dot]", "."),
    ("[@]", "@"),
    ("[at]", "@"),
    ("[://]", "://"),
    ("[:]", ":"),
    ("[/]", "/"),
    ("(:)", ":"),
    ("{:}", ":"),
];
const BEFORE_PATH: &[(&str, &str)] = &[
    ("(.)", "."),
    ("{.}", "."),
    ("(dot)", "."),
    ("{dot}", "."),
    ("(@)", "@"),
    ("{@}", "@"),
    ("(at)", "@"),
    ("{at}", "@"),
];

/// Takes the defanging out of an address, name or host.
fn refang(value: &str) -> String {
    replace_all(replace_all(value.to_owned(), ANYWHERE), BEFORE_PATH)
}

/// Replaces every pair, in either case, until none is left: what one replacement joins may be another one's pattern.
fn replace_all(mut text: String, pairs: &[(&str, &str)]) -> String {
    loop {
        let before = text.len();
        for (from, to) in pairs {
            while let Some(at) = find_ignoring_case(&text, from) {
                text.replace_range(at..at + from.len(), to);
            }
        }
        if text.len() == before {
            return text;
        }
    }
}

fn find_ignoring_case(text: &str, pattern: &str) -> Option<usize> {
    text.as_bytes().windows(pattern.len()).position(|window| window.eq_ignore_ascii_case(pattern.as_bytes()))
}

fn ipv4(value: &str) -> Option<Ipv4Addr> {
    let mut octets = [0_u8; 4];
    let mut parts = value.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        if part.is_empty() || part.len() > 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *octet = part.parse().ok()?;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets))
}

fn ipv6(value: &str) -> Option<Ipv6Addr> {
    let bare = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(value);
    bare.parse().ok()
}

fn cidr(value: &str) -> Option<String> {
    let (address, length) = value.split_once('/')?;
    if length.is_empty() || !length.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let length: u8 = length.parse().ok()?;
    let address = ipv4(address).map(Into::into).or_else(|| ipv6(address).map(Into::into))?;
    Some(ipnet::IpNet::new(address, length).ok()?.trunc().to_string())
}

fn domain(value: &str) -> Result<String, IndicatorFault> {
    if ipv4(value).is_some() || ipv6(value).is_some() {
        return Err(IndicatorFault::AddressNotDomain);
    }
    host_name(value).ok_or(IndicatorFault::Malformed(IndicatorType::Domain))
}

/// A domain name of at least two labels as the DNS holds it. Underscores are let through: attackers' names have them.
fn host_name(value: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii(value).ok()?;
    let name = ascii.trim_end_matches('.');
    let labels_fit = name.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
    });
    let (_, top) = name.rsplit_once('.')?;
    let top_is_a_number = top.bytes().all(|b| b.is_ascii_digit());
    (labels_fit && name.len() <= 253 && !top_is_a_number).then(|| name.to_owned())
}

fn url(value: &str) -> Result<String, IndicatorFault> {
    let mut url = url::Url::parse(&refang_url(value)).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase | url::ParseError::EmptyHost => IndicatorFault::NotAbsolute,
        _ => IndicatorFault::Malformed(IndicatorType::Url),
    })?;
    let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_owned();
    if host.is_empty() {
        return Err(IndicatorFault::NotAbsolute);
    }
    let malformed = IndicatorFault::Malformed(IndicatorType::Url);
    // The standard lets more characters into a host than any name or address has.
    if !host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'[' | b']' | b':')) {
        return Err(malformed);
    }
    url.set_host(Some(&host)).map_err(|_| malformed)?;
    // Dropping these fails only for URLs without a host.
    url.set_username("").map_err(|()| malformed)?;
    url.set_password(None).map_err(|()| malformed)?;
    url.set_fragment(None);
    Ok(url.into())
}

/// Takes the defanging out of a URL: dots and at signs in round or curly brackets only
/// before the path; and the scheme's name.
fn refang_url(value: &str) -> String {
    let text = replace_all(value.to_owned(), ANYWHERE);
    let slashes = ['/', '\\'];
    let after_scheme = text.find(':').map_or(0, |colon| colon + 1);
    let host = text.get(after_scheme..).map_or(0, |rest| text.len() - rest.trim_start_matches(slashes).len());
    let path = text.get(host..).and_then(|rest| rest.find(['/', '\\', '?', '#'])).map(|at| host + at);
    let (start, tail) = text.split_at(path.unwrap_or(text.len()));
    let start = replace_all(start.to_owned(), BEFORE_PATH);
    let known = [("hxxps", "https"), ("hxxp", "http"), ("fxps", "ftps"), ("fxp", "ftp")];
    let scheme = start.find(':').and_then(|colon| start.split_at_checked(colon)).and_then(|(scheme, rest)| {
        known.iter().find(|(from, _)| from.eq_ignore_ascii_case(scheme)).map(|(_, to)| format!("{to}{rest}"))
    });
    scheme.unwrap_or(start) + tail
}

fn email(value: &str) -> Option<String> {
    let (local, domain) = value.rsplit_once('@')?;
    let local_fits = (1..=64).contains(&local.chars().count())
        && !local.contains(|c: char| c.is_whitespace() || matches!(c, '@' | '<' | '>' | '(' | ')' | ',' | ';' | '"'));
    let domain = host_name(domain)?;
    local_fits.then(|| format!("{}@{domain}", local.to_lowercase()))
}

fn hexadecimal(value: &str, digits: usize) -> Option<String> {
    (value.len() == digits && value.bytes().all(|b| b.is_ascii_hexdigit())).then(|| value.to_ascii_lowercase())
}

fn cve(value: &str) -> Option<String> {
    let upper = value.to_ascii_uppercase();
    let (year, number) = upper.strip_prefix("CVE-")?.split_once('-')?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let fits = year.len() == 4 && (4..=19).contains(&number.len()) && digits(year) && digits(number);
    fits.then_some(upper)
}

fn attack_technique(value: &str) -> Option<String> {
    let upper = value.to_ascii_uppercase();
    let (technique, sub) = upper.split_once('.').map_or((upper.as_str(), None), |(t, s)| (t, Some(s)));
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let fits = digits(technique.strip_prefix('T')?, 4) && sub.is_none_or(|sub| digits(sub, 3));
    fits.then_some(upper)
}

#[cfg(test)]
mod tests;
