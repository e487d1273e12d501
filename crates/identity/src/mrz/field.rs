//! Fields that a check digit covers, and fields that none does.

use std::fmt;

/// A field that at least one check digit covers. `Debug` shows the digits' verdicts and no value.
#[derive(Clone, PartialEq, Eq)]
pub struct Checked<T> {
    value: T,
    digits: Digits,
}

/// What the check digits that cover a field say. At least one does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Digits {
    Own(bool),
    Composite(bool),
    Both { own: bool, composite: bool },
}

impl<T> Checked<T> {
    /// By a digit of its own, and the composite one where it covers the field too.
    pub(super) fn own(value: T, own: bool, composite: Option<bool>) -> Self {
        let digits = match composite {
            Some(composite) => Digits::Both { own, composite },
            None => Digits::Own(own),
        };
        Self { value, digits }
    }

    /// By the composite digit alone.
    pub(super) fn composite(value: T, held: bool) -> Self {
        Self { value, digits: Digits::Composite(held) }
    }

    /// What is printed, whether or not the digits hold.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Whether every check digit that covers the field holds.
    pub fn held(&self) -> bool {
        match self.digits {
            Digits::Own(held) | Digits::Composite(held) => held,
            Digits::Both { own, composite } => own && composite,
        }
    }

    /// What the field's own check digit says; none if it has none.
    pub fn own_digit(&self) -> Option<bool> {
        match self.digits {
            Digits::Own(held) | Digits::Both { own: held, .. } => Some(held),
            Digits::Composite(_) => None,
        }
    }

    /// What the composite check digit says; none if it does not cover the field.
    pub fn composite_digit(&self) -> Option<bool> {
        match self.digits {
            Digits::Composite(held) | Digits::Both { composite: held, .. } => Some(held),
            Digits::Own(_) => None,
        }
    }
}

impl<T> fmt::Debug for Checked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checked(own: {:?}, composite: {:?})", self.own_digit(), self.composite_digit())
    }
}

/// A field that no check digit covers: it has a value and no way to ask whether it was checked.
///
/// ```compile_fail,E0599
/// # fn f(name: shiming_identity::mrz::Unchecked<String>) -> bool {
/// name.held()
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Unchecked<T>(T);

impl<T> Unchecked<T> {
    pub(super) fn new(value: T) -> Self {
        Self(value)
    }

    /// What is printed.
    pub fn value(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Unchecked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unchecked(…)")
    }
}

/// A field that some formats cover by a check digit and others do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MaybeChecked<T> {
    /// A check digit covers it.
    Checked(Checked<T>),
    /// None does.
    Unchecked(Unchecked<T>),
}

impl<T> MaybeChecked<T> {
    /// What is printed.
    pub fn value(&self) -> &T {
        match self {
            Self::Checked(field) => field.value(),
            Self::Unchecked(field) => field.value(),
        }
    }

    /// Whether the check digits hold; none if none covers the field.
    pub fn held(&self) -> Option<bool> {
        match self {
            Self::Checked(field) => Some(field.held()),
            Self::Unchecked(_) => None,
        }
    }
}
