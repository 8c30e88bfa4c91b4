//! What each example prints, left alone and stopped by Ctrl-C.

use std::ffi::OsString;
use std::time::Duration;

use super::Promise;
use super::run::{CtrlC, End, Example, Outcome};
use harness::directives::Mode;
use harness::paths;

/// Ctrl-C ended it, and the program saw to that itself.
const INTERRUPTED: End = End::Exit(128 + super::run::SIGINT);

pub fn all() -> Vec<Promise> {
    vec![
        Promise::new("quickstart", Mode::Runtime, quickstart),
        Promise::new("quickstart interrupted", Mode::Runtime, quickstart_interrupted),
        Promise::new("raii", Mode::Runtime, raii),
        Promise { under_memcheck: true, ..Promise::new("embedded_api", Mode::Runtime, embedded_api) },
        Promise::new("mods", Mode::Runtime, mods),
        Promise::new("thread_pool", Mode::Runtime, thread_pool),
        Promise::new("thread_pool interrupted", Mode::Runtime, thread_pool_interrupted),
        Promise::new("per_plugin_interpreter", Mode::Runtime, plugins),
        Promise::new("per_plugin_interpreter interrupted", Mode::Runtime, plugins_interrupted),
        Promise::new("existing_python", Mode::Host, existing_python),
        Promise::new("existing_python interrupted", Mode::Host, existing_python_interrupted),
        Promise::new("extension_callback", Mode::Extension, extension_callback),
        Promise::new("extension_callback interrupted", Mode::Extension, extension_callback_interrupted),
    ]
}

/// Early, and in the midst of it. In short one of them, which is another one on the next Python.
fn moments(example: &Example, after: &'static str) -> Vec<CtrlC> {
    let mut moments: Vec<_> =
        [0, 40, 150].map(|milliseconds| CtrlC { after, wait: Duration::from_millis(milliseconds) }).into();
    if example.python.in_short {
        moments = vec![moments[example.python.minor as usize % moments.len()]];
    }
    moments
}

fn quickstart(example: &Example) -> Result<(), String> {
    let seconds = if example.python.in_short { "0.5" } else { "1" };
    let outcome = example.run(&example.build("quickstart.c")?, &[seconds.into()], None)?;
    outcome.expect_end(End::Exit(0))?.expect("equal, file by file")?;
    Ok(())
}

fn quickstart_interrupted(example: &Example) -> Result<(), String> {
    let program = example.build("quickstart.c")?;
    for moment in moments(example, "files for 8 threads") {
        let outcome = example.run(&program, &[], Some(moment))?;
        outcome.expect_end(INTERRUPTED)?.expect("every interpreter and Python itself have ended")?;
    }
    Ok(())
}

fn raii(example: &Example) -> Result<(), String> {
    let outcome = example.run(&example.build("raii.cpp")?, &[], None)?;
    outcome.expect_end(End::Exit(0))?.expect("knight thinks, frame 5")?.expect("dragon thinks, frame 5")?;
    Ok(())
}

fn embedded_api(example: &Example) -> Result<(), String> {
    let outcome = example.run(&example.build("embedded_api.c")?, &[], None)?;
    outcome.expect_end(End::Exit(0))?.expect("script: 10000 heights, the last is 4999.5")?;
    outcome
        .expect("ValueError: thread 3 fell for 9.01 s")?
        .expect("thread 3: fell 397.31 m at most, raised 99 times")?;
    outcome.expect("the host sees heights[9999] = 4999.5")?;
    Ok(())
}

fn mods(example: &Example) -> Result<(), String> {
    // More than a busy machine takes for a step.
    let outcome = example.run(&example.build("mods.cpp")?, &["3000".into()], None)?;
    outcome.expect_end(End::Exit(0))?.expect("step 20: greedy is disabled:")?;
    outcome.expect("File \"greedy.py\", line")?.expect("KeyboardInterrupt")?;
    outcome.expect("mod: wind 2 is here")?.expect("wind was reloaded")?.expect("60 steps: heights are 99.8")?;
    Ok(())
}

fn thread_pool(example: &Example) -> Result<(), String> {
    let outcome = example.run(&example.build("thread_pool.c")?, &[], None)?;
    outcome.expect_end(End::Exit(0))?.expect("all right")?.expect("none lost")?;
    outcome.expect("ZeroDivisionError")?;
    let count = |text| outcome.numbers_before(text).map(|numbers| numbers[0]);
    let (results, errors) = (count(" results")?, count(" errors")?);
    let (interrupted, called_off) = (count(" interrupted")?, count(" called off")?);
    let all = count(" formulas")?;
    // One of them never ends; on a slow machine others may be at work too when the time is over.
    if results + errors + interrupted + called_off != all || errors == 0 || interrupted == 0 || called_off == 0 {
        return Err(outcome.failure("the numbers are not right"));
    }
    Ok(())
}

fn thread_pool_interrupted(example: &Example) -> Result<(), String> {
    let program = example.build("thread_pool.c")?;
    for moment in moments(example, "2000 formulas") {
        let outcome = example.run(&program, &[], Some(moment))?;
        outcome.expect_end(INTERRUPTED)?.expect("all right")?.expect("none lost")?.expect("\ninterrupted")?;
    }
    Ok(())
}

const PLUGINS: [&str; 3] = ["red", "green", "blue"];

fn build_plugins(example: &Example) -> Result<Vec<OsString>, String> {
    let plugin = |name| example.build_plugin(name, "per_plugin_interpreter/plugin.c").map(OsString::from);
    PLUGINS.into_iter().map(plugin).collect()
}

fn plugins(example: &Example) -> Result<(), String> {
    let program = example.build("per_plugin_interpreter/host.c")?;
    let outcome = example.run(&program, &build_plugins(example)?, None)?;
    outcome.expect_end(End::Exit(0))?.expect("\nevery plug-in is unloaded")?;
    outcome.expect("still in use by thread")?.expect("[posted script], in for")?.expect("KeyboardInterrupt")?;
    for numbers in [outcome.numbers_before(" scripts meanwhile")?, outcome.numbers_before(" ticks")?] {
        // The last one of all has no time to tick.
        if numbers.iter().filter(|number| **number > 0).count() < PLUGINS.len() {
            return Err(outcome.failure("a plug-in did not run while others were unloaded"));
        }
    }
    if outcome.numbers_before(" ticks")?.len() != 2 * PLUGINS.len() {
        return Err(outcome.failure("not every interpreter said goodbye"));
    }
    Ok(())
}

fn plugins_interrupted(example: &Example) -> Result<(), String> {
    let program = example.build("per_plugin_interpreter/host.c")?;
    let plugins = build_plugins(example)?;
    for moment in moments(example, "loaded into interpreter") {
        let outcome = example.run(&program, &plugins, Some(moment))?;
        outcome.expect_end(INTERRUPTED)?.expect("\ninterrupted: every plug-in is unloaded")?;
    }
    Ok(())
}

fn existing_python(example: &Example) -> Result<(), String> {
    let outcome = example.run(&example.build("existing_python.c")?, &[], None)?;
    outcome.expect_end(End::Exit(0))?.expect(&format!("in Python {}", example.python.release))?;
    let results = outcome.numbers_before(" results, then PYFERRY_STATUS_CLOSED")?;
    let worked = results.iter().filter(|number| **number > 0).count();
    if results.len() != 5 || worked != 4 || results[4] != 0 {
        return Err(outcome.failure("not four workers and one that came too late"));
    }
    Ok(())
}

fn existing_python_interrupted(example: &Example) -> Result<(), String> {
    let program = example.build("existing_python.c")?;
    for moment in moments(example, "workers in Python") {
        let outcome = example.run(&program, &[], Some(moment))?;
        outcome.expect_end(INTERRUPTED)?.expect("(it began after the end)")?;
    }
    Ok(())
}

/// The script that comes with the module.
fn run_script(example: &Example, seconds: &str, ctrl_c: Option<CtrlC>) -> Result<Outcome, String> {
    example.build("extension_callback/extension_callback.c")?;
    let script = paths::examples().join("extension_callback/example.py");
    let outcome = example.run(&example.python.executable, &[script.into(), seconds.into()], ctrl_c)?;
    outcome.expect_end(End::Exit(0))?;
    Ok(outcome)
}

fn extension_callback(example: &Example) -> Result<(), String> {
    // To end at once is to end while the threads make their first calls.
    for _ in 0..if example.python.in_short { 2 } else { 8 } {
        run_script(example, "0", None)?.expect(" calls by ")?;
    }
    // On a machine with much to do one of the four threads may get no turn in half a second.
    if run_script(example, "0.5", None)?.expect(" calls by 4 threads").is_err() {
        run_script(example, "10", None)?.expect(" calls by 4 threads")?;
    }
    Ok(())
}

fn extension_callback_interrupted(example: &Example) -> Result<(), String> {
    for moment in moments(example, "two threads each") {
        run_script(example, "60", Some(moment))?.expect("\ninterrupted\n")?;
    }
    Ok(())
}
