//! Gets somebody a certificate of no criminal record from Workers that run: `apply EDGE SANDBOX FILE.pdf`. Where its code leads is
//! printed.

use anyhow::{Context as _, Result, bail};
use shiming_api_tests::applying::{Applicant, RECORDED, read};
use shiming_api_tests::client::Sandbox;
use shiming_api_tests::fixtures::People;
use shiming_wire::application::NextStep;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [edge, sandbox, file] = arguments.as_slice() else { bail!("apply EDGE SANDBOX FILE.pdf") };
    let world = Sandbox::new(sandbox.clone());
    let people = People::of(&world)?;
    let citizen = std::iter::repeat_with(|| people.active())
        .find(|citizen| citizen.as_ref().map_or(true, |citizen| !RECORDED.contains(&citizen.index)))
        .context("nobody")??;
    let mut applicant = Applicant::apply(edge, &world, &citizen, citizen.index)?;
    applicant.wait_for(NextStep::TakeIssued)?;
    let document = applicant.document()?;
    let (_, uri) = read(&document)?;
    std::fs::write(file, document)?;
    println!("{}", uri.context("no link on the certificate")?);
    Ok(())
}
