//! What the sandbox starts with: fictional citizens, the subscriptions that they may register, photos of their cards.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rayon::prelude::*;
use shiming_specimen::{Citizen, Fonts, PhotoStyle, citizens, draw_back, draw_front, photograph, portrait_jpeg};

use crate::task;
use crate::workspace::{self, Stamp};

/// How many people the register knows, each with a subscription of the same place in the list.
pub const CITIZENS: usize = 320;
/// How many of them have photos of their card to download.
pub const WITH_PHOTOS: usize = 20;
/// Width of the drawn card before it is photographed, pixels.
const CARD_WIDTH: u32 = 1600;

/// A subscription as the operator's CRM holds it before anybody registers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Subscription {
    iccid: String,
    number: String,
    contact_line: String,
    sim: &'static str,
    /// ID number of the holder of an effective record.
    holder: Option<String>,
}

/// The file with [`sandbox_seed_sql`]; drawing the portraits takes seconds, so it is made again only when its sources
/// changed.
pub fn sandbox_seed_file() -> Result<PathBuf> {
    let file = workspace::scratch()?.join("seed.sql");
    let inputs = ["crates/specimen", "xtask/src/seed.rs", "documents"].map(workspace::path);
    let stamp = Stamp::new("seed", &inputs, "")?;
    if !stamp.holds(std::slice::from_ref(&file)) {
        workspace::write(&file, task::step("draw the register's portraits", sandbox_seed_sql)?)?;
        stamp.set()?;
    }
    Ok(file)
}

/// SQL that fills the sandbox's D1 anew: the same for every run, whatever was in it.
pub fn sandbox_seed_sql() -> Result<String> {
    let people = citizens(CITIZENS);
    let mut sql = String::from("DELETE FROM seed;\nDELETE FROM subscriptions;\nDELETE FROM citizens;\n");
    for (position, citizen) in people.iter().enumerate() {
        let Citizen { name, sex, ethnicity, birth_date, address, id_number, issuer, valid_from, valid_until } = citizen;
        let portrait = STANDARD.encode(portrait_jpeg(citizen));
        let texts = [id_number, name, sex, ethnicity, birth_date, address, issuer, valid_from, valid_until, &portrait];
        let values: Vec<String> = texts.into_iter().map(|text| quote(text)).collect();
        writeln!(
            sql,
            "INSERT INTO citizens (position, id_number, name, sex, ethnicity, birth_date, address, issuer, valid_from, \
             valid_until, portrait) VALUES ({position}, {});",
            values.join(", ")
        )?;
    }
    for position in 0..people.len() {
        let Subscription { iccid, number, contact_line, sim, holder } = subscription(position, &people)?;
        writeln!(
            sql,
            "INSERT INTO subscriptions (position, iccid, number, contact_line, sim, registered, holder) \
             VALUES ({position}, {}, {}, {}, {}, {}, {});",
            quote(&iccid),
            quote(&number),
            quote(&contact_line),
            quote(sim),
            u8::from(holder.is_some()),
            holder.as_deref().map_or_else(|| "NULL".to_owned(), quote),
        )?;
    }
    let mut hasher = DefaultHasher::new();
    sql.hash(&mut hasher);
    writeln!(sql, "INSERT INTO seed (fingerprint) VALUES ('{:016x}');", hasher.finish())?;
    Ok(sql)
}

/// Writes photos of the first citizens' cards below `assets`, at the addresses that the sandbox serves:
/// `citizens/{index}/card/front.jpg` and `back.jpg`.
pub fn card_photos(assets: &Path, node_modules: &Path) -> Result<()> {
    let fonts = Fonts::load(node_modules).context("the fonts of the cards come with npm")?;
    citizens(WITH_PHOTOS).par_iter().enumerate().try_for_each(|(index, citizen)| {
        let folder = assets.join("citizens").join(index.to_string()).join("card");
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let seed = u64::try_from(index)? * 2;
        let sides = [
            ("front.jpg", draw_front(citizen, &fonts, CARD_WIDTH), seed),
            ("back.jpg", draw_back(citizen, &fonts, CARD_WIDTH), seed + 1),
        ];
        for (name, card, seed) in sides {
            let file = folder.join(name);
            std::fs::write(&file, photograph(&card, &PhotoStyle::phone(seed)).jpeg)
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    })
}

/// The subscription at `position`: the first sixteen are there to be registered, some of the rest are taken.
fn subscription(position: usize, people: &[Citizen]) -> Result<Subscription> {
    let number = (13_800_000_001 + u64::try_from(position)?).to_string();
    // 89 telecommunications, 86 China (ITU-T E.118); issuer 99 is nobody's.
    let body = format!("898699{position:013}");
    let iccid = format!("{body}{}", luhn_check_digit(&body));
    // Where the network cannot reach a card that is not active, codes go to another line of the buyer's (RN-13).
    let contact_line = match position % 16 {
        9 => (13_900_000_001 + u64::try_from(position)?).to_string(),
        // A landline: it can be called, it takes no messages (CB-6).
        13 => format!("0105550{position:04}"),
        _ => number.clone(),
    };
    // From 16 on every fifth is somebody's already: an effective card that no failed attempt may switch off (RN-10).
    let taken = position >= 16 && (position < 20 || position.is_multiple_of(5));
    let holder = taken.then(|| people.get((position + 100) % people.len())).flatten();
    let sim = match (taken, position % 2) {
        (true, _) => "active",
        (false, 0) => "provisional",
        (false, _) => "inactive",
    };
    Ok(Subscription { iccid, number, contact_line, sim, holder: holder.map(|person| person.id_number.clone()) })
}

/// The last digit of an ICCID (ISO/IEC 7812-1, annex B).
fn luhn_check_digit(body: &str) -> u32 {
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit.wrapping_sub(b'0'));
            let doubled = if place % 2 == 0 { digit * 2 } else { digit };
            doubled / 10 + doubled % 10
        })
        .sum();
    (10 - sum % 10) % 10
}

/// An SQL string literal.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn luhn_of_the_annex() {
        // 7992739871 with check digit 3 is the customary example.
        assert_eq!(luhn_check_digit("7992739871"), 3);
    }

    // RN-13: a card and a number each name one subscription.
    #[test]
    fn cards_and_numbers_are_distinct() {
        let people = citizens(CITIZENS);
        let all: Vec<Subscription> = (0..CITIZENS).map(|place| subscription(place, &people).unwrap()).collect();
        assert_eq!(all.iter().map(|row| &row.iccid).collect::<HashSet<_>>().len(), CITIZENS);
        assert_eq!(all.iter().map(|row| &row.number).collect::<HashSet<_>>().len(), CITIZENS);
        for row in &all {
            assert_eq!(row.iccid.len(), 20);
            assert_eq!(row.number.len(), 11);
            assert_eq!(row.holder.is_some(), row.sim == "active");
        }
    }

    // RN-9, RN-10: of the first sixteen none is taken, and both ways for a new card are there.
    #[test]
    fn the_first_can_be_registered() {
        let people = citizens(CITIZENS);
        let sims: Vec<&str> = (0..16).map(|place| subscription(place, &people).unwrap().sim).collect();
        assert_eq!(sims, ["provisional", "inactive"].repeat(8));
    }

    #[test]
    fn texts_cannot_leave_their_quotes() {
        assert_eq!(quote("a'b"), "'a''b'");
    }
}
