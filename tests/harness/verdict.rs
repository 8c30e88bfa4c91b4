//! What a finished program amounts to, and what is told about a failed one.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use libtest_mimic::Failed;

use super::backtrace;
use super::environment::{self, Variables};
use super::process::{self, Finished};
use super::tool::{self, Tool};

/// How many lines of the output are shown.
const TAIL: usize = 120;

pub fn of(finished: &Finished, limit: Duration) -> Result<(), String> {
    match finished.status {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(status.to_string()),
        None => Err(format!("not finished after {} s", limit.as_secs_f32())),
    }
}

/// The line to type in a shell for the same run.
pub fn by_hand(command: &Command, variables: &Variables) -> String {
    let path = env::var("PATH").unwrap_or_default();
    let directory = command.get_current_dir().map(|directory| format!("cd {} &&", directory.display()));
    let settings =
        variables.iter().map(|(name, value)| format!("{name}=\"{}\"", value.to_string_lossy().replace(&path, "$PATH")));
    let words = [command.get_program()].into_iter().chain(command.get_args());
    let words = words.map(|word| word.to_string_lossy().into_owned());
    directory.into_iter().chain(settings).chain(words).collect::<Vec<_>>().join(" ")
}

pub fn tail(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    let left_out = lines.len().saturating_sub(TAIL);
    let mark = if left_out > 0 { format!("({left_out} lines left out)\n") } else { String::new() };
    mark + &lines[left_out..].join("\n")
}

/// Runs a program to its end, with so much time where nothing slows it down, and judges it.
pub fn run(executable: &Path, directory: &Path, variables: &Variables, limit: Duration) -> Result<(), Failed> {
    fs::create_dir_all(directory)?;
    let mut command = tool::starts(executable);
    command.current_dir(directory);
    environment::replace(&mut command, variables);
    let limit = environment::limit(limit, variables) * tool::current().map_or(1, Tool::slowdown);
    let autopsy = |group| backtrace::of_group(group, &directory.join("gdb"));
    let finished = process::run(&mut command, &directory.join("output"), limit, autopsy)?;
    of(&finished, limit).map_err(|what| {
        let again = by_hand(&command, variables);
        format!("{what}\nby hand: {again}\noutput:\n{}{}", tail(&finished.output), finished.autopsy).into()
    })
}
