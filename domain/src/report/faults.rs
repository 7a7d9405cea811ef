//! The words for what can be wrong with a report, in both languages.

use zvit_texts::text;

use crate::fault::Fault;
use crate::taxonomy::IncidentClass;
use crate::word::Word;

pub(super) fn nul_character(pointer: &str) -> Fault {
    Fault::at(pointer, "nul_character", text!("text-with-nul"))
}

pub(super) fn blank(pointer: &str) -> Fault {
    Fault::at(pointer, "blank", text!("description-blank"))
}

pub(super) fn blank_name(pointer: &str) -> Fault {
    Fault::at(pointer, "blank", text!("institution-name-blank"))
}

pub(super) fn time_without_offset(pointer: &str) -> Fault {
    Fault::at(pointer, "time_without_offset", text!("reported-time-without-offset"))
}

pub(super) fn time_malformed(pointer: &str) -> Fault {
    Fault::at(pointer, "time_malformed", text!("reported-time-malformed"))
}

pub(super) fn time_in_future(pointer: &str) -> Fault {
    Fault::at(pointer, "time_in_future", text!("reported-time-in-future"))
}

pub(super) fn time_ahead(pointer: &str) -> Fault {
    Fault::at(pointer, "time_ahead", text!("reported-time-ahead"))
}

pub(super) fn time_too_early(pointer: &str) -> Fault {
    Fault::at(pointer, "time_too_early", text!("reported-time-too-early"))
}

/// `earlier` and `later` are the names of the two members, in the order they must have.
pub(super) fn time_order(pointer: &str, earlier: &str, later: &str) -> Fault {
    Fault::at(pointer, "time_order", text!("reported-time-order", earlier = earlier, later = later))
}

pub(super) fn language_malformed(pointer: &str) -> Fault {
    Fault::at(pointer, "language_malformed", text!("language-malformed"))
}

pub(super) fn type_not_of_class(pointer: &str, class: IncidentClass) -> Fault {
    let types: Vec<&str> = class.types().map(|t| t.code).collect();
    let types = types.join(", ");
    Fault::at(pointer, "type_not_of_class", text!("type-not-of-class", class = class.code(), types = types))
}

pub(super) fn nothing_to_retract(pointer: &str) -> Fault {
    Fault::at(pointer, "nothing_to_retract", text!("nothing-to-retract"))
}

pub(super) fn phone_implausible(pointer: &str) -> Fault {
    Fault::at(pointer, "phone_implausible", text!("phone-implausible"))
}

pub(super) fn email_implausible(pointer: &str) -> Fault {
    Fault::at(pointer, "email_implausible", text!("email-implausible"))
}

pub(super) fn cannot_clear(pointer: &str) -> Fault {
    Fault::at(pointer, "cannot_clear", text!("cannot-clear"))
}
