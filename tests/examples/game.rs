//! `c_examples/game`: without a window on every Python, and with one on a screen that nobody looks at but the test.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::run::{CtrlC, End, Example, SIGINT};
use super::{Needed, Promise};
use harness::directives::Mode;
use harness::{compile, paths, process};

pub fn all() -> Vec<Promise> {
    let seen = &[Needed::Whole, Needed::Header("SDL2/SDL.h"), Needed::Program("pkg-config"), Needed::Program("Xvfb")];
    vec![
        Promise::new("game", Mode::Runtime, plays),
        Promise::new("game interrupted", Mode::Runtime, interrupted),
        Promise::new("game fails", Mode::Runtime, fails),
        Promise { needs: &[Needed::Whole], ..Promise::new("game mod changes", Mode::Runtime, changes) },
        Promise { needs: &[Needed::Whole], ..Promise::new("game mod stuck", Mode::Runtime, stuck) },
        Promise { needs: seen, ..Promise::new("game seen", Mode::Runtime, is_seen) },
    ]
}

/// The game's own mods, and bad ones too where that is asked for. The patience is more than a busy machine takes.
fn words(bad: bool, more: &[&str]) -> Vec<OsString> {
    let folder = |name: &str| paths::examples().join("game").join(name).into_os_string();
    let mut words = vec!["--mods".into(), folder("mods"), "--patience".into(), "3000".into()];
    if bad {
        words.extend(["--mods".into(), folder("bad_mods")]);
    }
    words.extend(more.iter().map(OsString::from));
    words
}

fn headless(bad: bool, more: &[&str]) -> Vec<OsString> {
    words(bad, &[&["--headless"], more].concat())
}

fn plays(example: &Example) -> Result<(), String> {
    let game = example.build("game/game.cpp")?;
    let asked = ["--frames", "200", "--reload-at", "60", "--beats", "2", "--save", "saved"];
    let outcome = example.run(&game, &headless(!example.python.in_short, &asked), None)?;
    outcome.expect_end(End::Exit(0))?.expect("orbit is reloaded")?.expect("flock is reloaded")?;
    outcome.expect("mod: flock: has flown for")?.expect(": saved")?.expect("all has ended")?;
    if !example.python.in_short {
        outcome.expect("broken is disabled:")?.expect("TypeError: memoryview")?;
        outcome.expect("runaway is disabled:")?.expect("KeyboardInterrupt")?;
    }
    let outcome =
        example.run(&game, &headless(!example.python.in_short, &["--frames", "5", "--load", "saved"]), None)?;
    outcome.expect_end(End::Exit(0))?.expect("mod: flock: has flown for")?.expect("all has ended")?;
    Ok(())
}

fn interrupted(example: &Example) -> Result<(), String> {
    let moment = CtrlC { after: "is reloaded", wait: Duration::ZERO };
    let words = headless(false, &["--frames", "1000000000", "--reload-at", "5", "--save", "saved"]);
    let outcome = example.run(&example.build("game/game.cpp")?, &words, Some(moment))?;
    outcome.expect_end(End::Exit(128 + SIGINT))?.expect(": saved")?.expect("interrupted: all has ended")?;
    Ok(())
}

/// With a reload on its way.
fn fails(example: &Example) -> Result<(), String> {
    let words = headless(false, &["--frames", "100", "--reload-at", "20", "--fail-at", "21"]);
    let outcome = example.run(&example.build("game/game.cpp")?, &words, None)?;
    outcome.expect_end(End::Exit(1))?.expect("game: the game itself has failed")?;
    Ok(())
}

/// Makes a folder of mods, each of a name and a script, for the program to find in its directory.
fn write_mods(example: &Example, mods: &[(&str, &str)]) -> Result<(), String> {
    for (name, script) in mods {
        let file = paths::run(&example.name).join("own").join(name).join("mod.py");
        fs::create_dir_all(file.parent().expect("in a folder")).map_err(|e| e.to_string())?;
        fs::write(&file, script).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    Ok(())
}

/// One mod writes itself anew, and is loaded again by itself; another one is not Python.
fn changes(example: &Example) -> Result<(), String> {
    let old = "steps = 0\ndef on_tick(seconds, first, places, speeds):\n    global steps\n    steps += 1\n    \
               if steps == 3:\n        with open('own/changes/mod.py', 'w') as file:\n            \
               file.write('import game\\ndef on_tick(*unused): game.log(\"changed\")\\n')\n";
    write_mods(example, &[("changes", old), ("no_python", "def on_tick(:\n")])?;
    let moment = CtrlC { after: "mod: changed", wait: Duration::ZERO };
    let outcome = example.run(&example.build("game/game.cpp")?, &own(&["--patience", "3000"]), Some(moment))?;
    outcome.expect_end(End::Exit(128 + SIGINT))?.expect("no_python is not loaded:")?.expect("SyntaxError")?;
    outcome.expect("changes is reloaded")?.expect("interrupted: all has ended")?;
    Ok(())
}

/// One is in C code for ever: the game says so, and ends.
fn stuck(example: &Example) -> Result<(), String> {
    // One that is not Python's fault can be interrupted, also while it is loaded.
    write_mods(example, &[("stuck", "import time\nwhile True: time.sleep(0.001)\n")])?;
    let outcome = example.run(&example.build("game/game.cpp")?, &own(&["--patience", "20", "--frames", "1"]), None)?;
    outcome.expect_end(End::Exit(0))?.expect("stuck is not loaded:")?.expect("KeyboardInterrupt")?;
    outcome.expect("all has ended")?;
    write_mods(example, &[("stuck", "def on_tick(*unused): sum(range(10**15))\n")])?;
    let play = || example.run(&example.build("game/game.cpp")?, &own(&["--patience", "50", "--frames", "1000"]), None);
    let mut outcome = play()?;
    // On a machine that is busy enough it may not be loaded within so little patience.
    for _ in 0..4 {
        if outcome.output.contains("is not loaded") {
            outcome = play()?;
        }
    }
    outcome.expect_end(End::Exit(1))?.expect("own/stuck/mod.py does not stop, whatever is done")?;
    Ok(())
}

fn own(more: &[&str]) -> Vec<OsString> {
    ["--headless", "--mods", "own"].iter().chain(more).map(OsString::from).collect()
}

fn is_seen(example: &Example) -> Result<(), String> {
    let flags = process::output(Command::new("pkg-config").args(["--cflags", "--libs", "sdl2"]))?;
    let mut recipe = example.recipe("game/game.cpp")?;
    recipe.output = compile::directory(None).join("game_seen");
    recipe.arguments.push("-DGAME_SDL2".to_owned());
    recipe.arguments.extend(flags.split_whitespace().map(str::to_owned));
    example.kit.builder.make(&recipe)?;
    let script: PathBuf = paths::root().join("tests/examples/game_seen.py");
    let arguments = [script.into_os_string(), recipe.output.clone().into_os_string()];
    let words: Vec<OsString> = arguments.into_iter().chain(words(true, &["--save", "saved"])).collect();
    let outcome = example.run(&example.python.executable, &words, None)?;
    outcome.expect_end(End::Exit(0))?.expect("runaway is disabled:")?.expect(": saved")?;
    outcome.expect("interrupted: all has ended")?;
    Ok(())
}
