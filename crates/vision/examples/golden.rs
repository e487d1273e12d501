//! Writes the golden pictures into a folder, for the browser's test of the same reports: `golden FOLDER`.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a developer's program: what fails may stop it")]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/common/golden.rs"]
mod golden;

fn main() {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).expect("a folder to write to"));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, picture) in golden::pictures() {
        std::fs::write(folder.join(format!("{name}.jpg")), picture).unwrap();
    }
}
