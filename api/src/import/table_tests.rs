use super::*;
use zvit_domain::vocabulary::Sector;
use zvit_domain::word::Language;

const HEADER: &str = "edrpou,name_uk,name_en,sector";
const LINE: &str = "99880087,Лікарня (тест),Hospital (test),health";

fn schemas() -> Schemas {
    crate::contract::schemas(&crate::openapi_document().unwrap()).unwrap()
}

fn taken(text: &str) -> Vec<Line> {
    read(text.as_bytes(), &schemas()).unwrap_or_else(|faults| panic!("{text:?}: {faults:?}"))
}

/// `line column` of every fault.
fn faulty(bytes: &[u8]) -> Vec<String> {
    let faults = read(bytes, &schemas()).unwrap_err();
    for fault in &faults {
        assert!(fault.told(Language::En).starts_with("line ") && fault.told(Language::Uk).starts_with("рядок "));
    }
    faults.iter().map(|fault| format!("{} {}", fault.line, fault.column.as_deref().unwrap_or("-"))).collect()
}

#[test]
fn a_file_is_read_as_spreadsheets_write_it() {
    let plain = taken(&format!("{HEADER}\n{LINE}\n"));
    assert_eq!(plain.len(), 1);
    assert_eq!((plain[0].number, plain[0].entry.sector), (2, Sector::Health));
    let semicolons = format!("{HEADER}\n{LINE}\n").replace(',', ";");
    for same in [
        format!("\u{FEFF}{HEADER}\n{LINE}"),
        format!("{HEADER}\r\n{LINE}\r\n"),
        semicolons.clone(),
        format!("{HEADER},\n{LINE},\n,,,,\n"),
        format!("{}\n{LINE}", HEADER.to_uppercase()),
        format!("{HEADER}\n\"99880087\",\" Лікарня (тест)\",\"Hospital (test)\",health\n\n\n"),
        format!(" edrpou , name_uk,name_en,sector \n{LINE}"),
    ] {
        assert_eq!(taken(&same), plain, "{same}");
    }
    let told = taken(&format!("sep=;\r\n{}", semicolons.replace('\n', "\r\n")));
    assert_eq!((told[0].number, &told[0].entry), (3, &plain[0].entry));
}

#[test]
fn quotation_marks_hold_separators_and_line_ends_together() {
    let lines = taken(&format!(
        "{HEADER}\r\n99880087,\"Лікарня \"\"Надія\"\", філія 2\",\"One,\r\ntwo\",health\r\n\r\n99880012,Друга,Second,health\r\n"
    ));
    assert_eq!(lines[0].entry.name_uk, "Лікарня \"Надія\", філія 2");
    assert_eq!(lines[0].entry.name_en, "One,\r\ntwo");
    assert_eq!((lines[0].number, lines[1].number), (2, 5));
}

#[test]
fn every_column_finds_its_member() {
    let lines = taken(
        "edrpou;name_uk;name_en;sector;other_sectors;region;infrastructure_category;services;contact_name;contact_role;contact_phone;contact_email\n\
         99880087;Лікарня;Hospital;health;government | energy;UA-30;;Пологове = health|e=mc2=energy|;Олена;чергова;+380 44 000 00 00;duty@h.example\n",
    );
    let entry = &lines[0].entry;
    assert_eq!(entry.other_sectors, [Sector::Government, Sector::Energy]);
    let services: Vec<(&str, Sector)> = entry.services.iter().map(|one| (one.name.as_str(), one.sector)).collect();
    assert_eq!(services, [("Пологове", Sector::Health), ("e=mc2", Sector::Energy)]);
    assert_eq!(entry.contacts[0].phone.as_deref(), Some("+380 44 000 00 00"));
    assert!(entry.region.is_some() && entry.infrastructure_category.is_none());
}

#[test]
fn faults_of_the_header_are_named_together() {
    assert_eq!(faulty(b""), ["1 -"]);
    assert_eq!(faulty("\u{FEFF}".as_bytes()), ["1 -"]);
    assert_eq!(faulty(HEADER.as_bytes()), ["1 -"], "no institution in it");
    assert_eq!(faulty(b"\n\n"), ["1 -"]);
    assert_eq!(faulty(b"name_uk,colour,name_uk,sector\n"), ["1 colour", "1 name_uk", "1 edrpou", "1 name_en"]);
    let cyrillic = read("\u{435}drpou,name_uk,name_en,s\u{435}\u{441}tor\n".as_bytes(), &schemas()).unwrap_err();
    assert!(cyrillic[0].told(Language::Uk).contains("кириличні літери"), "{cyrillic:?}");
    assert!(cyrillic[1].told(Language::En).contains("write sector in Latin"), "{cyrillic:?}");
}

#[test]
fn faults_of_all_lines_are_named_together() {
    let text = format!(
        "{HEADER},services,contact_email\n\
         99880088,А,A,health,,\n\
         9988087,,A,health,,\n\
         {LINE},,\n\
         99880012,Б,B,hospital,x|y=nothing,\n\
         {LINE},,not-mail\n\
         {LINE}\n\
         {LINE},,\n\
         {LINE},,,,more\n"
    );
    assert_eq!(
        faulty(text.as_bytes()),
        [
            "2 edrpou",
            "3 name_uk",
            "3 edrpou",
            "5 services",
            "5 sector",
            "5 services",
            "6 contact_email",
            "6 contact_name",
            "7 -",
            "8 edrpou",
            "9 -",
        ]
    );
}

#[test]
fn what_no_text_file_holds_is_named() {
    assert_eq!(faulty(&[HEADER.as_bytes(), b"\n99880087,\xCB\xB3\xEA,A,health\n"].concat()), ["2 -"], "Windows-1251");
    assert_eq!(faulty(b"\xFF\xFEe\0d\0"), ["1 -"], "UTF-16");
    assert_eq!(faulty(format!("{HEADER}\n99880087,А\0Б,A,health\n").as_bytes()), ["2 name_uk"], "U+0000");
    let long = format!("{HEADER}\n99880087,{},A,health\n{LINE}\nx,y,z,health", "я".repeat(5 * 1024 * 1024 / 2));
    assert_eq!(faulty(long.as_bytes()), ["2 -", "4 edrpou"], "a line of 5 MB");
    let open = format!("{HEADER}\n99880087,\"Лікарня,A,health\n{LINE}\n");
    assert_eq!(faulty(open.as_bytes()), ["2 -"], "a quotation mark that never ends");
    let long = format!("{HEADER}\n99880087,{},A,health", "я".repeat(201));
    assert_eq!(faulty(long.as_bytes()), ["2 name_uk"]);
}
