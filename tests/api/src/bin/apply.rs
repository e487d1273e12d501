//! Gets somebody certificates of no criminal record from Workers that run, one a file: `apply EDGE SANDBOX FILE.pdf…`. Where the code
//! of each leads is printed, a line each.

use anyhow::{Context as _, Result, bail};
use shiming_api_tests::applying::{Applicant, RECORDED, read};
use shiming_api_tests::client::Sandbox;
use shiming_api_tests::fixtures::People;
use shiming_wire::application::{ApplicationView, NextStep};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [edge, sandbox, files @ ..] = arguments.as_slice() else { bail!("apply EDGE SANDBOX FILE.pdf…") };
    let world = Sandbox::new(sandbox.clone());
    let people = People::of(&world)?;
    let citizen = std::iter::repeat_with(|| people.active())
        .find(|citizen| citizen.as_ref().map_or(true, |citizen| !RECORDED.contains(&citizen.index)))
        .context("nobody")??;
    for file in files {
        // A line gets one code a minute, and whoever asked in vain waits, too: the next one that is free, by another device.
        let mut applicant = Applicant::open(edge, &citizen, citizen.index)?;
        while applicant.prove_line(&world, people.active()?.line()).is_err() {
            applicant = Applicant::open(edge, &citizen, citizen.index)?;
        }
        applicant.show_face(citizen.index)?.expect::<ApplicationView>(202)?;
        applicant.wait_for(NextStep::TakeIssued)?;
        let document = applicant.document()?;
        let (_, uri) = read(&document)?;
        std::fs::write(file, document)?;
        println!("{}", uri.context("no link on the certificate")?);
    }
    Ok(())
}
