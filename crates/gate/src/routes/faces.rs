//! What a live face shall do (EC-1).

use shiming_cloud::clock;
use shiming_cloud::http::{Answer, Target, parse};
use shiming_cloud::once::{Actor, Once};
use shiming_cloud::signed::Signed;
use shiming_service::live_face::Challenge;
use shiming_wire::card::{AskFaceChallenge, FaceChallenge};
use shiming_wire::{Problem, ProblemType};
use worker::Env;

use crate::config::Config;
use crate::device::{Device, Keys};
use crate::faces;

/// `POST /v1/faces/challenges`
pub async fn challenge(request: worker::Request, env: &Env, config: &Config, target: &Target) -> Answer {
    let signed = Signed::read(request, &config.common, target).await?;
    let device = Device::of(env, &signed, Keys::Present).await?;
    let actor = Actor { name: &device.text, key: &signed.key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &signed.body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let AskFaceChallenge {} = parse(&signed.body)?;
    let (id, challenge) = (clock::random_bytes(), Challenge::new(clock::now(), &mut clock::random));
    if let Err(seconds) = faces::give(env, &device.text, &id, &challenge).await? {
        return Err(Problem { retry_after: Some(seconds), ..Problem::new(ProblemType::AttemptsSpent) }.into());
    }
    let expires_at = challenge.expires_at();
    let given = FaceChallenge { challenge: id, actions: challenge.actions, expires_at };
    once.end(201, serde_json::to_string(&given)?).await
}
