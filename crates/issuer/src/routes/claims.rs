//! The holder's phone takes an offer and gets its cards (EC-3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use shiming_cloud::clock::random_bytes;
use shiming_cloud::database::{self, Bind, together};
use shiming_cloud::http::{Answer, Target, parse, written};
use shiming_cloud::names::look_ups;
use shiming_cloud::once::{Actor, Once};
use shiming_cloud::problem::{Fault, invalid};
use shiming_cloud::signed::Signed;
use shiming_cloud::{clock, names, outbox, sealed};
use shiming_credential::{Card, CardNumber, Disclosed, PublicKey, StatusReference};
use shiming_outside::cards::{RecordCards, WithdrawCards};
use shiming_proof::Purpose;
use shiming_service::issuing::{self, Identified};
use shiming_wire::card::{CardsIssued, ClaimCards};
use shiming_wire::{Bytes, ProblemType, Text, UnixSeconds};
use worker::Env;

use super::point;
use crate::config::Config;
use crate::events;

#[derive(Deserialize)]
struct Offer {
    token: String,
    person: Option<String>,
    device: String,
    expires_at: UnixSeconds,
}

/// `POST /v1/cards`: cards, their places in the status list, what the citizen system and the risk store are told, and the end
/// of the offer are one transaction.
pub async fn take(request: worker::Request, env: &Env, config: &Config, target: &Target) -> Answer {
    let signed = Signed::read(request, &config.common, target).await?;
    let ClaimCards { offer, public_key, selections } = parse(&signed.body)?;
    signed.by_own_key(&public_key).await?;
    let phone = names::device(&config.common, &public_key);
    let actor = Actor { name: &phone, key: &signed.key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &signed.body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let now = clock::now();
    let sql = "SELECT token, person, device, expires_at FROM card_offers
        WHERE token IN (SELECT value FROM json_each(?))";
    let tokens = serde_json::to_string(&look_ups(&config.common, Purpose::Offer, &offer))?;
    let offer: Option<Offer> = database::row(env, sql, &[&tokens]).await?;
    let offer = offer.filter(|offer| now < offer.expires_at).ok_or(ProblemType::OfferVoid)?;
    let sealed = offer.person.as_deref().ok_or(ProblemType::OfferVoid)?;
    let person: Identified =
        sealed::open_text(&config.common.data_keys, &issuing::place_of_offer(&offer.token), sealed).await?;
    let expires_at = issuing::expires_at(&person, now).ok_or(ProblemType::OfferVoid)?;
    let reference = names::reference(&config.common, person.id_number.as_str());
    let shown =
        issuing::disclose(&person, &selections, reference, clock::today()?).map_err(|pointer| invalid(&pointer))?;
    let holder_key = point(&public_key).ok_or_else(|| invalid("/public_key"))?;

    let whose = names::person(&config.common, person.id_number.as_str());
    let template = Template { holder_key, class: person.document_class.as_str(), now, expires_at };
    let made = make(env, config, &template, shown).await?;
    let id = random_bytes();
    let (holder, key_text) = (id.to_base64url(), public_key.to_base64url());
    let issued = CardsIssued { holder: id, cards: made.iter().map(|card| card.signed.clone()).collect() };
    let answer = serde_json::to_string(&issued)?;

    let sql = "INSERT INTO card_holders (id, offer, person, public_key, device, issued_at) VALUES (?, ?, ?, ?, ?, ?)";
    let values: [&dyn Bind; 6] = [&holder, &offer.token, &whose, &key_text, &offer.device, &now];
    let mut done = vec![database::statement(env, sql, &values)?];
    // A card lives on one phone: those that the person had before are over.
    let old = before_this(env, &whose).await?;
    let moved = person.moves && !old.is_empty();
    if !old.is_empty() {
        let sql = "UPDATE cards SET revoked_at = ?, revoked_by = ?
            WHERE number IN (SELECT value FROM json_each(?)) AND revoked_at IS NULL";
        let numbers = serde_json::to_string(&old)?;
        done.push(database::statement(env, sql, &[&now, &issuing::ended_by(&person), &numbers])?);
        let call = WithdrawCards { numbers: old, revoked_at: now };
        done.push(outbox::write(env, &config.common, &format!("{holder}-moved"), &call).await?);
    }
    for card in &made {
        let sql = "INSERT INTO cards (number, holder, list, place, expires_at) VALUES (?, ?, ?, ?, ?)";
        let values: [&dyn Bind; 5] = [&card.number.as_str(), &holder, &card.list, &card.place, &expires_at];
        done.push(database::statement(env, sql, &values)?);
    }
    let call = RecordCards {
        id_number: person.id_number,
        document_class: person.document_class.clone(),
        numbers: made.into_iter().map(|card| card.number).collect(),
        issued_at: now,
        expires_at,
    };
    done.push(outbox::write(env, &config.common, &format!("{holder}-issued"), &call).await?);
    done.push(events::issued(env, &whose, &offer.device, moved)?);
    done.push(database::statement(env, "UPDATE card_offers SET person = NULL WHERE token = ?", &[&offer.token])?);
    done.push(once.record(201, &answer).await?);
    if let Err(error) = together(env, done).await {
        // Somebody was quicker with the same offer; anything else is a fault.
        let sql = "SELECT token, person, device, expires_at FROM card_offers WHERE token = ? AND person IS NULL";
        let taken: Option<Offer> = database::row(env, sql, &[&offer.token]).await?;
        return Err(taken.map_or_else(|| error.into(), |_| ProblemType::OfferVoid.into()));
    }
    written(201, "application/json", answer)
}

/// What all cards of a claim have in common.
struct Template<'a> {
    holder_key: PublicKey,
    class: &'a str,
    now: UnixSeconds,
    expires_at: UnixSeconds,
}

/// A card that was signed.
struct Made {
    number: Text<16>,
    list: u64,
    place: u32,
    signed: String,
}

/// Signs a card for each selection.
async fn make(env: &Env, config: &Config, template: &Template<'_>, shown: Vec<Disclosed>) -> Result<Vec<Made>, Fault> {
    let (list, places) = free_places(env).await?;
    if places.len() < shown.len() {
        return Err(Fault::Internal("no free places were drawn".to_owned()));
    }
    let mut made = Vec::with_capacity(shown.len());
    for (disclosed, place) in shown.into_iter().zip(places) {
        let number = CardNumber::from_random(u64::from_be_bytes(random_bytes::<8>().0));
        let card = Card {
            id: random_bytes::<16>().0,
            issuer: config.name.clone(),
            number,
            issued_at: template.now,
            expires_at: template.expires_at,
            holder_key: template.holder_key.clone(),
            status: StatusReference { list: config.list(list), index: place },
            document_class: template.class.to_owned(),
            disclosed,
        };
        let signed = config.issuer.sign(template.now, |key_id| card.unsigned(key_id)).await?;
        let number = Text::new(number.to_string()).unwrap_or_default();
        made.push(Made { number, list, place, signed: URL_SAFE_NO_PAD.encode(signed) });
    }
    Ok(made)
}

/// The list that is being filled, and places in it that were free just now. Another claim may take one of them meanwhile:
/// then the database refuses the second, and the phone asks again.
async fn free_places(env: &Env) -> Result<(u64, Vec<u32>), Fault> {
    #[derive(Deserialize)]
    struct Count {
        cards: u64,
    }
    #[derive(Deserialize)]
    struct Taken {
        place: u32,
    }
    let count: Option<Count> = database::row(env, "SELECT coalesce(max(seq), 0) AS cards FROM cards", &[]).await?;
    let list = issuing::list_after(count.map_or(0, |count| count.cards));
    let Bytes(drawn) = random_bytes::<128>();
    let mut places: Vec<u32> = Vec::new();
    for bytes in drawn.chunks_exact(4) {
        let place = issuing::place(bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)));
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let sql = "SELECT place FROM cards WHERE list = ? AND place IN (SELECT value FROM json_each(?))";
    let taken: Vec<Taken> = database::rows(env, sql, &[&list, &serde_json::to_string(&places)?]).await?;
    places.retain(|place| !taken.iter().any(|taken| taken.place == *place));
    Ok((list, places))
}

/// Numbers of the cards that this person has.
async fn before_this(env: &Env, person: &str) -> Result<Vec<Text<16>>, Fault> {
    #[derive(Deserialize)]
    struct Row {
        number: Text<16>,
    }
    let sql = "SELECT cards.number FROM cards JOIN card_holders ON cards.holder = card_holders.id
        WHERE card_holders.person = ? AND cards.revoked_at IS NULL AND cards.expires_at > ?";
    let rows: Vec<Row> = database::rows(env, sql, &[&person, &clock::now()]).await?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}
