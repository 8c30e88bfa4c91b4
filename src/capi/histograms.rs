use super::{Places, enter, put_text};
use crate::error::Status;
use crate::observe::{self, Kind, Summary};
use std::ffi::c_char;

/// pyferry_histogram: of waits to be attached, or to be attached again.
pub const PYFERRY_HISTOGRAM_WAIT: i64 = 1;
/// pyferry_histogram: of stays, each up to where the thread goes out, lets go (pyferry_suspend) or goes on into another
/// interpreter. In a stay threads may take turns by CPython's own means, which is part of it.
pub const PYFERRY_HISTOGRAM_HOLD: i64 = 2;

/// How long waits or stays at one interpreter were, in nanoseconds; all but the sum to within a hundredth. Start from
/// PYFERRY_HISTOGRAM_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pyferry_histogram {
    /// sizeof(pyferry_histogram)
    pub struct_size: usize,
    /// The interpreter, as pyferry_view_interpreter_id numbers it.
    pub interpreter_id: i64,
    /// PYFERRY_HISTOGRAM_WAIT or PYFERRY_HISTOGRAM_HOLD
    pub kind: i64,
    /// How many there were.
    pub count: u64,
    /// All together.
    pub sum_ns: u64,
    /// The shortest.
    pub min_ns: u64,
    /// The longest.
    pub max_ns: u64,
    /// Half of them were no longer.
    pub p50_ns: u64,
    /// Nine of ten were no longer.
    pub p90_ns: u64,
    /// 99 of a hundred.
    pub p99_ns: u64,
    /// 999 of a thousand.
    pub p999_ns: u64,
    /// 9,999 of ten thousand.
    pub p9999_ns: u64,
}

no_padding!(pyferry_histogram {
    struct_size,
    interpreter_id,
    kind,
    count,
    sum_ns,
    min_ns,
    max_ns,
    p50_ns,
    p90_ns,
    p99_ns,
    p999_ns,
    p9999_ns,
});

impl From<&Summary> for pyferry_histogram {
    fn from(summary: &Summary) -> Self {
        let [p50_ns, p90_ns, p99_ns, p999_ns, p9999_ns] = summary.quantiles_ns;
        pyferry_histogram {
            struct_size: size_of::<Self>(),
            interpreter_id: summary.interpreter,
            kind: if summary.kind == Kind::Wait { PYFERRY_HISTOGRAM_WAIT } else { PYFERRY_HISTOGRAM_HOLD },
            count: summary.count,
            sum_ns: summary.sum_ns,
            min_ns: summary.min_ns,
            max_ns: summary.max_ns,
            p50_ns,
            p90_ns,
            p99_ns,
            p999_ns,
            p9999_ns,
        }
    }
}

/// Has waits and stays counted, for pyferry_histograms, as pyferry_trace_start does, but without a file. pyferry_trace_stop ends that.
///
/// Any thread, attached or not, before there is a Python too.
///
/// @return PYFERRY_STATUS_OK, _WRONG_ORDER (they are counted already, or a trace is written), _NO_MEMORY (no thread can be started),
///         _FORKED.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn pyferry_histograms_start() -> Status {
    enter(|| observe::start_trace(None))
}

/// Says how long threads waited for each interpreter and stayed there while pyferry_histograms_start or pyferry_trace_start had
/// that counted. Counted is what has begun and ended, some 10 ms ago at the latest or before
/// pyferry_trace_stop returned; what was going on when it was called is counted from there. What no buffer had room for is not.
/// There is one of waits and one of holds for each interpreter that had any, but for 64 interpreters at most: the
/// oldest but main are left out. In a child of a fork they begin anew.
///
/// Any thread, attached or not, also before and after there is a Python. It takes a lock, for a moment: not in a signal handler.
///
/// @param out       room for as many as `capacity`; NULL: nothing is written. The first one's `struct_size` says how large
///                  each is; where it is no size that this library knows, they are as large as in its first version.
/// @param capacity  how many there is room for
/// @return how many there are, which can be more than `capacity`
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_histograms(out: *mut pyferry_histogram, capacity: usize) -> usize {
    // SAFETY: as documented for the caller.
    let mut places = unsafe { Places::new(out, capacity) };
    for summary in observe::summaries() {
        places.put(|struct_size| pyferry_histogram { struct_size, ..(&summary).into() });
    }
    places.count()
}

/// Writes the same as text, as Prometheus reads it: the histograms `pyferry_wait_seconds` and `pyferry_hold_seconds`, with the
/// label `interpreter`, from a microsecond to ten seconds.
///
/// Any thread, attached or not, also before and after there is a Python. It takes a lock, for a moment: not in a signal handler.
///
/// @param buffer    gets the text, cut and terminated as by pyferry_last_error; NULL: nothing is written
/// @param capacity  how many bytes there is room for
/// @return how many bytes the text has, without the end
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_histograms_text(buffer: *mut c_char, capacity: usize) -> usize {
    // SAFETY: as documented for the caller.
    unsafe { put_text(&observe::histograms_text(), buffer, capacity) }
}
