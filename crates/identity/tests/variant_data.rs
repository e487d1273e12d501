//! The databases of `data/names` and the compiled table are what their sources say.
//!
//! `UPDATE_VARIANTS=1 cargo test -p shiming-identity --test variant_data` makes them again.
#![allow(clippy::unwrap_used, reason = "tests: what fails may stop them")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use unicode_normalization::char::{decompose_canonical, decompose_compatible};

use shiming_identity::variants::{MAX_CODES, TABLE_VERSION};

/// Variant → formal code and the name of the source.
type Rows = BTreeMap<char, (char, &'static str)>;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The columns of a table in `data/names`, comments left out.
fn table(name: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path("data/names").join(name)).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

fn code(text: &str) -> char {
    char::from_u32(u32::from_str_radix(text, 16).unwrap()).unwrap()
}

fn hex(c: char) -> String {
    format!("{:04X}", u32::from(c))
}

/// What a character decomposes to, where that is a single other one.
fn single(decompose: fn(char, &mut dyn FnMut(char)), c: char) -> Option<char> {
    let mut parts = Vec::new();
    decompose(c, &mut |part| parts.push(part));
    (parts.len() == 1 && parts[0] != c).then(|| parts[0])
}

/// All rows, from their sources.
fn rows() -> Rows {
    let mut rows = Rows::new();
    for c in ('\u{F900}'..='\u{FAFF}').chain('\u{2F800}'..='\u{2FA1F}') {
        if let Some(formal) = single(|c, f| decompose_canonical(c, f), c) {
            rows.insert(c, (formal, "compatibility"));
        }
    }
    for c in '\u{2F00}'..='\u{2FD5}' {
        rows.insert(c, (single(|c, f| decompose_compatible(c, f), c).unwrap(), "kangxi"));
    }
    for row in table("cjk_radicals.tsv") {
        if row[5] == "same" {
            rows.insert(code(&row[0]), (code(&row[3]), "radical"));
        }
    }
    for row in table("gb18030_pua.tsv") {
        rows.insert(code(&row[2]), (code(&row[3]), "gbk"));
    }
    rows
}

/// The databases: formal code → its variants with their sources.
fn characters(rows: &Rows) -> BTreeMap<char, BTreeMap<char, &'static str>> {
    let mut characters = BTreeMap::<char, BTreeMap<char, &str>>::new();
    for (&variant, &(formal, source)) in rows {
        characters.entry(formal).or_default().insert(variant, source);
    }
    characters
}

fn database(title: &str, rows: &Rows, wanted: impl Fn(usize) -> bool) -> String {
    let mut text = format!("# {title}, table version {TABLE_VERSION}. Made by tests/variant_data.rs; see README.md.\n");
    text += "# formal\tcharacter\tcodes\tsources\n";
    for (formal, variants) in characters(rows) {
        if wanted(variants.len() + 1) {
            let codes: BTreeSet<char> = variants.keys().copied().chain([formal]).collect();
            let codes: Vec<String> = codes.into_iter().map(hex).collect();
            let sources: Vec<String> = variants.iter().map(|(&c, source)| format!("{}={source}", hex(c))).collect();
            writeln!(text, "{}\t{formal}\t{}\t{}", hex(formal), codes.join(" "), sources.join(" ")).unwrap();
        }
    }
    text
}

/// The compiled table.
fn compiled(rows: &Rows) -> String {
    let mut runs = Vec::<(u32, usize)>::new();
    let mut last = 0;
    for (at, &c) in rows.keys().enumerate() {
        if u32::from(c) != last + 1 {
            runs.push((u32::from(c), at));
        }
        last = u32::from(c);
    }
    let mut text = String::from("//! Made from `data/names` by `tests/variant_data.rs`; not to be edited.\n\n");
    writeln!(text, "pub(super) const VERSION: u8 = {TABLE_VERSION};\n").unwrap();
    text += "/// The first code of each run of consecutive variants, and its place in [`FORMAL`].\n#[rustfmt::skip]\n";
    writeln!(text, "pub(super) static RUNS: [(u32, u16); {}] = [", runs.len()).unwrap();
    for line in runs.chunks(6) {
        let line: Vec<String> = line.iter().map(|(first, at)| format!("({first:#X}, {at}),")).collect();
        writeln!(text, "    {}", line.join(" ")).unwrap();
    }
    text += "];\n\n/// The formal code of every variant, in the order of the variants.\n#[rustfmt::skip]\n";
    writeln!(text, "pub(super) static FORMAL: [u32; {}] = [", rows.len()).unwrap();
    let formals: Vec<String> = rows.values().map(|(formal, _)| format!("{:#X},", u32::from(*formal))).collect();
    for line in formals.chunks(12) {
        writeln!(text, "    {}", line.join(" ")).unwrap();
    }
    text + "];\n"
}

/// Compares a file with what it should be, or writes it where that was asked for.
fn same_or_update(name: &str, expected: &str) {
    if std::env::var_os("UPDATE_VARIANTS").is_some() {
        std::fs::write(path(name), expected).unwrap();
    }
    let found = std::fs::read_to_string(path(name)).unwrap_or_default();
    assert!(found == expected, "{name} is not what its sources say; UPDATE_VARIANTS=1 makes it again");
}

// RC-2
#[test]
fn the_databases_are_what_their_sources_say() {
    let rows = rows();
    let two = database("Characters with two codes", &rows, |codes| codes == 2);
    let more = database("Characters with three codes and more", &rows, |codes| codes > 2);
    assert!(more.lines().count() - 2 >= 20);
    same_or_update("data/names/two_codes.tsv", &two);
    same_or_update("data/names/three_codes.tsv", &more);
    same_or_update("src/variants/data.rs", &compiled(&rows));
}

// RC-3: one digit counts the codes
#[test]
fn no_formal_code_is_a_variant_and_no_character_has_ten_codes() {
    let rows = rows();
    for (variant, (formal, _)) in &rows {
        assert!(!rows.contains_key(formal), "{} leads to {}, a variant itself", hex(*variant), hex(*formal));
    }
    assert!(characters(&rows).values().all(|variants| variants.len() < MAX_CODES));
}
