//! The closed vocabularies of the field other than the incident taxonomy, TLP and regions, which have files of their own.

use crate::words;

words! {
    /// The sector an institution works in or an incident hit. The first four are those the service triages by; the
    /// others may be reported and go to the default routing rule, so that nothing is refused in a crisis.
    Sector {
        Health "health" "Health" "Охорона здоров’я",
        Energy "energy" "Energy" "Енергетика",
        Government "government" "Government" "Державне управління",
        Registries "registries" "State registries" "Державні реєстри",
        Transport "transport" "Transport" "Транспорт",
        Finance "finance" "Finance" "Фінанси",
        Telecom "telecom" "Telecommunications" "Електронні комунікації",
        Water "water" "Water supply" "Водопостачання",
        DigitalInfrastructure "digital_infrastructure" "Digital infrastructure" "Цифрова інфраструктура",
        Education "education" "Education" "Освіта",
        Other "other" "Other" "Інше",
    }
}

words! {
    /// What is seen, in plain words, by somebody who is no security specialist.
    Symptom {
        FilesEncrypted "files_encrypted" "Files encrypted" "Файли зашифровано",
        DataDestroyed "data_destroyed" "Data destroyed" "Дані знищено",
        ServiceDown "service_down" "Service down" "Сервіс не працює",
        AccountTaken "account_taken" "Account taken over" "Обліковий запис захоплено",
        DataLeaked "data_leaked" "Data leaked" "Витік даних",
        Phishing "phishing" "Phishing" "Фішинг",
        SiteDefaced "site_defaced" "Site defaced" "Сайт спотворено",
        ConnectivityLost "connectivity_lost" "Connectivity lost" "Втрачено зв’язок",
        ProcessControlAffected "process_control_affected" "Process control affected" "Порушено керування технологічним процесом",
    }
}

words! {
    /// The kinds of assistance the mechanism gives.
    Assistance {
        CyberDefenseTechnology "cyber_defense_technology" "Cyber defence technology" "Технології кіберзахисту",
        IncidentResponse "incident_response" "Incident response" "Реагування на інциденти",
        SatelliteCommunications "satellite_communications" "Satellite communications" "Супутниковий зв’язок",
        ContinuousAssistance "continuous_assistance" "Continuous assistance" "Довгострокова допомога",
    }
}

words! {
    /// The stage of a report: those of Resolution 1533 of the Cabinet of Ministers of Ukraine (26 November 2025), and
    /// `update` for anything said between or after them.
    Stage {
        Initial "initial" "Initial notification" "Первинне повідомлення",
        Preliminary "preliminary" "Preliminary report" "Попередній звіт",
        Interim "interim" "Interim report" "Проміжний звіт",
        Final "final" "Final report" "Остаточний звіт",
        Update "update" "Update" "Оновлення",
    }
}

words! {
    /// Where a reporting stage stands.
    StageState {
        Pending "pending" "Pending" "Очікується",
        Submitted "submitted" "Submitted in time" "Подано вчасно",
        Late "late" "Submitted late" "Подано із запізненням",
        Overdue "overdue" "Overdue" "Прострочено",
    }
}

words! {
    /// The status of an incident.
    IncidentStatus {
        Received "received" "Received" "Отримано",
        Waiting "waiting" "Waiting for a team" "Очікує на команду",
        Assigned "assigned" "Assigned" "Призначено",
        InProgress "in_progress" "In progress" "У роботі",
        Resolved "resolved" "Resolved" "Вирішено",
        Closed "closed" "Closed" "Закрито",
        Withdrawn "withdrawn" "Withdrawn" "Відкликано",
        Merged "merged" "Merged" "Об’єднано",
    }
}

words! {
    /// The state of a case: one team's assignment to one incident.
    CaseState {
        Assigned "assigned" "Assigned" "Призначено",
        Acknowledged "acknowledged" "Acknowledged" "Підтверджено",
        InProgress "in_progress" "In progress" "У роботі",
        Resolved "resolved" "Resolved" "Вирішено",
        Declined "declined" "Declined" "Відхилено",
        Expired "expired" "Expired" "Строк минув",
        HandedOver "handed_over" "Handed over" "Передано",
        Revoked "revoked" "Revoked" "Скасовано",
    }
}

impl CaseState {
    /// Whether the team still has the case (also when it is resolved): other states end the team's sight of it.
    pub fn is_held(self) -> bool {
        matches!(self, Self::Assigned | Self::Acknowledged | Self::InProgress | Self::Resolved)
    }

    /// Whether the case still takes a place of the team's capacity.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Assigned | Self::Acknowledged | Self::InProgress)
    }

    /// Whether the team has said that it works on the case.
    pub fn is_taken_up(self) -> bool {
        matches!(self, Self::Acknowledged | Self::InProgress)
    }
}

words! {
    /// What a team is to an incident: the lead answers for it, support brings one kind of help.
    AssignmentRole {
        Lead "lead" "Lead" "Провідна команда",
        Support "support" "Support" "Допоміжна команда",
    }
}

words! {
    /// The role of a client, which decides its scopes.
    Role {
        Institution "institution" "Institution" "Установа",
        Team "team" "Response team" "Команда реагування",
        Coordinator "coordinator" "Coordinator" "Координатор",
        Observer "observer" "Observer" "Спостерігач",
        Donor "donor" "Donor" "Донор",
        Auditor "auditor" "Auditor" "Аудитор",
    }
}

words! {
    /// The role of a participant of the mechanism.
    ParticipantRole {
        Beneficiary "beneficiary" "Beneficiary" "Бенефіціар",
        Donor "donor" "Donor" "Донор",
        Observer "observer" "Observer" "Спостерігач",
    }
}

words! {
    /// Category of a critical-infrastructure object (Law of Ukraine 1882-IX, article 8), I being the most important.
    InfrastructureCategory {
        I "I" "Category I" "I категорія",
        Ii "II" "Category II" "II категорія",
        Iii "III" "Category III" "III категорія",
        Iv "IV" "Category IV" "IV категорія",
        None "none" "Not critical infrastructure" "Не критична інфраструктура",
    }
}

words! {
    /// Kinds of data an incident touched.
    DataType {
        Personal "personal" "Personal data" "Персональні дані",
        Medical "medical" "Medical data" "Медичні дані",
        Financial "financial" "Financial data" "Фінансові дані",
        Credentials "credentials" "Credentials" "Облікові дані",
        Operational "operational" "Operational data" "Виробничі дані",
        StateSecret "state_secret" "State secret" "Державна таємниця",
        Other "other" "Other" "Інше",
    }
}

words! {
    /// In which language a document is printed.
    PrintLanguage {
        Uk "uk" "Ukrainian" "Українською",
        En "en" "English" "Англійською",
        Both "both" "Ukrainian, then English" "Українською, потім англійською",
    }
}
