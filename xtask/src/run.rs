//! `cargo xtask run`: the whole system on this machine, from a fresh clone to a page that is served.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use serde_json::Value;
use shiming_identity::live_face::Action;
use shiming_specimen::{
    Actor, Citizen, Fault, Fonts, PhotoStyle, RgbImage, citizen, citizens, draw_back, draw_front, film_strip, perform,
    photograph, scene, write_y4m,
};

use crate::stack::{OPERATOR, Stack};
use crate::workspace::{self, Stamp};
use crate::{build, http, seed, specimen, task};

/// Builds and starts everything, says what to open, and stays until Ctrl-C. With `check`: until the page was served
/// once.
pub fn run(check: bool) -> Result<()> {
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stopped);
    ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst)).context("cannot listen for Ctrl-C")?;

    prepare()?;
    let mut stack = Stack::start(&workspace::path(".wrangler/state"))?;
    println!("{}", guide(&stack)?);
    if check {
        return served(&stack);
    }
    stack.watch(|| stopped.load(Ordering::SeqCst))?;
    println!("stopping");
    Ok(())
}

/// Everything that has to be there before the Workers start.
pub fn prepare() -> Result<()> {
    build::build(&build::ALL)?;
    photos()
}

/// Photos of the first citizens' cards, which the sandbox serves.
fn photos() -> Result<()> {
    let assets = workspace::path("dist/sandbox-assets");
    let inputs = ["crates/specimen", "xtask/src/seed.rs", "documents"].map(workspace::path);
    let stamp = Stamp::new("photos", &inputs, "")?;
    if stamp.holds(&[assets.join("citizens/0/card/front.jpg")]) {
        return Ok(());
    }
    task::step("photos of fictional cards", || seed::card_photos(&assets, &workspace::path("node_modules")))?;
    stamp.set()
}

/// Who follows challenges before a terminal's camera in the browser tests.
const LIVING: usize = 4;

/// How many citizens the browser tests register.
const STREAMS: usize = 12;

/// Citizens with a rare character in their name, and how their front is photographed for it to be read as another one:
/// share of the photo that the card covers, blur.
const SOFT: [(usize, f32, f32); 3] = [(1, 0.35, 2.0), (29, 0.45, 2.0), (96, 0.3, 1.8)];

/// Citizens who show their card with a hand that shakes, to a camera whose focus hunts; and whether the phone is upright.
const HELD: [(usize, bool); 3] = [(3, false), (5, true), (7, false)];

/// What the browser tests' cameras see, and the files that they pick: for each citizen a video of both sides, photos of
/// both, for the first also bad ones, for [`LIVING`] one with the face that is before the camera; videos taken by hand, `held-N.y4m`; and who they are, in `citizens.json`. Photos of
/// [`SOFT`], and who these are, in `soft.json`.
pub fn streams() -> Result<PathBuf> {
    let folder = workspace::scratch()?.join("streams");
    let inputs = ["crates/specimen", "xtask/src/run.rs", "xtask/src/specimen.rs", "documents"].map(workspace::path);
    let stamp = Stamp::new("streams", &inputs, "")?;
    if stamp.holds(&[folder.join("citizens.json"), folder.join("soft.json")]) {
        return Ok(folder);
    }
    std::fs::create_dir_all(&folder)?;
    task::step("camera streams", || {
        let fonts = Fonts::load(&workspace::path("node_modules"))?;
        let people = citizens(STREAMS);
        // The longest first, so that no core waits for one at the end.
        HELD.par_iter().try_for_each(|(index, upright)| held(&people[*index], *index, *upright, &fonts, &folder))?;
        people.par_iter().enumerate().try_for_each(|(index, citizen)| shown(citizen, index, &fonts, &folder))?;
        Action::ALL.par_iter().try_for_each(|action| performed(*action, &folder))?;
        let living = specimen::living_front(&people[LIVING], &fonts, scene::CARD_WIDTH)?;
        photo(&folder, LIVING, "living", &living, &PhotoStyle::phone(u64::try_from(LIVING)?))?;
        let owners = SOFT.par_iter().map(|soft| softly(*soft, &fonts, &folder)).collect::<Result<BTreeMap<_, _>>>()?;
        workspace::write(&folder.join("soft.json"), serde_json::to_vec(&owners)?)?;
        workspace::write(&folder.join("citizens.json"), serde_json::to_vec(&people)?)
    })?;
    stamp.set()?;
    Ok(folder)
}

/// A citizen shows both sides to a camera, and has photos of both; the first also bad ones.
fn shown(citizen: &Citizen, index: usize, fonts: &Fonts, folder: &Path) -> Result<()> {
    let seed = u64::try_from(index)?;
    // Short and slow, so that a dozen of them fit anywhere; the player repeats them.
    let showing = scene::Showing { fps: 5, seconds: 3, ..scene::Showing::of(seed) };
    write_y4m(&folder.join(format!("{index}.y4m")), scene::frames(citizen, fonts, &showing), showing.fps)?;
    let (front, back) = (draw_front(citizen, fonts, scene::CARD_WIDTH), draw_back(citizen, fonts, scene::CARD_WIDTH));
    photo(folder, index, "front", &front, &PhotoStyle::phone(seed))?;
    photo(folder, index, "back", &back, &PhotoStyle::phone(seed + 1))?;
    if index == 0 {
        for fault in Fault::ALL {
            photo(folder, index, fault.name(), &front, &PhotoStyle::bad(fault, seed))?;
        }
    }
    Ok(())
}

/// A citizen holds both sides by hand.
fn held(citizen: &Citizen, index: usize, upright: bool, fonts: &Fonts, folder: &Path) -> Result<()> {
    let seed = u64::try_from(index)?;
    let style = if upright { PhotoStyle::phone_upright(seed) } else { PhotoStyle::phone(seed) };
    let style = PhotoStyle { jpeg_quality: 0, ..style };
    let showing = scene::Showing { style, seconds: 7, ..scene::Showing::of(seed) };
    specimen::handheld(citizen, fonts, &showing, &folder.join(format!("held-{index}.y4m")))
}

/// The living one follows a challenge of one action.
fn performed(action: Action, folder: &Path) -> Result<()> {
    let name = serde_json::to_value(action)?.as_str().context("a name")?.to_owned();
    let frames: Vec<RgbImage> = perform(Actor::Person(LIVING), &[action]).map(|(_, frame)| frame).collect();
    workspace::write(&folder.join(format!("face-{name}.jpg")), film_strip(&frames)?)
}

/// Photos in which a rare character is read as another one; whose they are.
fn softly((index, coverage, blur): (usize, f32, f32), fonts: &Fonts, folder: &Path) -> Result<(usize, Citizen)> {
    let owner = citizen(index);
    let soft = PhotoStyle { coverage, blur, ..PhotoStyle::phone(100) };
    photo(folder, index, "soft", &draw_front(&owner, fonts, scene::CARD_WIDTH), &soft)?;
    let back = draw_back(&owner, fonts, scene::CARD_WIDTH);
    photo(folder, index, "back", &back, &PhotoStyle::phone(u64::try_from(index)? + 1))?;
    Ok((index, owner))
}

fn photo(folder: &Path, index: usize, name: &str, card: &RgbImage, style: &PhotoStyle) -> Result<()> {
    workspace::write(&folder.join(format!("{index}-{name}.jpg")), photograph(card, style).jpeg)
}

/// What to open, and whom to try: the first citizen whose card nobody registered yet.
fn guide(stack: &Stack) -> Result<String> {
    let citizens = http::get(stack.sandbox.port, "/citizens")?;
    let citizens: Value = serde_json::from_str(&citizens.body).context("the sandbox does not list its citizens")?;
    let (edge, sandbox) = (stack.edge.url(), stack.sandbox.url());
    let mut lines = vec![
        String::new(),
        format!("Open       {edge}"),
        format!("Sandbox    {sandbox}   (register, CRM, message centre, phones, police)"),
        format!("Others     {edge}/verify  /card  /terminal  /apply  /c  /office"),
        format!("Operator   {OPERATOR}   (for /office, and as a bearer token)"),
    ];
    let free = citizens.as_array().into_iter().flatten().take(seed::WITH_PHOTOS).find(|citizen| {
        let subscription = &citizen["subscription"];
        subscription["registered"] == false && subscription["sim"] != "active"
    });
    if let Some(citizen) = free {
        let of = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let subscription = &citizen["subscription"];
        let (name, index) = (of(&citizen["name"]), of(&citizen["index"]));
        let (card, number) = (of(&subscription["iccid"]), of(&subscription["number"]));
        let line = of(&subscription["contact_line"]);
        lines.extend([
            format!("\nA fictional citizen to try: {name}"),
            format!("  SIM card   {card}"),
            format!("  number     {number}"),
            format!("  phone      {sandbox}/phones/{line}"),
            format!("  ID card    {sandbox}/citizens/{index}/card/front.jpg"),
            format!("             {sandbox}/citizens/{index}/card/back.jpg"),
        ]);
    }
    lines.push("\nCtrl-C stops both.".to_owned());
    Ok(lines.join("\n"))
}

/// The page comes, and says who it is.
fn served(stack: &Stack) -> Result<()> {
    let page = http::get(stack.edge.port, "/")?;
    if page.status != 200 || !page.body.contains("<html") {
        bail!("{} answers {} without a page", stack.edge.url(), page.status);
    }
    println!("the page is served");
    Ok(())
}
