//! The table, and where it is written.

use std::fs;

use crate::questions::{self, Bound, Measure, Question};
use crate::results::{Answer, Number, Results};
use harness::paths;
use harness::python::Python;

const BEGIN: &str = "<!-- measured: make bench writes from here -->\n";
const END: &str = "<!-- measured to here -->\n";

const HOW: &str = "\
Two ways to do a thing are timed in turns, in hundreds of short rounds of several processes. A number is the median of the
rounds' ratios, with the first and the third quartile in brackets. × is how many times as fast pyferry is; the rest is pyferry
divided by the other, or what the second column counts. Instructions are counted by callgrind, and are the same on each run.
Threads are compared by what they did for the processor time that they got; \"in all\" is how many times as much as one
thread they did in the same time, which on a busy machine is less. The call is of an empty Python function, and the same for
all.
";

#[derive(Clone, Copy, PartialEq)]
pub enum Detail {
    Median,
    Spread,
}

/// In bold what misses its goal.
pub fn table(results: &Results, pythons: &[Python], detail: Detail) -> String {
    let names: Vec<&str> = pythons.iter().map(|python| python.name.as_str()).collect();
    let mut text = format!("| what | against | goal | {} |\n", names.join(" | "));
    text += &format!("|---|---|---|{}\n", "---|".repeat(names.len()));
    for (row, question) in questions::all().iter().enumerate() {
        let cells = pythons.iter().map(|python| cell(results.answer(row, python), question, python, detail));
        let cells = cells.collect::<Vec<_>>().join(" | ");
        text += &format!("| {} | {} | {} | {cells} |\n", what(question), question.against, question.goal);
    }
    text
}

fn what(question: &Question) -> String {
    match question.measure {
        Measure::Scaling(threads) => format!("{}: {threads}", question.what),
        _ => question.what.to_owned(),
    }
}

fn cell(answer: &Answer, question: &Question, python: &Python, detail: Detail) -> String {
    let number = match answer {
        Answer::Not(_) => return "-".to_owned(),
        Answer::Number(number) => number,
    };
    let digits = |value: f64| match question.measure {
        Measure::Faster(..) if value >= 10.0 => format!("{value:.0}"),
        Measure::Faster(..) => format!("{value:.1}"),
        Measure::Ratio(..) | Measure::Scaling(_) => format!("{value:.2}"),
        _ => format!("{value:.0}"),
    };
    let mut text = digits(number.value);
    if let Measure::Faster(..) = question.measure {
        text += "×";
    }
    if is_met(number, question, python) == Some(false) {
        text = format!("**{text}**");
    }
    if detail == Detail::Spread {
        if let Some((low, high)) = number.spread {
            text += &format!(" ({} to {})", digits(low), digits(high));
        }
        if let (Measure::Scaling(_), Some((ours, theirs))) = (question.measure, number.sides) {
            text += &format!("; in all {}×, bare {}×", digits(ours), digits(theirs));
        }
    }
    text
}

fn is_met(number: &Number, question: &Question, python: &Python) -> Option<bool> {
    (question.bound)(python).map(|bound: Bound| bound.is_met(number.value))
}

/// How many goals were met.
pub fn tally(results: &Results, pythons: &[Python]) -> String {
    let mut judged = Vec::new();
    for (row, question) in questions::all().iter().enumerate() {
        for python in pythons {
            if let Answer::Number(number) = results.answer(row, python) {
                judged.extend(is_met(number, question, python));
            }
        }
    }
    let met = judged.iter().filter(|met| **met).count();
    format!("{met} of {} goals are met; what misses its goal is in bold.", judged.len())
}

/// What has no number, and why.
pub fn not_measured(results: &Results, pythons: &[Python], left_out: &[(String, String)]) -> String {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for row in 0..questions::all().len() {
        for python in pythons {
            if let Answer::Not(reason) = results.answer(row, python) {
                match reasons.iter_mut().find(|(other, _)| other == reason) {
                    Some((_, names)) if names.contains(&python.name.as_str()) => {}
                    Some((_, names)) => names.push(&python.name),
                    None => reasons.push((reason.clone(), vec![&python.name])),
                }
            }
        }
    }
    let reasons = reasons.iter().map(|(reason, names)| format!("{} ({reason})", names.join(", ")));
    let left_out = left_out.iter().map(|(name, reason)| format!("{name} at all ({reason})"));
    let all: Vec<String> = reasons.chain(left_out).collect();
    if all.is_empty() { String::new() } else { format!("Not measured on {}.", all.join("; on ")) }
}

pub fn write(table: impl Fn(Detail) -> String, notes: &str, pictures: &str) -> Result<(), String> {
    let text =
        format!("# What pyferry costs\n\n`make bench` writes this file. {notes}\n\n{HOW}\n{}", table(Detail::Spread));
    let file = paths::root().join("benches/results.md");
    fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))?;

    let readme = paths::root().join("README.md");
    let says = |e| format!("{}: {e}", readme.display());
    let old = fs::read_to_string(&readme).map_err(says)?;
    let (before, rest) = old.split_once(BEGIN).ok_or_else(|| format!("README has no line {BEGIN}"))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| format!("README has no line {END}"))?;
    let block = format!(
        "\n{pictures}<details>\n<summary>All that was measured, beside the goals</summary>\n\n{}\n</details>\n\n{notes} The \
         spread is in [benches/results.md](benches/results.md).\n\n",
        table(Detail::Median)
    );
    fs::write(&readme, format!("{before}{BEGIN}{block}{END}{after}")).map_err(says)
}
