//! The sector that was actually hit, which need not be that of the institution that reports.

use zvit_texts::text;

use crate::vocabulary::Sector;
use crate::word::Word;

use super::{Assumption, TriageInput};

/// The sector hit and, where nobody stated it, on what grounds.
pub(super) struct Hit {
    pub(super) sector: Sector,
    pub(super) assumption: Option<Assumption>,
}

/// The stated sector; else that of the first affected service that the institution has registered; else its own.
pub(super) fn hit(input: &TriageInput<'_>) -> Hit {
    if let Some(sector) = input.content.sector {
        return Hit { sector, assumption: None };
    }
    for affected in &input.content.affected_services {
        if let Some(service) = input.institution_services.iter().find(|service| same_name(&service.name, affected)) {
            let (name, sector) = (service.name.trim(), service.sector);
            let detail = text!("assumed-sector-of-service", service = name, sector = sector.label());
            return Hit { sector, assumption: Some(Assumption::new("sector", sector.code(), detail)) };
        }
    }
    let sector = input.institution_sector;
    let detail = text!("assumed-sector-of-institution", sector = sector.label());
    Hit { sector, assumption: Some(Assumption::new("sector", sector.code(), detail)) }
}

/// Whether two names are the same but for case and blanks around them.
fn same_name(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    one.chars().flat_map(char::to_lowercase).eq(other.chars().flat_map(char::to_lowercase)) && !one.is_empty()
}
