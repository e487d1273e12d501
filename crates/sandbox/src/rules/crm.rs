//! The CRM's and HLR's decisions (RN-8 to RN-10, RN-13).

use shiming_outside::crm::{RecordState, SimState, Switched};

/// Switches a card on (RN-9). A provisional card loses its "newly opened" mark by it; one that is on stays as it is.
#[must_use]
pub fn activate(sim: SimState) -> Switched {
    match sim {
        SimState::Active => Switched { sim, changed: false },
        SimState::Inactive | SimState::Provisional | SimState::Deactivated => {
            Switched { sim: SimState::Active, changed: true }
        }
    }
}

/// Switches a card off if it is newly opened: provisional, and without an effective identity record (RN-10).
#[must_use]
pub fn deactivate_provisional(sim: SimState, registered: bool) -> Switched {
    if sim == SimState::Provisional && !registered {
        Switched { sim: SimState::Deactivated, changed: true }
    } else {
        Switched { sim, changed: false }
    }
}

/// A record does not go from one state to the other (RN-8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a withdrawn record stays withdrawn, and an effective one does not go back to stored")]
pub struct RecordStateError;

/// Whether moving a record `from` one state `to` another changes it (RN-8).
pub fn move_record(from: RecordState, to: RecordState) -> Result<bool, RecordStateError> {
    match (from, to) {
        (from, to) if from == to => Ok(false),
        (RecordState::Stored, RecordState::Effective | RecordState::Withdrawn)
        | (RecordState::Effective, RecordState::Withdrawn) => Ok(true),
        _ => Err(RecordStateError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [SimState; 4] = [SimState::Inactive, SimState::Provisional, SimState::Active, SimState::Deactivated];

    // RN-9
    #[test]
    fn activation_switches_on_whatever_is_not_on_and_only_once() {
        for sim in STATES {
            let first = activate(sim);
            assert_eq!(first.sim, SimState::Active);
            assert_eq!(first.changed, sim != SimState::Active);
            assert!(!activate(first.sim).changed);
        }
    }

    // RN-10: only a newly opened card is switched off, never an effective one.
    #[test]
    fn only_a_newly_opened_card_is_deactivated() {
        for sim in STATES {
            for registered in [false, true] {
                let switched = deactivate_provisional(sim, registered);
                let expected = sim == SimState::Provisional && !registered;
                assert_eq!(switched.changed, expected, "{sim:?} registered={registered}");
                assert_eq!(switched.sim, if expected { SimState::Deactivated } else { sim });
            }
        }
    }

    // RN-8
    #[test]
    fn records_move_forward_only() {
        use RecordState::{Effective, Stored, Withdrawn};
        for state in [Stored, Effective, Withdrawn] {
            assert_eq!(move_record(state, state), Ok(false));
        }
        assert_eq!(move_record(Stored, Effective), Ok(true));
        assert_eq!(move_record(Stored, Withdrawn), Ok(true));
        assert_eq!(move_record(Effective, Withdrawn), Ok(true));
        for (from, to) in [(Effective, Stored), (Withdrawn, Stored), (Withdrawn, Effective)] {
            assert_eq!(move_record(from, to), Err(RecordStateError));
        }
    }
}
