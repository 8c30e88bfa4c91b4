//! The calls that a sequence is made of, and how they are written down: what the player reads, and a person too.

use std::fmt::{self, Display, Formatter};

use proptest::prelude::*;

pub const VIEWS: usize = 4;
pub const GUARDS: usize = 2;
pub const TICKETS: usize = 3;

/// A handle of the player's; `None` is a NULL pointer.
pub type Place = Option<usize>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ticket {
    Null,
    At(usize),
    /// A copy that the player kept of the one with this number.
    Kept(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    ViewMain(Place),
    ViewCurrent(Place),
    ViewClone(Place, usize),
    ViewFree(Place),
    ViewInterpreterId(Place),
    GuardOpen(Place, Place),
    GuardView(Place, Place),
    GuardClose(Place),
    Attach(Place, Ticket),
    AttachLabeled(Place, Ticket),
    AttachGuarded(Place, Ticket),
    Detach(Ticket),
    Suspend(Ticket),
    Resume(Ticket),
    IsAttached(Place),
    ThreadForget,
    InterpreterNew(Place, u32),
    InterpreterEnd(Place, i64),
    /// Which never interrupts: with patience it is a matter of time.
    InterpreterStop(Place, i64),
    InterpreterInterrupt(Place),
    /// A function, or NULL.
    AtEnd(Place, bool),
    /// A callback, which never hears anything in time; or nobody.
    SetReport(bool),
    Exec(&'static str),
    Eval(&'static str),
    TakeException,
    /// A function, or NULL.
    Visit(Place, bool),
    /// A queue that is made, given a job, run and freed.
    Queue(Place),
    /// A call to a queue whose worker runs it.
    PostAndWait(Place),
    /// A post to an event loop of the interpreter that the thread is attached to, which then runs it, where that is the view's;
    /// else to NULL.
    AsyncioPost(Place),
    /// An object of the interpreter that the thread is attached to, given away as one of the view's where that is the same; else NULL.
    ReleaseLater(Place),
    RuntimeStart,
    RuntimeStop(i64),
    RuntimeStopWith(i64),
    /// With room for an answer, or NULL.
    RuntimeInfo(bool),
    /// Tokens and suspensions are plain memory: copied, filled with bytes of any kind, made other than they were.
    Copy(usize, usize),
    Fill(usize, u64, u64),
    Spoil(usize, u64, u64),
    /// The thread exits, and another one takes its place.
    Exit,
    SaveThread,
    RestoreThread,
    Ensure,
    Release,
    Initialize,
    Finalize,
}

use Call::*;

pub const OWN_GIL: u32 = 2;
const FLAGS: [u32; 4] = [0, 1, OWN_GIL, 3];
pub const FOREVER: i64 = -1;
const TIMEOUTS: [i64; 3] = [0, FOREVER, -2];
pub const SOURCES: [&str; 7] = ["loop", "print", "raise", "exit", "nonsense", "latin1", "-"];

/// Any call with any handles. Shrinks towards what is listed first.
pub fn any_call() -> BoxedStrategy<Call> {
    let view = || null_or(0..VIEWS);
    let guard = || null_or(0..GUARDS);
    let ticket = || prop_oneof![12 => (0..TICKETS).prop_map(Ticket::At), 1 => Just(Ticket::Null)];
    let junk = || prop_oneof![Just(0), any::<u64>().prop_map(|word| word | 1 << 63)];
    prop_oneof![
        24 => (view(), ticket()).prop_map(|(view, out)| Attach(view, out)),
        30 => ticket().prop_map(Detach),
        10 => ticket().prop_map(Suspend),
        12 => ticket().prop_map(Resume),
        3 => (view(), ticket()).prop_map(|(view, out)| AttachLabeled(view, out)),
        4 => (guard(), ticket()).prop_map(|(guard, out)| AttachGuarded(guard, out)),
        7 => (view(), guard()).prop_map(|(view, out)| GuardOpen(view, out)),
        2 => (guard(), view()).prop_map(|(guard, out)| GuardView(guard, out)),
        4 => guard().prop_map(GuardClose),
        6 => (0..TICKETS, 0..TICKETS).prop_map(|(from, to)| Copy(from, to)),
        2 => (0..TICKETS, junk(), junk()).prop_map(|(to, thread, number)| Fill(to, thread, number)),
        2 => (0..TICKETS, 0..2u32, 56..64u32).prop_map(|(to, word, bit)| spoil(to, word, bit)),
        2 => view().prop_map(ViewMain),
        3 => view().prop_map(ViewCurrent),
        2 => (view(), 0..VIEWS).prop_map(|(from, to)| ViewClone(from, to)),
        2 => view().prop_map(ViewFree),
        1 => view().prop_map(ViewInterpreterId),
        1 => view().prop_map(IsAttached),
        4 => Just(ThreadForget),
        1 => (view(), prop::sample::select(&FLAGS)).prop_map(|(out, flags)| InterpreterNew(out, flags)),
        7 => (view(), prop::sample::select(&TIMEOUTS)).prop_map(|(view, timeout)| InterpreterEnd(view, timeout)),
        2 => (view(), prop::sample::select(&TIMEOUTS)).prop_map(|(view, timeout)| InterpreterStop(view, timeout)),
        4 => view().prop_map(InterpreterInterrupt),
        3 => (view(), prop::bool::weighted(0.9)).prop_map(|(view, function)| AtEnd(view, function)),
        1 => any::<bool>().prop_map(SetReport),
        8 => prop::sample::select(&SOURCES).prop_map(Exec),
        2 => prop::sample::select(&SOURCES).prop_map(Eval),
        2 => Just(TakeException),
        3 => (view(), prop::bool::weighted(0.9)).prop_map(|(view, function)| Visit(view, function)),
        3 => view().prop_map(Queue),
        2 => view().prop_map(PostAndWait),
        2 => view().prop_map(AsyncioPost),
        2 => view().prop_map(ReleaseLater),
        2 => Just(RuntimeStart),
        3 => prop::sample::select(&TIMEOUTS).prop_map(RuntimeStop),
        1 => prop::sample::select(&TIMEOUTS).prop_map(RuntimeStopWith),
        1 => any::<bool>().prop_map(RuntimeInfo),
        6 => Just(SaveThread),
        9 => Just(RestoreThread),
        6 => Just(Ensure),
        9 => Just(Release),
        3 => Just(Exit),
        2 => Just(Finalize),
        20 => Just(Initialize),
    ]
    .boxed()
}

fn null_or(range: std::ops::Range<usize>) -> impl Strategy<Value = Place> {
    prop_oneof![12 => range.prop_map(Some), 1 => Just(None)]
}

fn spoil(ticket: usize, word: u32, bit: u32) -> Call {
    let bits = 1 << bit;
    if word == 0 { Spoil(ticket, bits, 0) } else { Spoil(ticket, 0, bits) }
}

/// Every call with few handles: main's view, another interpreter's and none; a ticket that may be filled, an empty one
/// and none.
pub fn every_call() -> Vec<Call> {
    let views = [Some(0), Some(1), None];
    let guards = [Some(0), None];
    let tickets = [Ticket::At(0), Ticket::At(1), Ticket::Null];
    let mut calls = vec![ThreadForget, RuntimeStart, Exit, SaveThread, RestoreThread, Ensure, Release];
    calls.extend([RuntimeInfo(true), RuntimeInfo(false)]);
    calls.extend([Initialize, Finalize, Copy(0, 1), Fill(0, 1 << 63, 0), spoil(0, 0, 56), spoil(0, 1, 56)]);
    calls.extend([ViewMain(Some(3)), ViewMain(None), ViewCurrent(Some(3)), ViewCurrent(None)]);
    calls.extend(views.map(|view| ViewClone(view, 3)));
    calls.extend(views.map(ViewFree));
    calls.extend(views.map(ViewInterpreterId));
    calls.extend(views.map(IsAttached));
    calls.extend(views.map(InterpreterInterrupt));
    calls.extend(views.map(|view| AtEnd(view, true)));
    calls.extend(views.map(|view| Visit(view, true)));
    calls.extend(views.map(Queue));
    calls.extend(views.map(PostAndWait));
    calls.extend(views.map(AsyncioPost));
    calls.extend(views.map(ReleaseLater));
    calls.extend([AtEnd(Some(0), false), SetReport(true), SetReport(false)]);
    calls.extend(guards.map(|guard| GuardView(guard, Some(3))));
    calls.extend([GuardView(Some(0), None)]);
    calls.extend(guards.map(GuardClose));
    calls.extend(tickets.map(Detach));
    calls.extend(tickets.map(Suspend));
    calls.extend(tickets.map(Resume));
    calls.extend(SOURCES.map(Exec));
    calls.extend([Eval("loop"), Eval("raise"), TakeException]);
    calls.extend(TIMEOUTS.map(RuntimeStop));
    calls.extend(TIMEOUTS.map(RuntimeStopWith));
    calls.extend([InterpreterNew(Some(3), 0), InterpreterNew(Some(3), 3), InterpreterNew(None, 0)]);
    for view in views {
        calls.extend(guards.map(|guard| GuardOpen(view, guard)));
        calls.extend(TIMEOUTS.map(|timeout| InterpreterEnd(view, timeout)));
        calls.extend(TIMEOUTS.map(|timeout| InterpreterStop(view, timeout)));
        calls.extend([Attach(view, tickets[0]), Attach(view, tickets[2]), AttachLabeled(view, tickets[0])]);
    }
    for guard in guards {
        calls.extend([AttachGuarded(guard, tickets[0]), AttachGuarded(guard, tickets[2])]);
    }
    calls
}

/// As the player reads it. A call that ends what CPython's own began has that one's number after it.
impl Display for Call {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let view = |place: &Place| place.map_or("-".to_owned(), |place| format!("v{place}"));
        let guard = |place: &Place| place.map_or("-".to_owned(), |place| format!("g{place}"));
        match self {
            ViewMain(out) => write!(f, "view_main {}", view(out)),
            ViewCurrent(out) => write!(f, "view_current {}", view(out)),
            ViewClone(from, to) => write!(f, "view_clone {} v{to}", view(from)),
            ViewFree(place) => write!(f, "view_free {}", view(place)),
            ViewInterpreterId(place) => write!(f, "view_interpreter_id {}", view(place)),
            GuardOpen(of, out) => write!(f, "guard_open {} {}", view(of), guard(out)),
            GuardView(of, out) => write!(f, "guard_view {} {}", guard(of), view(out)),
            GuardClose(place) => write!(f, "guard_close {}", guard(place)),
            Attach(to, out) => write!(f, "attach {} {out}", view(to)),
            AttachLabeled(to, out) => write!(f, "attach_labeled {} {out}", view(to)),
            AttachGuarded(to, out) => write!(f, "attach_guarded {} {out}", guard(to)),
            Detach(ticket) => write!(f, "detach {ticket}"),
            Suspend(out) => write!(f, "suspend {out}"),
            Resume(ticket) => write!(f, "resume {ticket}"),
            IsAttached(to) => write!(f, "is_attached {}", view(to)),
            ThreadForget => write!(f, "thread_forget"),
            InterpreterNew(out, flags) => write!(f, "interpreter_new {} {flags}", view(out)),
            InterpreterEnd(place, timeout) => write!(f, "interpreter_end {} {timeout}", view(place)),
            InterpreterStop(place, timeout) => write!(f, "interpreter_stop {} {timeout}", view(place)),
            InterpreterInterrupt(place) => write!(f, "interpreter_interrupt {}", view(place)),
            AtEnd(place, function) => write!(f, "at_end {} {}", view(place), if *function { "function" } else { "-" }),
            SetReport(callback) => write!(f, "set_report {}", if *callback { "callback" } else { "-" }),
            Exec(source) => write!(f, "exec {source}"),
            Eval(source) => write!(f, "eval {source}"),
            TakeException => write!(f, "take_exception"),
            Visit(to, function) => write!(f, "call {} {}", view(to), if *function { "function" } else { "-" }),
            Queue(of) => write!(f, "queue {}", view(of)),
            PostAndWait(of) => write!(f, "queue_call {}", view(of)),
            AsyncioPost(of) => write!(f, "asyncio_post {}", view(of)),
            ReleaseLater(of) => write!(f, "release_later {}", view(of)),
            RuntimeStart => write!(f, "runtime_start"),
            RuntimeStop(timeout) => write!(f, "runtime_stop {timeout}"),
            RuntimeStopWith(timeout) => write!(f, "runtime_stop_with {timeout}"),
            RuntimeInfo(room) => write!(f, "runtime_info {}", if *room { "info" } else { "-" }),
            Copy(from, to) => write!(f, "copy t{from} t{to}"),
            Fill(ticket, thread, number) => write!(f, "fill t{ticket} {thread:x} {number:x}"),
            Spoil(ticket, thread, number) => write!(f, "spoil t{ticket} {thread:x} {number:x}"),
            Exit => write!(f, "exit"),
            SaveThread => write!(f, "PyEval_SaveThread"),
            RestoreThread => write!(f, "PyEval_RestoreThread"),
            Ensure => write!(f, "PyGILState_Ensure"),
            Release => write!(f, "PyGILState_Release"),
            Initialize => write!(f, "Py_Initialize"),
            Finalize => write!(f, "Py_Finalize"),
        }
    }
}

impl Display for Ticket {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            Ticket::Null => write!(f, "-"),
            Ticket::At(place) => write!(f, "t{place}"),
            Ticket::Kept(number) => write!(f, "#{number}"),
        }
    }
}
