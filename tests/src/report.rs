//! Reports, from one line to complete.

use serde_json::{Value, json};

/// A report that is being put together.
#[derive(Debug, Clone)]
pub struct Report(Value);

/// A report that says only what happened.
pub fn report(description: &str) -> Report {
    Report(json!({ "description": description }))
}

/// A report that uses every member.
pub fn complete() -> Report {
    Report(json!({
        "description": "Зловмисники знищили резервні копії, після чого реєстр перестав відповідати.",
        "title": "Реєстр недоступний",
        "language": "uk",
        "became_aware_at": crate::hours_ago(1),
        "detected_at": crate::hours_ago(2),
        "started_at": crate::hours_ago(30),
        "sector": "registries",
        "other_sectors": ["government"],
        "affected_services": ["Реєстр актів (тест)"],
        "regions": ["UA-30", "UA-32"],
        "symptoms": ["data_destroyed", "service_down"],
        "danger_to_life": false,
        "classification": {"class": "availability", "type": "sabotage"},
        "impact": {
            "functional_impact": "denial_of_critical_services_or_loss_of_control",
            "observed_activity": "effect",
            "location_of_observed_activity": "level_6_critical_systems",
            "actor_characterization": "apt_targeted",
            "information_impact": "destruction_of_critical_system",
            "recoverability": "extended",
            "potential_impact": "severe"
        },
        "affected_systems": 120,
        "affected_users": 5_000_000,
        "data_types": ["personal"],
        "suspected_malicious": true,
        "cross_border": false,
        "indicators": [
            {"type": "ipv4", "value": "203.0.113[.]7", "description": "staging host"},
            {"type": "url", "value": "hxxp://evil[.]example/drop"}
        ],
        "measures_taken": "Сервери від’єднано від мережі.",
        "assistance_requested": ["incident_response"],
        "tlp": "amber",
        "pap": "amber",
        "contact": {"name": "Чергова зміна", "role": "черговий", "phone": "+380 00 000 00 00", "email": "duty@registry.example"},
        "exercise": false
    }))
}

impl Report {
    /// Sets a member.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0[member] = value.into();
        self
    }

    /// Takes a member out.
    #[must_use]
    pub fn without(mut self, member: &str) -> Self {
        if let Some(members) = self.0.as_object_mut() {
            members.remove(member);
        }
        self
    }
}

impl From<Report> for Value {
    fn from(report: Report) -> Self {
        report.0
    }
}

impl From<&Report> for Value {
    fn from(report: &Report) -> Self {
        report.0.clone()
    }
}
