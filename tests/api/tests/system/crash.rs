//! The edge's workerd is killed at every state of the outbox: nothing is lost, and nothing that shows is done twice.

mod calls;
mod case;
mod certificates;
mod lists;

use anyhow::{Context as _, Result, ensure};
use shiming_api_tests::client::Sandbox;
use shiming_api_tests::fixtures::People;
use shiming_api_tests::stack::Stack;

const SMS: &str = "/sms/messages";
const CALL: &str = "/gateway/calls";
const ASK: &str = "/register/verify";
const STORE: &str = "/crm/records/store";
const EFFECTIVE: &str = "/crm/records/state";
const ACTIVATE: &str = "/crm/sims/activate";
const DEACTIVATE: &str = "/crm/sims/deactivate-provisional";

/// Every call to an outside system.
const PATHS: [&str; 7] = [SMS, CALL, ASK, STORE, EFFECTIVE, ACTIVATE, DEACTIVATE];

/// An edge that is killed over and over, and a sandbox that is a process of its own and lives on.
struct Scene {
    stack: Stack,
    world: Sandbox,
    people: People,
}

impl Scene {
    /// SIGKILL, and a new start on what is left.
    fn kill(&mut self) -> Result<()> {
        self.stack.edge.kill();
        // Nobody is there now; what was held goes on without anybody to hear the answer.
        self.world.calm()?;
        self.stack.edge.restart()
    }
}

// RN-8 to RN-10: workerd dies with SIGKILL, twenty times around calls and seven times around its own database; NC-3: three times
// while the police are asked.
#[test]
fn killed_at_every_state_of_the_outbox() -> Result<()> {
    let stack = Stack::start("crash")?;
    let world = stack.world();
    let people = People::of(&world)?;
    let mut scene = Scene { stack, world, people };
    let mut retried = 0;
    for (path, moment) in calls::KILLS {
        retried += calls::kill_at(&mut scene, path, moment).with_context(|| format!("{path} {moment:?}"))?;
    }
    for (effect, moment) in lists::KILLS {
        lists::kill_at(&mut scene, effect, moment).with_context(|| format!("{effect:?} {moment:?}"))?;
    }
    for outcome in certificates::KILLS {
        certificates::kill_at(&mut scene, outcome).with_context(|| format!("certificates {outcome}"))?;
    }
    let kills = calls::KILLS.len() + lists::KILLS.len() + certificates::KILLS.len();
    println!("{kills} kills; {retried} calls were repeated, each under the key of its first attempt");
    ensure!(retried >= calls::KILLS.len() - 2, "the kills missed: only {retried} calls were repeated");
    Ok(())
}
