//! A Python program ends in every way and at any moment, while the native threads of `extension_callback` call back hard.

use std::ffi::OsString;
use std::time::Duration;

use super::Promise;
use super::run::{CtrlC, End, Example, SIGINT};
use harness::case;
use harness::directives::Mode;
use harness::paths;

/// The first calls begin within a few of these.
const LATEST: Duration = Duration::from_millis(40);
const READY: &str = "ready\n";

/// A way to end, as exit_at_any_moment.py calls it; what is to come of it; and the last thing that is printed.
const WAYS: [(&str, End, &str); 10] = [
    ("return", End::Exit(0), READY),
    ("sys.exit", End::Exit(3), READY),
    ("exception", End::Exit(1), "RuntimeError: at any moment\n"),
    ("os._exit", End::Exit(4), READY),
    ("os._exit in a callback", End::Exit(4), READY),
    ("Ctrl-C", End::Signal(SIGINT), "KeyboardInterrupt\n"),
    ("Ctrl-C in a callback", End::Signal(SIGINT), "KeyboardInterrupt\n"),
    ("stop", End::Exit(0), READY),
    ("stop in a callback", End::Exit(0), READY),
    ("drop", End::Exit(0), READY),
];

pub fn promise() -> Promise {
    Promise::new("extension_callback exits", Mode::Extension, exits)
}

fn exits(example: &Example) -> Result<(), String> {
    example.build("extension_callback/extension_callback.c")?;
    // Each Python at other moments.
    let first = example.python.minor * WAYS.len() as u32;
    for run in first..first + case::repeat() * WAYS.len() as u32 {
        // In short every other way, and the rest on the next Python.
        if example.python.in_short && !(run + example.python.minor).is_multiple_of(2) {
            continue;
        }
        let (way, end, last) = WAYS[run as usize % WAYS.len()];
        let moment = moment(run);
        exit(example, way, moment, end, last).map_err(|what| format!("run {run}, {way} after {moment:?}: {what}"))?;
    }
    Ok(())
}

/// Another one each time, spread evenly however many there are.
fn moment(run: u32) -> Duration {
    const GOLDEN_RATIO: f64 = 1.618_033_988_749_895;
    LATEST.mul_f64((f64::from(run) * GOLDEN_RATIO).fract())
}

fn exit(example: &Example, way: &str, moment: Duration, end: End, last: &str) -> Result<(), String> {
    let script = paths::root().join("tests/examples/exit_at_any_moment.py");
    let arguments: [OsString; 3] = [script.into(), way.into(), moment.as_secs_f64().to_string().into()];
    let ctrl_c = (way == "Ctrl-C").then_some(CtrlC { after: READY, wait: moment });
    let outcome = example.run(&example.python.executable, &arguments, ctrl_c)?;
    outcome.expect_end(end)?;
    if !outcome.output.starts_with(READY) || !outcome.output.ends_with(last) || outcome.output.contains("ignored") {
        return Err(outcome.failure("printed something else"));
    }
    Ok(())
}
