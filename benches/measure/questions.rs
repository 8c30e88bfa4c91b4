//! What is measured, against what, and what it is to come to.

use crate::peers::Kind;
use harness::python::Python;

pub struct Question {
    pub what: &'static str,
    pub against: &'static str,
    /// In words, as the table has it.
    pub goal: &'static str,
    pub measure: Measure,
    pub bound: fn(&Python) -> Option<Bound>,
}

#[derive(Clone, Copy)]
pub enum Measure {
    /// Two of `benches/ways.h` in turns: ours divided by theirs.
    Ratio(&'static str, &'static str),
    /// The same, theirs divided by ours: how many times as fast we are.
    Faster(&'static str, Theirs),
    /// Of CPython's names, with the drop-in preloaded and past it: how many times as fast the drop-in is.
    DropIn(&'static str, &'static str),
    /// Visits on so many threads, divided by those on one, for the processor time that the threads got.
    Scaling(usize),
    /// Posts of so many threads into one queue, divided by those of one, in the same time; beside two atomic instructions that all want.
    Posters(usize),
    /// Jobs that a queue's worker does of so many threads, divided by those of one, for the processor time that the worker got.
    Jobs(usize),
    /// Two of `benches/ways.h` in turns: how many nanoseconds ours takes longer.
    Longer(&'static str, &'static str),
    /// Bytes that a thread has malloc'd for its first interpreter, beyond CPython's own.
    FirstMemory,
    /// Bytes for each of four more interpreters.
    FurtherMemory,
    /// A phase of `tests/cost/path.c` and a function that it calls: its instructions.
    Instructions(&'static str, &'static str),
    /// A phase: its instructions that lock the bus.
    Atomics(&'static str),
    /// Of `benches/holder.c`: the 99.99th percentile in microseconds.
    Latency(&'static str),
    /// A phase: calls that allocate, free, lock or go to the system.
    ForbiddenCalls(&'static str),
}

#[derive(Clone, Copy)]
pub enum Theirs {
    Way(&'static str),
    Peer(Kind),
}

#[derive(Clone, Copy)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

use Bound::{AtLeast, AtMost};
use Measure::{
    Atomics, DropIn, Faster, FirstMemory, ForbiddenCalls, FurtherMemory, Instructions, Jobs, Latency, Longer, Posters,
    Ratio, Scaling,
};

impl Bound {
    pub fn is_met(self, value: f64) -> bool {
        match self {
            AtMost(most) => value <= most,
            AtLeast(least) => value >= least,
        }
    }
}

impl Question {
    /// As the table names it.
    pub fn what(&self) -> String {
        match self.measure {
            Measure::Scaling(threads) | Measure::Posters(threads) | Measure::Jobs(threads) => {
                format!("{}: {threads}", self.what)
            }
            _ => self.what.to_owned(),
        }
    }

    /// Whether it compares with that binding.
    pub fn needs(&self, kind: Kind) -> bool {
        matches!(self.measure, Faster(_, Theirs::Peer(other)) if other == kind)
    }

    /// Why there is no answer on that Python.
    pub fn unfit(&self, python: &Python) -> Option<String> {
        match self.measure {
            Faster(_, Theirs::Way("pep788-call")) if python.minor < 15 => Some("PEP 788: from 3.15 on".to_owned()),
            Faster(_, Theirs::Peer(kind)) => kind.unfit(python).map(|reason| format!("{} {reason}", kind.name())),
            Scaling(_) if !python.free_threaded => Some("many threads: one at a time has the GIL".to_owned()),
            _ => None,
        }
    }
}

/// Threads of the scaling rows.
pub const THREADS: [usize; 4] = [2, 4, 8, 16];

/// Threads that post to one queue.
const POSTERS: [usize; 3] = [2, 4, 8];

const FASTER: &str = "≥ 50×; up to 3.10 ≥ 1.5×; 3.13t ≥ 60×; 3.14t, 3.15t ≥ 500×";
const CALL: &str = "attach + call + detach";
const SCOPE: &str = "a pyferry::attached of C++";
const SCALING: &str = "attach + detach for the processor time, threads";
const ONE_THREAD: &str = "on one thread";
const PATH: &str = "instructions beside CPython's own";

pub fn all() -> Vec<Question> {
    let none: fn(&Python) -> Option<Bound> = |_| None;
    let question = |what, against, goal, measure, bound| Question { what, against, goal, measure, bound };
    let peer = |kind: Kind, against| {
        question(CALL, against, FASTER, Faster("pyferry-call", Theirs::Peer(kind)), faster_than_a_new_state)
    };
    let gilstate = Faster("pyferry-call", Theirs::Way("gilstate-call"));
    let pep788 = Faster("pyferry-call", Theirs::Way("pep788-call"));
    let mut questions = vec![
        question(
            "bare attach + detach",
            "itself: shows what the method cannot tell apart",
            "",
            Ratio("bare", "bare"),
            none,
        ),
        question(
            "attach + detach",
            "bare PyEval_RestoreThread + SaveThread",
            "≤ 1.15; t ≤ 1.35",
            Ratio("pyferry", "bare"),
            |python| Some(AtMost(if python.free_threaded { 1.35 } else { 1.15 })),
        ),
        question(CALL, "bare, with the same call", "", Ratio("pyferry-call", "bare-call"), none),
        question(CALL, "PyGILState_Ensure/Release", FASTER, gilstate, faster_than_a_new_state),
        question(CALL, "PEP 788 EnsureFromView/Release", "≥ 50×; 3.15t ≥ 500×", pep788, faster_than_a_new_state),
        peer(Kind::Pybind11, "pybind11 gil_scoped_acquire"),
        peer(Kind::Nanobind, "nanobind gil_scoped_acquire"),
        peer(Kind::Pyo3, "PyO3 Python::attach"),
        question(
            "PyGILState_Ensure + call + Release, with the drop-in",
            "without",
            FASTER,
            DropIn("gilstate-call", "own-gilstate-call"),
            faster_than_a_new_state,
        ),
        question(
            "nested PyGILState_Ensure + Release, with the drop-in",
            "without",
            "",
            DropIn("gilstate-nested", "own-gilstate-nested"),
            none,
        ),
        question(
            "attach + two floats in, one out + detach, by pyferry_python.h",
            "the same by Python.h and PyGILState_Ensure/Release",
            FASTER,
            Faster("stable-tick", Theirs::Way("gilstate-tick")),
            faster_than_a_new_state,
        ),
        question(
            "two floats in, one out, by pyferry_python.h",
            "the same by Python.h and a linked libpython",
            "≤ 1.05",
            Ratio("stable-tick-alone", "linked-tick-alone"),
            |_| Some(AtMost(1.05)),
        ),
        question(
            "10,000 floats in and out in place",
            "10 floats",
            "≤ 1.05",
            Ratio("stable-all-heights", "stable-few-heights"),
            |_| Some(AtMost(1.05)),
        ),
        question(SCOPE, "the C calls", "≤ 1.05", Ratio("scope", "labeled"), |_| Some(AtMost(1.05))),
        question(SCOPE, "the C calls, nested", "≤ 1.05", Ratio("scope-nested", "labeled-nested"), |_| {
            Some(AtMost(1.05))
        }),
        question(
            "nested attach + detach",
            "nested PyGILState_Ensure/Release",
            "≤ 0.5",
            Ratio("pyferry-nested", "gilstate-nested"),
            |_| Some(AtMost(0.5)),
        ),
        question(
            "on a thread of others, which has let go: attach + detach",
            "bare PyEval_RestoreThread + SaveThread",
            "≤ 1.15; t ≤ 1.3",
            Ratio("others", "bare"),
            |python| Some(AtMost(if python.free_threaded { 1.3 } else { 1.15 })),
        ),
        question(
            "on a thread of others, attached: attach + detach",
            "nested PyGILState_Ensure/Release",
            "≤ 1",
            Ratio("others-nested", "gilstate-nested"),
            |_| Some(AtMost(1.0)),
        ),
        question(
            "into another interpreter and back",
            "bare: Save A, Restore B, Save B, Restore A",
            "≤ 1.15",
            Ratio("pyferry-cross", "bare-cross"),
            |_| Some(AtMost(1.15)),
        ),
        question(
            "first attach of a thread",
            "PyThreadState_New + bare attach + detach",
            "≤ 1.2",
            Ratio("pyferry-first", "bare-first"),
            |_| Some(AtMost(1.2)),
        ),
        question(
            "a thread that comes, attaches once and ends",
            "the same with PyThreadState_New, bare calls, Clear, DeleteCurrent",
            "",
            Ratio("pyferry-short", "bare-short"),
            none,
        ),
        question(
            "a job of a queue, 256 at once: post + run",
            "attach + detach for each",
            "",
            Faster("queue-jobs", Theirs::Way("attached-jobs")),
            none,
        ),
        question(
            "a job of a queue every 20 µs, while a thread computes in Python: post + run",
            "attach + detach for each",
            "≥ 20×; t: nobody waits",
            Faster("queue-seldom", Theirs::Way("attached-seldom")),
            |python| (!python.free_threaded).then_some(AtLeast(20.0)),
        ),
        question(
            "a job of a queue with a call, 256 at once: post + run",
            "PyGILState_Ensure/Release for each",
            "≥ 20×; t ≥ 5×",
            Faster("queue-calls", Theirs::Way("gilstate-call")),
            |python| Some(AtLeast(if python.free_threaded { 5.0 } else { 20.0 })),
        ),
        question(
            "post while another thread is inside for 100 ms: 99.99 %",
            "µs at most",
            "≤ 10",
            Latency("post"),
            |_| Some(AtMost(10.0)),
        ),
        question(
            "PyGILState_Ensure while another thread is inside for 100 ms: 99.99 %",
            "µs at most",
            "",
            Latency("ensure"),
            none,
        ),
        question("post", "its atomic read-modify-writes", "≤ 2", Atomics("post"), |_| Some(AtMost(2.0))),
        question("post", "allocations, locks, system calls", "0", ForbiddenCalls("post"), |_| Some(AtMost(0.0))),
        question("post", PATH, "", Instructions("post", "pyferry_queue_post"), none),
        question(
            "attach + detach while a trace is written",
            "ns more than without",
            "≤ 100",
            Longer("pyferry-traced", "pyferry"),
            |_| Some(AtMost(100.0)),
        ),
        question("guard open + close", "two atomic read-modify-writes", "", Ratio("pyferry-guard", "atomics"), none),
        question("guard open + close", "allocations, locks, system calls", "0", ForbiddenCalls("guard"), |_| {
            Some(AtMost(0.0))
        }),
        question("attach + detach", "allocations, locks, system calls", "0", ForbiddenCalls("repeated"), |_| {
            Some(AtMost(0.0))
        }),
        question("memory of a thread", "bytes beyond CPython's", "≤ 256", FirstMemory, |_| Some(AtMost(256.0))),
        question("the same, per further interpreter", "bytes beyond CPython's", "≤ 256", FurtherMemory, |_| {
            Some(AtMost(256.0))
        }),
        question("attach", PATH, "", Instructions("repeated", "pyferry_attach"), none),
        question("detach", PATH, "", Instructions("repeated", "pyferry_detach"), none),
        question("nested attach", PATH, "", Instructions("nested", "pyferry_attach"), none),
        question("nested detach", PATH, "", Instructions("nested", "pyferry_detach"), none),
        question("attach + detach", "its atomic read-modify-writes", "", Atomics("repeated"), none),
    ];
    for posters in POSTERS {
        let bound = |_: &Python| Some(AtLeast(0.95));
        questions.push(question(
            "jobs done for the worker's processor time, posters",
            "one poster",
            "≥ 0.95",
            Jobs(posters),
            bound,
        ));
    }
    for posters in POSTERS {
        questions.push(question("posts in the same time, posters", "one poster", "", Posters(posters), none));
    }
    for threads in THREADS {
        questions.push(question(SCALING, ONE_THREAD, "≥ 0.95", Scaling(threads), |_| Some(AtLeast(0.95))));
    }
    questions
}

/// Others make a thread state for each visit. Up to 3.10 that is cheap, and most so is the GIL.
fn faster_than_a_new_state(python: &Python) -> Option<Bound> {
    Some(AtLeast(match (python.free_threaded, python.minor) {
        (false, ..=10) => 1.5,
        (false, _) => 50.0,
        (true, ..=13) => 60.0,
        (true, _) => 500.0,
    }))
}
