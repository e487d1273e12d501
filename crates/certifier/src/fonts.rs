//! The typefaces of the documents: assets of this Worker, 15 MB each, read with the first document of an instance.

use std::cell::{Cell, OnceCell};
use std::time::Duration;

use shiming_certificate::render::{FontError, Fonts};
use shiming_cloud::clock;
use shiming_cloud::problem::Fault;
use worker::{Delay, Env};

/// How long a request leaves the reading to another, seconds: one that the platform gave up does not come back to say so.
const PATIENCE: u64 = 5;
/// How often it looks whether that one is done.
const LOOK: Duration = Duration::from_millis(20);

thread_local! {
    /// They stay as long as the instance.
    static FONTS: OnceCell<&'static Fonts> = const { OnceCell::new() };
    /// Until when a request that reads them is waited for, seconds since 1970. Several at once would not fit into memory.
    static READING: Cell<u64> = const { Cell::new(0) };
}

/// The typefaces.
pub async fn fonts(env: &Env) -> Result<&'static Fonts, Fault> {
    loop {
        if let Some(fonts) = FONTS.with(|fonts| fonts.get().copied()) {
            return Ok(fonts);
        }
        let now = clock::now();
        if READING.get() <= now {
            READING.set(now + PATIENCE);
            let read = read(env).await;
            READING.set(0);
            let read = read?;
            return Ok(FONTS.with(|fonts| *fonts.get_or_init(|| Box::leak(Box::new(read)))));
        }
        Delay::from(LOOK).await;
    }
}

async fn read(env: &Env) -> Result<Fonts, Fault> {
    // One after the other: each is in memory twice while it is read.
    let regular = asset(env, "NotoSerifSC_400Regular.ttf").await?;
    let bold = asset(env, "NotoSerifSC_600SemiBold.ttf").await?;
    Fonts::new(vec![regular], vec![bold]).map_err(|error: FontError| Fault::Internal(error.to_string()))
}

async fn asset(env: &Env, name: &str) -> Result<Vec<u8>, Fault> {
    let mut answer = env.assets("ASSETS")?.fetch(format!("https://assets/{name}"), None).await?;
    match answer.status_code() {
        200 => Ok(answer.bytes().await?),
        status => Err(Fault::Internal(format!("{name}: status {status}"))),
    }
}
