//! Many institutions at once, from a table: read and judged as a whole, written in one change or not at all.

mod table;

use std::collections::HashMap;

use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::directory as store;
use zvit_db::error::StoreError;
use zvit_db::rows::DirectoryRow;
use zvit_domain::directory::InstitutionInput;
use zvit_domain::time::Time;
use zvit_domain::typeable;
use zvit_domain::vocabulary::Role;
use zvit_domain::word::{Language, Text};
use zvit_texts::text;

use crate::actor::Actor;
use crate::clock;
use crate::flows::clients::{self, Draft, Issued, NewClient};
use crate::flows::directory;
use crate::flows::enrolment::IssuedCode;
use crate::problem::Problem;
use crate::setup::SetupFault;
use crate::token::Secret;
pub use table::{MAX_BYTES, MAX_LINES, read};

/// The name of a client holds so many characters.
const NAME: usize = 200;

/// One institution as a line of the file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its line, from 1.
    pub number: usize,
    /// What it says.
    pub entry: InstitutionInput,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFault {
    /// The line, from 1, as an editor counts.
    pub line: usize,
    /// The column, where it is about one.
    pub column: Option<String>,
    /// What is wrong.
    pub detail: Text,
}

impl LineFault {
    /// The fault in one language.
    pub fn told(&self, language: Language) -> String {
        let text = match &self.column {
            Some(column) => {
                text!("import-fault-in-column", line = self.line, column = column, detail = self.detail.clone())
            }
            None => text!("import-fault", line = self.line, detail = self.detail.clone()),
        };
        text.in_language(language).to_owned()
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportFault {
    /// Lines are faulty.
    #[error("{} faults", .0.len())]
    Faults(Vec<LineFault>),
    /// It was only to be checked, and is in order.
    #[error("only checked")]
    Checked,
    /// The store.
    #[error(transparent)]
    Setup(#[from] SetupFault),
}

impl From<StoreError> for ImportFault {
    fn from(error: StoreError) -> Self {
        Self::Setup(error.into())
    }
}

impl From<Problem> for ImportFault {
    fn from(problem: Problem) -> Self {
        Self::Setup(problem.into())
    }
}

/// An institution with what it is to be handed.
#[derive(Debug)]
pub struct Invited {
    /// The institution.
    pub id: Uuid,
    /// Its line.
    pub line: usize,
    /// What the directory says of it.
    pub entry: InstitutionInput,
    /// The client that enrols with the code.
    pub client_id: String,
    /// The code.
    pub code: IssuedCode,
    /// Client id and secret of its spare.
    pub spare: Option<(String, Secret)>,
}

/// All that is to be written, made before the store is locked.
#[derive(Debug, Default)]
pub struct Prepared {
    /// The institutions.
    pub invited: Vec<Invited>,
    rows: Vec<DirectoryRow>,
    clients: Vec<Draft>,
}

/// Makes ids, codes and secrets.
///
/// # Errors
/// Without randomness.
pub fn prepare(lines: Vec<Line>, spares: bool, now: Time) -> Result<Prepared, Problem> {
    let mut prepared = Prepared::default();
    for Line { number, entry } in lines {
        let id = clock::new_id(now);
        prepared.rows.push(directory::draft(id, &entry, now)?);
        let (client, issued) = clients::draft(&new_client(id, &entry, false), now)?;
        let Issued::Code(code) = issued else { return Err(Problem::internal("a secret in place of a code")) };
        let client_id = client.row.client_id.clone();
        prepared.clients.push(client);
        let mut spare = None;
        if spares {
            let (client, issued) = clients::draft(&new_client(id, &entry, true), now)?;
            let Issued::Secret(secret) = issued else { return Err(Problem::internal("a code in place of a secret")) };
            spare = Some((client.row.client_id.clone(), Secret::new(typeable::grouped(secret.expose()))));
            prepared.clients.push(client);
        }
        prepared.invited.push(Invited { id, line: number, entry, client_id, code, spare });
    }
    Ok(prepared)
}

fn new_client(owner: Uuid, entry: &InstitutionInput, spare: bool) -> NewClient {
    let name = if spare { format!("Spare: {}", entry.name_en) } else { entry.name_en.clone() };
    NewClient {
        role: Role::Institution,
        owner: Some(owner),
        name: name.chars().take(NAME).collect(),
        scopes: None,
        rate: None,
        spare,
        enrolment: !spare,
    }
}

/// Writes all of it; with `only_check` nothing.
///
/// # Errors
/// [`ImportFault::Faults`] for codes that are registered already, [`ImportFault::Checked`]; the store's.
pub fn write(
    change: &mut Change<'_>,
    actor: &Actor,
    prepared: &mut Prepared,
    only_check: bool,
) -> Result<(), ImportFault> {
    let registered: HashMap<String, Uuid> = store::all(&mut change.tx)?
        .into_iter()
        .filter(|row| row.kind == "institution")
        .filter_map(|row| Some((row.unique_key?, row.id.0)))
        .collect();
    let taken = |invited: &Invited| {
        let known = registered.get(invited.entry.edrpou.as_ref()?)?;
        Some(LineFault {
            line: invited.line,
            column: Some("edrpou".into()),
            detail: text!("import-code-registered", known = known.to_string()),
        })
    };
    let faults: Vec<LineFault> = prepared.invited.iter().filter_map(taken).collect();
    if !faults.is_empty() {
        return Err(ImportFault::Faults(faults));
    }
    if only_check {
        return Err(ImportFault::Checked);
    }
    directory::insert::<InstitutionInput>(change, actor, std::mem::take(&mut prepared.rows))?;
    clients::insert(change, actor, std::mem::take(&mut prepared.clients))?;
    Ok(())
}
