//! What is known of each interpreter, and the list of those alive.

use crate::cpython::{Python, Raw, Slot, StateCell};
use crate::gate::{Barrier, Gate, House, HouseGuard, Phase, Seat};
use crate::sys::{self, Label, LabelCell};
use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

/// Who made an interpreter, and so who ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Py_Initialize.
    Main,
    /// `pyferry_interpreter_new`.
    Ours,
    /// Anybody else: `concurrent.interpreters`, a host's own Py_NewInterpreter.
    Theirs,
}

/// One interpreter. The record outlives the interpreter, for as long as a view names it.
///
/// Aligned, so that the count of those who hold the record, beside it, is not on the cache line that each attach reads.
#[repr(align(64))]
pub struct Interpreter {
    /// The CPython it runs on.
    pub python: &'static Python,
    /// As CPython numbers it.
    pub id: i64,
    /// Never used twice in a process, unlike the id (main is 0 after each Py_Initialize) and the address.
    pub serial: u64,
    /// In which life of Python.
    pub life: u64,
    /// Its place in the registry, and in each thread's list of visits; used again when it has ended.
    pub index: usize,
    /// Where the gilstate slot is, in this run of Python.
    pub slot: Slot,
    /// Who made it.
    pub origin: Origin,
    /// It has the main interpreter's GIL (or is that), and threads waiting for it are not heard by those in others.
    pub waits_unheard: bool,
    /// A visit for the sake of those who wait elsewhere does no harm.
    pub takes_heralds: bool,
    /// A thread is on its way there to be heard for those who wait elsewhere.
    pub heralded: AtomicBool,
    /// Who is inside.
    pub gate: Gate<Occupant>,
    /// `sys.executable`, and whether Python is a debug build: asked while attached, for `pyferry_runtime_info`.
    pub facts: Facts,
    /// The first state of an interpreter of ours, which nobody uses.
    pub keeper: StateCell,
    raw: AtomicUsize,
    ready: AtomicBool,
    registrar: u32,
    /// The serial of the thread that took it upon itself last to take the interpreter down.
    taken_down_by: AtomicU64,
}

/// What can be asked of Python only while attached.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// `sys.executable`
    pub executable: CString,
    /// `Py_DEBUG`
    pub debug: bool,
}

/// A place at the gate of an interpreter.
pub type Place = Seat<Occupant>;

// Whole cache lines: no two threads' places share one, and one place is one.
const _: () = assert!(align_of::<Place>() == 64 && size_of::<Place>() == 64);

/// Whose place it is: one thread's, or one guard's. A place is handed on, so all of it can change.
#[derive(Debug, Default)]
pub struct Occupant {
    /// A guard does not attach, and any thread may close it.
    guard: AtomicBool,
    /// The kernel's number of the thread; another in a forked child.
    thread_id: AtomicU32,
    /// The number by which Python knows the thread.
    ident: AtomicU64,
    /// The thread's serial, or, of a guard, that of the thread which opened it.
    thread: AtomicU64,
    /// The thread's cached state. Its own thread takes it under a pin; the closer, when nobody is inside.
    pub state: StateCell,
    /// In ticks. 0: not yet, or no longer.
    since: AtomicU64,
    label: LabelCell,
}

/// In `since`: has let go, and waits to come back.
const COMING_BACK: u64 = 1 << 63;

/// What a report says of an occupant.
pub struct Presence {
    guard: bool,
    thread_id: u32,
    label: Option<&'static CStr>,
    since: u64,
}

impl Occupant {
    /// Nobody.
    pub const fn new() -> Occupant {
        Occupant {
            guard: AtomicBool::new(false),
            thread_id: AtomicU32::new(0),
            ident: AtomicU64::new(0),
            thread: AtomicU64::new(0),
            state: StateCell::new(),
            since: AtomicU64::new(0),
            label: LabelCell::new(),
        }
    }

    /// From here on it is the calling thread's, or that of a guard which the calling thread opens.
    pub fn take_place(&self, serial: u64, ident: u64, guard: bool) {
        self.ident.store(ident, Ordering::Relaxed);
        self.guard.store(guard, Ordering::Relaxed);
        self.thread.store(serial, Ordering::Relaxed);
        self.since.store(0, Ordering::Relaxed);
        self.label.put(Label::NONE);
        self.state.take();
        self.renumber();
    }

    /// The number by which Python knows the thread.
    pub fn ident(&self) -> u64 {
        self.ident.load(Ordering::Relaxed)
    }

    /// Whether it is a guard's.
    pub fn is_guard(&self) -> bool {
        self.guard.load(Ordering::Relaxed)
    }

    /// Whether it is that thread's own.
    pub fn is_of(&self, serial: u64) -> bool {
        !self.is_guard() && self.thread.load(Ordering::Relaxed) == serial
    }

    /// Whether it is that of a guard which that thread opened, also if it was closed since.
    pub fn was_opened_by(&self, serial: u64) -> bool {
        self.thread.load(Ordering::Relaxed) == serial
    }

    /// The calling thread's number; in a forked child the thread that forked has another one.
    pub fn renumber(&self) {
        self.thread_id.store(sys::thread_id(), Ordering::Relaxed);
    }

    /// Notes what the occupant comes in for.
    #[inline]
    pub fn set_label(&self, label: Label) {
        self.label.put(label);
    }

    /// What the occupant is in for.
    pub fn label(&self) -> Label {
        self.label.get()
    }

    /// Notes that the occupant is in, from now.
    #[inline]
    pub fn came_in(&self, now: u64) {
        self.since.store(now, Ordering::Relaxed);
    }

    /// Notes that the occupant is out.
    #[inline]
    pub fn went_out(&self) {
        self.since.store(0, Ordering::Relaxed);
    }

    /// Runs `f`, in which the occupant, who is in, comes back.
    #[inline]
    pub fn coming_back(&self, f: impl FnOnce()) {
        let since = self.since.load(Ordering::Relaxed);
        self.since.store(since | COMING_BACK, Ordering::Relaxed);
        f();
        self.since.store(since, Ordering::Relaxed);
    }

    /// Whether the occupant is in, if perhaps elsewhere for a while, rather than on its way.
    #[inline]
    pub fn is_in(&self) -> bool {
        self.since.load(Ordering::Relaxed) != 0
    }

    /// Whether the occupant, who holds a pin, waits to be attached, or is about to.
    fn waits(&self) -> bool {
        let since = self.since.load(Ordering::Relaxed);
        since == 0 || since & COMING_BACK != 0
    }

    fn presence(&self) -> Presence {
        Presence {
            guard: self.is_guard(),
            thread_id: self.thread_id.load(Ordering::Relaxed),
            label: self.label.get().text(),
            since: self.since.load(Ordering::Relaxed) & !COMING_BACK,
        }
    }
}

impl Presence {
    /// Who it is, what it does, and for how long it has been in.
    fn describe(&self) -> String {
        let mut text = if self.guard { "a guard opened by ".to_owned() } else { String::new() };
        text += &sys::describe_thread(self.thread_id);
        if let Some(label) = self.label {
            text += &format!(" [{}]", label.to_string_lossy());
        }
        match self.since {
            0 => text + ", which is on its way in",
            since => text + &format!(", in for {:.3} s", sys::seconds_since(since)),
        }
    }
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
        self.gate.phase() == Phase::Closed
    }

    /// Whether anybody holds a pin, but for the excepted.
    pub fn has_occupants(&self, except: impl Fn(&Occupant) -> bool) -> bool {
        let mut inside = false;
        self.gate.for_each_seat(|seat| inside |= seat.pins() > 0 && !except(&seat.occupant));
        inside
    }

    /// Whether a thread that holds a pin has not come in yet, or not come back.
    pub fn somebody_waits(&self) -> bool {
        self.has_occupants(|occupant| !occupant.waits())
    }

    /// Everybody who holds a pin, but for the excepted, in words.
    pub fn describe_occupants(&self, except: impl Fn(&Occupant) -> bool) -> String {
        let mut inside = Vec::new();
        self.gate.for_each_seat(|seat| {
            if seat.pins() > 0 && !except(&seat.occupant) {
                inside.push(seat.occupant.presence());
            }
        });
        let inside: Vec<String> = inside.iter().map(Presence::describe).collect();
        if inside.is_empty() { "nobody any more".into() } else { inside.join("; ") }
    }

    /// A thread has claimed the gate.
    pub fn set_taken_down_by(&self, thread: u64) {
        self.taken_down_by.store(thread, Ordering::Relaxed);
    }

    /// Whether that thread has claimed the gate, once it is claimed or Closed.
    pub fn is_taken_down_by(&self, thread: u64) -> bool {
        self.taken_down_by.load(Ordering::Relaxed) == thread
    }

    /// The hook is registered: everybody may have views now.
    pub fn set_ready(&self) {
        self.ready.store(true, Ordering::Release);
    }

    /// The interpreter is gone, however that came about: nothing may touch it, and it is no longer listed.
    pub fn died(&self) {
        // Told twice where we end it ourselves.
        if self.raw.swap(0, Ordering::AcqRel) == 0 {
            return;
        }
        DEATHS.fetch_add(1, Ordering::SeqCst);
        if self.origin == Origin::Main {
            LIVES.fetch_add(1, Ordering::SeqCst);
        }
        self.gate.close();
        self.gate.finish();
        let mut list = registry();
        if list.get(self.index).is_some_and(|place| place.as_ref().is_some_and(|other| other.serial == self.serial)) {
            list[self.index] = None;
            if self.waits_unheard {
                UNHEARD.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}

type Registry = Vec<Option<Arc<Interpreter>>>;

static REGISTRY: Mutex<Registry> = Mutex::new(Vec::new());
static HOUSE: House<Occupant> = House::new();
/// How many interpreters alive do not hear each other: with one there is nobody else to wait for.
static UNHEARD: AtomicUsize = AtomicUsize::new(0);
static NEXT_SERIAL: AtomicU64 = AtomicU64::new(1);
/// How many main interpreters have died.
static LIVES: AtomicU64 = AtomicU64::new(0);
/// How many interpreters have died.
static DEATHS: AtomicU64 = AtomicU64::new(0);
static FORKS: AtomicU32 = AtomicU32::new(0);

/// The same for all gates: asked of the system once.
pub fn barrier() -> Barrier {
    static BARRIER: OnceLock<Barrier> = OnceLock::new();
    *BARRIER.get_or_init(|| {
        let may = std::env::var_os("PYFERRY_BARRIER").is_none_or(|value| value != "symmetric");
        if may && sys::can_make_all_fence() { Barrier::Asymmetric(sys::make_all_fence) } else { Barrier::Symmetric }
    })
}

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Whether several interpreters wait for one GIL without hearing each other.
#[inline]
pub fn several_wait_unheard() -> bool {
    UNHEARD.load(Ordering::Relaxed) > 1
}

thread_local! {
    /// The last interpreter whose end this thread saw, by address and number, and the life of Python: the thread may
    /// still be at it.
    static SEEN_ENDING: Cell<Option<(Raw, i64, u64)>> = const { Cell::new(None) };
}

/// This thread takes that interpreter down, and its record is gone.
pub fn see_end(raw: Raw, id: i64, life: u64) {
    SEEN_ENDING.set(Some((raw, id, life)));
}

/// Whether this thread, which is attached to the interpreter, is taking it down, and its record is gone.
pub fn is_ending_here(python: &Python, raw: Raw) -> bool {
    python.is_finalizing() || SEEN_ENDING.get() == Some((raw, python.interpreter_id(raw), life()))
}

/// How many forks lie between the first process and this one: guards from before the last one hold nothing.
pub fn forks() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// What tells one life of Python from the next.
pub fn life() -> u64 {
    LIVES.load(Ordering::Acquire)
}

/// How many interpreters have died: as long as that stays the same, those that were alive are.
#[inline]
pub fn deaths() -> u64 {
    DEATHS.load(Ordering::Acquire)
}

/// Every interpreter alive that has a record.
pub fn all() -> Vec<Arc<Interpreter>> {
    registry().iter().flatten().cloned().collect()
}

/// The record of an interpreter, once its hook is registered (for the registering thread: at once).
pub fn find(raw: Raw) -> Option<Arc<Interpreter>> {
    let found = lookup(&registry(), raw)?;
    (found.ready.load(Ordering::Acquire) || found.registrar == sys::thread_id()).then_some(found)
}

/// The record with a serial, while its interpreter lives.
pub fn with_serial(serial: u64) -> Option<Arc<Interpreter>> {
    registry().iter().flatten().find(|interpreter| interpreter.serial == serial).cloned()
}

/// The record of an interpreter, new or as another thread just made it, and whether it is new. The caller is attached
/// to the interpreter; `registrar` is the thread that registers its hook next, and may find it already.
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
        waits_unheard: shares_gil && python.asks_only_its_own(),
        takes_heralds: !python.wants_one_state(raw),
        heralded: AtomicBool::new(false),
        gate: Gate::new(&HOUSE, barrier()),
        facts,
        keeper: StateCell::default(),
        raw: AtomicUsize::new(raw.address()),
        ready: AtomicBool::new(false),
        registrar,
        taken_down_by: AtomicU64::new(0),
    });
    if interpreter.waits_unheard {
        UNHEARD.fetch_add(1, Ordering::Relaxed);
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

static SHIELDED: Mutex<Vec<u64>> = Mutex::new(Vec::new());
/// How many interrupts there were.
static INTERRUPTS: AtomicU64 = AtomicU64::new(0);
/// How many threads are past their look at the shields, and have not interrupted yet.
static INTERRUPTING: AtomicUsize = AtomicUsize::new(0);

fn shielded() -> MutexGuard<'static, Vec<u64>> {
    SHIELDED.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Keeps interrupts from a thread.
pub struct Shield(u64);

/// How many interrupts there were so far: one that is not new since then has been seen.
pub fn interrupts() -> u64 {
    INTERRUPTS.load(Ordering::SeqCst)
}

/// No interrupt reaches the thread that Python knows by this number, until the shield is dropped.
pub fn shield(ident: u64) -> Shield {
    shielded().push(ident);
    // Whoever looked before that is through in no time, unless it runs a destructor, when its interrupt is there already.
    for _ in 0..1000 {
        if INTERRUPTING.load(Ordering::SeqCst) == 0 {
            break;
        }
        std::thread::yield_now();
    }
    Shield(ident)
}

impl Drop for Shield {
    fn drop(&mut self) {
        let mut list = shielded();
        if let Some(place) = list.iter().position(|ident| *ident == self.0) {
            list.swap_remove(place);
        }
    }
}

/// Interrupts a thread that has no shield. `interrupt` may run Python code, when it is done: that of an exception which
/// the thread had not seen yet, and whose place this one takes.
pub fn unless_shielded(ident: u64, interrupt: impl FnOnce()) {
    INTERRUPTING.fetch_add(1, Ordering::SeqCst);
    let shielded = shielded().contains(&ident);
    if !shielded {
        INTERRUPTS.fetch_add(1, Ordering::SeqCst);
        interrupt();
    }
    // A fork meanwhile has set it to 0 in the child.
    let _ = INTERRUPTING.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1));
}

/// The registry and all ledgers, held still through a fork.
pub struct Still {
    _shielded: MutexGuard<'static, Vec<u64>>,
    list: MutexGuard<'static, Registry>,
    house: HouseGuard<Occupant>,
}

/// Holds the registry and all ledgers still.
pub fn hold_still() -> Still {
    Still { _shielded: shielded(), list: registry(), house: HOUSE.lock() }
}

impl Still {
    /// Whether there is a main interpreter that has a record.
    pub fn has_main(&self) -> bool {
        self.main().is_some()
    }

    /// Where the gilstate slot is, if there is a main interpreter that has a record.
    pub fn slot(&self) -> Option<Slot> {
        self.main().map(|main| main.slot)
    }

    fn main(&self) -> Option<&Interpreter> {
        self.list.iter().flatten().find(|interpreter| interpreter.origin == Origin::Main).map(Arc::as_ref)
    }

    /// Forgets, in a forked child, every thread but the one that is there. CPython is not asked.
    pub fn forget_others(&self, mine: impl Fn(&Occupant) -> bool) {
        FORKS.fetch_add(1, Ordering::Relaxed);
        for interpreter in self.list.iter().flatten() {
            interpreter.gate.forget_others(&self.house, &mine);
            interpreter.heralded.store(false, Ordering::Relaxed);
        }
        INTERRUPTING.store(0, Ordering::Relaxed);
    }
}
