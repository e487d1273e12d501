//! Cards from the issuer to whoever checks them (EC-3, EC-4), with real keys.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::cast_possible_truncation, reason = "numbers of bytes are small")]

mod common;

use common::{DAY, Key, LIST, key_id};
use oorandom::Rand64;
use shiming_credential::{
    Card, CardNumber, Disclosed, IssuerKey, IssuerKeys, Refusal, StatusList, StatusReference, Symbol, code, present,
    verify,
};

const NOW: u64 = 1_800_000_000;

/// An issuer with two keys, the second of which is not used yet, a phone, and the list.
struct World {
    issuer: Key,
    phone: Key,
    keys: IssuerKeys,
    list: StatusList,
}

impl World {
    fn new() -> Self {
        let (issuer, next) = (Key::new(1), Key::new(2));
        let published = |name: &str, key: &Key, not_before: u64| IssuerKey {
            id: key_id(name),
            key: key.public(),
            not_before,
            not_after: not_before + 400 * DAY,
        };
        let keys =
            IssuerKeys::new(vec![published("a", &issuer, NOW - 300 * DAY), published("b", &next, NOW + 50 * DAY)]);
        let list = StatusList::new(LIST, NOW - 60, NOW + DAY, 1000).unwrap();
        Self { issuer, phone: Key::new(3), keys: keys.unwrap(), list }
    }

    fn card(&self) -> Card {
        common::card(&self.phone, NOW, 5, Disclosed { over: Some(18), ..Disclosed::default() })
    }

    fn issue(&self, card: &Card) -> Vec<u8> {
        self.issuer.sign(card.unsigned(&key_id("a")).unwrap())
    }

    /// What the phone shows at a time.
    fn code(&self, card: &Card, at: u64) -> String {
        code::encode(&self.phone.sign(present(&self.issue(card), at)))
    }

    fn verify(&self, text: &str, now: u64) -> Result<Card, Refusal> {
        verify(text, &self.keys, std::slice::from_ref(&self.list), now).map(|shown| shown.card)
    }
}

// EC-4
#[test]
fn a_card_is_valid_for_as_long_as_it_says_and_a_code_for_a_minute() {
    let world = World::new();
    let card = world.card();
    let text = world.code(&card, NOW);
    assert_eq!(world.verify(&text, NOW), Ok(card.clone()));
    assert_eq!(world.verify(&text, NOW + 60), Ok(card.clone()));
    assert_eq!(world.verify(&text, NOW - 30), Ok(card.clone()));
    assert_eq!(world.verify(&text, NOW + 61), Err(Refusal::Stale));
    assert_eq!(world.verify(&text, NOW - 31), Err(Refusal::Stale));
    let (early, late) = (NOW - 2 * DAY, card.expires_at);
    assert_eq!(world.verify(&world.code(&card, early), early), Err(Refusal::NotYetValid));
    let mut lasting = world.list.clone();
    lasting.expires_at = u64::MAX;
    let expired = verify(&world.code(&card, late), &world.keys, &[lasting], late);
    assert_eq!(expired.map(|shown| shown.card), Err(Refusal::Expired));
}

// EC-4
#[test]
fn a_revoked_card_is_refused_and_a_list_that_is_too_old_says_nothing() {
    let mut world = World::new();
    let card = world.card();
    let text = world.code(&card, NOW);
    assert_eq!(verify(&text, &world.keys, &[], NOW), Err(Refusal::StatusUnknown));
    world.list.expires_at = NOW;
    assert_eq!(world.verify(&text, NOW), Err(Refusal::StatusUnknown));
    let mut newer = StatusList::new(LIST, NOW, NOW + DAY, 1000).unwrap();
    newer.revoke(5).unwrap();
    let published = world.issuer.sign(newer.unsigned(&key_id("a")));
    world.list = StatusList::open(&published, &world.keys).unwrap();
    assert_eq!(world.list, newer);
    assert_eq!(world.verify(&text, NOW), Err(Refusal::Revoked));
    let others: Vec<u32> = (0..1000).filter(|index| newer.is_revoked(*index) == Some(true)).collect();
    assert_eq!((others, newer.is_revoked(1000), newer.revoke(1000).is_err()), (vec![5], None, true));
    for at in 0..published.len() {
        let mut changed = published.clone();
        changed[at] ^= 1;
        assert!(StatusList::open(&changed, &world.keys).is_err(), "byte {at}");
    }
}

// EC-3
#[test]
fn what_others_sign_is_forged() {
    let world = World::new();
    let card = world.card();
    let (forger, other_phone) = (Key::new(9), Key::new(8));
    let show = |bytes: &[u8], key: &Key| world.verify(&code::encode(&key.sign(present(bytes, NOW))), NOW);
    let unsigned = |name: &str| card.unsigned(&key_id(name)).unwrap();
    assert_eq!(show(&forger.sign(unsigned("a")), &world.phone), Err(Refusal::Forged));
    assert_eq!(show(&world.issue(&card), &other_phone), Err(Refusal::Forged));
    assert_eq!(show(&world.issuer.sign(unsigned("c")), &world.phone), Err(Refusal::UnknownIssuer));
    // A key that is to sign later, or signed once, makes no cards now.
    assert_eq!(show(&Key::new(2).sign(unsigned("b")), &world.phone), Err(Refusal::Forged));
    // A list is no card, a card no presentation.
    let list = world.issuer.sign(world.list.unsigned(&key_id("a")));
    assert_eq!(show(&list, &world.phone), Err(Refusal::Malformed));
    assert_eq!(world.verify(&code::encode(&world.issue(&card)), NOW), Err(Refusal::Malformed));
    assert!(StatusList::open(&world.issue(&card), &world.keys).is_err());
}

// EC-4: version 22, level M or better
#[test]
fn the_fullest_card_fits_into_a_code_that_cameras_read() {
    let world = World::new();
    let mut dice = Rand64::new(22);
    let mut random =
        |length: usize| (0..length).map(|_| char::from(b'a' + dice.rand_range(0..26) as u8)).collect::<String>();
    let mut card = world.card();
    let version = |card: &Card| Symbol::of(&world.code(card, NOW)).unwrap().version();
    assert!(version(&card) <= 16, "a usual card: version {}", version(&card));
    card.issuer = random(40);
    card.status = StatusReference { list: random(60), index: u32::MAX };
    card.document_class = random(40);
    card.disclosed = Disclosed {
        name: Some("帕提古丽·阿卜杜热合曼".repeat(5).chars().take(50).collect()),
        over: Some(18),
        sex: Some("女".to_owned()),
        birth_date: Some("1990-01-01".to_owned()),
        holder_reference: Some([0xa5; 16]),
    };
    assert!(version(&card) <= code::LARGEST_VERSION, "the fullest: version {}", version(&card));
    // Everything is in order, only that the list does not go so far.
    assert_eq!(world.verify(&world.code(&card, NOW), NOW), Err(Refusal::StatusUnknown));
    card.status = StatusReference { list: LIST.to_owned(), index: 999 };
    assert_eq!(world.verify(&world.code(&card, NOW), NOW), Ok(card));
}

#[test]
fn a_card_that_is_not_well_formed_is_not_made() {
    let world = World::new();
    let refused = |change: fn(&mut Card)| {
        let mut card = world.card();
        change(&mut card);
        card.unsigned(&key_id("a")).is_err()
    };
    assert!(refused(|card| card.issuer.clear()));
    assert!(refused(|card| card.issuer = "x".repeat(41)));
    assert!(refused(|card| card.document_class = "Passport".to_owned()));
    assert!(refused(|card| card.disclosed.name = Some("a\nb".to_owned())));
    assert!(refused(|card| card.disclosed.birth_date = Some("1990-1-01".to_owned())));
    assert!(refused(|card| card.expires_at = card.issued_at));
}

/// Changes bytes: one flipped, one more, one less, cut off, two exchanged.
fn changed(bytes: &[u8], dice: &mut Rand64) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut at = || dice.rand_range(0..bytes.len() as u64) as usize;
    let (one, other, kind) = (at(), at(), at() % 5);
    match kind {
        0 => bytes[one] ^= 1 << (other % 8),
        1 => bytes.insert(one, other as u8),
        2 => drop(bytes.remove(one)),
        3 => bytes.truncate(one),
        _ => bytes.swap(one, other),
    }
    bytes
}

// EC-4: ≥ 10,000 altered codes, of which a quarter each are altered in the text, in what the phone signed, in the card, and in
// what the card says, signed again by somebody else
#[test]
fn no_altered_code_says_anything_else() {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let world = World::new();
    let card = world.card();
    let issued = world.issue(&card);
    let shown = world.phone.sign(present(&issued, NOW));
    let text = code::encode(&shown);
    let mut dice = Rand64::new(20_261_127);
    let mut refused = std::collections::BTreeMap::<&str, u32>::new();
    let (forger, kid) = (Key::new(9), key_id("a"));
    for round in 0..12_000 {
        let altered = match round % 4 {
            0 => {
                let mut characters = text.clone().into_bytes();
                let at = dice.rand_range(0..characters.len() as u64) as usize;
                characters[at] = ALPHABET[dice.rand_range(0..ALPHABET.len() as u64) as usize];
                String::from_utf8(characters).unwrap()
            }
            1 => code::encode(&changed(&shown, &mut dice)),
            // A thief with a phone of their own shows an altered card, rightly signed by that phone.
            2 => code::encode(&world.phone.sign(present(&changed(&issued, &mut dice), NOW))),
            _ => {
                let mut other = card.clone();
                other.disclosed.over = Some(dice.rand_range(0..100) as u8);
                other.number = CardNumber::from_random(dice.rand_u64());
                let signed = forger.sign(other.unsigned(&kid).unwrap());
                code::encode(&world.phone.sign(present(&signed, NOW)))
            }
        };
        match world.verify(&altered, NOW) {
            Ok(read) => assert_eq!(read, card, "{altered}"),
            Err(refusal) => *refused.entry(refusal.code()).or_default() += 1,
        }
        for end in [text.len() / 2, text.len() - 1] {
            assert!(world.verify(&text[..end], NOW).is_err());
        }
    }
    assert!(refused.values().sum::<u32>() > 11_500, "{refused:?}");
    assert!(refused["forged"] > 3_000 && refused["malformed"] > 100, "{refused:?}");
}
