//! Ratios on CPythons for Windows, under Wine: into a table of docs/cost.md.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use crate::build::BESIDE;
use crate::results::quartiles;
use harness::paths;
use harness::python::Python;
use harness::windows::Bench;

const BEGIN: &str = "<!-- under Wine: make bench-windows writes from here -->\n";
const END: &str = "<!-- to here -->\n";

/// Rounds of several processes, as elsewhere.
const PROCESSES: usize = 4;

const NOTHING: &str = "itself: shows what the method cannot tell apart";
const VISIT: &str = "bare PyEval_RestoreThread + SaveThread";
const CROSSING: &str = "bare: Save A, Restore B, Save B, Restore A";

/// Windows' own, by FlushProcessWriteBuffers. Wine 8's does nothing, so that the gate does not hold there; who comes and goes has the
/// same work.
const WINDOWS: &str = "asymmetric";
const SYMMETRIC: &str = "symmetric";

/// What, against what, the goal, the ways of `ways.h`, and the barrier.
const ROWS: [(&str, &str, &str, [&str; 2], &str); 5] = [
    ("bare attach + detach", NOTHING, "", ["bare", "bare"], WINDOWS),
    ("attach + detach", VISIT, "≤ 1.15", ["pyferry", "bare"], WINDOWS),
    ("attach + detach, each with a fence", VISIT, "", ["pyferry", "bare"], SYMMETRIC),
    ("into another interpreter and back", CROSSING, "≤ 1.25", ["pyferry-cross", "bare-cross"], WINDOWS),
    ("the same, each with a fence", CROSSING, "≤ 1.25", ["pyferry-cross", "bare-cross"], SYMMETRIC),
];

pub fn measure() -> Result<(), Box<dyn Error>> {
    let bench = Bench::begin()?;
    let mut table = "| what | against | goal |".to_owned();
    bench.pythons.iter().for_each(|python| table += &format!(" {} |", python.release));
    table += &format!("\n|---|---|---|{}\n", "---|".repeat(bench.pythons.len()));
    for (what, against, goal, ways, barrier) in ROWS {
        table += &format!("| {what} | {against} | {goal} |");
        for python in &bench.pythons {
            let ratios =
                (0..PROCESSES).map(|_| ratios(&bench, ways, barrier, python)).collect::<Result<Vec<_>, _>>()?;
            let (value, (first, third)) = quartiles(ratios.concat());
            let cell = format!("{value:.2} ({first:.2} to {third:.2})");
            eprintln!("{what} on {}: {cell}", python.release);
            table += &format!(" {cell} |");
        }
        table.push('\n');
    }
    let page = paths::root().join("docs/cost.md");
    let text = fs::read_to_string(&page)?;
    let (before, rest) = text.split_once(BEGIN).ok_or("docs/cost.md has no place for it")?;
    let (_, after) = rest.split_once(END).ok_or("the place in docs/cost.md has no end")?;
    Ok(fs::write(page, format!("{before}{BEGIN}\n{table}\n{END}{after}"))?)
}

fn ratios(bench: &Bench, ways: [&str; 2], barrier: &str, python: &Python) -> Result<Vec<f64>, String> {
    let sources = paths::root().join("benches");
    let beside: Vec<PathBuf> = BESIDE.iter().map(|file| sources.join(file)).collect();
    let printed = bench.run(&sources.join("turns.c"), &beside, &ways, barrier, python)?;
    let ratio = |line: &str| {
        let (ours, theirs) = line.trim().split_once(' ')?;
        Some(ours.parse::<f64>().ok()? / theirs.parse::<f64>().ok()?)
    };
    printed.lines().map(|line| ratio(line).ok_or_else(|| format!("turns printed {line}"))).collect()
}
