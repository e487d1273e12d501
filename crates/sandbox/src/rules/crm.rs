//! The CRM's and HLR's decisions (RN-8 to RN-10, RN-13).

use shiming_outside::crm::{RecordState, SimState, Switched};

/// Switches a card on (RN-9). Without an effective identity record it is on as a newly opened one, so that a reviewer who
/// refuses can have it switched off again (RN-10).
#[must_use]
pub fn activate(sim: SimState, registered: bool) -> Switched {
    let on = match (sim, registered) {
        (SimState::Active, _) | (_, true) => SimState::Active,
        (SimState::Inactive | SimState::Provisional | SimState::Deactivated, false) => SimState::Provisional,
    };
    Switched { sim: on, changed: sim != on }
}

/// Whether an order to switch a card on that is in this state is entered in the ledger: also where a newly opened card
/// may stay on, because the registration that asked for it makes it an active one when its record becomes effective.
#[must_use]
pub fn is_activation(before: SimState) -> bool {
    before != SimState::Active
}

/// The state of a card when a record becomes effective (RN-8): the registration that had it switched on has a holder for
/// it now. A card that nobody asked to switch on waits for that.
#[must_use]
pub fn registered(sim: SimState, activated_by_this: bool) -> SimState {
    if sim == SimState::Provisional && activated_by_this { SimState::Active } else { sim }
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
            for registered in [false, true] {
                let first = activate(sim, registered);
                let on = if registered || sim == SimState::Active { SimState::Active } else { SimState::Provisional };
                assert_eq!(first, Switched { sim: on, changed: sim != on });
                assert!(!activate(first.sim, registered).changed);
            }
        }
    }

    // RN-8, RN-10: switched on at the pass: refused by a reviewer it can go off, approved it stays on for good.
    #[test]
    fn a_card_switched_on_before_the_review_is_newly_opened_until_then() {
        let passed = activate(SimState::Inactive, false).sim;
        assert!(is_activation(SimState::Inactive));
        assert_eq!(deactivate_provisional(passed, false).sim, SimState::Deactivated);
        let approved = registered(passed, true);
        assert_eq!(approved, SimState::Active);
        assert!(!deactivate_provisional(approved, true).changed);
        // Nobody asked for it yet.
        assert_eq!(registered(SimState::Provisional, false), SimState::Provisional);
        assert_eq!(registered(SimState::Inactive, true), SimState::Inactive);
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
