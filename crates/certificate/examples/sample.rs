//! Writes a sample certificate in both forms and a notice, and says how long each took and how large it is. Fictional people.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for people who look at the documents")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::Instant;

use common::issued::key_id;
use shiming_certificate::render::{Language, Template, notice};

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let start = Instant::now();
    let fonts = common::fonts();
    println!("typefaces {:?}", start.elapsed());
    let write = |name: &str, file: &dyn Fn() -> Vec<u8>| {
        let start = Instant::now();
        let bytes = file();
        println!("{name}: {} bytes, {:?}", bytes.len(), start.elapsed());
        std::fs::write(format!("{folder}/{name}.pdf"), bytes).unwrap();
    };
    let certificate = common::certificate_of(common::holder("张䶮\u{2B5AF}", "ZHANG YAN"), 42);
    write("zh", &|| common::signed(&certificate, Language::Chinese));
    write("both", &|| common::signed(&certificate, Language::Bilingual));
    write("both-again", &|| common::signed(&certificate, Language::Bilingual));
    let refused = common::a_notice();
    write("notice", &|| {
        let content = notice(&refused, &Template::standard().unwrap(), Language::Bilingual, fonts).unwrap();
        let unsigned = content.of_notice(common::ISSUER, &key_id("a"), common::NOW).unwrap();
        content.signed(&common::issuer().sign(unsigned)).unwrap()
    });
}
