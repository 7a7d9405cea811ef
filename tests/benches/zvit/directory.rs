//! The directory of the measurements, made by rule: fifty institutions and twenty teams that never fill up, so that every
//! report is really routed, and the report they send.

use serde_json::{Value, json};
use zvit_domain::edrpou::Edrpou;
use zvit_tests::hours_ago;

use crate::load::MARK;

/// How many institutions there are.
pub const INSTITUTIONS: usize = 50;
/// How many teams there are, besides the coordinator's.
pub const TEAMS: usize = 20;

const SECTORS: [&str; 6] = ["health", "energy", "government", "registries", "transport", "telecom"];
const REGIONS: [&str; 5] = ["UA-30", "UA-32", "UA-46", "UA-51", "UA-63"];
const PARTICIPANTS: [&str; 4] = ["EE", "LT", "NL", "PL"];

/// The id of an institution.
pub fn institution(number: usize) -> String {
    format!("01920000-0000-7002-8000-{:012}", number + 1)
}

/// The id of a team.
pub fn team(number: usize) -> String {
    format!("01920000-0000-7003-8000-{:012}", number + 1)
}

/// The seed file.
pub fn seed() -> Value {
    let participants: Vec<Value> = PARTICIPANTS
        .iter()
        .map(|code| json!({"code": code, "name_uk": format!("Учасник {code}"), "name_en": format!("Participant {code}"), "role": "donor"}))
        .collect();
    json!({
        "participants": participants,
        "institutions": (0..INSTITUTIONS).map(institution_entry).collect::<Vec<_>>(),
        "teams": (0..TEAMS).map(team_entry).chain([coordinator_entry()]).collect::<Vec<_>>(),
        "routing_rules": {"rules": rules()},
    })
}

fn institution_entry(number: usize) -> Value {
    let edrpou = Edrpou::from_prefix(&format!("{:07}", 9_970_000 + number)).expect("seven digits");
    let (sector, region) = (SECTORS[number % SECTORS.len()], REGIONS[number % REGIONS.len()]);
    let category = ["I", "II", "III"][number % 3];
    json!({
        "id": institution(number),
        "edrpou": edrpou.as_str(),
        "name_uk": format!("Вимірювана установа {}", number + 1),
        "name_en": format!("Measured Institution {}", number + 1),
        "sector": sector,
        "services": [{"name": format!("Вимірювана служба {}", number + 1), "sector": sector}],
        "region": region,
        "infrastructure_category": category,
        "contacts": [{"name": "Чергова зміна", "role": "черговий", "phone": "+380 00 000 00 00", "email": "duty@bench.example"}],
    })
}

fn team_entry(number: usize) -> Value {
    // Each team serves four of the sectors, so that every rule has several candidates and several that it excludes.
    let sectors: Vec<&str> = (0..4).map(|step| SECTORS[(number + step) % SECTORS.len()]).collect();
    let assistance: &[&str] = if number.is_multiple_of(5) {
        &["incident_response", "satellite_communications"]
    } else {
        &["incident_response"]
    };
    let participant = PARTICIPANTS[number % PARTICIPANTS.len()];
    json!({
        "id": team(number),
        "participant": participant,
        "name": format!("Measured Team {}", number + 1),
        "sectors": sectors,
        "assistance": assistance,
        "languages": ["en", "uk"],
        "tlp_ceiling": "amber+strict",
        "capacity": 100_000,
        "surge_capacity": 100_000,
        "priority": number * 10,
    })
}

fn coordinator_entry() -> Value {
    json!({
        "id": team(TEAMS),
        "name": "Measured Coordinator",
        "coordinator": true,
        "sectors": SECTORS,
        "assistance": ["incident_response"],
        "languages": ["uk", "en"],
        "tlp_ceiling": "red",
        "capacity": 100_000,
        "priority": 1000,
    })
}

fn rules() -> Vec<Value> {
    let lead = |sector: &&str| {
        json!({
            "id": format!("lead-{sector}"),
            "name": format!("Lead for {sector}"),
            "when": {"sectors": [sector]},
            "assign": {
                "role": "lead",
                "pool": {"sectors": [sector], "assistance": ["incident_response"]},
                "strategy": "least_loaded",
                "acknowledge_within_minutes": 30,
            },
        })
    };
    let support = json!({
        "id": "support-satellite",
        "name": "Satellite communications",
        "when": {"assistance": ["satellite_communications"]},
        "assign": {
            "role": "support",
            "pool": {"assistance": ["satellite_communications"]},
            "strategy": "least_loaded",
            "acknowledge_within_minutes": 60,
        },
    });
    SECTORS.iter().map(lead).chain([support]).collect()
}

/// The report of an institution: about 1.4 KB with five indicators, another one each time it is sent.
pub fn report(number: usize) -> String {
    let hash = MARK.repeat(4);
    let region = REGIONS[number % REGIONS.len()];
    json!({
        "title": "Шифрування серверів",
        "description": format!(
            "О четвертій ранку черговий побачив вимогу викупу на файловому сервері. Зашифровано спільні каталоги, резервна \
             копія на тому самому вузлі теж пошкоджена. Від’єднали сегмент, працюємо на папері. Запис {MARK}."
        ),
        "became_aware_at": hours_ago(1),
        "regions": [region],
        "symptoms": ["files_encrypted", "service_down"],
        "classification": {"class": "malicious-code"},
        "impact": {
            "functional_impact": "significant_impact_to_non_critical_services",
            "observed_activity": "effect",
            "location_of_observed_activity": "level_3_business_network_management",
            "recoverability": "supplemented",
        },
        "affected_systems": 40,
        "indicators": [
            {"type": "ipv4", "value": "203.0.113[.]7", "description": "керування"},
            {"type": "domain", "value": format!("h{MARK}[.]example")},
            {"type": "url", "value": format!("hxxp://drop[.]example/{MARK}")},
            {"type": "file_sha256", "value": hash, "description": "шифрувальник"},
            {"type": "email", "value": "invoice@mail[.]example"},
        ],
        "measures_taken": "Сегмент від’єднано, паролі адміністраторів змінено.",
        "assistance_requested": ["incident_response"],
        "tlp": "amber",
        "contact": {"name": "Чергова зміна", "phone": "+380 00 000 00 00"},
    })
    .to_string()
}
