//! Reads the resources in `locales/`, refuses those that don't fit together, and writes them as a table that the crate is
//! compiled with. A folder is a language, a file an area; each language must say everything, with the same variables.

#![allow(clippy::print_stdout, reason = "that is how the build is told something")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Resource, Variant, VariantKey};
use fluent_syntax::parser::parse;
use fluent_syntax::unicode::unescape_unicode_to_string;

/// The categories of whole numbers (CLDR) that a selector must spell out when it spells out one of them.
const PLURALS: [(&str, &[&str]); 2] = [("uk", &["one", "few", "many"]), ("en", &["one", "other"])];

/// The language whose texts decide which keys and variables there are, and which stands in for one that is missing.
const FIRST: [&str; 2] = ["uk", "en"];

/// What a message is in one language.
struct Message {
    variables: BTreeSet<String>,
    /// Its parts, if nothing in it depends on what is put in.
    parts: Option<Vec<Part>>,
}

enum Part {
    Words(String),
    Variable(String),
}

struct Locale {
    code: String,
    files: BTreeMap<String, PathBuf>,
    messages: BTreeMap<String, (String, Message)>,
}

type Fault = String;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=locales");
    let root = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("locales");
    let mut faults = Vec::new();
    let mut locales = Vec::new();
    for code in codes(&root)? {
        locales.push(read(&root, code, &mut faults)?);
    }
    compare(&locales, &mut faults);
    if !faults.is_empty() {
        return Err(format!("the texts don't fit together:\n  {}", faults.join("\n  ")).into());
    }
    let out = Path::new(&std::env::var("OUT_DIR")?).join("locales.rs");
    std::fs::write(out, generate(&locales)?)?;
    Ok(())
}

/// The folders: Ukrainian and English first, then all others.
fn codes(root: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut codes: Vec<String> = FIRST.iter().map(|code| (*code).to_owned()).collect();
    let mut further = Vec::new();
    for entry in std::fs::read_dir(root)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !(2..=3).contains(&name.len()) || !name.bytes().all(|b| b.is_ascii_lowercase()) {
            return Err(format!("{name} is no language: a folder has a code of ISO 639").into());
        }
        if !codes.contains(&name) {
            further.push(name);
        }
    }
    further.sort();
    codes.extend(further);
    Ok(codes)
}

fn read(root: &Path, code: String, faults: &mut Vec<Fault>) -> Result<Locale, Box<dyn std::error::Error>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(root.join(&code))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".ftl") {
            files.insert(name, path);
        } else {
            faults.push(format!("{code}/{name} is no Fluent resource"));
        }
    }
    let mut resources = Vec::new();
    for (name, path) in &files {
        match parse(std::fs::read_to_string(path)?) {
            Ok(resource) => resources.push((name.clone(), resource)),
            Err((_, errors)) => faults.push(format!("{code}/{name} can't be read: {errors:?}")),
        }
    }
    let mut messages = BTreeMap::new();
    for (file, resource) in &resources {
        take_in(&code, file, resource, &mut messages, faults);
    }
    Ok(Locale { code, files, messages })
}

fn take_in(
    code: &str,
    file: &str,
    resource: &Resource<String>,
    messages: &mut BTreeMap<String, (String, Message)>,
    faults: &mut Vec<Fault>,
) {
    for entry in &resource.body {
        let (key, at) = match entry {
            Entry::Message(message) => (&message.id.name, format!("{code}/{file}: {}", message.id.name)),
            Entry::Term(term) => {
                faults.push(format!("{code}/{file}: -{}: terms are not used here", term.id.name));
                continue;
            }
            Entry::Junk { content } => {
                faults.push(format!("{code}/{file}: can't be read: {content}"));
                continue;
            }
            _ => continue,
        };
        let Entry::Message(message) = entry else { continue };
        if !key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            faults.push(format!("{at}: a key has small letters, digits and hyphens"));
        }
        if !message.attributes.is_empty() {
            faults.push(format!("{at}: attributes are not used here"));
        }
        let Some(pattern) = &message.value else {
            faults.push(format!("{at}: says nothing"));
            continue;
        };
        let mut found = Found { code, variables: BTreeSet::new(), faults: Vec::new() };
        found.pattern(pattern);
        faults.extend(found.faults.iter().map(|fault| format!("{at}: {fault}")));
        let read = Message { parts: parts(pattern), variables: found.variables };
        if messages.insert(key.clone(), (file.to_owned(), read)).is_some() {
            faults.push(format!("{at}: stands twice"));
        }
    }
}

/// Looks through a pattern for variables, and for what is not used here.
struct Found<'a> {
    code: &'a str,
    variables: BTreeSet<String>,
    faults: Vec<Fault>,
}

impl Found<'_> {
    fn pattern(&mut self, pattern: &Pattern<String>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<String>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                self.plurals(variants);
                variants.iter().for_each(|variant| self.pattern(&variant.value));
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<String>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.clone());
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
            InlineExpression::FunctionReference { id, .. } => {
                self.faults.push(format!("{} is a function: none is used here", id.name));
            }
            InlineExpression::MessageReference { id, .. } | InlineExpression::TermReference { id, .. } => {
                self.faults.push(format!("refers to {}: every text stands by itself", id.name));
            }
        }
    }

    /// A number that changes the words must be thought through for every category that whole numbers have in the language.
    fn plurals(&mut self, variants: &[Variant<String>]) {
        let named: BTreeSet<&str> = variants
            .iter()
            .filter_map(|variant| match &variant.key {
                VariantKey::Identifier { name } => Some(name.as_str()),
                VariantKey::NumberLiteral { .. } => None,
            })
            .collect();
        let wanted = PLURALS.iter().find(|(code, _)| *code == self.code).map_or(&[][..], |(_, wanted)| wanted);
        let speaks_of_plurals = ["one", "few", "many"].iter().any(|category| named.contains(category));
        for category in wanted.iter().filter(|category| speaks_of_plurals && !named.contains(**category)) {
            self.faults.push(format!("the form for [{category}] is missing"));
        }
    }
}

/// The parts of a pattern that chooses nothing.
fn parts(pattern: &Pattern<String>) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => say(&mut parts, value),
            PatternElement::Placeable { expression: Expression::Inline(inline) } => match inline {
                InlineExpression::StringLiteral { value } => say(&mut parts, &unescape_unicode_to_string(value)),
                InlineExpression::VariableReference { id } => parts.push(Part::Variable(id.name.clone())),
                _ => return None,
            },
            PatternElement::Placeable { .. } => return None,
        }
    }
    Some(parts)
}

fn say(parts: &mut Vec<Part>, words: &str) {
    match parts.last_mut() {
        Some(Part::Words(before)) => before.push_str(words),
        _ => parts.push(Part::Words(words.to_owned())),
    }
}

/// Every language says everything, in the same file and with the same variables.
fn compare(locales: &[Locale], faults: &mut Vec<Fault>) {
    for one in locales {
        for other in locales.iter().filter(|other| other.code != one.code) {
            for (key, (file, message)) in &one.messages {
                match other.messages.get(key) {
                    None => faults.push(format!("{}/{file} has {key}, which {} lacks", one.code, other.code)),
                    Some((elsewhere, _)) if elsewhere != file => {
                        faults.push(format!("{key} stands in {}/{file} and in {}/{elsewhere}", one.code, other.code));
                    }
                    Some((_, same)) if same.variables != message.variables => {
                        faults.push(format!(
                            "{file}: {key} has {:?} in {} and {:?} in {}",
                            message.variables, one.code, same.variables, other.code
                        ));
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

fn generate(locales: &[Locale]) -> Result<String, std::fmt::Error> {
    let mut code = String::new();
    let count = locales.len();
    writeln!(code, "/// A language people are answered in.")?;
    writeln!(
        code,
        "#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]"
    )?;
    writeln!(code, "#[serde(rename_all = \"lowercase\")]\npub enum Language {{")?;
    for (at, locale) in locales.iter().enumerate() {
        let default = if at == 0 { "#[default] " } else { "" };
        writeln!(code, "    /// `{}` (ISO 639).\n    {default}{},", locale.code, variant(&locale.code))?;
    }
    writeln!(code, "}}\n\npub(crate) const LANGUAGES: [Language; {count}] = [")?;
    for locale in locales {
        writeln!(code, "    Language::{},", variant(&locale.code))?;
    }
    writeln!(code, "];\n\npub(crate) const CODES: [&str; {count}] = [")?;
    for locale in locales {
        writeln!(code, "    {:?},", locale.code)?;
    }
    writeln!(code, "];\n\npub(crate) const RESOURCES: [&[&str]; {count}] = [")?;
    for locale in locales {
        let files: Vec<String> = locale.files.values().map(|path| format!("include_str!({path:?})")).collect();
        writeln!(code, "    &[{}],", files.join(", "))?;
    }
    writeln!(code, "];\n\n/// By key.\npub(crate) const ENTRIES: &[Entry] = &[")?;
    for (key, (_, message)) in locales.first().into_iter().flat_map(|locale| &locale.messages) {
        let each: Option<Vec<&Vec<Part>>> = locales
            .iter()
            .map(|locale| locale.messages.get(key).and_then(|(_, message)| message.parts.as_ref()))
            .collect();
        let variables: Vec<&String> = message.variables.iter().collect();
        let said = each.map_or_else(|| "Said::Chosen".to_owned(), |each| said(&each));
        writeln!(code, "    Entry {{ key: {key:?}, variables: &{variables:?}, said: {said} }},")?;
    }
    writeln!(code, "];")?;
    Ok(code)
}

fn said(each: &[&Vec<Part>]) -> String {
    let fixed: Option<Vec<&String>> = each
        .iter()
        .map(|parts| match parts.as_slice() {
            [Part::Words(words)] => Some(words),
            _ => None,
        })
        .collect();
    match fixed {
        Some(words) => format!("Said::Fixed({words:?})"),
        None => {
            let each: Vec<String> = each
                .iter()
                .map(|parts| {
                    let parts: Vec<String> = parts.iter().map(part).collect();
                    format!("&[{}]", parts.join(", "))
                })
                .collect();
            format!("Said::Parts([{}])", each.join(", "))
        }
    }
}

/// The source of a part.
fn part(part: &Part) -> String {
    match part {
        Part::Words(words) => format!("Part::Words({words:?})"),
        Part::Variable(name) => format!("Part::Variable({name:?})"),
    }
}

/// `uk` as the name of its variant: `Uk`.
fn variant(code: &str) -> String {
    let mut letters = code.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
