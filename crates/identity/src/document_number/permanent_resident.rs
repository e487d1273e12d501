//! Numbers of foreigners' permanent residence cards (外国人永久居留身份证).
//!
//! Both forms are described in 新版外国人永久居留身份证适配性改造要点 (National Immigration Administration, 2023). The
//! codes of region and country are not held against a list: the check character already vouches for them, and a code that
//! our list lacks would turn a real person away.

use super::NumberError;
use crate::check_digit::{icao_7_3_1, mod_11_2};
use crate::date::Date;
use crate::sex::Sex;

/// The form of 2023: `9`, 2 digits of the region of application, 3 of the country, 8 of the birth date, 3 of a sequence
/// that is odd for men, and the check character of GB 11643.
pub(super) fn of_2023(number: &str) -> Result<(Date, Sex), NumberError> {
    let Some((body, [check])) = number.as_bytes().split_at_checked(17) else { return Err(NumberError::Checksum) };
    let birth = number.get(6..14).and_then(|digits| Date::parse_compact(digits).ok()).ok_or(NumberError::BirthDate)?;
    if mod_11_2(body) != Some(*check) {
        return Err(NumberError::Checksum);
    }
    let sex = if body[16] % 2 == 1 { Sex::Male } else { Sex::Female };
    Ok((birth, sex))
}

/// The form of 2004: 3 letters of the country, 4 digits of the region, 6 of the birth date, 1 of a sequence, and the
/// check digit of ICAO Doc 9303 over all of them. Gives the six digits of the birth date, which name no century.
pub(super) fn of_2004(number: &str) -> Result<[u8; 6], NumberError> {
    let Some((body, [check])) = number.as_bytes().split_at_checked(14) else { return Err(NumberError::Checksum) };
    let digits = number.get(7..13).unwrap_or_default();
    if !["19", "20"].iter().any(|century| Date::parse_compact(&format!("{century}{digits}")).is_ok()) {
        return Err(NumberError::BirthDate);
    }
    if icao_7_3_1(body.iter().copied()) != Some(*check) {
        return Err(NumberError::Checksum);
    }
    digits.as_bytes().try_into().map_err(|_| NumberError::BirthDate)
}
