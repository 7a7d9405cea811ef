//! The words for what can be wrong with a report, in both languages.

use crate::fault::Fault;
use crate::taxonomy::IncidentClass;
use crate::word::Word;

pub(super) fn nul_character(pointer: &str) -> Fault {
    Fault::new(
        pointer,
        "nul_character",
        "The text holds the character U+0000, which can't be kept.",
        "Текст містить символ U+0000, який неможливо зберегти.",
    )
}

pub(super) fn blank(pointer: &str) -> Fault {
    Fault::new(pointer, "blank", "Please say in a few words what happened.", "Опишіть кількома словами, що сталося.")
}

pub(super) fn blank_name(pointer: &str) -> Fault {
    Fault::new(pointer, "blank", "Please give the institution’s name.", "Укажіть назву установи.")
}

pub(super) fn time_without_offset(pointer: &str) -> Fault {
    Fault::new(
        pointer,
        "time_without_offset",
        "The time has no offset from UTC, so it isn't clear which moment is meant. Write it like \
         2026-11-23T04:10:00+02:00 or 2026-11-23T02:10:00Z.",
        "Час указано без зміщення від UTC, тому незрозуміло, який саме момент мається на увазі. Запишіть його так: \
         2026-11-23T04:10:00+02:00 або 2026-11-23T02:10:00Z.",
    )
}

pub(super) fn time_malformed(pointer: &str) -> Fault {
    Fault::new(
        pointer,
        "time_malformed",
        "This is not a date and time of RFC 3339, such as 2026-11-23T04:10:00+02:00.",
        "Це не дата й час за RFC 3339, як-от 2026-11-23T04:10:00+02:00.",
    )
}

pub(super) fn time_in_future(pointer: &str) -> Fault {
    Fault::new(
        pointer,
        "time_in_future",
        "The time lies more than 24 hours ahead.",
        "Час випереджає поточний більш ніж на 24 години.",
    )
}

pub(super) fn time_ahead(pointer: &str) -> Fault {
    Fault::new(
        pointer,
        "time_ahead",
        "The time lies ahead of ours. It was kept, but the reporting deadlines don't run from it.",
        "Час випереджає наш. Його збережено, але строки подання звітів відлічуються не від нього.",
    )
}

pub(super) fn time_too_early(pointer: &str) -> Fault {
    Fault::new(pointer, "time_too_early", "The time lies before the year 2000.", "Час раніший за 2000 рік.")
}

/// `earlier` and `later` are the names of the two members, in the order they must have.
pub(super) fn time_order(pointer: &str, earlier: &str, later: &str) -> Fault {
    Fault::new(
        pointer,
        "time_order",
        format!("{earlier} must not be later than {later}."),
        format!("{earlier} не може бути пізніше за {later}."),
    )
}

pub(super) fn language_malformed(pointer: &str) -> Fault {
    Fault::new(
        pointer,
        "language_malformed",
        "This is not a language code, such as uk or en.",
        "Це не код мови, як-от uk або en.",
    )
}

pub(super) fn type_not_of_class(pointer: &str, class: IncidentClass) -> Fault {
    let types: Vec<&str> = class.types().map(|t| t.code).collect();
    let types = types.join(", ");
    Fault::new(
        pointer,
        "type_not_of_class",
        format!("The class {} has no such type. It has: {types}.", class.code()),
        format!("Клас {} не має такого типу. Можливі типи: {types}.", class.code()),
    )
}

pub(super) fn nothing_to_retract(pointer: &str) -> Fault {
    Fault::new(
        pointer,
        "nothing_to_retract",
        "An initial report has no earlier indicators that could be taken back.",
        "Первинне повідомлення не має попередніх індикаторів, які можна було б відкликати.",
    )
}

pub(super) fn phone_implausible(pointer: &str) -> Fault {
    Fault::new(
        pointer,
        "phone_implausible",
        "This can't be a telephone number: it has fewer than three digits.",
        "Це не може бути номером телефону: у ньому менше трьох цифр.",
    )
}

pub(super) fn email_implausible(pointer: &str) -> Fault {
    Fault::new(
        pointer,
        "email_implausible",
        "This can't be an e-mail address, such as duty@hospital.example.",
        "Це не може бути адресою електронної пошти, як-от duty@hospital.example.",
    )
}

pub(super) fn cannot_clear(pointer: &str) -> Fault {
    Fault::new(
        pointer,
        "cannot_clear",
        "This can't be removed. Name an optional member of the report, such as /contact; the description can only be \
         replaced, and an indicator is taken back by sending it again with retracted: true.",
        "Це неможливо вилучити. Укажіть необов’язковий елемент звіту, наприклад /contact; опис можна лише замінити, а \
         індикатор відкликають, надіславши його ще раз із retracted: true.",
    )
}
