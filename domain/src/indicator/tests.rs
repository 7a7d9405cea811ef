use proptest::prelude::*;

use super::*;
use crate::word::Word;

/// Type, what is written, what comes of it.
const TAKEN: &[(IndicatorType, &str, &str)] = &[
    (IndicatorType::Ipv4, "203.0.113[.]7", "203.0.113.7"),
    (IndicatorType::Ipv4, " 203[.]0(.)113{.}7 ", "203.0.113.7"),
    (IndicatorType::Ipv4, "203[dot]0(DOT)113[.]007", "203.0.113.7"),
    (IndicatorType::Ipv6, "2001:0DB8:0:0::0007", "2001:db8::7"),
    (IndicatorType::Ipv6, "[2001:db8::7]", "2001:db8::7"),
    (IndicatorType::Ipv6, "2001[:]db8[:]:7", "2001:db8::7"),
    (IndicatorType::Ipv6, "::ffff:203.0.113.7", "::ffff:203.0.113.7"),
    (IndicatorType::Cidr, "203.0.113[.]77/24", "203.0.113.0/24"),
    (IndicatorType::Cidr, "2001:db8:0:1::7/48", "2001:db8::/48"),
    (IndicatorType::Domain, "Evil[.]Example.", "evil.example"),
    (IndicatorType::Domain, "evil(dot)example..", "evil.example"),
    (IndicatorType::Domain, "приклад.укр", "xn--80aikifvh.xn--j1amh"),
    (IndicatorType::Domain, "XN--80AIKIFVH.xn--j1amh", "xn--80aikifvh.xn--j1amh"),
    (IndicatorType::Domain, "_dmarc.evil.example", "_dmarc.evil.example"),
    (IndicatorType::Url, "hxxps://Evil[.]Example/Path?q=1", "https://evil.example/Path?q=1"),
    (IndicatorType::Url, "hXXp[:]//evil(.)example", "http://evil.example/"),
    (IndicatorType::Url, "hxxp[://]203.0.113[.]7:80/a[.]php", "http://203.0.113.7/a.php"),
    (IndicatorType::Url, "https://user:secret@evil.example./a#victim@bank.example", "https://evil.example/a"),
    (IndicatorType::Url, "http://evil.example/Period_(dot)", "http://evil.example/Period_(dot)"),
    (IndicatorType::Url, "http://приклад.укр/шлях", "http://xn--80aikifvh.xn--j1amh/%D1%88%D0%BB%D1%8F%D1%85"),
    (IndicatorType::Url, "http://[2001:DB8::7]:8080/", "http://[2001:db8::7]:8080/"),
    (IndicatorType::Url, "ldap://evil.example/a", "ldap://evil.example/a"),
    (IndicatorType::Email, "Sender[@]Evil[.]example", "sender@evil.example"),
    (IndicatorType::Email, "sender[at]evil(dot)example", "sender@evil.example"),
    (IndicatorType::FileMd5, "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
    (IndicatorType::FileSha1, "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    (IndicatorType::Filename, " Рахунок (1).EXE ", "Рахунок (1).EXE"),
    (IndicatorType::Cve, "cve-2021-44228", "CVE-2021-44228"),
    (IndicatorType::AttackTechnique, "t1059.001", "T1059.001"),
    (IndicatorType::AttackTechnique, "T1486", "T1486"),
];

#[test]
fn values_are_brought_to_one_form() {
    for (kind, written, expected) in TAKEN {
        assert_eq!(kind.parse(written).as_deref(), Ok(*expected), "{kind} {written}");
        assert_eq!(kind.parse(expected).as_deref(), Ok(*expected), "{kind} {expected} again");
    }
}

#[test]
fn what_is_not_of_the_type_is_refused() {
    let refused = [
        (IndicatorType::Ipv4, "203.0.113"),
        (IndicatorType::Ipv4, "203.0.113.256"),
        (IndicatorType::Ipv4, "203.0.113.7.9"),
        (IndicatorType::Ipv4, "203.0.113.7:80"),
        (IndicatorType::Ipv4, "٢٠٣.0.113.7"),
        (IndicatorType::Ipv6, "fe80::1%eth0"),
        (IndicatorType::Ipv6, "203.0.113.7"),
        (IndicatorType::Cidr, "203.0.113.0"),
        (IndicatorType::Cidr, "203.0.113.0/33"),
        (IndicatorType::Cidr, "203.0.113.0/+8"),
        (IndicatorType::Domain, "evil"),
        (IndicatorType::Domain, "evil..example"),
        (IndicatorType::Domain, "evil.example/path"),
        (IndicatorType::Domain, "evil example.com"),
        (IndicatorType::Domain, "evil.123"),
        (IndicatorType::Url, "http://"),
        (IndicatorType::Url, "http://ev il.example/"),
        (IndicatorType::Email, "evil.example"),
        (IndicatorType::Email, "@evil.example"),
        (IndicatorType::Email, "Name <sender@evil.example>"),
        (IndicatorType::FileSha256, "d41d8cd98f00b204e9800998ecf8427e"),
        (IndicatorType::FileMd5, "g41d8cd98f00b204e9800998ecf8427e"),
        (IndicatorType::Cve, "CVE-21-1"),
        (IndicatorType::AttackTechnique, "T1059.1"),
        (IndicatorType::AttackTechnique, "TA0001"),
    ];
    for (kind, value) in refused {
        assert!(kind.parse(value).is_err(), "{kind} {value}");
    }
}

#[test]
fn the_fault_says_what_is_wrong() {
    assert_eq!(IndicatorType::Domain.parse("203.0.113[.]7"), Err(IndicatorFault::AddressNotDomain));
    assert_eq!(IndicatorType::Url.parse("evil.example/a"), Err(IndicatorFault::NotAbsolute));
    assert_eq!(IndicatorType::Url.parse("mailto:sender@evil.example"), Err(IndicatorFault::NotAbsolute));
    assert_eq!(IndicatorType::Filename.parse("a\nb"), Err(IndicatorFault::ControlCharacter));
    assert_eq!(IndicatorType::Filename.parse(" \u{200b}"), Err(IndicatorFault::Empty));
    let fault = IndicatorType::Ipv4.parse("x").unwrap_err().at("/indicators/3/value");
    assert_eq!((fault.pointer.as_str(), fault.code), ("/indicators/3/value", "indicator_malformed"));
    for kind in IndicatorType::ALL {
        let detail = IndicatorFault::Malformed(*kind).detail();
        assert!(detail.en().contains("such as") && detail.uk().contains("наприклад"), "{kind}");
    }
}

/// Pieces of which true, defanged and broken values are made.
fn pieces() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "evil",
        "example",
        "ПРИКЛАД",
        "укр",
        "xn--",
        "xn--j1amh",
        "a",
        "0",
        "007",
        "203",
        "255",
        "db8",
        "ffff",
        ".",
        "..",
        "[.]",
        "(.)",
        "{.}",
        "[dot]",
        "(DOT)",
        "[[.].]",
        "((.)",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "@",
        "[@]",
        "[at]",
        "(at)",
        ":",
        "[:]",
        "::",
        "[://]",
        "://",
        "/",
        "//",
        "\\",
        "?",
        "#",
        "%",
        "%2e",
        "%5B",
        "-",
        "_",
        "hxxp",
        "hxxps",
        "http",
        "https",
        "fxp",
        "ldap",
        "mailto",
        "file",
        ":80",
        "/24",
        "/0",
        " ",
        "。",
        "．",
        "ß",
        "İ",
        "Σ",
        "é",
        "\u{ad}",
        "\u{200b}",
        "🦊",
        "CVE-2021-44228",
        "T1059",
        ".001",
        "user:pw@",
    ];
    prop::collection::vec(prop::sample::select(PIECES), 0..9).prop_map(|parts| parts.concat())
}

fn stays(kind: IndicatorType, value: &str) -> Result<(), TestCaseError> {
    if let Ok(once) = kind.parse(value) {
        prop_assert_eq!(kind.parse(&once), Ok(once.clone()), "{} {:?}", kind, value);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn normalising_again_changes_nothing(value in prop_oneof![pieces(), any::<String>()]) {
        for kind in IndicatorType::ALL {
            stays(*kind, &value)?;
            stays(*kind, &format!("hxxp://{value}"))?;
            stays(*kind, &format!("x://{value}"))?;
        }
    }

    #[test]
    fn every_address_is_found_again_however_it_is_defanged(bits in any::<u32>(), bits6 in any::<u128>()) {
        let v4 = Ipv4Addr::from(bits).to_string();
        for dot in ["[.]", "(.)", "{.}", "[dot]", "(dot)"] {
            prop_assert_eq!(IndicatorType::Ipv4.parse(&v4.replace('.', dot)), Ok(v4.clone()));
        }
        let v6 = Ipv6Addr::from(bits6);
        let long = v6.segments().map(|s| format!("{s:04X}")).join(":");
        prop_assert_eq!(IndicatorType::Ipv6.parse(&long), Ok(v6.to_string()));
    }

    #[test]
    fn a_network_holds_the_address_it_was_made_of(bits in any::<u32>(), length in 0..=32_u8) {
        let address = Ipv4Addr::from(bits);
        let network = IndicatorType::Cidr.parse(&format!("{address}/{length}")).unwrap();
        prop_assert!(network.parse::<ipnet::Ipv4Net>().unwrap().contains(&address));
    }
}
