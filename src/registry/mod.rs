//! The record of each interpreter, and the list of those alive.

mod delivery;
mod entry;
pub mod fork;
pub mod own;
mod shield;

use crate::cpython::{Python, Raw, Slot, StateCell};
use crate::gate::{Barrier, Domain, DomainGuard, Gate};
use crate::sys::{self, Condvar, Mutex};
pub use delivery::Delivery;
pub use entry::{Doing, Entry, Glimpse, Participant};
pub use shield::{interrupts, is_raising, raising, shield, unless_shielded};
use std::cell::Cell;
use std::ffi::CString;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard, OnceLock};

/// Who made an interpreter, and so who ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Py_Initialize.
    Main,
    /// `pyferry_interpreter_new`.
    Ours,
    /// Anybody else: `concurrent.interpreters`, or a host's own Py_NewInterpreter.
    Theirs,
}

/// One interpreter. The record outlives the interpreter, for as long as a view names it.
///
/// Aligned, so that the counts of the `Arc` around the record are not on the cache line that each attach reads.
#[repr(align(64))]
pub struct Interpreter {
    /// The CPython it runs on.
    pub python: &'static Python,
    /// As CPython numbers it.
    pub id: i64,
    /// Never used twice in a process, unlike the id (main is 0 after each Py_Initialize) and the address.
    pub serial: u64,
    /// The run of Python it belongs to (`life()`).
    pub life: u64,
    /// Its index in the registry; reused when it has ended.
    pub index: usize,
    /// Where the gilstate slot is, in this run of Python.
    pub slot: Slot,
    /// Who made it.
    pub origin: Origin,
    /// Up to 3.12, it shares the main interpreter's GIL (or is the main interpreter): the request to drop the GIL that a thread waiting
    /// for this interpreter makes (`gil_drop_request`) is seen only by a thread that runs in this interpreter.
    pub shares_gil: bool,
    /// `_xxsubinterpreters` (3.9 to 3.12) made it. Up to 3.11 that module neither runs code in nor destroys an interpreter
    /// that has more than one thread state, so no thread keeps a state there. Up to 3.12 no thread of ours goes there to
    /// nudge (`nudge`).
    pub wants_one_state: bool,
    /// A thread of ours is about to attach there, to make the thread that holds the GIL in there drop it.
    pub nudged: AtomicBool,
    /// A reference to an object there waits to be dropped (`queue::release`).
    pub has_released: Condvar,
    /// How far the delivery of interrupts has got.
    pub delivery: Delivery,
    /// Who is inside.
    pub gate: Gate<Entry>,
    /// Asked while attached, for `pyferry_runtime_get_info`.
    pub facts: Facts,
    /// The first thread state of an interpreter of ours. It is never used: see `Python::new_interpreter`.
    pub keeper: StateCell,
    /// The address of CPython's interpreter; 0: it is gone.
    raw: AtomicUsize,
    /// The hook is registered (`set_ready`).
    ready: AtomicBool,
    /// The kernel's number of the thread that registers the hook, and so finds the record before that is ready.
    registrar: u32,
}

/// What can be asked of Python only while attached.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// `sys.executable`
    pub executable: CString,
    /// `Py_DEBUG`
    pub debug: bool,
}

impl Interpreter {
    /// CPython's interpreter; None when it is gone.
    pub fn raw(&self) -> Option<Raw> {
        Raw::from_address(self.raw.load(Ordering::Acquire))
    }

    /// Whether this is the record of `raw`.
    #[inline]
    pub fn is(&self, raw: Option<Raw>) -> bool {
        raw.is_some_and(|raw| raw.address() == self.raw.load(Ordering::Acquire))
    }

    /// "main interpreter", "interpreter 3"
    pub fn name(&self) -> String {
        match self.origin {
            Origin::Main => "the main interpreter".into(),
            _ => format!("interpreter {}", self.id),
        }
    }

    /// Whether nobody may touch the interpreter any more.
    pub fn is_closed(&self) -> bool {
        self.gate.is_closed()
    }

    /// Whether a participant holds a pin, but for those that `except` accepts.
    pub fn has_participants(&self, except: impl Fn(&Entry) -> bool) -> bool {
        let mut inside = false;
        self.gate.for_each_participant(|participant| inside |= participant.pins() > 0 && !except(&participant.entry));
        inside
    }

    /// Whether a thread that holds a pin waits to be attached, or to be attached again.
    pub fn somebody_waits(&self) -> bool {
        self.has_participants(|entry| !entry.waits())
    }

    /// Describes every participant that holds a pin, but for those that `except` accepts; `place` says where in Python a
    /// thread is, if it knows.
    pub fn describe_participants(
        &self,
        except: impl Fn(&Entry) -> bool,
        place: impl Fn(u64) -> Option<String>,
    ) -> String {
        let mut inside: Vec<Glimpse> = Vec::new();
        self.gate.for_each_participant(|participant| {
            if !except(&participant.entry) {
                inside.extend(Entry::look(participant));
            }
        });
        let inside: Vec<String> = inside.iter().map(|glimpse| glimpse.describe(&place)).collect();
        if inside.is_empty() { "nobody any more".into() } else { inside.join("; ") }
    }

    /// The hook is registered: from here on everybody may have views.
    pub fn set_ready(&self) {
        self.ready.store(true, Ordering::Release);
    }

    /// The interpreter is gone, for whatever reason: nothing may touch it, and it is no longer listed.
    pub fn died(&self) {
        // Called twice where we end the interpreter ourselves.
        if self.raw.swap(0, Ordering::AcqRel) == 0 {
            return;
        }
        if self.origin == Origin::Main {
            LIVES.fetch_add(1, Ordering::SeqCst);
        }
        self.gate.close();
        self.gate.finish();
        let mut list = registry();
        if list.get(self.index).is_some_and(|place| place.as_ref().is_some_and(|other| other.serial == self.serial)) {
            list[self.index] = None;
            if self.shares_gil {
                SHARING.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}

type Registry = Vec<Option<Arc<Interpreter>>>;

static REGISTRY: Mutex<Registry> = Mutex::new(Vec::new());
static DOMAIN: Domain<Entry> = Domain::new();
/// How many live interpreters have `shares_gil` (up to 3.12). With one there is no other interpreter to wait for.
static SHARING: AtomicUsize = AtomicUsize::new(0);
static NEXT_SERIAL: AtomicU64 = AtomicU64::new(1);
/// How many main interpreters have died.
static LIVES: AtomicU64 = AtomicU64::new(0);
static FORKS: AtomicU32 = AtomicU32::new(0);

/// The barrier of all gates. What the system can do is asked once.
pub fn barrier() -> Barrier {
    static BARRIER: OnceLock<Barrier> = OnceLock::new();
    *BARRIER.get_or_init(|| {
        let may = std::env::var_os("PYFERRY_BARRIER").is_none_or(|value| value != "symmetric");
        if may && sys::can_make_all_fence() { Barrier::Asymmetric(sys::make_all_fence) } else { Barrier::Symmetric }
    })
}

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock()
}

/// Whether several live interpreters have `shares_gil`.
#[inline]
pub fn several_share_a_gil() -> bool {
    SHARING.load(Ordering::Relaxed) > 1
}

thread_local! {
    /// The last interpreter whose end this thread saw: its address, its id, and the run of Python. The thread may still be
    /// ending it.
    static SEEN_ENDING: Cell<Option<(Raw, i64, u64)>> = const { Cell::new(None) };
}

/// Notes that this thread is ending that interpreter, whose record is no longer listed.
pub fn see_end(raw: Raw, id: i64, life: u64) {
    SEEN_ENDING.set(Some((raw, id, life)));
}

/// Whether this thread, which is attached to that interpreter, is ending it, so that there is no record of it.
pub fn is_ending_here(python: &Python, raw: Raw) -> bool {
    python.is_finalizing() || SEEN_ENDING.get() == Some((raw, python.interpreter_id(raw), life()))
}

/// How many forks lie between the first process and this one: a guard opened before the last fork holds nothing.
pub fn forks() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// The number of this run of Python: how many main interpreters died before it.
pub fn life() -> u64 {
    LIVES.load(Ordering::Acquire)
}

/// What an observer sees of every participant that holds a pin, at any gate. Takes no lock and allocates nothing: for signal
/// handlers and debuggers too.
pub fn look_at_all(mut f: impl FnMut(&'static Participant, Glimpse)) {
    DOMAIN.for_each_participant(|participant| {
        if let Some(glimpse) = Entry::look(participant) {
            f(participant, glimpse);
        }
    });
}

/// From here on the moves of all threads are recorded, at every gate, or are not (`Participant::is_clear`).
pub fn observe(on: bool) {
    DOMAIN.observe(on);
}

/// Every interpreter alive that has a record.
pub fn all() -> Vec<Arc<Interpreter>> {
    registry().iter().flatten().cloned().collect()
}

/// The record of an interpreter once its hook is registered; the registering thread finds it at once.
pub fn find(raw: Raw) -> Option<Arc<Interpreter>> {
    let found = lookup(&registry(), raw)?;
    (found.ready.load(Ordering::Acquire) || found.registrar == sys::thread_id()).then_some(found)
}

/// The record of an interpreter, added unless another thread has just done so, and whether it is new. The caller is attached
/// to the interpreter; `registrar` is the thread that registers the hook next, and may find the record already.
pub fn find_or_add(
    python: &'static Python,
    raw: Raw,
    slot: Slot,
    origin: Origin,
    shares_gil: bool,
    facts: Facts,
    registrar: u32,
) -> (Arc<Interpreter>, bool) {
    let id = python.interpreter_id(raw);
    let mut list = registry();
    if let Some(found) = lookup(&list, raw) {
        return (found, false);
    }
    let index = list.iter().position(Option::is_none).unwrap_or(list.len());
    let interpreter = Arc::new(Interpreter {
        python,
        id,
        serial: NEXT_SERIAL.fetch_add(1, Ordering::Relaxed),
        life: life(),
        index,
        slot,
        origin,
        shares_gil: shares_gil && python.asks_only_its_own(),
        wants_one_state: python.wants_one_state(raw),
        nudged: AtomicBool::new(false),
        has_released: Condvar::new(),
        delivery: Delivery::default(),
        gate: Gate::new(&DOMAIN, barrier()),
        facts,
        keeper: StateCell::default(),
        raw: AtomicUsize::new(raw.address()),
        ready: AtomicBool::new(false),
        registrar,
    });
    if interpreter.shares_gil {
        SHARING.fetch_add(1, Ordering::Relaxed);
    }
    if index == list.len() {
        list.push(None);
    }
    list[index] = Some(Arc::clone(&interpreter));
    (interpreter, true)
}

fn lookup(list: &[Option<Arc<Interpreter>>], raw: Raw) -> Option<Arc<Interpreter>> {
    list.iter().flatten().find(|interpreter| interpreter.is(Some(raw))).cloned()
}

/// The registry and the state of all gates, locked through a fork.
pub struct Still {
    _shielded: MutexGuard<'static, Vec<u64>>,
    list: MutexGuard<'static, Registry>,
    domain: DomainGuard<Entry>,
}

/// Locks the registry and the state of all gates.
pub fn hold_still() -> Still {
    Still { _shielded: shield::shielded(), list: registry(), domain: DOMAIN.lock() }
}

impl Still {
    /// Whether there is a main interpreter that has a record.
    pub fn has_main(&self) -> bool {
        self.main().is_some()
    }

    /// Whether this copy of the library is the one that serves Python.
    pub fn serves(&self) -> bool {
        self.main().is_some_and(|main| main.ready.load(Ordering::Acquire))
    }

    /// Where the gilstate slot is, if there is a main interpreter that has a record.
    pub fn slot(&self) -> Option<Slot> {
        self.main().map(|main| main.slot)
    }

    fn main(&self) -> Option<&Interpreter> {
        self.list.iter().flatten().find(|interpreter| interpreter.origin == Origin::Main).map(Arc::as_ref)
    }

    /// Forgets, in a forked child, every thread but the one that forked. Calls no CPython.
    pub fn forget_others(&self, mine: impl Fn(&Entry) -> bool) {
        FORKS.fetch_add(1, Ordering::Relaxed);
        DOMAIN.observe_held(&self.domain, false);
        for interpreter in self.list.iter().flatten() {
            interpreter.gate.forget_others(&self.domain, &mine);
            interpreter.nudged.store(false, Ordering::Relaxed);
            interpreter.delivery.give_up();
        }
        shield::forget_others();
    }
}
