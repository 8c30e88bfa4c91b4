//! What every thread of a hanging program is doing, as gdb tells it.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::Pid;

use super::process;

const LIMIT: Duration = Duration::from_secs(30);

/// The backtraces of all processes of the group. `scratch` is a file that gdb's output may go to.
pub fn of_group(group: Pid, scratch: &Path) -> String {
    let mut text = String::new();
    for id in members(group.as_raw_nonzero().get()) {
        let mut gdb = Command::new("gdb");
        gdb.args([
            "-nx",
            "-batch",
            "-iex",
            "set debuginfod enabled off",
            "-iex",
            "set auto-load off",
            "-ex",
            "thread apply all bt",
            "-p",
        ]);
        gdb.arg(id.to_string());
        match process::run(&mut gdb, scratch, LIMIT, |_| "gdb did not finish".to_owned()) {
            Ok(told) => _ = write!(text, "\n--- threads of process {id} ---\n{}", told.output),
            Err(error) => _ = write!(text, "\n(no backtrace: cannot run gdb: {error})"),
        }
    }
    text
}

/// The processes of a group, as Linux lists them; none elsewhere.
fn members(group: i32) -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter(|id| group_of(*id) == Some(group)).collect()
}

fn group_of(process: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?; // the name may hold spaces and brackets
    let mut state_parent_group = after_name.split_whitespace();
    state_parent_group.nth(2)?.parse().ok()
}
