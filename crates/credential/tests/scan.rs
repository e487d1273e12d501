//! Codes are found in pictures as cameras take them (EC-4).
#![cfg(feature = "scan")]
#![allow(clippy::unwrap_used, reason = "a test")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixel arithmetic goes between coordinates and indices all the time"
)]

use oorandom::Rand32;
use proptest::prelude::*;
use shiming_credential::Symbol;
use shiming_credential::code::encode;
use shiming_credential::scan::text_in;

const SIDE: u32 = 720;

/// As long as the code of a card with everything on it.
fn text() -> String {
    let mut dice = Rand32::new(7);
    encode(&(0..600).map(|_| dice.rand_u32() as u8).collect::<Vec<_>>())
}

/// A photo of a symbol on a screen: turned by so many degrees, seen from the side, soft, noisy, in light that falls off.
fn photo(symbol: &Symbol, turn: f32, tilt: f32, noise: f32, seed: u64) -> Vec<u8> {
    let mut dice = Rand32::new(seed);
    let (sine, cosine) = turn.to_radians().sin_cos();
    let modules = symbol.side() as f32 + 8.0;
    let shade = |x: f32, y: f32| {
        let (x, y) = (x / SIDE as f32 - 0.5, y / SIDE as f32 - 0.5);
        let depth = 1.0 + tilt * x;
        let (x, y) = (x / depth, y / depth);
        let (u, v) = (cosine * x + sine * y, cosine * y - sine * x);
        let module = |w: f32| ((w * 1.5 + 0.5) * modules - 4.0).floor();
        let (column, row) = (module(u), module(v));
        let inside = |at: f32| (0.0..symbol.side() as f32).contains(&at);
        let dark = inside(column) && inside(row) && symbol.is_dark(column as usize, row as usize);
        if dark { 40.0 } else { 215.0 }
    };
    (0..SIDE * SIDE)
        .map(|at| {
            let (x, y) = ((at % SIDE) as f32, (at / SIDE) as f32);
            let around = [(-0.6, -0.6), (0.6, -0.6), (0.0, 0.0), (-0.6, 0.6), (0.6, 0.6)];
            let light = around.iter().map(|(dx, dy)| shade(x + dx, y + dy)).sum::<f32>() / around.len() as f32;
            let light = light * (1.0 - 0.4 * x / SIDE as f32) + noise * (dice.rand_float() - 0.5);
            light.clamp(0.0, 255.0) as u8
        })
        .collect()
}

// EC-4
#[test]
fn codes_are_read_turned_tilted_and_noisy() {
    let text = text();
    let symbol = Symbol::of(&text).unwrap();
    let mut read = 0;
    for (index, turn) in [0.0, 7.0, 45.0, 90.0, 133.0, 180.0, 222.0, 300.0].into_iter().enumerate() {
        for (tilt, noise) in [(0.0, 0.0), (0.15, 20.0), (0.25, 40.0)] {
            let picture = photo(&symbol, turn, tilt, noise, index as u64);
            let found = text_in(picture, SIDE, SIDE);
            assert!(found.is_none() || found.as_ref() == Some(&text), "nothing else is ever read");
            read += usize::from(found.is_some());
        }
    }
    assert!(read >= 23, "{read} of 24 (version {})", symbol.version());
}

#[test]
fn sizes_that_do_not_fit_are_no_pictures() {
    assert_eq!(text_in(Vec::new(), 0, 0), None);
    assert_eq!(text_in(vec![0; 12], 3, 5), None);
    assert_eq!(text_in(vec![0; 5000], 5000, 1), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    // EC-4: whatever the camera shows, nothing panics.
    #[test]
    fn any_picture_is_survived(width in 1_u32..160, height in 1_u32..160, seed: u64, coarse in 1_u32..12) {
        let mut dice = Rand32::new(seed);
        let across = width.div_ceil(coarse);
        let cells: Vec<u8> = (0..across * height.div_ceil(coarse)).map(|_| if dice.rand_u32() & 1 == 0 { 20 } else { 235 }).collect();
        let luma: Vec<u8> = (0..width * height)
            .map(|at| cells[((at / width / coarse) * across + at % width / coarse) as usize])
            .collect();
        let _ = text_in(luma, width, height);
    }
}
