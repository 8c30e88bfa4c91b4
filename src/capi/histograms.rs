use super::{Places, enter, put_text};
use crate::error::Status;
use crate::observe::{self, Kind, Summary};
use std::ffi::c_char;

/// pyferry_histogram: of waits to be attached, or to be attached again.
pub const PYFERRY_HISTOGRAM_WAIT: i64 = 1;
/// pyferry_histogram: of stays. A stay lasts until the thread goes out, lets go (pyferry_suspend) or goes on into another
/// interpreter. Turns that other threads take meanwhile by CPython's own means are part of it.
pub const PYFERRY_HISTOGRAM_HOLD: i64 = 2;

/// How long waits or stays at one interpreter were, in nanoseconds. The sum is exact, and all other times are within one
/// percent. Begin with PYFERRY_HISTOGRAM_INIT.
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
    /// The sum of all.
    pub sum_ns: u64,
    /// The shortest.
    pub min_ns: u64,
    /// The longest.
    pub max_ns: u64,
    /// Half of them were no longer.
    pub p50_ns: u64,
    /// Nine of ten were no longer.
    pub p90_ns: u64,
    /// 99 of a hundred were no longer.
    pub p99_ns: u64,
    /// 999 of a thousand were no longer.
    pub p999_ns: u64,
    /// 9,999 of ten thousand were no longer.
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

/// Has waits and stays counted for pyferry_histograms, as pyferry_trace_start does, but without a file.
/// pyferry_trace_stop ends the counting.
///
/// Any thread, attached or not, before there is a Python too.
///
/// @return PYFERRY_STATUS_OK, _WRONG_ORDER (they are counted already, or a trace is written), _NO_MEMORY (no thread can
///         be started), _FORKED.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn pyferry_histograms_start() -> Status {
    enter(|| observe::start_trace(None))
}

/// Tells how long threads waited for each interpreter and stayed there while pyferry_histograms_start or
/// pyferry_trace_start had that counted. It includes waits and stays that have ended, up to some 10 ms ago or to the
/// return of pyferry_trace_stop. What was going on when the counting began is counted from that moment. What no buffer
/// had room for is not counted. There is one histogram of waits and one of stays for each interpreter that had any, but
/// for at most 64 interpreters: the oldest except main are left out. In a forked child they begin anew.
///
/// Any thread, attached or not, also before and after there is a Python. It takes a lock, for a moment: not in a signal
/// handler.
///
/// @param out       an array of `capacity` elements; NULL: nothing is written. The `struct_size` of the first one says
///                  how large each is; if this library does not know that size, they are as large as in its first
///                  version.
/// @param capacity  how many elements there is room for
/// @return how many histograms there are, which can be more than `capacity`
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_histograms(out: *mut pyferry_histogram, capacity: usize) -> usize {
    // SAFETY: as documented for the caller.
    let mut places = unsafe { Places::new(out, capacity) };
    for summary in observe::summaries() {
        places.put(|struct_size| pyferry_histogram { struct_size, ..(&summary).into() });
    }
    places.count()
}

/// Writes what pyferry_histograms tells as text in the format of Prometheus: the histograms `pyferry_wait_seconds` and
/// `pyferry_hold_seconds`, with the label `interpreter`, from a microsecond to ten seconds.
///
/// Any thread, attached or not, also before and after there is a Python. It takes a lock, for a moment: not in a signal
/// handler.
///
/// @param buffer    gets the text, cut and terminated as by pyferry_last_error; NULL: nothing is written
/// @param capacity  the size of `buffer` in bytes, with room for the terminator
/// @return the length of the whole text in bytes, without the terminator: `capacity` or more means that it was cut
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_histograms_text(buffer: *mut c_char, capacity: usize) -> usize {
    // SAFETY: as documented for the caller.
    unsafe { put_text(&observe::histograms_text(), buffer, capacity) }
}
