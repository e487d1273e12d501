//! What an answer must be, and that nothing has changed.

use anyhow::{Result, ensure};
use shiming_wire::{Problem, ProblemType, RegistrationView};

use crate::client::{Answer, LedgerRow, Phone, RecordView, Sandbox, Subscription};

/// The answer is a problem of this type.
pub fn is_problem(answer: &Answer, kind: ProblemType) -> Result<Problem> {
    let problem = answer.problem()?;
    ensure!(problem.kind == kind, "{:?} instead of {kind:?}", problem.kind);
    Ok(problem)
}

/// Everything in the outside world that a registration can change, and what the outside world was asked.
#[derive(Debug, PartialEq)]
pub struct Snapshot {
    ledger: Vec<LedgerRow>,
    records: Vec<RecordView>,
    subscriptions: Vec<Subscription>,
    /// Paths of all calls but look-ups of subscriptions, which change nothing and tell nothing.
    calls: Vec<String>,
}

impl Snapshot {
    /// The world as it is.
    pub fn of(world: &Sandbox) -> Result<Self> {
        let calls = world.calls()?.into_iter().map(|call| call.path);
        Ok(Self {
            ledger: world.ledger()?,
            records: world.records()?,
            subscriptions: world.subscriptions()?,
            calls: calls.filter(|path| path != "/crm/subscriptions/find").collect(),
        })
    }
}

/// Does `act`, whose answer must be a problem of this type, and proves that neither the world nor (if a phone is given)
/// its registration changed by it.
pub fn refused(
    world: &Sandbox,
    phone: Option<&Phone>,
    kind: ProblemType,
    act: impl FnOnce() -> Result<Answer>,
) -> Result<Problem> {
    let before = (Snapshot::of(world)?, view(phone)?);
    let problem = is_problem(&act()?, kind)?;
    let after = (Snapshot::of(world)?, view(phone)?);
    ensure!(before == after, "something changed:\n{before:?}\n{after:?}");
    Ok(problem)
}

fn view(phone: Option<&Phone>) -> Result<Option<RegistrationView>> {
    phone.filter(|phone| phone.opened.is_some()).map(Phone::view).transpose()
}
