//! A registration as its phone and the lists may see it.

use shiming_wire::{CodeView, RegistrationView, UnixSeconds};

use super::{Registration, Stage};
use crate::effect::{NumberOfPerson, Summary};

impl Registration {
    /// What the phone is told: nothing that it did not send, and no answer of the register's beyond the state.
    #[must_use]
    pub fn view(&self) -> RegistrationView {
        let code = match &self.stage {
            Stage::Opened { code: Some(code) } => Some(CodeView {
                channel: code.channel,
                progress: code.progress,
                expires_at: code.expires_at,
                tries_left: code.tries_left,
            }),
            _ => None,
        };
        let refusal = match self.stage {
            Stage::Refused { reason } => Some(reason),
            _ => None,
        };
        RegistrationView {
            version: self.version,
            state: self.state(),
            code,
            sim: self.sim,
            portrait: self.portrait,
            refusal,
            expires_at: self.expires_at,
        }
    }

    /// What lists show.
    #[must_use]
    pub fn summary(&self, now: UnixSeconds) -> Summary {
        let RegistrationView { version, state, sim, refusal, expires_at, .. } = self.view();
        let identity = match &self.stage {
            Stage::Checking { case, .. } | Stage::Stored { case: Some(case), .. } => Some(&case.identity),
            _ => None,
        };
        Summary {
            version,
            state,
            sim,
            refusal,
            terminal: self.terminal,
            agent: self.agent.clone(),
            opened_at: self.opened_at,
            expires_at,
            updated_at: now,
            name: identity.map(|identity| identity.name.clone()),
            person: identity.zip(self.subject.as_ref()).map(|(identity, subject)| NumberOfPerson {
                id_number: identity.id_number.clone(),
                number: subject.number.clone(),
            }),
        }
    }
}
