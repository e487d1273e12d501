//! Idempotency keys: the same key and body get the recorded answer, another body is refused.

/// What was recorded under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Path of the call.
    pub path: String,
    /// SHA-256 of its body, hexadecimal.
    pub body_digest: String,
    /// Status of the answer.
    pub status: u16,
    /// Body of the answer.
    pub answer: String,
}

/// What to do with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Never seen: carry it out.
    Fresh,
    /// Carried out before: say the same again, do nothing.
    Repeated(Recorded),
    /// The key belongs to another call: refuse.
    Conflict,
}

/// Judges a call by what is recorded under its key.
#[must_use]
pub fn judge(recorded: Option<Recorded>, path: &str, body_digest: &str) -> Judgement {
    match recorded {
        None => Judgement::Fresh,
        Some(recorded) if recorded.path == path && recorded.body_digest == body_digest => Judgement::Repeated(recorded),
        Some(_) => Judgement::Conflict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded() -> Recorded {
        Recorded { path: "/crm/sims/activate".into(), body_digest: "aa".into(), status: 200, answer: "{}".into() }
    }

    // RN-9: a retry under the same key repeats the answer, not the effect.
    #[test]
    fn same_key_and_body_repeat_the_answer() {
        assert_eq!(judge(None, "/crm/sims/activate", "aa"), Judgement::Fresh);
        assert_eq!(judge(Some(recorded()), "/crm/sims/activate", "aa"), Judgement::Repeated(recorded()));
    }

    #[test]
    fn same_key_for_anything_else_is_a_conflict() {
        assert_eq!(judge(Some(recorded()), "/crm/sims/activate", "ab"), Judgement::Conflict);
        assert_eq!(judge(Some(recorded()), "/crm/records/state", "aa"), Judgement::Conflict);
    }
}
