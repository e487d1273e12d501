//! From an identified person to cards (EC-1, EC-3, EC-4): what a device may say of a person, what a holder may select, how
//! long a card lasts, and where it stands in the status lists.

use serde::{Deserialize, Serialize};
use shiming_credential::Disclosed;
use shiming_identity::{Date, Expiry, IdNumber, PersonName};
use shiming_wire::card::{Claim, RequestOffer};
use shiming_wire::{Text, UnixSeconds};

/// How long an offer is good for, seconds.
pub const OFFER_SECONDS: u64 = 600;

/// How long a card lasts at most, seconds: a year. A document that ends earlier ends it earlier.
pub const CARD_SECONDS: u64 = 365 * 86_400;

/// Most cards that one offer makes.
pub const MOST_SELECTIONS: usize = 8;

/// Entries of a status list: 16 KiB of bits.
pub const LIST_ENTRIES: u32 = 131_072;

/// Cards of a status list. A quarter of its entries, so that a place drawn at random is mostly free, and neighbours in a
/// list have nothing to do with each other.
pub const CARDS_PER_LIST: u64 = 32_768;

/// How long a status list may be relied on, seconds: a day.
pub const LIST_SECONDS: u64 = 86_400;

/// Whom a device identified, in one spelling. Kept, encrypted, until the offer is taken or void.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identified {
    /// Which kind of document.
    pub document_class: Text<40>,
    /// 姓名
    pub name: Text<50>,
    /// 公民身份号码
    pub id_number: Text<18>,
    /// When the document ends, seconds since 1970; none for 长期, or where the device did not say.
    pub ends_at: Option<UnixSeconds>,
    /// The person moves to another phone, as a live face that passed said.
    #[serde(default)]
    pub moves: bool,
}

/// A person: nothing is shown.
impl std::fmt::Debug for Identified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identified(…)")
    }
}

/// What a device may say of a person today (in China), or JSON pointers (RFC 6901) to what cannot be right.
pub fn identified(request: &RequestOffer, today: Date) -> Result<(Identified, PersonName), Vec<&'static str>> {
    let name = PersonName::parse(request.name.as_str());
    let number = IdNumber::parse(request.id_number.as_str());
    let until = request.valid_until.as_ref().map(|until| until.as_str().parse::<Expiry>()).transpose();
    let born = number.as_ref().is_ok_and(|number| number.birth_date() <= today);
    let valid = until.as_ref().is_ok_and(|until| until.is_none_or(|until| !until.is_past(today)));
    let wrong: Vec<&str> = [("/name", name.is_ok()), ("/id_number", born), ("/valid_until", valid)]
        .into_iter()
        .filter_map(|(pointer, right)| (!right).then_some(pointer))
        .collect();
    let (Ok(name), Ok(number), Ok(until), true) = (name, number, until, wrong.is_empty()) else { return Err(wrong) };
    let ends_at = match until {
        Some(Expiry::On(last)) => last.tomorrow().map(Date::begins_in_china),
        Some(Expiry::LongTerm) | None => None,
    };
    let person = Identified {
        // Each of these is within its bound by its own grammar.
        document_class: word(request.document),
        name: Text::new(name.as_str()).unwrap_or_default(),
        id_number: Text::new(number.as_str()).unwrap_or_default(),
        ends_at,
        moves: request.moves,
    };
    Ok((person, name))
}

fn word(document: impl Serialize) -> Text<40> {
    let json = serde_json::to_string(&document).unwrap_or_default();
    Text::new(json.trim_matches('"')).unwrap_or_default()
}

/// When a card that is issued now expires; `None` if the document has ended.
#[must_use]
pub fn expires_at(person: &Identified, now: UnixSeconds) -> Option<UnixSeconds> {
    let end = (now + CARD_SECONDS).min(person.ends_at.unwrap_or(u64::MAX));
    (end > now).then_some(end)
}

/// What the cards of these selections show (EC-4), or a JSON pointer to the first that cannot be had: an age that is not
/// reached, a claim that stands twice, two ages on one card, or more cards than [`MOST_SELECTIONS`].
pub fn disclose(
    person: &Identified,
    selections: &[Vec<Claim>],
    reference: [u8; 16],
    today: Date,
) -> Result<Vec<Disclosed>, String> {
    if selections.is_empty() || selections.len() > MOST_SELECTIONS {
        return Err("/selections".to_owned());
    }
    let number = IdNumber::parse(person.id_number.as_str()).map_err(|_| "/offer".to_owned())?;
    let birth = number.birth_date();
    let card = |(index, claims): (usize, &Vec<Claim>)| {
        let mut shown = Disclosed::default();
        for (at, claim) in claims.iter().enumerate() {
            let fits = match claim {
                Claim::Name => shown.name.replace(person.name.as_str().to_owned()).is_none(),
                Claim::Sex => shown.sex.replace(number.sex().as_str().to_owned()).is_none(),
                Claim::BirthDate => shown.birth_date.replace(birth.to_string()).is_none(),
                Claim::HolderReference => shown.holder_reference.replace(reference).is_none(),
                Claim::Over14 => over(&mut shown, birth, 14, today),
                Claim::Over16 => over(&mut shown, birth, 16, today),
                Claim::Over18 => over(&mut shown, birth, 18, today),
                Claim::Over60 => over(&mut shown, birth, 60, today),
            };
            if !fits {
                return Err(format!("/selections/{index}/{at}"));
            }
        }
        Ok(shown)
    };
    selections.iter().enumerate().map(card).collect()
}

/// What is written to cards that another phone's end, as who revoked them: `moved`, if the person showed a live face for it.
#[must_use]
pub fn ended_by(person: &Identified) -> &'static str {
    if person.moves { "moved" } else { "replaced" }
}

/// Adds an age, if it is reached and the only one.
fn over(shown: &mut Disclosed, birth: Date, age: u8, today: Date) -> bool {
    birth.age_on(today).is_some_and(|years| years >= u16::from(age)) && shown.over.replace(age).is_none()
}

/// Where an offer is kept, for the encryption of its person.
#[must_use]
pub fn place_of_offer(token: &str) -> String {
    format!("offer {token}")
}

/// The status list that the next card goes to, after so many cards.
#[must_use]
pub fn list_after(cards: u64) -> u64 {
    1 + cards / CARDS_PER_LIST
}

/// A place in a list, from 32 random bits.
#[must_use]
pub fn place(random: u32) -> u32 {
    random % LIST_ENTRIES
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shiming_identity::document::DocumentKind;

    use super::*;
    use crate::testing::text;

    // 2026-11-22 in China.
    const NOW: u64 = 1_795_300_000;

    fn today() -> Date {
        Date::in_china(NOW).unwrap()
    }

    fn request(name: &str, id_number: &str, valid_until: Option<&str>) -> RequestOffer {
        RequestOffer {
            document: DocumentKind::CnResidentId,
            name: text(name),
            id_number: text(id_number),
            valid_until: valid_until.map(text),
            face: None,
            moves: false,
        }
    }

    fn person(id_number: &str) -> Identified {
        identified(&request("张某某", id_number, None), today()).unwrap().0
    }

    // EC-1
    #[test]
    fn only_people_that_can_be_are_identified() {
        let right = "11010519491231002X";
        for (name, number, until, wrong) in [
            ("张某某", right, None, &[][..]),
            ("张某某", right, Some("长期"), &[]),
            ("张某某", right, Some("2026-11-22"), &[]),
            ("张某某", right, Some("2026-11-21"), &["/valid_until"]),
            ("张某某", right, Some("2026.11.22"), &["/valid_until"]),
            ("", right, None, &["/name"]),
            ("张某某", "110105194912310021", None, &["/id_number"]),
            ("1", "1", Some("1"), &["/name", "/id_number", "/valid_until"]),
        ] {
            let found = identified(&request(name, number, until), today());
            assert_eq!(found.err().unwrap_or_default(), wrong, "{name} {number} {until:?}");
        }
        let (person, _) = identified(&request("张某某", right, Some("2026-11-22")), today()).unwrap();
        assert_eq!(person.document_class.as_str(), "cn_resident_id");
        assert_eq!(format!("{person:?}"), "Identified(…)");
    }

    // EC-4: a card ends with the document's last day, or after a year.
    #[test]
    fn a_card_does_not_outlive_the_document() {
        let until = |until| identified(&request("张某某", "11010519491231002X", until), today()).unwrap().0;
        assert_eq!(expires_at(&until(None), NOW), Some(NOW + CARD_SECONDS));
        assert_eq!(expires_at(&until(Some("长期")), NOW), Some(NOW + CARD_SECONDS));
        // 2026-12-01 begins in China at 16:00 UTC of the day before.
        assert_eq!(expires_at(&until(Some("2026-11-30")), NOW), Some(1_796_054_400));
        assert_eq!(expires_at(&until(Some("2026-11-30")), 1_796_054_400), None);
    }

    // EC-4
    #[test]
    fn a_holder_selects_what_is_true_and_once() {
        let adult = person("11010519491231002X");
        let shown = disclose(
            &adult,
            &[
                vec![Claim::Name],
                vec![Claim::Over18],
                vec![],
                vec![Claim::Sex, Claim::BirthDate, Claim::HolderReference],
            ],
            [5; 16],
            today(),
        )
        .unwrap();
        assert_eq!(shown[0], Disclosed { name: Some("张某某".to_owned()), ..Disclosed::default() });
        assert_eq!(shown[1], Disclosed { over: Some(18), ..Disclosed::default() });
        assert_eq!(shown[2], Disclosed::default());
        let rest = Disclosed {
            sex: Some("女".to_owned()),
            birth_date: Some("1949-12-31".to_owned()),
            holder_reference: Some([5; 16]),
            ..Disclosed::default()
        };
        assert_eq!(shown[3], rest);
        for (selections, pointer) in [
            (vec![], "/selections"),
            (vec![vec![]; 9], "/selections"),
            (vec![vec![Claim::Name], vec![Claim::Sex, Claim::Sex]], "/selections/1/1"),
            (vec![vec![Claim::Over18, Claim::Over60]], "/selections/0/1"),
        ] {
            assert_eq!(disclose(&adult, &selections, [5; 16], today()), Err(pointer.to_owned()));
        }
    }

    // EC-4: the day itself counts, the day before does not.
    #[test]
    fn an_age_is_reached_on_the_birthday() {
        let child = person("110105200811220031");
        let over =
            |claim, today: &str| disclose(&child, &[vec![claim]], [0; 16], Date::parse_iso(today).unwrap()).is_ok();
        assert!(over(Claim::Over18, "2026-11-22") && !over(Claim::Over18, "2026-11-21"));
        assert!(over(Claim::Over16, "2026-11-21") && over(Claim::Over14, "2026-11-21"));
        assert!(!over(Claim::Over60, "2026-11-22"));
    }

    proptest! {
        #[test]
        fn lists_fill_one_after_the_other(cards in 0u64..10_000_000, random: u32) {
            prop_assert!(list_after(cards + 1) - list_after(cards) <= 1);
            prop_assert_eq!(list_after(cards + CARDS_PER_LIST), list_after(cards) + 1);
            prop_assert!(place(random) < LIST_ENTRIES);
        }

        // EC-4: a card shows what was selected, and nothing else.
        #[test]
        fn nothing_is_shown_that_was_not_selected(bits in 0u8..32) {
            let all = [Claim::Name, Claim::Over18, Claim::Sex, Claim::BirthDate, Claim::HolderReference];
            let chosen: Vec<Claim> =
                all.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, claim)| *claim).collect();
            let shown = disclose(&person("11010519491231002X"), &[chosen], [1; 16], today()).unwrap().remove(0);
            let there = [
                shown.name.is_some(),
                shown.over.is_some(),
                shown.sex.is_some(),
                shown.birth_date.is_some(),
                shown.holder_reference.is_some(),
            ];
            for (at, there) in there.into_iter().enumerate() {
                prop_assert_eq!(there, bits >> at & 1 == 1);
            }
        }
    }
}
