//! The gate, with the interleavings of a few threads tried by loom: of `model` all, of `bounded_model` those that switch from a thread
//! which could go on so many times at most.
//!
//! Each model has a cell that stands for the interpreter: those inside read it, the closer writes it when it believes
//! that nobody is. Loom fails a model in which the two can meet, in which a wait never ends, or in which a pin is lost.

// The library uses all of them.
#[allow(dead_code)]
#[path = "../../src/gate/mod.rs"]
mod gate;
#[allow(dead_code)]
#[path = "../../src/queue/ring.rs"]
mod ring;

mod posting;

mod tests {
    use crate::gate::{Barrier, Claim, Domain, Gate, NotDrained, Participant};
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::thread;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Who sits where: not loom's, since no order is to come of it.
    type Entry = std::sync::atomic::AtomicU32;

    struct Interpreter {
        gate: Gate<Entry>,
        alive: UnsafeCell<bool>,
    }

    // SAFETY: what the models prove: the cell is written only when nobody reads it.
    unsafe impl Sync for Interpreter {}

    impl Interpreter {
        fn new(barrier: Barrier) -> Arc<Interpreter> {
            let domain = Box::leak(Box::new(Domain::new()));
            Arc::new(Interpreter { gate: Gate::new(domain, barrier), alive: UnsafeCell::new(true) })
        }

        fn add_participant(&self, owner: u32) -> &'static Participant<Entry> {
            self.gate.add_participant(|place| place.store(owner, Ordering::Relaxed))
        }

        /// Somebody inside, who holds a pin.
        fn use_it(&self) {
            // SAFETY: shared reads; a concurrent write is what loom is here to find.
            assert!(self.alive.with(|alive| unsafe { *alive }), "inside an interpreter that is gone");
        }

        fn end(&self, mine: u32) {
            self.gate.close();
            if let Ok(claim) = self.drain(mine) {
                // SAFETY: as above.
                self.alive.with_mut(|alive| unsafe { *alive = false });
                claim.finish();
            }
            assert!(self.gate.is_closed());
        }

        /// Waits for all but one's own, for ever.
        fn drain(&self, mine: u32) -> Result<Claim<'_, Entry>, NotDrained> {
            self.gate.drain(claimant(mine), |entry| entry.load(Ordering::Relaxed) == mine, None)
        }

        /// Attach, work, detach.
        fn visit(&self, participant: &Participant<Entry>) -> bool {
            let entered = self.gate.enter(participant);
            if entered {
                self.use_it();
                self.gate.leave(participant);
            }
            entered
        }
    }

    fn claimant(mine: u32) -> u64 {
        u64::from(mine) + 1
    }

    /// Runs a model in every order of its steps, and says how many executions loom tried.
    fn model(name: &str, f: impl Fn(Barrier) + Copy + Sync + Send + 'static) {
        run(name, None, f);
    }

    /// The same where that would take for ever: with at most so many switches away from a thread that could go on, and one more where
    /// there is time for that.
    fn bounded_model(name: &str, switches: usize, f: impl Fn(Barrier) + Copy + Sync + Send + 'static) {
        let has_time = std::env::var_os("PYFERRY_TEST_SECONDS").is_some();
        run(name, Some(switches + usize::from(has_time)), f);
    }

    /// With either barrier, at the same time: a model may take a minute.
    fn run(name: &str, switches: Option<usize>, f: impl Fn(Barrier) + Copy + Sync + Send + 'static) {
        let try_all = |barrier: Barrier| {
            let tried = std::sync::Arc::new(AtomicUsize::new(0));
            let counter = std::sync::Arc::clone(&tried);
            let mut builder = loom::model::Builder::new();
            builder.preemption_bound = switches;
            builder.check(move || {
                counter.fetch_add(1, Ordering::Relaxed);
                f(barrier);
            });
            tried.load(Ordering::Relaxed)
        };
        let (symmetric, asymmetric) = std::thread::scope(|scope| {
            let other = scope.spawn(|| try_all(Barrier::Symmetric));
            let asymmetric = try_all(Barrier::Asymmetric(|| {}));
            (other.join().expect("no order of its steps is wrong with a symmetric barrier"), asymmetric)
        });
        println!("{name}: {symmetric} executions with a symmetric barrier, {asymmetric} with an asymmetric one");
    }

    #[test]
    fn nobody_is_inside_when_it_ends() {
        bounded_model("a visitor and a closer", 3, |barrier| {
            let interpreter = Interpreter::new(barrier);
            let visitor = {
                let interpreter = Arc::clone(&interpreter);
                thread::spawn(move || {
                    let participant = interpreter.add_participant(1);
                    interpreter.visit(participant);
                    interpreter.visit(participant);
                })
            };
            interpreter.end(0);
            visitor.join().unwrap();
        });
    }

    #[test]
    fn two_visitors() {
        // With three switches it is half a million executions, and a minute and a half.
        bounded_model("two visitors and a closer", 2, |barrier| {
            let interpreter = Interpreter::new(barrier);
            let participants = [interpreter.add_participant(1), interpreter.add_participant(2)];
            let visitors = participants.map(|participant| {
                let interpreter = Arc::clone(&interpreter);
                thread::spawn(move || interpreter.visit(participant))
            });
            interpreter.end(0);
            for visitor in visitors {
                visitor.join().unwrap();
            }
        });
    }

    #[test]
    fn who_is_inside_may_come_again() {
        bounded_model("a nested visit while closing", 3, |barrier| {
            let interpreter = Interpreter::new(barrier);
            let participant = interpreter.add_participant(1);
            assert!(interpreter.gate.enter(participant));
            let closer = {
                let interpreter = Arc::clone(&interpreter);
                thread::spawn(move || interpreter.end(0))
            };
            assert!(interpreter.visit(participant), "refused, though inside");
            interpreter.use_it();
            interpreter.gate.leave(participant);
            closer.join().unwrap();
            assert!(!interpreter.visit(participant), "let in after the end");
        });
    }

    #[test]
    fn a_guard_lets_its_holder_in() {
        bounded_model("a guard, a guarded visit, a closer", 3, |barrier| {
            let interpreter = Interpreter::new(barrier);
            let guard = interpreter.add_participant(1);
            assert!(interpreter.gate.enter(guard));
            let worker = {
                let interpreter = Arc::clone(&interpreter);
                thread::spawn(move || {
                    let participant = interpreter.add_participant(2);
                    assert!(interpreter.gate.enter_guarded(participant, guard), "refused, though the guard is open");
                    interpreter.use_it();
                    interpreter.gate.leave(participant);
                    interpreter.use_it();
                    interpreter.gate.leave(guard);
                })
            };
            interpreter.end(0);
            worker.join().unwrap();
        });
    }

    #[test]
    fn guards_come_and_go() {
        bounded_model("a guard opened and closed against a closer", 3, |barrier| {
            let interpreter = Interpreter::new(barrier);
            let guard = interpreter.add_participant(1);
            let worker = {
                let interpreter = Arc::clone(&interpreter);
                thread::spawn(move || {
                    if interpreter.gate.enter(guard) {
                        interpreter.use_it();
                        interpreter.gate.leave(guard);
                    }
                })
            };
            interpreter.end(0);
            worker.join().unwrap();
        });
    }

    #[test]
    fn only_one_of_two_closers_ends_it() {
        bounded_model("two closers and a visitor", 3, |barrier| {
            let interpreter = Interpreter::new(barrier);
            let participant = interpreter.add_participant(1);
            let closer = {
                let interpreter = Arc::clone(&interpreter);
                thread::spawn(move || interpreter.end(0))
            };
            interpreter.visit(participant);
            interpreter.end(0);
            closer.join().unwrap();
        });
    }

    #[test]
    fn late_comers_are_let_in_only_while_somebody_is_waited_for() {
        bounded_model("an interrupter, a visitor and a closer", 3, |barrier| {
            let interpreter = Interpreter::new(barrier);
            let inside = interpreter.add_participant(1);
            assert!(interpreter.gate.enter(inside));
            let closer = {
                let interpreter = Arc::clone(&interpreter);
                thread::spawn(move || interpreter.end(0))
            };
            let interrupter = {
                let interpreter = Arc::clone(&interpreter);
                thread::spawn(move || {
                    let participant = interpreter.add_participant(2);
                    if interpreter.gate.enter_late(participant) {
                        interpreter.use_it();
                        interpreter.gate.leave(participant);
                    }
                })
            };
            interpreter.gate.leave(inside);
            interrupter.join().unwrap();
            closer.join().unwrap();
        });
    }

    #[test]
    fn a_thread_may_leave_for_good_while_it_closes() {
        bounded_model("a thread exit and a closer", 3, |barrier| {
            let interpreter = Interpreter::new(barrier);
            let participant = interpreter.add_participant(1);
            let leaver = {
                let interpreter = Arc::clone(&interpreter);
                thread::spawn(move || {
                    interpreter.visit(participant);
                    interpreter.gate.remove_participant(participant);
                })
            };
            interpreter.end(0);
            leaver.join().unwrap();
        });
    }

    /// The state that a thread keeps, as `cpython::StateCell` does: whoever takes it out deletes it.
    struct Cached {
        cell: loom::sync::atomic::AtomicBool,
        deleted: loom::sync::atomic::AtomicUsize,
    }

    impl Cached {
        fn new() -> Arc<Cached> {
            use loom::sync::atomic::{AtomicBool, AtomicUsize};
            Arc::new(Cached { cell: AtomicBool::new(true), deleted: AtomicUsize::new(0) })
        }

        fn take_and_delete(&self, interpreter: &Interpreter) {
            if self.cell.swap(false, Ordering::AcqRel) {
                interpreter.use_it();
                self.deleted.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// `thread::end`: the state goes by its own thread's hand while the gate is open, else by that of the closer's hook.
    #[test]
    fn a_state_is_deleted_once_whoever_comes_first() {
        bounded_model("a thread exit with a state, and the hook", 3, |barrier| {
            let interpreter = Interpreter::new(barrier);
            let cached = Cached::new();
            let participant = interpreter.add_participant(1);
            let leaver = {
                let (interpreter, cached) = (Arc::clone(&interpreter), Arc::clone(&cached));
                thread::spawn(move || {
                    if interpreter.gate.enter(participant) {
                        cached.take_and_delete(&interpreter);
                        interpreter.gate.leave(participant);
                    }
                    if !cached.cell.load(Ordering::Acquire) {
                        interpreter.gate.remove_participant(participant);
                    }
                })
            };
            hook(&interpreter, &cached);
            leaver.join().unwrap();
            assert_eq!(cached.deleted.load(Ordering::Relaxed), 1, "deleted not once");
        });
    }

    /// The last detach while Closing deletes the state itself: the hook finds it or does not, but never both, and the
    /// thread does not come to attach through it again.
    #[test]
    fn who_leaves_while_it_closes_takes_the_state_along() {
        bounded_model("a last detach, and the hook", 3, |barrier| {
            let interpreter = Interpreter::new(barrier);
            let cached = Cached::new();
            let participant = interpreter.add_participant(1);
            assert!(interpreter.gate.enter(participant));
            let leaver = {
                let (interpreter, cached) = (Arc::clone(&interpreter), Arc::clone(&cached));
                thread::spawn(move || {
                    let closes = !interpreter.gate.is_open();
                    if closes {
                        cached.take_and_delete(&interpreter);
                    }
                    interpreter.gate.leave(participant);
                    assert!(!closes || !interpreter.gate.enter(participant), "let in again, to a state that is gone");
                })
            };
            hook(&interpreter, &cached);
            leaver.join().unwrap();
            assert_eq!(cached.deleted.load(Ordering::Relaxed), 1, "deleted not once");
        });
    }

    /// `interpreter::shut_down`: close, drain, delete what idle threads keep, finish.
    fn hook(interpreter: &Interpreter, cached: &Cached) {
        interpreter.gate.close();
        let claim = interpreter.drain(0).expect("nobody else closes it");
        let mut found = false;
        // Not by its pins: whoever is refused at this moment has one, until it has stepped back.
        interpreter.gate.for_each_participant(|participant| found |= !participant.is_given_up());
        if found {
            cached.take_and_delete(interpreter);
        }
        // SAFETY: as in `end`.
        interpreter.alive.with_mut(|alive| unsafe { *alive = false });
        claim.finish();
    }

    /// Whoever was given up is not let in again, and neither is the holder of a guard that was.
    #[test]
    fn who_was_given_up_stays_out() {
        bounded_model("a closer that gives up, and who comes back", 2, |barrier| {
            let interpreter = Interpreter::new(barrier);
            let (participant, guard) = (interpreter.add_participant(1), interpreter.add_participant(2));
            assert!(interpreter.gate.enter(participant) && interpreter.gate.enter(guard));
            interpreter.gate.close();
            let closer = {
                let interpreter = Arc::clone(&interpreter);
                thread::spawn(move || {
                    let claim =
                        interpreter.gate.drain_over(1, |entry| entry.load(Ordering::Relaxed) == 0, |_| false, None);
                    claim.expect("nobody else closes it").finish();
                })
            };
            let other = interpreter.add_participant(3);
            if interpreter.gate.enter_guarded(other, guard) {
                interpreter.gate.leave(other);
            }
            closer.join().unwrap();
            assert!(!interpreter.gate.enter(participant), "let back in");
            assert!(!interpreter.gate.enter_guarded(other, guard), "let in by a guard that holds nothing");
        });
    }

    #[test]
    fn a_claim_can_be_given_back() {
        model("a closer that gives up, and another", |barrier| {
            let interpreter = Interpreter::new(barrier);
            interpreter.gate.close();
            let other = {
                let interpreter = Arc::clone(&interpreter);
                thread::spawn(move || interpreter.end(0))
            };
            drop(interpreter.drain(1));
            other.join().unwrap();
            assert!(interpreter.gate.is_claimed_by(claimant(0)), "the claim that was given back is still there");
        });
    }

    /// A thread of the library's own, which comes and goes by itself, is waited for, and is not in when others are given up.
    #[test]
    fn who_is_never_given_up_is_out() {
        bounded_model("a closer that gives up, one who stays and one who is never given up", 3, |barrier| {
            let interpreter = Interpreter::new(barrier);
            let (stays, helper) = (interpreter.add_participant(1), interpreter.add_participant(2));
            assert!(interpreter.gate.enter(stays) && interpreter.gate.enter(helper));
            interpreter.gate.close();
            let closer = {
                let interpreter = Arc::clone(&interpreter);
                thread::spawn(move || {
                    let is_helper = |entry: &Entry| entry.load(Ordering::Relaxed) == 2;
                    let claim =
                        interpreter.gate.drain_over(1, |_| false, is_helper, None).expect("nobody else closes it");
                    assert_eq!(helper.pins(), 0);
                    assert!(stays.is_given_up() && !helper.is_given_up());
                    // SAFETY: as in `end`. The one who stays does not look.
                    interpreter.alive.with_mut(|alive| unsafe { *alive = false });
                    claim.finish();
                })
            };
            interpreter.use_it();
            interpreter.gate.leave(helper);
            if interpreter.gate.enter_late(helper) {
                interpreter.use_it();
                interpreter.gate.leave(helper);
            }
            closer.join().unwrap();
        });
    }
}
