//! How long threads waited and stayed, by interpreter: counted from their notes, by the thread that writes the trace.

use super::buffer::{Note, What};
use hdrhistogram::Histogram;
use std::fmt::{self, Write};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A wait to be attached, or to be attached again.
    Wait,
    /// A stay, until the thread leaves, lets go or crosses to another interpreter.
    Hold,
}

impl Kind {
    /// As Prometheus' metrics are named.
    fn name(self) -> &'static str {
        if self == Kind::Wait { "wait" } else { "hold" }
    }
}

/// A wait or hold that is over.
pub struct Duration {
    interpreter: i64,
    kind: Kind,
    ns: u64,
}

/// The wait and the stay of one thread: in which interpreter, and since when in nanoseconds.
#[derive(Default)]
pub struct Stretch {
    waits: Option<(i64, u64)>,
    is_in: Option<(i64, u64)>,
}

impl Stretch {
    /// The wait or stay that the note ends. `now` is the time of the note.
    pub fn pass(&mut self, note: &Note, now: u64) -> Option<Duration> {
        if note.after_loss {
            *self = Stretch::default();
        }
        let id = note.interpreter;
        let over = |kind, since: Option<(i64, u64)>| {
            since.map(|(interpreter, since)| Duration { interpreter, kind, ns: now - since })
        };
        match note.what {
            What::Waits => {
                self.waits = Some((id, now));
                over(Kind::Hold, self.is_in.take())
            }
            What::ComesIn | What::ComesBack => {
                self.is_in = Some((id, now));
                over(Kind::Wait, self.waits.take().filter(|(where_to, _)| *where_to == id))
            }
            What::LetsGo | What::Crosses | What::GoesOut => over(Kind::Hold, self.is_in.take()),
            _ => None,
        }
    }
}

/// The counts of all interpreters.
pub struct Durations(Vec<Of>);

/// The counts of one interpreter.
struct Of {
    interpreter: i64,
    waits: Sum,
    holds: Sum,
}

struct Sum {
    counts: Histogram<u64>,
    ns: u64,
}

/// Statistics of one kind and interpreter, to within a hundredth.
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    /// As CPython numbers it.
    pub interpreter: i64,
    /// Of waits or of holds.
    pub kind: Kind,
    /// How many there were.
    pub count: u64,
    /// Their sum, exactly.
    pub sum_ns: u64,
    /// The shortest.
    pub min_ns: u64,
    /// The longest.
    pub max_ns: u64,
    /// 50, 90, 99, 99.9 and 99.99 % were no longer than this.
    pub quantiles_ns: [u64; 5],
}

/// The most that are counted: a host may make and end interpreters for ever.
const INTERPRETERS: usize = 64;
const QUANTILES: [f64; 5] = [0.5, 0.9, 0.99, 0.999, 0.9999];
/// The bounds of Prometheus' buckets, as `le` and in nanoseconds.
const BOUNDS: [(&str, u64); 15] = [
    ("0.000001", 1_000),
    ("0.000005", 5_000),
    ("0.00001", 10_000),
    ("0.00005", 50_000),
    ("0.0001", 100_000),
    ("0.0005", 500_000),
    ("0.001", 1_000_000),
    ("0.005", 5_000_000),
    ("0.01", 10_000_000),
    ("0.05", 50_000_000),
    ("0.1", 100_000_000),
    ("0.5", 500_000_000),
    ("1", 1_000_000_000),
    ("5", 5_000_000_000),
    ("10", 10_000_000_000),
];

impl Sum {
    fn new() -> Option<Sum> {
        Some(Sum { counts: Histogram::new(2).ok()?, ns: 0 })
    }

    #[inline(never)]
    fn summary(&self, kind: Kind, interpreter: i64) -> Summary {
        let Sum { counts, ns } = self;
        Summary {
            interpreter,
            kind,
            count: counts.len(),
            sum_ns: *ns,
            min_ns: counts.min(),
            max_ns: counts.max(),
            quantiles_ns: QUANTILES.map(|quantile| counts.value_at_quantile(quantile)),
        }
    }

    #[inline(never)]
    fn write(&self, text: &mut String, name: &str, id: i64, is_first: bool) -> fmt::Result {
        let Sum { counts, ns } = self;
        if is_first {
            writeln!(text, "# TYPE pyferry_{name}_seconds histogram")?;
        }
        let (count, s, ns) = (counts.len(), ns / 1_000_000_000, ns % 1_000_000_000);
        let mut bucket = |bound: &str, count: u64| {
            writeln!(text, "pyferry_{name}_seconds_bucket{{interpreter=\"{id}\",le=\"{bound}\"}} {count}")
        };
        for (bound, up_to) in BOUNDS {
            bucket(bound, counts.count_between(0, up_to))?;
        }
        bucket("+Inf", count)?;
        writeln!(text, "pyferry_{name}_seconds_sum{{interpreter=\"{id}\"}} {s}.{ns:09}")?;
        writeln!(text, "pyferry_{name}_seconds_count{{interpreter=\"{id}\"}} {count}")
    }
}

impl Durations {
    /// With no counts.
    pub const fn new() -> Durations {
        Durations(Vec::new())
    }

    /// Drops all counts.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts one wait or hold.
    pub fn add(&mut self, duration: &Duration) {
        let interpreter = duration.interpreter;
        let place = self.0.iter().position(|of| of.interpreter == interpreter).or_else(|| {
            let of = Of { interpreter, waits: Sum::new()?, holds: Sum::new()? };
            if self.0.len() == INTERPRETERS {
                // The oldest, but not main.
                let oldest = self.0.iter().position(|of| of.interpreter != 0)?;
                self.0.remove(oldest);
            }
            self.0.push(of);
            Some(self.0.len() - 1)
        });
        let Some(of) = place.map(|place| &mut self.0[place]) else { return };
        let sum = if duration.kind == Kind::Wait { &mut of.waits } else { &mut of.holds };
        if sum.counts.record(duration.ns).is_ok() {
            sum.ns += duration.ns;
        }
    }

    /// Statistics of all that was counted.
    #[cold]
    pub fn summaries(&self) -> Vec<Summary> {
        let mut all = Vec::new();
        self.each(|kind, interpreter, sum| all.push(sum.summary(kind, interpreter)));
        all
    }

    /// In Prometheus' text format.
    pub fn text(&self) -> String {
        let (mut text, mut last) = (String::new(), None);
        self.each(|kind, interpreter, sum| {
            // Writing to a String cannot fail.
            let _ = sum.write(&mut text, kind.name(), interpreter, last.replace(kind) != Some(kind));
        });
        text
    }

    /// Calls `f` with each count that is not empty, waits first.
    fn each(&self, mut f: impl FnMut(Kind, i64, &Sum)) {
        for kind in [Kind::Wait, Kind::Hold] {
            for of in &self.0 {
                let sum = if kind == Kind::Wait { &of.waits } else { &of.holds };
                if !sum.counts.is_empty() {
                    f(kind, of.interpreter, sum);
                }
            }
        }
    }
}
