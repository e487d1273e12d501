//! A rare name is the same person everywhere: several codes, one match (RC-2 to RC-6).

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use shiming_api_tests::assertions::{is_problem, refused};
use shiming_api_tests::client::{Phone, random_key, wait};
use shiming_api_tests::fixtures::{Citizen, field};
use shiming_identity::{PersonName, Variants, spellings};
use shiming_outside::Call as _;
use shiming_outside::register::{CitizenAnswer, VerifyCitizen};
use shiming_service::effect::Freeze as _;
use shiming_service::inquiry::Inquiry;
use shiming_service::policy::RegisterNames;
use shiming_wire::operator::RegistrationItem;
use shiming_wire::{ProblemType, RefusalReason, RegistrationView, SimView, State, Text};

use crate::staff::{AGENT, OPERATOR, REVIEWER, get, post, put, with_policy};
use crate::{System, nonce, system};

/// The characters of 通用规范汉字表 that the GBK era kept in the private use area.
const TWINS: &str = "㑇㘎㤘㧟㧐㭎䁖䅟䏝䓖䜣䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮";

/// Different characters that look alike: never one name (RC-6).
const LOOK_ALIKES: [(&str, &str); 8] =
    [("己", "已"), ("已", "巳"), ("未", "末"), ("土", "士"), ("曰", "日"), ("吴", "呉"), ("黑", "黒"), ("呂", "吕")];

/// The codes of every character that has several, by its formal code.
fn characters() -> BTreeMap<char, Vec<char>> {
    let variants = Variants::built_in();
    let formal = ('\u{2E80}'..=char::MAX).map(|c| variants.formal(c));
    let codes = |c: char| variants.codes(c).into_iter().collect::<Vec<_>>();
    formal.map(|c| (c, codes(c))).filter(|(_, codes)| codes.len() > 1).collect()
}

/// The question as the edge freezes it, asked over HTTP; the answer.
fn ask(system: &System, id_number: &str, name: &str) -> Result<CitizenAnswer> {
    let name = PersonName::parse(name)?;
    let number = Text::new(id_number)?;
    let (_, question) =
        Inquiry::begin(number, &name, &Variants::built_in(), RegisterNames::Sequence).context("a name that fits")?;
    ensure!(question.sequence.is_some(), "a name without a second code proves nothing");
    system.world.ask_register(VerifyCitizen::PATH, &random_key(), &question.freeze()?.body)?.expect(200)
}

// RC-2 to RC-5: all twins and all characters of three codes and more, every code on the card against every other code in
// the register.
#[test]
fn every_code_on_a_card_finds_every_code_in_the_register_in_one_question() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let all = characters();
    let (mut twins, mut more, mut directions) = (0, 0, 0);
    let citizen = system.people.inactive()?;
    let before = system.world.questions()?.len();
    for (formal, codes) in &all {
        let twin = TWINS.contains(*formal);
        if !twin && codes.len() < 3 {
            continue;
        }
        twins += usize::from(twin);
        more += usize::from(codes.len() >= 3);
        for in_register in codes {
            system.world.register_name(&citizen.id_number, &format!("张{in_register}"))?;
            for on_card in codes.iter().filter(|code| *code != in_register) {
                let answer = ask(system, &citizen.id_number, &format!("张{on_card}"))?;
                let found = matches!(answer, CitizenAnswer::Match { portrait: Some(_) });
                ensure!(found, "U+{:04X} → U+{:04X}", u32::from(*on_card), u32::from(*in_register));
                directions += 1;
            }
        }
    }
    assert_eq!(twins, TWINS.chars().count());
    assert!(more >= 20, "{more} characters have three codes or more");
    assert_eq!(system.world.questions()?.len() - before, directions, "one question each");
    println!(
        "{twins} twins and {more} characters of three codes or more, {directions} directions: one question and one match each"
    );
    system.world.calm()
}

// RC-6: in neither kind of register, in neither direction, with a rare character beside them.
#[test]
fn look_alikes_are_other_people() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    for (one, other) in LOOK_ALIKES.into_iter().flat_map(|(a, b)| [(a, b), (b, a)]) {
        system.world.register_name(&citizen.id_number, &format!("䶮{one}"))?;
        assert_eq!(ask(system, &citizen.id_number, &format!("䶮{other}"))?, CitizenAnswer::NameDiffers, "{one}{other}");
        // The name itself matches, or this would prove nothing.
        let same = ask(system, &citizen.id_number, &format!("\u{E863}{one}"))?;
        assert!(matches!(same, CitizenAnswer::Match { .. }), "{one}");
    }
    system.world.calm()?;

    for (takes, policy, questions) in [("sequence", json!({}), 1), ("plain", plain(4, 20), 2)] {
        let citizen = system.people.provisional()?;
        system.world.register_takes(takes, 0)?;
        system.world.register_name(&citizen.id_number, "䶮未")?;
        let phone = register(system, &citizen, "䶮末", &policy)?;
        let view = phone.wait_until("refused and settled", |view| view.sim == SimView::Deactivated)?;
        assert_eq!(view.refusal, Some(RefusalReason::NoMatch));
        let asked = system.world.questions_of(&phone.hex_id()?)?;
        assert_eq!(asked.len(), questions, "{takes}");
        assert_eq!(system.world.record(&phone.hex_id()?)?, None);
        system.world.calm()?;
    }
    Ok(())
}

/// The policy for a register that takes plain names.
fn plain(tries: u8, per_day: u16) -> Value {
    json!({ "register_names": { "plain": { "tries": tries, "per_day": per_day } } })
}

/// A registration of `citizen`'s card whose picture says `name`, under `policy`, until its evidence is in.
fn register(system: &System, citizen: &Citizen, name: &str, policy: &Value) -> Result<Phone> {
    let guard = with_policy(system, policy)?;
    let phone = system.confirmed(citizen)?;
    drop(guard);
    let mut evidence = citizen.evidence(nonce(&phone))?;
    evidence.name = field(name)?;
    phone.send_evidence(&evidence)?.expect::<RegistrationView>(202)?;
    Ok(phone)
}

/// Waits for an active card, and gives the CRM's record.
fn passed(system: &System, phone: &Phone) -> Result<Value> {
    phone.wait_until("effective", |view| view.state == State::Effective && view.sim == SimView::Active)?;
    Ok(system.world.record(&phone.hex_id()?)?.context("a record")?.record)
}

/// Pieces of at most three characters, for names of four.
fn in_threes<T: Clone>(all: &[T]) -> Vec<Vec<T>> {
    all.chunks(3).map(<[T]>::to_vec).collect()
}

// RC-4 to RC-6, from the phone to the CRM: three rare characters to a name, all twins both ways, and characters of three
// codes in each of six directions.
#[test]
fn rare_names_are_registered_in_one_round_whichever_codes_card_and_register_have() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let all = characters();
    let codes = |c: &char| all.get(c).cloned().context("in the table");
    let twins: Vec<(char, char)> = TWINS
        .chars()
        .map(|formal| {
            let twin = codes(&formal)?.into_iter().find(|c| ('\u{E000}'..='\u{F8FF}').contains(c));
            Ok((formal, twin.context("a private-use code")?))
        })
        .collect::<Result<_>>()?;
    let mut names: Vec<(String, String)> = Vec::new();
    for three in in_threes(&twins) {
        let formal: String = three.iter().map(|(formal, _)| formal).collect();
        let private: String = three.iter().map(|(_, private)| private).collect();
        names.push((private.clone(), formal.clone()));
        names.push((formal, private));
    }
    let of_three: Vec<Vec<char>> = all.values().filter(|codes| codes.len() == 3).take(3).cloned().collect();
    for (card, register) in [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)] {
        let with = |code: usize| of_three.iter().map(|codes| codes[code]).collect::<String>();
        names.push((with(card), with(register)));
    }
    let variants = Variants::built_in();
    for (on_card, in_register) in &names {
        let (on_card, in_register) = (format!("张{on_card}"), format!("张{in_register}"));
        let citizen = system.people.inactive()?;
        system.world.register_name(&citizen.id_number, &in_register)?;
        let phone = register(system, &citizen, &on_card, &json!({}))?;
        let record = passed(system, &phone)?;
        let id = phone.hex_id()?;
        assert_eq!(system.world.calls_of(&id, VerifyCitizen::PATH)?.len(), 1);
        let questions = system.world.questions_of(&id)?;
        assert_eq!((questions.len(), questions[0].name.as_str()), (1, on_card.as_str()));
        assert!(questions[0].sequence.is_some());
        // RC-6: stored in the formal code, and as it was read where that is another.
        let formal = PersonName::parse(&on_card)?.to_formal(&variants);
        let identity = &record["identity"];
        assert_eq!(identity["name"], formal.as_str());
        let as_read = if on_card == formal.as_str() { Value::Null } else { json!(on_card) };
        assert_eq!(identity["name_as_read"], as_read);
        assert_eq!(record["name_match"], "sequence");
        // RC-5
        assert!(record["portrait"].as_str().is_some_and(|portrait| portrait.len() > 100));
    }
    println!("{} registrations of names with three rare characters, one question each", names.len());
    system.world.calm()
}

// RC-3: if, and only if.
#[test]
fn a_plain_name_is_asked_for_as_ever() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    for (takes, policy) in [("sequence", json!({})), ("plain", plain(8, 20))] {
        system.world.register_takes(takes, 0)?;
        let citizen = system.people.inactive()?;
        system.world.register_name(&citizen.id_number, "张样本")?;
        let phone = register(system, &citizen, "张样本", &policy)?;
        let record = passed(system, &phone)?;
        assert_eq!((&record["name_match"], &record["identity"]["name_as_read"]), (&Value::Null, &Value::Null));
        let questions = system.world.questions_of(&phone.hex_id()?)?;
        assert_eq!((questions.len(), &questions[0].sequence), (1, &None));
        system.world.calm()?;
    }
    Ok(())
}

/// The ways to write a name, as a plain register is asked for them.
fn ways(name: &str) -> Result<Vec<String>> {
    Ok(spellings(&PersonName::parse(name)?, &Variants::built_in()).map(String::from).collect())
}

// RC-4: a register that takes plain names, within the budget; the trial that matched is recorded.
#[test]
fn a_plain_register_is_asked_for_one_way_after_the_other() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    system.world.register_takes("plain", 8)?;
    let ways = ways("张䶮䴓")?;
    assert_eq!(ways.len(), 4);
    for (trial, way) in (1..).zip(&ways) {
        let citizen = system.people.inactive()?;
        system.world.register_name(&citizen.id_number, way)?;
        let phone = register(system, &citizen, "张䶮䴓", &plain(4, 8))?;
        let record = passed(system, &phone)?;
        assert_eq!(record["name_match"], json!({ "spelling": { "trial": trial, "name": way } }));
        assert_eq!(record["identity"]["name"], "张䶮䴓");
        let questions = system.world.questions_of(&phone.hex_id()?)?;
        assert_eq!(
            questions.iter().map(|row| &row.name).collect::<Vec<_>>(),
            ways.iter().take(trial).collect::<Vec<_>>()
        );
        assert!(questions.iter().all(|row| row.sequence.is_none()));
        let mut keys: Vec<&String> = questions.iter().map(|row| &row.idempotency_key).collect();
        keys.dedup();
        assert_eq!(keys.len(), trial, "each trial has a key of its own");
    }

    // A reviewer sees how it was found, the formal name, and the name as it was read.
    let citizen = system.people.inactive()?;
    system.world.register_name(&citizen.id_number, "张䶮")?;
    let policy = json!({ "review": true, "register_names": plain(4, 8)["register_names"] });
    let phone = register(system, &citizen, "张\u{E863}", &policy)?;
    phone.wait_for(State::Stored)?;
    let case: Value = get(system, &format!("/v1/reviews/{}", phone.hex_id()?), REVIEWER)?.expect(200)?;
    assert_eq!(case["name_match"], json!({ "spelling": { "trial": 2, "name": "张䶮" } }));
    assert_eq!(case["identity"]["name"], "张䶮");
    assert_eq!(case["identity"]["name_as_read"], "张\u{E863}");

    // The budget ends before the way that would match.
    let citizen = system.people.provisional()?;
    system.world.register_name(&citizen.id_number, &ways[3])?;
    let phone = register(system, &citizen, "张䶮䴓", &plain(3, 8))?;
    let view = phone.wait_until("refused and settled", |view| view.sim == SimView::Deactivated)?;
    assert_eq!(view.refusal, Some(RefusalReason::NoMatch));
    assert_eq!(system.world.questions_of(&phone.hex_id()?)?.len(), 3);
    system.world.calm()
}

// RC-4, RN-6: silence in the middle repeats the trial under its key; what the provider refuses is waited out.
#[test]
fn an_unavailable_trial_is_repeated_and_no_verdict() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let ways = ways("张䶮")?;
    // The second trial, cut off once; and a provider that answers one question a day.
    for limit in [0, 1] {
        system.world.register_takes("plain", limit)?;
        let citizen = system.people.provisional()?;
        system.world.register_name(&citizen.id_number, &ways[1])?;
        if limit == 0 {
            system.world.fault_for(VerifyCitizen::PATH, &ways[1], "drop_answer", 1)?;
        }
        let phone = register(system, &citizen, &ways[0], &plain(2, 4))?;
        let id = phone.hex_id()?;
        wait("the second trial to come to nothing", || {
            let calls = system.world.calls_of(&id, VerifyCitizen::PATH)?;
            let nothing = |outcome: &str| matches!(outcome, "answer_dropped" | "refused");
            Ok(calls.iter().any(|call| nothing(&call.outcome)).then_some(()))
        })?;
        let view = phone.view()?;
        assert_eq!((view.state, view.sim), (State::Checking, SimView::Unchanged));
        system.world.register_takes("plain", 0)?;
        let record = passed(system, &phone)?;
        assert_eq!(record["name_match"]["spelling"]["trial"], 2);
        let questions = system.world.questions_of(&id)?;
        assert_eq!(questions.iter().map(|row| &row.name).collect::<Vec<_>>(), ways.iter().collect::<Vec<_>>());
        let mut keys: Vec<String> =
            system.world.calls_of(&id, VerifyCitizen::PATH)?.into_iter().map(|call| call.idempotency_key).collect();
        assert!(keys.len() >= 3, "a trial was repeated");
        keys.dedup();
        assert_eq!(keys.len(), 2, "under its own key");
        system.world.calm()?;
    }
    Ok(())
}

// RC-4: never more questions about a number than the provider allows, whoever asks: the edge counts before it asks.
#[test]
fn questions_about_one_number_are_counted() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    system.world.register_takes("plain", 4)?;
    let citizen = system.people.provisional()?;
    system.world.register_name(&citizen.id_number, "张样本")?;
    // Half of four: windows of a day overlap the provider's day.
    let policy = plain(2, 4);
    let phone = register(system, &citizen, "张䶮", &policy)?;
    phone.wait_for(State::Refused)?;
    assert_eq!(system.world.questions_of(&phone.hex_id()?)?.len(), 2);

    // Another phone, another line, the same number.
    let other = system.people.inactive()?;
    let guard = with_policy(system, &policy)?;
    let phone = system.confirmed(&other)?;
    drop(guard);
    let evidence = citizen.evidence(nonce(&phone))?;
    refused(&system.world, Some(&phone), ProblemType::AttemptsSpent, || phone.send_evidence(&evidence))?;
    assert_eq!(phone.view()?.state, State::Confirmed);
    system.world.calm()
}

// RC-2: what a bank keeps in the private use area counts from the next question on, without a release.
#[test]
fn an_operators_private_use_codes_count_without_a_release() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let path = "/v1/character-codes";
    assert_eq!(get(system, path, OPERATOR)?.expect::<Value>(200)?, json!([]));
    // A card of the bank's font, a register with the formal code.
    let (on_card, in_register) = ("张\u{F0001}", "张\u{2B5AF}");
    let citizen = system.people.provisional()?;
    system.world.register_name(&citizen.id_number, in_register)?;
    let phone = register(system, &citizen, on_card, &json!({}))?;
    assert_eq!(phone.wait_for(State::Refused)?.refusal, Some(RefusalReason::NoMatch));

    let bank = json!([{ "source": "a bank, 2009", "codes": [{ "code": "F0001", "formal": "2B5AF" }] }]);
    assert_eq!(put(system, path, &bank)?.expect::<Value>(200)?, bank);
    assert_eq!(get(system, path, OPERATOR)?.expect::<Value>(200)?, bank);
    for (on_card, in_register) in [(on_card, in_register), (in_register, on_card)] {
        let citizen = system.people.inactive()?;
        system.world.register_name(&citizen.id_number, in_register)?;
        let phone = register(system, &citizen, on_card, &json!({}))?;
        let record = passed(system, &phone)?;
        assert_eq!((&record["identity"]["name"], &record["name_match"]), (&json!("张\u{2B5AF}"), &json!("sequence")));
        assert_eq!(system.world.questions_of(&phone.hex_id()?)?.len(), 1);
    }

    // Bounded, checked, and the operator's alone. What is refused changes nothing.
    let many = |count: u32| -> Value {
        let codes =
            (0..count).map(|n| json!({ "code": format!("{:X}", 0xF_0000 + n), "formal": format!("{:X}", 0x4E00 + n) }));
        json!([{ "source": "a font", "codes": codes.collect::<Vec<_>>() }])
    };
    put(system, path, &many(2000))?.expect::<Value>(200)?;
    put(system, path, &bank)?.expect::<Value>(200)?;
    let row = |code: &str, formal: &str| json!([{ "source": "x", "codes": [{ "code": code, "formal": formal }] }]);
    for (codes, at) in [
        (many(2001), "/0/codes"),
        (row("4E00", "4E01"), "/0/codes/0"),
        (row("E863", "4E01"), "/0/codes/0"),
        (row("F0002", "E863"), "/0/codes/0"),
    ] {
        let problem = is_problem(&put(system, path, &codes)?, ProblemType::InvalidParameter)?;
        assert_eq!(problem.pointers.iter().map(Text::as_str).collect::<Vec<_>>(), [at]);
    }
    is_problem(&put(system, path, &row("f0002", "4E01"))?, ProblemType::MalformedBody)?;
    is_problem(&put(system, path, &many(9000))?, ProblemType::BodyTooLarge)?;
    is_problem(&get(system, path, AGENT)?, ProblemType::Forbidden)?;
    assert_eq!(get(system, path, OPERATOR)?.expect::<Value>(200)?, bank);
    put(system, path, &json!([]))?.expect::<Value>(200)?;
    system.world.calm()
}

// RC-4, RN-11: our own records, too, are found in one query, and only those that stand.
#[test]
fn a_person_is_found_by_name_however_it_is_written() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let search = |who: &str, name: &str| -> Result<Vec<String>> {
        let items: Vec<RegistrationItem> =
            post(system, "/v1/registrations/search", who, &json!({ "name": name }))?.expect(200)?;
        Ok(items.into_iter().map(|item| item.id.as_str().to_owned()).collect())
    };
    let (formal, private) = ("张样䶮", "张样\u{E863}");
    let mut ids = Vec::new();
    for (on_card, in_register) in [(formal, private), (private, formal)] {
        let citizen = system.people.inactive()?;
        system.world.register_name(&citizen.id_number, in_register)?;
        let phone = register(system, &citizen, on_card, &json!({}))?;
        passed(system, &phone)?;
        ids.push(phone.hex_id()?);
    }
    ids.reverse();
    for (who, name) in [(OPERATOR, formal), (REVIEWER, private), (OPERATOR, " 张 样 䶮 ")] {
        let mut found = search(who, name)?;
        // Opened within a second, their order is by id.
        found.sort_by_key(|id| ids.iter().position(|known| known == id));
        assert_eq!(found, ids, "{name:?}");
    }
    for other in ["张样龙", "张䶮样", "张䶮", "样䶮"] {
        assert_eq!(search(OPERATOR, other)?, Vec::<String>::new(), "{other}");
    }

    // While the register is asked, and not after it said no.
    let citizen = system.people.provisional()?;
    system.world.hold(VerifyCitizen::PATH, "before")?;
    let phone = register(system, &citizen, "张样䶮样", &json!({}))?;
    wait("the list to know the name", || Ok((search(OPERATOR, "张样䶮样")?.len() == 1).then_some(())))?;
    system.world.calm()?;
    phone.wait_for(State::Refused)?;
    wait("the list to forget the name", || Ok(search(OPERATOR, "张样䶮样")?.is_empty().then_some(())))?;

    let path = "/v1/registrations/search";
    is_problem(&post(system, path, AGENT, &json!({ "name": formal }))?, ProblemType::Forbidden)?;
    is_problem(&post(system, path, OPERATOR, &json!({ "name": "张3" }))?, ProblemType::InvalidParameter)?;
    is_problem(&get(system, path, OPERATOR)?, ProblemType::MethodNotAllowed)?;
    system.world.calm()
}
