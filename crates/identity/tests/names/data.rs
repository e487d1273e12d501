//! The data files as the tests see them: read as text, so that they are a second opinion on the compiled table.

use std::collections::HashMap;
use std::sync::LazyLock;

use oorandom::Rand64;
use shiming_identity::PersonName;

/// The databases of RC-2 and the characters that names are drawn from.
pub struct Data {
    /// Every character with several codes: its formal code, and all codes in code-point order.
    pub rows: Vec<(char, Vec<char>)>,
    /// Code → place in `rows`.
    pub row_of: HashMap<char, usize>,
    /// The 8,105 of the Table of General Standard Chinese Characters, in its order.
    pub general: Vec<char>,
    /// The 8,105 and every code of every row.
    pub all: Vec<char>,
    /// Different characters that look or mean alike.
    pub never_equal: Vec<(char, char)>,
}

pub static DATA: LazyLock<Data> = LazyLock::new(|| {
    let mut rows = Vec::new();
    for text in [include_str!("../../data/names/two_codes.tsv"), include_str!("../../data/names/three_codes.tsv")] {
        for columns in columns(text) {
            rows.push((code(columns[0]), columns[2].split(' ').map(code).collect::<Vec<_>>()));
        }
    }
    let row_of = (0..).zip(&rows).flat_map(|(at, (_, codes))| codes.iter().map(move |&c| (c, at))).collect();
    let general: Vec<char> = include_str!("../data/general_standard.txt").chars().filter(|c| *c != '\n').collect();
    let all = general.iter().chain(rows.iter().flat_map(|(_, codes)| codes)).copied().collect();
    let pairs = include_str!("../../data/names/never_equal.tsv");
    let never_equal = columns(pairs).map(|columns| (code(columns[0]), code(columns[1]))).collect();
    Data { rows, row_of, general, all, never_equal }
});

impl Data {
    /// All codes of `c`, by the text files.
    pub fn codes<'a>(&'a self, c: &'a char) -> &'a [char] {
        self.row_of.get(c).map_or(std::slice::from_ref(c), |&row| &self.rows[row].1)
    }

    /// Whether two codes are codes of one character, by the text files.
    pub fn same(&self, a: char, b: char) -> bool {
        self.codes(&a).contains(&b)
    }
}

fn columns(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

pub fn code(text: &str) -> char {
    char::from_u32(u32::from_str_radix(text, 16).unwrap()).unwrap()
}

/// One of a list.
pub fn one_of<T: Copy>(list: &[T], random: &mut Rand64) -> T {
    list[below(list.len(), random)]
}

/// A number below `limit`.
pub fn below(limit: usize, random: &mut Rand64) -> usize {
    usize::try_from(random.rand_range(0..u64::try_from(limit).unwrap())).unwrap()
}

/// 1 to 20 characters of the 8,105 and all variants.
pub fn characters(random: &mut Rand64) -> Vec<char> {
    (0..=below(20, random)).map(|_| one_of(&DATA.all, random)).collect()
}

/// Every character in one of its codes.
pub fn recoded(characters: &[char], random: &mut Rand64) -> Vec<char> {
    characters.iter().map(|c| one_of(DATA.codes(c), random)).collect()
}

/// A name of these characters, code by code.
pub fn name(characters: &[char]) -> PersonName {
    let name = PersonName::parse(&characters.iter().collect::<String>()).unwrap();
    assert!(name.as_str().chars().eq(characters.iter().copied()), "a name keeps the codes it was read with");
    name
}
