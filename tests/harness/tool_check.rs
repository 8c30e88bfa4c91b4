//! The tool at work: what it is there to find is found, and clean code is not reported.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Failed;

use super::build::Builder;
use super::environment;
use super::tool::{self, Tool};
use super::trial::Trial;
use super::{compile, paths, process, verdict};

const LIMIT: Duration = Duration::from_secs(60);

/// Each fault of `faults.c` that a tool is there for, and what the tool says of it.
fn faults(tool: Tool) -> &'static [(&'static str, &'static str)] {
    match tool {
        Tool::Memcheck => &[
            ("overflow", "Invalid write of size 1"),
            ("use-after-free", "Invalid write of size 1"),
            ("leak", "definitely lost"),
        ],
        Tool::Helgrind => &[("race", "Possible data race")],
        Tool::Arm64 => &[],
        Tool::Sanitizers => &[
            ("overflow", "heap-buffer-overflow"),
            ("use-after-free", "heap-use-after-free"),
            ("undefined", "signed integer overflow"),
        ],
    }
}

pub fn trials() -> Vec<Trial> {
    let Some(tool) = tool::current() else { return Vec::new() };
    let builder = Arc::new(Builder::default());
    let trial = |fault: &'static str, says: Option<&'static str>| {
        let builder = Arc::clone(&builder);
        let what = if says.is_some() { "is reported" } else { "is no fault" };
        Trial::test(format!("{}::{fault} {what}", tool.name()), move || check(&builder, tool, fault, says))
    };
    let reported = faults(tool).iter().map(|(fault, says)| trial(fault, Some(says)));
    reported.chain([trial("nothing", None)]).collect()
}

fn check(builder: &Builder, tool: Tool, fault: &str, says: Option<&str>) -> Result<(), Failed> {
    let recipe = compile::plain(&paths::root().join("tests/harness/faults.c"));
    builder.make(&recipe)?;
    let directory: PathBuf = paths::run("faults");
    std::fs::create_dir_all(&directory)?;
    let (executable, arguments) = tool.command_line(recipe.output, None, true);
    let mut command = Command::new(executable);
    command.args(arguments).arg(fault);
    environment::replace(&mut command, &tool.variables(None, false));
    let finished = process::run(&mut command, &directory.join(fault), LIMIT, |_| String::new())?;
    match (verdict::of(&finished, LIMIT), says) {
        (Ok(()), None) => Ok(()),
        (Err(_), Some(says)) if finished.output.contains(says) => Ok(()),
        (verdict, _) => Err(format!("{verdict:?}\n{}", finished.output).into()),
    }
}
