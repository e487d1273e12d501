//! Looking things up in the built-in table.
//!
//! The table is kept as runs of consecutive codes with the formal code of each: 8 KB that need neither parsing nor memory.
//! From a code to its formal code is a binary search over some fifty runs; the other way is a scan, which is rare and
//! short.

pub(super) use super::data::VERSION;
use super::data::{FORMAL, RUNS};

/// The formal code of a variant; `None` for a code that is no variant.
pub(super) fn formal_of(c: char) -> Option<char> {
    let code = u32::from(c);
    let run = RUNS.partition_point(|&(first, _)| first <= code).checked_sub(1)?;
    let (first, start) = RUNS[run];
    let at = usize::from(start) + usize::try_from(code - first).ok()?;
    let end = RUNS.get(run + 1).map_or(FORMAL.len(), |&(_, next)| usize::from(next));
    FORMAL[..end].get(at).copied().and_then(char::from_u32)
}

/// The variants of a formal code, in code-point order.
pub(super) fn variants_of(formal: char) -> impl Iterator<Item = char> {
    let formal = u32::from(formal);
    (0u16..).zip(&FORMAL).filter(move |&(_, &f)| f == formal).filter_map(|(at, _)| {
        let run = RUNS.partition_point(|&(_, start)| start <= at).checked_sub(1)?;
        let (first, start) = RUNS[run];
        char::from_u32(first + u32::from(at - start))
    })
}
