//! The harness itself: a failure, a crash and a hang are each reported, or all other results mean nothing.

use std::process::Command;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

use super::directives::{Directives, Mode};
use super::tool::Tool;
use super::{paths, process, symbols, verdict};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("harness::success passes", || expect("success", "echo fine", Ok(()))),
        Trial::test("harness::failure is reported", || expect("failure", "exit 77", Err("exit status: 77"))),
        Trial::test("harness::crash is reported", || expect("crash", "kill -SEGV $$", Err("signal: 11"))),
        Trial::test("harness::hang is reported", || expect("hang", "sleep 100 & wait", Err("not finished after"))),
        Trial::test("harness::left-over child keeps nobody waiting", || expect("orphan", "sleep 100 & exit 0", Ok(()))),
        Trial::test("harness::directives", directives),
        Trial::test("harness::declarations", declarations),
    ]
}

fn expect(name: &str, script: &str, expected: Result<(), &str>) -> Result<(), Failed> {
    let limit = Duration::from_millis(500);
    let start = Instant::now();
    let directory = paths::run("harness");
    std::fs::create_dir_all(&directory)?;
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    let finished = process::run(&mut command, &directory.join(name), limit, |_| String::new())?;
    let judged = verdict::of(&finished, limit);
    let as_expected = match (&judged, expected) {
        (Ok(()), Ok(())) => true,
        (Err(message), Err(start)) => message.starts_with(start),
        _ => false,
    };
    if !as_expected {
        return Err(format!("{judged:?} and not {expected:?}").into());
    }
    if start.elapsed() > Duration::from_secs(50) { Err("waited for a sleeper".into()) } else { Ok(()) }
}

fn directives() -> Result<(), Failed> {
    let source = "/*\n * harness: mode=dlopen\n * harness: env=A=b=c */\n// harness: since=3.12\n/* harness: args=x y */\n\
                  /* harness: seeds=7 8 */\n/* harness: not-under=helgrind a reason */\nint main;";
    let expected = Directives {
        mode: Mode::Dlopen,
        since: Some(12),
        args: vec!["x".to_owned(), "y".to_owned()],
        seeds: vec![7, 8],
        env: vec![("A".to_owned(), "b=c".to_owned())],
        not_under: vec![(Tool::Helgrind, "a reason".to_owned())],
        ..Directives::default()
    };
    let parsed = Directives::parse(source)?;
    if parsed != expected {
        return Err(format!("{parsed:?}").into());
    }
    match Directives::parse("/* harness: moed=host */") {
        Ok(_) => Err("a misspelt directive was taken".into()),
        Err(_) => Ok(()),
    }
}

fn declarations() -> Result<(), Failed> {
    let header = "#define X pyferry_x(1)\n/* pyferry_y() */ typedef void (*pyferry_callback)(int);\n\
                  struct pyferry_view *pyferry_view_clone(int); // pyferry_z()\n";
    let text = symbols::without_comments(header);
    let found: Vec<_> = symbols::declared_functions(&text).collect();
    if found == ["pyferry_view_clone"] { Ok(()) } else { Err(format!("{found:?}").into()) }
}
