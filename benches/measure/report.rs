//! The table, and where it is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

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
thread they did in the same time, which on a busy machine is less. Posters write to the same two words, and so are compared by what
they did in the same time, beside threads that do nothing but count in two shared words. Jobs are those that a queue's worker does,
each of which makes a call; a poster that finds no room rests for 0.3 ms. The call is of an empty Python function, and the same
for all.
";

#[derive(Clone, Copy, PartialEq)]
pub enum Detail {
    Median,
    Spread,
}

/// The cells, by the row's key and the Python's name, with the spread; and what is said of them all.
#[derive(Default)]
pub struct Table {
    pythons: Vec<String>,
    cells: BTreeMap<(String, String), String>,
    /// When what was measured, and with what.
    dated: Vec<String>,
    not_measured: String,
}

/// What tells the row from others.
pub fn key(question: &Question) -> String {
    format!("{} | {}", question.what(), question.against)
}

impl Table {
    /// What an earlier run wrote.
    pub fn read() -> Result<Table, String> {
        let file = file();
        let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let mut table = Table::default();
        for line in text.lines() {
            if line.starts_with("Measured on ") || line.starts_with("On ") {
                table.dated.push(line.to_owned());
            } else if line.starts_with("Not measured on ") {
                table.not_measured = line.to_owned();
            } else if let Some(row) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) {
                let columns: Vec<&str> = row.split(" | ").map(str::trim).collect();
                let [what, against, _, cells @ ..] = columns.as_slice() else { continue };
                if *what == "what" {
                    table.pythons = cells.iter().map(|name| name.to_string()).collect();
                    continue;
                }
                for (python, cell) in table.pythons.iter().zip(cells) {
                    table.cells.insert((format!("{what} | {against}"), python.clone()), cell.to_string());
                }
            }
        }
        Ok(table)
    }

    /// Puts in what was measured.
    pub fn put(&mut self, results: &Results, pythons: &[Python], rows: &[usize], said: [String; 2]) {
        let questions = questions::all();
        for python in pythons {
            if !self.pythons.contains(&python.name) {
                self.pythons.push(python.name.clone());
            }
            for row in rows {
                let text = cell(results.answer(*row, python), &questions[*row], python);
                self.cells.insert((key(&questions[*row]), python.name.clone()), text);
            }
        }
        let [dated, not_measured] = said;
        // "On that day, with these: rows", and more rows.
        let (when, what) = dated.rsplit_once(": ").unwrap_or((&dated, ""));
        match self.dated.iter_mut().find(|line| line.starts_with(&format!("{when}: "))) {
            Some(line) => *line = format!("{}; {what}", line.trim_end_matches('.')),
            None => self.dated.push(dated),
        }
        if self.not_measured.is_empty() {
            self.not_measured = not_measured;
        }
    }

    /// The rows that there is a cell of.
    pub fn text(&self, detail: Detail) -> String {
        let mut text = format!("| what | against | goal | {} |\n", self.pythons.join(" | "));
        text += &format!("|---|---|---|{}\n", "---|".repeat(self.pythons.len()));
        for question in questions::all() {
            let cells: Vec<&str> = self.pythons.iter().map(|python| self.cell(&question, python)).collect();
            if cells.iter().all(|cell| cell.is_empty()) {
                continue;
            }
            let cells: Vec<&str> = match detail {
                Detail::Spread => cells,
                // "1.11 (1.08 to 1.18); in all 2×"
                Detail::Median => cells.iter().map(|cell| cell.split([' ', ';']).next().unwrap_or_default()).collect(),
            };
            let (what, against, goal) = (question.what(), question.against, question.goal);
            text += &format!("| {what} | {against} | {goal} | {} |\n", cells.join(" | "));
        }
        text
    }

    fn cell(&self, question: &Question, python: &str) -> &str {
        self.cells.get(&(key(question), python.to_owned())).map_or("", String::as_str)
    }

    /// How many goals were met, and the rest of what there is to say, a sentence or two each.
    pub fn notes(&self) -> Vec<String> {
        let questions = questions::all();
        let judged = questions.iter().filter(|question| !question.goal.is_empty());
        let cells = judged.flat_map(|question| self.pythons.iter().map(|python| self.cell(question, python)));
        let (met, missed): (Vec<&str>, Vec<&str>) =
            cells.filter(|cell| !["", "-"].contains(cell)).partition(|cell| !cell.starts_with("**"));
        let all = met.len() + missed.len();
        let tally = format!("{} of {all} goals are met; what misses its goal is in bold.", met.len());
        self.dated.iter().chain([&tally, &self.not_measured]).filter(|text| !text.is_empty()).cloned().collect()
    }
}

fn cell(answer: &Answer, question: &Question, python: &Python) -> String {
    let number = match answer {
        Answer::Not(_) => return "-".to_owned(),
        Answer::Number(number) => number,
    };
    let digits = |value: f64| match question.measure {
        Measure::Faster(..) | Measure::DropIn(..) if value >= 10.0 => format!("{value:.0}"),
        Measure::Faster(..) | Measure::DropIn(..) => format!("{value:.1}"),
        Measure::Latency(_) if value >= 10.0 => format!("{value:.0}"),
        Measure::Ratio(..) | Measure::Scaling(_) | Measure::Posters(_) | Measure::Jobs(_) | Measure::Latency(_) => {
            format!("{value:.2}")
        }
        _ => format!("{value:.0}"),
    };
    let mut text = digits(number.value);
    if matches!(question.measure, Measure::Faster(..) | Measure::DropIn(..)) {
        text += "×";
    }
    if is_met(number, question, python) == Some(false) {
        text = format!("**{text}**");
    }
    if let Some((low, high)) = number.spread {
        text += &format!(" ({} to {})", digits(low), digits(high));
    }
    if let (Measure::Scaling(_), Some((ours, theirs))) = (question.measure, number.sides) {
        text += &format!("; in all {}×, bare {}×", digits(ours), digits(theirs));
    }
    if let (Measure::Posters(_), Some((_, atomics))) = (question.measure, number.sides) {
        text += &format!("; two shared atomics {}×", digits(atomics));
    }
    text
}

fn is_met(number: &Number, question: &Question, python: &Python) -> Option<bool> {
    (question.bound)(python).map(|bound: Bound| bound.is_met(number.value))
}

/// What has no number, and why.
pub fn not_measured(results: &Results, pythons: &[Python], rows: &[usize], left_out: &[(String, String)]) -> String {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for row in rows {
        for python in pythons {
            if let Answer::Not(reason) = results.answer(*row, python) {
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

/// Writes `benches/results.md` and the block in README. The pictures there stay unless there are new ones.
pub fn write(table: &Table, pictures: Option<&str>) -> Result<(), String> {
    let notes = table.notes();
    let text = format!(
        "# What pyferry costs\n\n`make bench` writes this file.\n{}\n\n{HOW}\n{}",
        notes.join("\n"),
        table.text(Detail::Spread)
    );
    let file = file();
    fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))?;

    let readme = paths::root().join("README.md");
    let says = |e| format!("{}: {e}", readme.display());
    let old = fs::read_to_string(&readme).map_err(says)?;
    let (before, rest) = old.split_once(BEGIN).ok_or_else(|| format!("README has no line {BEGIN}"))?;
    let (block, after) = rest.split_once(END).ok_or_else(|| format!("README has no line {END}"))?;
    let pictures = pictures.or(block.split("<details>").next()).unwrap_or_default().trim();
    let block = format!(
        "\n{pictures}\n\n<details>\n<summary>All that was measured, beside the goals</summary>\n\n{}\n</details>\n\n{} The spread is \
         in [benches/results.md](benches/results.md).\n\n",
        table.text(Detail::Median),
        notes.join(" ")
    );
    fs::write(&readme, format!("{before}{BEGIN}{block}{END}{after}")).map_err(says)
}

fn file() -> PathBuf {
    paths::root().join("benches/results.md")
}
