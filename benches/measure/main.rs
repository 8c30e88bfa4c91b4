//! `make bench`: what pyferry costs beside CPython's own calls, PyGILState, PEP 788 and the bindings, on every Python found.
//!
//! Two ways to do a thing are timed in turns, side by side in one process, in hundreds of short rounds (`benches/turns.c`),
//! and what counts is the median of the rounds' ratios, with the quartiles beside it. Criterion times one thing after
//! another: on a machine that others use, or that changes its clock meanwhile, its ratio of two means says more of the machine
//! than of the two. Here, two bare calls against each other (the first row) come out at 1 on a busy machine too.
//!
//! Where `PYFERRY_TEST_PYTHONS` names no Pythons, `benches/results.md`, the pictures and the block in README are renewed. With
//! `PYFERRY_BENCH_ROWS`, parts of rows' names separated by ";", these rows alone are measured, and put into the table that is there,
//! on whichever Pythons.

#[path = "../../tests/cost/count.rs"]
mod count;

mod build;
mod machine;
mod peers;
mod pictures;
mod questions;
mod report;
mod results;
mod run;
mod wine;

use std::env;
use std::error::Error;
use std::time::Instant;

use harness::directives::Directives;
use harness::program;
use harness::python::Python;
use peers::Kind;
use report::{Detail, Table};
use results::Results;

/// Set by `make bench-windows`.
const WINDOWS: &str = "PYFERRY_BENCH_WINDOWS";

fn main() -> Result<(), Box<dyn Error>> {
    if !env::args().any(|argument| argument == "--bench") {
        return Ok(()); // cargo test --all-targets
    }
    if env::var_os(WINDOWS).is_some() {
        return wine::measure();
    }
    let start = Instant::now();
    let (library, found) = harness::library_and_pythons()?;
    let mut pythons = found.pythons;
    let mut left_out: Vec<_> = found.missing.iter().map(|name| (name.to_string(), "not found".to_owned())).collect();
    pythons.retain(|python| match why_not(python) {
        Some(reason) => {
            eprintln!("left out: {}: {reason}", python.name);
            left_out.push((python.name.clone(), reason));
            false
        }
        None => true,
    });
    if pythons.is_empty() {
        return Err("no Python to measure on".into());
    }

    let questions = questions::all();
    let wanted = env::var("PYFERRY_BENCH_ROWS").unwrap_or_default();
    let parts: Vec<&str> = wanted.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
    let is_wanted =
        |row: &usize| parts.is_empty() || parts.iter().any(|part| report::key(&questions[*row]).contains(part));
    let rows: Vec<usize> = (0..questions.len()).filter(is_wanted).collect();
    let kinds = Kind::ALL.into_iter().filter(|kind| rows.iter().any(|row| questions[*row].needs(*kind)));
    let programs = build::all(&pythons, library, &kinds.collect::<Vec<_>>())?;
    let mut results = Results::default();
    for python in &pythons {
        eprintln!("measuring on {} ({} s so far)", python.name, start.elapsed().as_secs());
        for row in &rows {
            results.add(*row, python, run::answer(&questions[*row], python, &programs)?);
        }
    }

    let described = machine::describe(&pythons, &programs.peers)?;
    let not_measured = report::not_measured(&results, &pythons, &rows, &left_out);
    let mut measured = Table::default();
    measured.put(&results, &pythons, &rows, [described, not_measured]);
    println!("{}\n{}", measured.text(Detail::Spread), measured.notes().join("\n"));
    if !parts.is_empty() {
        let mut table = Table::read()?;
        let again = format!(
            "On {}, on {}, with {}: {}.",
            machine::today()?,
            machine::processor(),
            names(&pythons),
            parts.join("; ")
        );
        table.put(&results, &pythons, &rows, [again, String::new()]);
        return Ok(report::write(&table, None)?);
    }
    if env::var("PYFERRY_TEST_PYTHONS").is_ok_and(|value| !value.is_empty()) {
        eprintln!("README, benches/results.md and the pictures are left as they are: not all Pythons were measured");
        return Ok(());
    }
    let pictures = pictures::draw(&results, &pythons)?;
    Ok(report::write(&measured, Some(&pictures))?)
}

fn names(pythons: &[Python]) -> String {
    pythons.iter().map(|python| python.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Why nothing is measured there.
fn why_not(python: &Python) -> Option<String> {
    let debug = python.name.ends_with('d').then(|| "a debug build".to_owned());
    debug.or_else(|| program::unfit(&Directives::default(), python))
}
