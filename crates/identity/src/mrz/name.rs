//! Names in the zone, and whether they are the names on the rest of the document.

use std::fmt;

use super::latin::in_zone;

/// A name as the zone prints it. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct MrzName {
    primary: String,
    secondary: String,
    may_be_truncated: bool,
    is_regular: bool,
}

/// Whether a name in the zone is the one it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Agreement {
    /// It is.
    Agrees,
    /// It is as far as the zone has room for it.
    AgreesAsFarAsPrinted,
    /// It is another.
    Differs,
    /// The rules do not reach so far.
    CannotSay,
}

/// A name as the visual zone prints it in Latin letters, diacritics and all.
#[derive(Clone, Copy)]
pub struct VisualName<'a> {
    /// The surname, or the whole name of somebody who has only one.
    pub primary: &'a str,
    /// Given names; may be empty.
    pub secondary: &'a str,
}

impl MrzName {
    /// Reads the name's characters (Doc 9303-3 §4.6).
    pub(super) fn parse(characters: &[u8]) -> Self {
        // Where the last character is a letter, something may have been cut off.
        let may_be_truncated = characters.last().is_some_and(|c| *c != b'<');
        let text: String = characters.iter().map(|c| char::from(*c)).collect();
        let text = text.trim_end_matches('<');
        let (primary, secondary) = text.split_once("<<").unwrap_or((text, ""));
        // One double filler parts the identifiers; nothing else has two in a row, and a name has only letters.
        let is_regular = !primary.is_empty()
            && !primary.starts_with('<')
            && !secondary.starts_with('<')
            && !secondary.contains("<<")
            && text.bytes().all(|c| c == b'<' || c.is_ascii_uppercase());
        let spaced = |part: &str| part.split('<').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        Self { primary: spaced(primary), secondary: spaced(secondary), may_be_truncated, is_regular }
    }

    /// The primary identifier: the surname, or the only name. Components are parted by a space.
    #[must_use]
    pub fn primary(&self) -> &str {
        &self.primary
    }

    /// The secondary identifier: given names; empty if there is none.
    #[must_use]
    pub fn secondary(&self) -> &str {
        &self.secondary
    }

    /// Whether the name fills its field to the last character, so that there may be more of it.
    #[must_use]
    pub fn may_be_truncated(&self) -> bool {
        self.may_be_truncated
    }

    /// Whether it is written as names are: letters, one double filler at most, a primary identifier.
    #[must_use]
    pub fn is_regular(&self) -> bool {
        self.is_regular
    }

    /// Whether this is `visual` by the transliterations of Doc 9303-3 §6. Spaces and hyphens inside an identifier do
    /// not matter, nor do apostrophes. Where the zone had no room, each component may be cut and the last ones missing
    /// (Doc 9303-4 §4.2.3, the same in parts 5 to 7). Somebody with a single name may have it in either identifier.
    #[must_use]
    pub fn compare(&self, visual: VisualName<'_>) -> Agreement {
        let (Some(primary), Some(secondary)) = (Spelt::new(visual.primary), Spelt::new(visual.secondary)) else {
            return Agreement::CannotSay;
        };
        if !self.is_regular || (primary.is_empty() && secondary.is_empty()) {
            return Agreement::CannotSay;
        }
        let (primary, secondary) = if primary.is_empty() { (secondary, primary) } else { (primary, secondary) };
        if primary.is(&self.primary) && secondary.is(&self.secondary) {
            return Agreement::Agrees;
        }
        let cut = primary.begins_with(&self.primary) && secondary.begins_with(&self.secondary);
        if self.may_be_truncated && cut { Agreement::AgreesAsFarAsPrinted } else { Agreement::Differs }
    }
}

impl fmt::Debug for MrzName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MrzName")
            .field("may_be_truncated", &self.may_be_truncated)
            .field("is_regular", &self.is_regular)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for VisualName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisualName(…)")
    }
}

/// A name as a row of components, each a row of letters with the ways to write them.
struct Spelt(Vec<Vec<&'static [&'static str]>>);

impl Spelt {
    fn new(text: &str) -> Option<Self> {
        let mut components = vec![Vec::new()];
        for c in text.chars() {
            match in_zone(c)? {
                ["<"] => components.push(Vec::new()),
                [""] => {}
                ways => components.last_mut()?.push(ways),
            }
        }
        components.retain(|component| !component.is_empty());
        Some(Self(components))
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `printed`, spaces aside, is this name in full.
    fn is(&self, printed: &str) -> bool {
        let printed: String = printed.chars().filter(|c| *c != ' ').collect();
        reached(self.0.iter().flatten(), &printed).whole
    }

    /// Whether `printed` is what is left of this name when components are cut: as a whole at its end, or each on its
    /// own.
    fn begins_with(&self, printed: &str) -> bool {
        let together: String = printed.chars().filter(|c| *c != ' ').collect();
        if reached(self.0.iter().flatten(), &together).all_printed {
            return true;
        }
        let parts: Vec<_> = printed.split(' ').filter(|part| !part.is_empty()).collect();
        parts.len() <= self.0.len()
            && parts.iter().zip(&self.0).all(|(part, component)| reached(component.iter(), part).all_printed)
    }
}

/// What following letters through a printed text came to.
pub(super) struct Reached {
    /// The text ended exactly with the last letter.
    pub(super) whole: bool,
    /// The text ended with or before the last letter, having agreed so far.
    pub(super) all_printed: bool,
}

/// Follows every way to write `letters` through `printed` at once.
pub(super) fn reached<L: AsRef<[W]>, W: AsRef<str>>(letters: impl Iterator<Item = L>, printed: &str) -> Reached {
    let mut places = vec![0];
    let mut all_printed = printed.is_empty();
    for ways in letters {
        let mut next = Vec::new();
        for place in places {
            let Some(rest) = printed.get(place..) else { continue };
            for way in ways.as_ref().iter().map(AsRef::as_ref) {
                if rest.starts_with(way) {
                    next.push(place + way.len());
                } else if way.starts_with(rest) {
                    all_printed = true;
                }
            }
        }
        next.sort_unstable();
        next.dedup();
        places = next;
        all_printed |= places.contains(&printed.len());
    }
    Reached { whole: places.contains(&printed.len()), all_printed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> MrzName {
        MrzName::parse(text.as_bytes())
    }

    fn compare(zone: &str, primary: &str, secondary: &str) -> Agreement {
        name(zone).compare(VisualName { primary, secondary })
    }

    // Doc 9303-4 §4.2.3: the examples of the standard
    #[test]
    fn identifiers() {
        for (text, primary, secondary, truncated) in [
            ("ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "ERIKSSON", "ANNA MARIA", false),
            ("VAN<DER<MUELLEN<<CORNELIS<<<<<<<<<<<<<<", "VAN DER MUELLEN", "CORNELIS", false),
            ("SMITH<JONES<<SUSIE<MARGARET<<<<<<<<<<<<", "SMITH JONES", "SUSIE MARGARET", false),
            ("ARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "ARKFREITH", "", false),
            ("NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", "NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG K", true),
            ("DINGO<POTOROO<BUNYIP<WOMBAT<<ELIZABET<H", "DINGO POTOROO BUNYIP WOMBAT", "ELIZABET H", true),
        ] {
            let name = name(text);
            assert_eq!((name.primary(), name.secondary()), (primary, secondary));
            assert_eq!(name.may_be_truncated(), truncated, "{text}");
            assert!(name.is_regular());
        }
        for text in ["<<<<", "<<ANNA<<", "A<<B<<C<", "ER1KSSON<<ANNA<", "<A<<B<<", "A<<<B<<"] {
            assert!(!name(text).is_regular(), "{text}");
        }
    }

    // Doc 9303-3 §6 and Doc 9303-4 §4.2.3
    #[test]
    fn names_of_the_visual_zone() {
        for (zone, primary, secondary, agreement) in [
            ("ERIKSSON<<ANNA<MARIA<<<<", "Eriksson", "Anna Maria", Agreement::Agrees),
            ("MUELLER<<JUERGEN<<<<", "Müller", "Jürgen", Agreement::Agrees),
            ("MULLER<<JUXXRGEN<<<<", "MÜLLER", "JÜRGEN", Agreement::Agrees),
            ("OCONNOR<<ENYA<SIOBHAN<<<", "O'Connor", "Enya Siobhan", Agreement::Agrees),
            ("MARTIN<<JEAN<LUC<<", "Martin", "Jean-Luc", Agreement::Agrees),
            ("MARTIN<<JEANLUC<<", "Martin", "Jean-Luc", Agreement::Agrees),
            ("ARKFREITH<<<<", "Arkfreith", "", Agreement::Agrees),
            ("ARKFREITH<<<<", "", "Arkfreith", Agreement::Agrees),
            ("PENXXA<<JOSE<<", "Peña", "José", Agreement::Agrees),
            ("ERIKSSON<<ANNA<<", "Eriksson", "Anna Maria", Agreement::Differs),
            ("ERIKSSON<<ANNA<MARIE<", "Eriksson", "Anna Maria", Agreement::Differs),
            ("ANNA<<ERIKSSON<<", "Eriksson", "Anna", Agreement::Differs),
            ("ERIKSSON<<ANNA<M", "Eriksson", "Anna Maria", Agreement::AgreesAsFarAsPrinted),
            ("ERIKSSON<<ANNA<K", "Eriksson", "Anna Maria", Agreement::Differs),
            ("ERIKSSON<<ANNA<M", "Eriksson", "Anna", Agreement::Differs),
            ("VAN<DE<MUEL<<CORNELI", "van der Müllen", "Cornelis", Agreement::AgreesAsFarAsPrinted),
            ("PETROVA<<ANNA<", "Петрова", "Анна", Agreement::CannotSay),
            ("A<<B<<C<<<", "A", "B C", Agreement::CannotSay),
        ] {
            assert_eq!(compare(zone, primary, secondary), agreement, "{zone} {primary} {secondary}");
        }
    }
}
