//! Cards are revoked by their holder's phone or by an operator (EC-4).

use serde::Deserialize;
use shiming_cloud::database::together;
use shiming_cloud::http::{Answer, Target, body, header, idempotency_key, parse, written};
use shiming_cloud::once::{Actor, Once};
use shiming_cloud::problem::{Fault, invalid};
use shiming_cloud::signed::{Signed, is_by};
use shiming_cloud::staff::{Role, person};
use shiming_cloud::{clock, database, names, outbox};
use shiming_credential::CardNumber;
use shiming_outside::cards::WithdrawCards;
use shiming_wire::card::{CardsRevoked, RevokeCards};
use shiming_wire::{ProblemType, Text};
use worker::{Env, Request};

use crate::config::Config;
use crate::events;

#[derive(Deserialize)]
struct Row {
    number: Text<16>,
    holder: String,
    person: String,
    device: String,
    revoked: u8,
}

/// Who revokes: the phone that holds the cards, or somebody of the operator's.
struct Revoker {
    /// As `cards.revoked_by` has it.
    by: String,
    /// The phone's cards; none for an operator, who may revoke any.
    holder: Option<String>,
    key: String,
    body: String,
}

/// `POST /v1/cards/revocations`
pub async fn revoke(mut request: Request, env: &Env, config: &Config, target: &Target) -> Answer {
    let revoker = if header(&request, "authorization").is_some() {
        let person = person(env, &request, &[Role::Operator]).await?;
        let key = idempotency_key(&request)?;
        Revoker { by: person.name.into_string(), holder: None, key, body: body(&mut request).await? }
    } else {
        let signed = Signed::read(request, &config.common, target).await?;
        let holder = of_holder(env, &signed).await?;
        Revoker { by: "holder".to_owned(), holder: Some(holder), key: signed.key, body: signed.body }
    };
    let actor = Actor { name: revoker.holder.as_deref().unwrap_or(&revoker.by), key: &revoker.key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &revoker.body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let rows = found(env, parse(&revoker.body)?).await?;
    let own = |row: &&Row| revoker.holder.as_ref().is_none_or(|holder| row.holder == *holder);
    // Somebody else's card is none: a phone learns nothing of numbers.
    let rows: Vec<&Row> = rows.iter().filter(own).collect();
    let first = *rows.first().ok_or(ProblemType::CardNotFound)?;
    let numbers: Vec<Text<16>> = rows.iter().filter(|row| row.revoked == 0).map(|row| row.number.clone()).collect();
    let count = CardsRevoked { revoked: u32::try_from(numbers.len()).unwrap_or(u32::MAX) };
    let answer = serde_json::to_string(&count)?;
    let mut done = Vec::new();
    if !numbers.is_empty() {
        let now = clock::now();
        let sql = "UPDATE cards SET revoked_at = ?, revoked_by = ?
            WHERE number IN (SELECT value FROM json_each(?)) AND revoked_at IS NULL";
        done.push(database::statement(env, sql, &[&now, &revoker.by, &serde_json::to_string(&numbers)?])?);
        done.push(events::revoked(env, &first.person, &first.device)?);
        done.push(database::audit(env, now, &revoker.by, "card.revoke", &first.holder)?);
        // The revoker's own key, with a word of ours.
        let key = names::sha256(format!("revoke {} {}", actor_name(&revoker), revoker.key).as_bytes());
        done.push(outbox::write(env, &config.common, &key, &WithdrawCards { numbers, revoked_at: now }).await?);
    }
    done.push(once.record(200, &answer).await?);
    together(env, done).await?;
    written(200, "application/json", answer)
}

/// The holder whose phone signed it.
async fn of_holder(env: &Env, signed: &Signed) -> Result<String, Fault> {
    #[derive(Deserialize)]
    struct Key {
        public_key: String,
    }
    let unverified = signed.checked.as_ref().map_err(|error| *error)?;
    let claimed = signed.claimed.as_ref().ok_or(ProblemType::SignatureMissing)?.as_str();
    let key: Option<Key> = database::row(env, "SELECT public_key FROM card_holders WHERE id = ?", &[&claimed]).await?;
    match key {
        Some(key) if is_by(&key.public_key, unverified).await => Ok(claimed.to_owned()),
        _ => Err(ProblemType::SignatureInvalid.into()),
    }
}

fn actor_name(revoker: &Revoker) -> &str {
    revoker.holder.as_deref().unwrap_or(&revoker.by)
}

/// The cards that are meant, revoked or not.
async fn found(env: &Env, what: RevokeCards) -> Result<Vec<Row>, Fault> {
    let (column, value) = match what {
        RevokeCards::Number(number) => {
            let number = CardNumber::parse(number.as_str()).ok_or_else(|| invalid("/number"))?;
            ("number", number.to_string())
        }
        RevokeCards::Holder(holder) => ("holder", holder.to_base64url()),
    };
    let sql = format!(
        "SELECT cards.number, cards.holder, card_holders.person, card_holders.device,
         cards.revoked_at IS NOT NULL AS revoked
         FROM cards JOIN card_holders ON cards.holder = card_holders.id WHERE cards.{column} = ?"
    );
    database::rows(env, &sql, &[&value]).await
}
