//! What an attach and a detach cost in instructions, which unlike time is the same on every run: a change that makes the path
//! longer, calls something else from it or takes a lock fails here.

#[path = "cost/count.rs"]
mod count;

use std::process::ExitCode;
use std::sync::Arc;

use harness::{Completion, Failed, Trial};

use count::{Count, Counter, executed};
use harness::build::Builder;
use harness::directives::Directives;
use harness::library::Library;
use harness::python::{Python, newest};
use harness::{compile, paths, program, tool};

/// What one visit may come to, in a phase of `cost/path.c`. It may call nothing, beside what is counted apart
/// ([`count::LIMIT`]).
struct Limit {
    phase: &'static str,
    instructions: u64,
    /// Instructions that lock the bus or stand for a fence, in the library itself.
    atomics: u64,
}

/// The most that was counted on any Python, and a quarter more instructions for other compilers. To change a limit, run this
/// test, and read what it counted in the file `counts` of its run's folder.
const LIMITS: [Limit; 12] = [
    Limit { phase: "repeated", instructions: 140, atomics: 0 },
    Limit { phase: "nested", instructions: 100, atomics: 0 },
    Limit { phase: "let go", instructions: 400, atomics: 0 },
    Limit { phase: "suspended", instructions: 270, atomics: 0 },
    Limit { phase: "inside a suspension", instructions: 400, atomics: 0 },
    // The same on a thread that somebody else has attached, as Py_Initialize, Python itself and PyGILState do.
    Limit { phase: "by a state of others", instructions: 160, atomics: 0 },
    Limit { phase: "nested on a state of others", instructions: 110, atomics: 0 },
    Limit { phase: "suspended, of others", instructions: 350, atomics: 0 },
    Limit { phase: "inside a suspension, of others", instructions: 400, atomics: 0 },
    Limit { phase: "guard", instructions: 320, atomics: 0 },
    // Two to be wait-free: a place is taken, and a job counted.
    Limit { phase: "post", instructions: 110, atomics: 2 },
    Limit { phase: "post a copy", instructions: 160, atomics: 2 },
];

/// The same where each side fences for itself, as on a kernel that cannot have all fence at once.
const LIMITS_WITH_FENCES: [Limit; 3] = [
    Limit { phase: "repeated", instructions: 152, atomics: 1 },
    Limit { phase: "nested", instructions: 100, atomics: 0 },
    Limit { phase: "let go", instructions: 420, atomics: 1 },
];

/// Phases whose visits must come to the same: however many threads there are, and whatever was asked or run before.
const ALIKE: [(&str, &str); 3] =
    [("repeated", "repeated on 8 threads"), ("nested", "nested after questions"), ("nested", "nested after scripts")];

/// What may cost so many instructions more, in the program and the library together: the scopes of `pyferry.hpp` than the C
/// calls; and a call by `pyferry_python.h`, which is one load and one indirect call, than the linker's way.
const BESIDE: [Beside; 3] = [
    Beside { ours: ("scope", "scope_visits"), theirs: ("repeated", "visits"), more: 8 },
    Beside { ours: ("nested scope", "scope_visits"), theirs: ("nested", "visits"), more: 8 },
    Beside { ours: ("stable call", "stable_calls"), theirs: ("linked call", "linked_calls"), more: 2 },
];

/// Phases, and the program's function in each.
struct Beside {
    ours: (&'static str, &'static str),
    theirs: (&'static str, &'static str),
    more: u64,
}

/// A phase that calls what the others must not, and frees what it got: if that is not seen, nothing is.
const CONTROL: (&str, &str) = ("view", "malloc");

fn main() -> ExitCode {
    harness::run(|library, pythons| {
        let newest = newest(pythons.iter(), false).cloned();
        let benchmarks = newest.clone().map(|python| {
            let library = Library { file: library.file.clone() };
            Trial::test(format!("benchmarks compile on {}", python.name), move || compiles(&library, &python))
        });
        let counter = Arc::new(Counter::new(library));
        let with_fences = newest.map(|python| {
            let counter = Arc::clone(&counter);
            let name = format!("instructions with fences on {}", python.name);
            Trial::test(name, move || check_with_fences(&counter, &python))
        });
        let trial = |python: Python| {
            let counter = Arc::clone(&counter);
            Trial::ignorable_test(format!("instructions on {}", python.name), move || check(&counter, &python))
        };
        pythons.into_iter().map(trial).chain(benchmarks).chain(with_fences).collect()
    })
}

/// What `make bench` measures, which nobody else compiles.
fn compiles(library: &Library, python: &Python) -> Result<(), Failed> {
    let sources = paths::root().join("benches");
    let beside = ["stable.c", "scope.cpp"].map(|file| sources.join(file));
    for program in ["turns", "scaling", "memory", "holder"] {
        let source = sources.join(program).with_extension("c");
        Builder::default().make(&compile::measured(&source, &beside, python, library))?;
    }
    Ok(())
}

fn check_with_fences(counter: &Counter, python: &Python) -> Result<(), Failed> {
    let counts = counter.run_with(python, &[("PYFERRY_BARRIER", "symmetric")])?;
    let mut problems = Vec::new();
    for limit in &LIMITS_WITH_FENCES {
        let count = counts.iter().find(|count| count.phase == limit.phase).ok_or("callgrind counted too little")?;
        problems.extend(limit.exceeded_by(count));
        if count.atomics != limit.atomics {
            problems.push(format!("{}: {} fences, and not {}", limit.phase, count.atomics, limit.atomics));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

fn check(counter: &Counter, python: &Python) -> Result<Completion, Failed> {
    if let Some(reason) = program::unfit(&Directives::default(), python) {
        return Ok(Completion::ignored_with(reason));
    }
    let counts = counter.run(python)?;
    let find = |phase: &str| {
        counts.iter().find(|count| count.phase == phase).ok_or_else(|| format!("callgrind counted no phase {phase}"))
    };
    let mut problems = Vec::new();
    for limit in &LIMITS {
        problems.extend(limit.exceeded_by(find(limit.phase)?));
    }
    // The emulator tells no function from another.
    let (alike, beside) = if tool::is_arm64() { (&[][..], &[][..]) } else { (&ALIKE[..], &BESIDE[..]) };
    for (one, other) in alike {
        if of_visits(find(one)?) != of_visits(find(other)?) {
            problems.push(format!("{one}, and {other}, are not alike"));
        }
    }
    for Beside { ours, theirs, more } in beside {
        let of = |(phase, function): &(&str, &str)| -> Result<u64, String> {
            let count = find(phase)?;
            let own = count.program.get(*function).ok_or_else(|| format!("{phase}: no instruction of {function}"))?;
            Ok(own + count.instructions())
        };
        let (ours_come_to, theirs_come_to) = (of(ours)?, of(theirs)?);
        if ours_come_to > theirs_come_to + more {
            problems
                .push(format!("{}: {ours_come_to} instructions in all, and {}: {theirs_come_to}", ours.0, theirs.0));
        }
    }
    let (phase, called) = CONTROL;
    let (called, times) = if tool::is_arm64() { (executed::CALLED, 2) } else { (called, 1) };
    if find(phase)?.calls.get(called) != Some(&times) {
        problems.push(format!("{phase}: calls {called}, which was not seen"));
    }
    if problems.is_empty() {
        return Ok(Completion::Completed);
    }
    let counted: String = counts.iter().map(Count::to_string).collect();
    Err(format!("{}\ncounted:\n{counted}", problems.join("\n")).into())
}

/// The instructions of attaching and detaching alone.
fn of_visits(count: &Count) -> u64 {
    count::LIMIT.iter().flat_map(|(_, ours)| ours).filter_map(|ours| count.entries.get(*ours)).sum()
}

impl Limit {
    fn exceeded_by(&self, count: &Count) -> Vec<String> {
        let mut problems = Vec::new();
        let phase = self.phase;
        if count.instructions() > self.instructions {
            problems.push(format!("{phase}: {} instructions, and not {}", count.instructions(), self.instructions));
        }
        if count.atomics > self.atomics {
            problems.push(format!("{phase}: {} atomic instructions, and not {}", count.atomics, self.atomics));
        }
        if count.system_calls > 0 {
            problems.push(format!("{phase}: {} system calls", count.system_calls));
        }
        problems.extend(count.calls.keys().map(|name| format!("{phase}: calls {name}")));
        problems
    }
}
