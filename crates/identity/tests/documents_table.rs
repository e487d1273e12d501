//! RC-1: the tables in `docs/documents.md` are what the data say.
//!
//! `UPDATE_DOCUMENTS=1 cargo test -p shiming-identity --test documents_table` writes them again.
#![allow(clippy::unwrap_used, reason = "tests: what fails may stop them")]

use std::fmt::Write as _;
use std::path::Path;

use shiming_identity::document::facts::{NumberForm, NumberRule, Script};
use shiming_identity::document::{DocumentKind, Facts, facts};
use shiming_identity::validity::{AgeBand, LastDay, Term};

const BEGIN: &str = "<!-- made from documents/*.json -->\n";
const END: &str = "<!-- end of what is made -->\n";

#[test]
fn the_documentation_is_made_from_the_data() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/documents.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let made = format!("{before}{BEGIN}{}{END}{after}", tables());
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert!(page == made, "docs/documents.md is not what the data say: run this test with UPDATE_DOCUMENTS=1 once");
}

fn tables() -> String {
    let mut text = String::new();
    let all = DocumentKind::ALL.map(facts);
    text.push_str("\n## What each document carries\n\n");
    text.push_str("| document | fields | name in | validity | source |\n| --- | --- | --- | --- | --- |\n");
    for facts in all {
        let fields: Vec<String> = facts
            .fields
            .iter()
            .map(|field| format!("{}{} `{}`", field.label, if field.optional { "?" } else { "" }, field.name.as_str()))
            .collect();
        let (fields, scripts) = (fields.join(", "), scripts(facts));
        let title = format!("{} · {} `{}`", facts.title.zh, facts.title.en, name(facts.document));
        writeln!(text, "| {title} | {fields} | {scripts} | {} | {} |", validity(facts), facts.sources.join("; "))
            .unwrap();
    }
    text.push_str("\n## What its number looks like\n\n");
    text.push_str("| document | form | shape | check | for life | example | source |\n");
    text.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
    for facts in all {
        for form in &facts.numbers {
            let example = form.examples.iter().find(|example| example.printed_by.is_some()).or(form.examples.first());
            let lasting = if form.lasting == 0 { "–".to_owned() } else { format!("first {}", form.lasting) };
            let (shape, check) = (form.shape.to_string(), check(form));
            let example = example.map_or("", |example| example.number.as_str());
            let title = &facts.title.zh;
            let source = &form.source;
            writeln!(text, "| {title} | {} | `{shape}` | {check} | {lasting} | {example} | {source} |", form.form)
                .unwrap();
        }
    }
    text.push_str("\n## What is not certain or not checked\n\n");
    for facts in all {
        for note in &facts.notes {
            writeln!(text, "- {}: {note}", facts.title.zh).unwrap();
        }
    }
    text.push('\n');
    text
}

fn name(kind: DocumentKind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()
}

fn scripts(facts: &Facts) -> String {
    let word = |script| match script {
        Script::Han => "Han",
        Script::Latin => "Latin",
    };
    facts.name_scripts().into_iter().map(word).collect::<Vec<_>>().join(" and ")
}

fn check(form: &NumberForm) -> &'static str {
    match (form.rule, form.reported) {
        (Some(NumberRule::Gb11643), _) => "region, date, MOD 11-2",
        (Some(NumberRule::PermanentResident2023), _) => "date, MOD 11-2",
        (Some(NumberRule::PermanentResident2004), _) => "date, 7-3-1",
        (None, false) => "form only",
        (None, true) => "reported form, not checked",
    }
}

fn validity(facts: &Facts) -> String {
    let Some(rule) = &facts.validity else { return "not checked".to_owned() };
    let several = rule.ages.len() > 1;
    let band = |band: &AgeBand| {
        let terms = band.terms.iter().copied().map(term).collect::<Vec<_>>().join(" or ");
        match band.under {
            Some(under) => format!("under {under} {terms}"),
            None if several => format!("else {terms}"),
            None => terms,
        }
    };
    let last = match rule.last_day {
        LastDay::Anniversary => "to the same date",
        LastDay::Either => "to the same date or the day before",
    };
    format!("{}; {last}", rule.ages.iter().map(band).collect::<Vec<_>>().join(", "))
}

fn term(term: Term) -> String {
    match term {
        Term::Months(months) => format!("{months} months"),
        Term::Years(years) => format!("{years} years"),
        Term::LongTerm => "without end (长期)".to_owned(),
    }
}
