//! Deterministic CBOR (RFC 8949 §4.2.1): one way to write everything, and nothing else is read.

use std::collections::BTreeMap;

use coset::cbor::de::from_reader_with_recursion_limit;
use coset::cbor::ser::into_writer;
pub(crate) use coset::cbor::value::Value;

/// Deeper than any of our structures.
const DEPTH: usize = 8;

/// A map by its integer keys, in the order in which they are written: 0, 1, …, −1, −2, ….
pub(crate) type Entries = BTreeMap<Key, Value>;

/// An integer key of a map, ordered as its encodings are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(bool, u64);

impl Key {
    /// The key for a number.
    pub(crate) fn of(number: i64) -> Self {
        Self(number < 0, number.unsigned_abs())
    }

    fn number(self) -> Option<i64> {
        let magnitude = i64::try_from(self.1).ok()?;
        Some(if self.0 { -magnitude } else { magnitude })
    }
}

/// A map of these entries, sorted.
pub(crate) fn map(entries: impl IntoIterator<Item = (i64, Value)>) -> Value {
    // Put in one by one: collecting sorts first, by code that is as large as all of ours.
    let mut sorted = Entries::new();
    for (key, value) in entries {
        sorted.insert(Key::of(key), value);
    }
    Value::Map(
        sorted.into_iter().filter_map(|(key, value)| Some((Value::Integer(key.number()?.into()), value))).collect(),
    )
}

/// The bytes of a value.
pub(crate) fn encode(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    let _ = into_writer(value, &mut bytes);
    bytes
}

/// The value, if the bytes are the one way to write it.
pub(crate) fn decode(bytes: &[u8]) -> Option<Value> {
    // A reader of the type that `coset` has, too: the code for another is a tenth of what a Worker may have.
    let mut rest = bytes;
    let value: Value = from_reader_with_recursion_limit(&mut rest, DEPTH).ok()?;
    (encode(&sorted(&value)?) == bytes).then_some(value)
}

/// The entries of a map with integer keys.
pub(crate) fn entries(value: Value) -> Option<Entries> {
    let Value::Map(pairs) = value else { return None };
    let count = pairs.len();
    let mut entries = Entries::new();
    for (key, value) in pairs {
        entries.insert(Key::of(i64::try_from(key.as_integer()?).ok()?), value);
    }
    (entries.len() == count).then_some(entries)
}

/// A non-negative integer that fits.
pub(crate) fn unsigned<T: TryFrom<u64>>(value: &Value) -> Option<T> {
    T::try_from(u64::try_from(value.as_integer()?).ok()?).ok()
}

/// The same value with its maps in order; `None` where a key stands twice.
fn sorted(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Map(pairs) => {
            let mut in_order: BTreeMap<Vec<u8>, (Value, Value)> = BTreeMap::new();
            for (key, value) in pairs {
                in_order.insert(encode(key), (key.clone(), sorted(value)?));
            }
            if in_order.len() != pairs.len() {
                return None;
            }
            Value::Map(in_order.into_values().collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect::<Option<_>>()?),
        Value::Tag(tag, inner) => Value::Tag(*tag, Box::new(sorted(inner)?)),
        other => other.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_way_to_write_a_map() {
        let written = encode(&map([(-1, Value::Bool(true)), (4, 300.into()), (1, "a".into())]));
        assert_eq!(written, [0xa3, 0x01, 0x61, b'a', 0x04, 0x19, 0x01, 0x2c, 0x20, 0xf5]);
        assert!(decode(&written).is_some());
        let otherwise: [&[u8]; 5] = [
            &[0xa2, 0x04, 0x01, 0x01, 0x01], // not in order
            &[0xa2, 0x01, 0x01, 0x01, 0x02], // a key twice
            &[0xa1, 0x01, 0x18, 0x01],       // a number longer than it need be
            &[0xbf, 0x01, 0x01, 0xff],       // of no stated length
            &[0xa1, 0x01, 0x01, 0x00],       // something after it
        ];
        for bytes in otherwise {
            assert!(decode(bytes).is_none(), "{bytes:x?}");
        }
        assert!(decode(&[0x81; 64]).is_none(), "arrays in arrays without end");
    }
}
