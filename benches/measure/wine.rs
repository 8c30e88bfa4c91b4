//! Ratios on CPythons for Windows, under Wine: into a table of docs/cost.md. The barrier is the symmetric one, since Wine 8 has no
//! other: so these are the costs where each side fences for itself.

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

/// What, against what, the goal, and the ways of `ways.h`.
const ROWS: [(&str, &str, &str, [&str; 2]); 3] = [
    ("bare attach + detach", "itself: shows what the method cannot tell apart", "", ["bare", "bare"]),
    ("attach + detach", "bare PyEval_RestoreThread + SaveThread", "≤ 1.15", ["pyferry", "bare"]),
    (
        "into another interpreter and back",
        "bare: Save A, Restore B, Save B, Restore A",
        "≤ 1.25",
        ["pyferry-cross", "bare-cross"],
    ),
];

pub fn measure() -> Result<(), Box<dyn Error>> {
    let bench = Bench::begin()?;
    let mut table = "| what | against | goal |".to_owned();
    bench.pythons.iter().for_each(|python| table += &format!(" {} |", python.release));
    table += &format!("\n|---|---|---|{}\n", "---|".repeat(bench.pythons.len()));
    for (what, against, goal, ways) in ROWS {
        table += &format!("| {what} | {against} | {goal} |");
        for python in &bench.pythons {
            let ratios = (0..PROCESSES).map(|_| ratios(&bench, ways, python)).collect::<Result<Vec<_>, _>>()?;
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

fn ratios(bench: &Bench, ways: [&str; 2], python: &Python) -> Result<Vec<f64>, String> {
    let sources = paths::root().join("benches");
    let beside: Vec<PathBuf> = BESIDE.iter().map(|file| sources.join(file)).collect();
    let printed = bench.run(&sources.join("turns.c"), &beside, &ways, python)?;
    let ratio = |line: &str| {
        let (ours, theirs) = line.trim().split_once(' ')?;
        Some(ours.parse::<f64>().ok()? / theirs.parse::<f64>().ok()?)
    };
    printed.lines().map(|line| ratio(line).ok_or_else(|| format!("turns printed {line}"))).collect()
}
