//! What the Rust API promises, one function each. Every one starts Python itself and, where it can, stops it.

use std::error::Error;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;
use std::{env, mem};

use pyferry::{
    Answer, Attached, Gil, Guard, Interpreter, Queue, Runtime, Status, Stream, Suspended, View, eval, exec, suspend,
    take_exception,
};

type Result = std::result::Result<(), Box<dyn Error>>;
type Case = fn() -> Result;

const PATIENCE: Option<Duration> = Some(Duration::from_secs(20));
const AT_ONCE: Option<Duration> = Some(Duration::ZERO);

pub const ALL: &[(&str, Case)] = &[
    ("no_python", no_python),
    ("any_thread_attaches", any_thread_attaches),
    ("a_b_a", a_b_a),
    ("own_gil", own_gil),
    ("thread_locals_stay", thread_locals_stay),
    ("dropped_out_of_order", dropped_out_of_order),
    ("dropped_across_a_suspension", dropped_across_a_suspension),
    ("dropped_at_thread_end", dropped_at_thread_end),
    ("detached_out_of_order", detached_out_of_order),
    ("forgotten", forgotten),
    ("panic_while_attached", panic_while_attached),
    ("smuggled_to_another_thread", smuggled_to_another_thread),
    ("guard_gets_in_late", guard_gets_in_late),
    ("end_times_out", end_times_out),
    ("interrupt", interrupt),
    ("eval_and_exceptions", eval_and_exceptions),
    ("output_is_heard", output_is_heard),
    ("called_at_the_end", called_at_the_end),
    ("dropped_after_the_end", dropped_after_the_end),
    ("report_names_and_gives_up", report_names_and_gives_up),
    ("report_panics", report_panics),
    ("times_without_end", times_without_end),
    ("errors_speak", errors_speak),
    ("starts_are_counted", starts_are_counted),
    ("info_is_true", info_is_true),
    ("forked_unannounced", forked_unannounced),
    ("library_beside", library_beside),
    ("queue_runs_jobs", queue_runs_jobs),
    ("queue_closes", queue_closes),
    ("storm", storm),
    ("example", super::threads::main),
];

fn expect<T>(status: Status, result: pyferry::Result<T>) -> std::result::Result<pyferry::Error, Box<dyn Error>> {
    match result {
        Ok(_) => Err(format!("success, where {status} was expected").into()),
        Err(error) if error.status == status => Ok(error),
        Err(error) => Err(format!("{}, where {status} was expected: {error}", error.status).into()),
    }
}

/// Python says so.
fn holds(condition: &str) -> pyferry::Result<()> {
    exec(&format!("assert {condition}"), condition)
}

/// Handles are for any thread; what a thread is in the midst of is its own. The second half is a doctest of `Attached`.
#[allow(dead_code)]
fn may_go_to_other_threads() {
    fn any<T: Send + Sync + 'static>() {}
    any::<View>();
    any::<Guard>();
    any::<Interpreter>();
    any::<Queue>();
    any::<Runtime>();
    any::<pyferry::RuntimeOptions>();
    any::<pyferry::Error>();
}

fn no_python() -> Result {
    expect(Status::NoPython, View::main())?;
    expect(Status::NoPython, View::current())?;
    expect(Status::NoPython, Interpreter::new())?;
    expect(Status::NoPython, Runtime::info())?;
    expect(Status::NoPython, suspend())?;
    expect(Status::NoPython, exec("pass", "nowhere.py"))?;
    assert!(!pyferry::is_attached());
    pyferry::forget_thread()?;
    let error = expect(Status::NoPython, Runtime::start())?;
    assert!(error.message.contains("PYFERRY_PYTHON"), "{error}");
    Ok(())
}

fn any_thread_attaches() -> Result {
    let mut runtime = Runtime::start()?;
    let view = View::main()?;
    assert_eq!(view.interpreter_id(), 0);
    thread::scope(|scope| {
        for number in 0..8 {
            let view = &view;
            scope.spawn(move || {
                assert!(!view.is_attached() && !pyferry::is_attached());
                let attached = view.attach().expect("Python runs");
                assert!(view.is_attached() && pyferry::is_attached());
                exec(&format!("seen_{number} = True"), "thread.py").expect("a simple script");
                let nested = View::current().expect("attached").attach_labeled(c"nested").expect("attached");
                drop(nested);
                assert!(view.is_attached());
                attached.detach().expect("in order");
                assert!(!view.is_attached());
            });
        }
    });
    let attached = view.attach()?;
    holds("all(globals()[f'seen_{number}'] for number in range(8))")?;
    drop(attached);
    runtime.stop(PATIENCE)?;
    expect(Status::Closed, view.attach())?;
    expect(Status::Closed, view.guard())?;
    Ok(())
}

fn a_b_a() -> Result {
    let mut runtime = Runtime::start()?;
    let (a, b) = (Interpreter::new()?, Interpreter::new()?);
    assert_ne!(a.view().interpreter_id(), b.view().interpreter_id());
    let in_a = a.view().attach()?;
    exec("import threading; name = 'a'; local = threading.local(); local.name = 'a'", "a.py")?;
    let in_b = b.view().attach()?;
    exec("name = 'b'", "b.py")?;
    let in_a_again = a.view().attach()?;
    holds("name == 'a' and local.name == 'a'")?;
    drop(in_a_again);
    holds("name == 'b'")?;
    drop(in_b);
    holds("name == 'a'")?;
    assert_eq!(View::current()?.interpreter_id(), a.view().interpreter_id());
    drop(in_a);
    a.end(PATIENCE)?;
    expect(Status::Closed, a.view().attach())?;
    expect(Status::Closed, a.end(PATIENCE))?;
    drop(b); // Python's shutdown ends it
    runtime.stop(PATIENCE)?;
    Ok(())
}

fn own_gil() -> Result {
    let mut runtime = Runtime::start()?;
    Interpreter::options().gil(Gil::Shared).make()?.end(PATIENCE)?;
    let own = Interpreter::options().gil(Gil::Own).make();
    if Runtime::info()?.own_gil {
        own?.end(PATIENCE)?;
    } else {
        expect(Status::Unsupported, own)?;
    }
    runtime.stop(PATIENCE)?;
    Ok(())
}

fn thread_locals_stay() -> Result {
    let mut runtime = Runtime::start()?;
    let view = View::main()?;
    {
        let _attached = view.attach()?;
        exec("import threading; local = threading.local(); local.here = 1", "first.py")?;
    }
    {
        let _attached = view.attach()?;
        holds("local.here == 1")?;
    }
    pyferry::forget_thread()?;
    let attached = view.attach()?;
    holds("not hasattr(local, 'here')")?;
    drop(attached);
    runtime.stop(PATIENCE)?;
    Ok(())
}

/// The outer ones first: each waits for those in its way, and no longer.
fn dropped_out_of_order() -> Result {
    let mut runtime = Runtime::start()?;
    let interpreter = Interpreter::new()?;
    let (main, sub) = (View::main()?, interpreter.view());
    let (first, second, third, fourth) = (main.attach()?, sub.attach()?, sub.attach()?, main.attach()?);
    drop(first);
    drop(third);
    assert!(main.is_attached(), "the last one is still there");
    drop(fourth);
    assert!(sub.is_attached(), "and now the second");
    holds("True")?;
    drop(second);
    assert!(!pyferry::is_attached(), "which was the last in the way of the first");
    // Nothing of it is left: nobody is waited for.
    interpreter.end(AT_ONCE)?;
    runtime.stop(PATIENCE)?;
    Ok(())
}

fn dropped_across_a_suspension() -> Result {
    let mut runtime = Runtime::start()?;
    let view = View::main()?;
    let attached = view.attach()?;
    let suspended = suspend()?;
    assert!(!pyferry::is_attached());
    expect(Status::NotAttached, exec("pass", "outside.py"))?;
    expect(Status::NotAttached, suspend())?;
    drop(attached);
    let inner = view.attach()?;
    holds("True")?;
    drop(suspended);
    assert!(view.is_attached(), "the inner one is in the way of both");
    drop(inner);
    assert!(!pyferry::is_attached(), "both have ended");
    let attached = view.attach()?;
    suspend()?.resume()?;
    assert!(view.is_attached());
    attached.detach()?;
    runtime.stop(PATIENCE)?;
    Ok(())
}

thread_local! {
    static KEPT: std::cell::RefCell<Vec<Attached>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// By the destructors of the thread's own variables, in the wrong order, with one that is dropped too early before.
fn dropped_at_thread_end() -> Result {
    let mut runtime = Runtime::start()?;
    let view = View::main()?;
    thread::scope(|scope| {
        scope.spawn(|| {
            let keep = |attached| KEPT.with(|kept| kept.borrow_mut().push(attached));
            keep(view.attach().expect("Python runs"));
            let early = view.attach().expect("Python runs");
            keep(view.attach().expect("Python runs"));
            drop(early);
        });
    });
    runtime.stop(PATIENCE)?;
    Ok(())
}

fn detached_out_of_order() -> Result {
    let mut runtime = Runtime::start()?;
    let view = View::main()?;
    let (outer, inner) = (view.attach()?, view.attach()?);
    let error = expect(Status::WrongOrder, outer.detach())?;
    assert!(error.message.contains("end those first"), "{error}");
    inner.detach()?;
    assert!(!pyferry::is_attached());
    let attached = view.attach()?;
    let (suspended, inner) = (suspend()?, view.attach()?);
    expect(Status::WrongOrder, suspended.resume())?;
    drop(inner);
    assert!(view.is_attached(), "resumed");
    drop(attached);
    assert!(!pyferry::is_attached());
    runtime.stop(PATIENCE)?;
    Ok(())
}

fn forgotten() -> Result {
    let mut runtime = Runtime::start()?;
    let interpreter = Interpreter::new()?;
    let view = interpreter.view().clone();
    thread::spawn(move || {
        mem::forget(view.attach().expect("Python runs"));
        mem::forget(suspend().expect("attached"));
        mem::forget(view.attach().expect("Python runs"));
    })
    .join()
    .expect("no panic");
    // The thread's end has tidied up.
    interpreter.end(AT_ONCE)?;
    mem::forget(View::main()?.attach()?);
    expect(Status::WrongThread, runtime.stop(AT_ONCE))?;
    // The process ends with Python running, and this thread inside.
    Ok(())
}

fn panic_while_attached() -> Result {
    let mut runtime = Runtime::start()?;
    let view = View::main()?;
    let result = catch_unwind(AssertUnwindSafe(|| {
        let _attached = view.attach().expect("Python runs");
        let _suspended = suspend().expect("attached");
        let _inner = view.attach().expect("Python runs");
        panic!("on purpose");
    }));
    assert!(result.is_err());
    assert!(!pyferry::is_attached());
    runtime.stop(PATIENCE)?;
    Ok(())
}

/// Only `unsafe` code can do it, and it is refused all the same.
fn smuggled_to_another_thread() -> Result {
    struct Smuggled<T>(T);
    // SAFETY: it is not safe; that is what is tried.
    unsafe impl<T> Send for Smuggled<T> {}
    let mut runtime = Runtime::start()?;
    let view = View::main()?;
    let attached = Smuggled(view.attach()?);
    let error = thread::spawn(move || {
        let attached: Smuggled<Attached> = attached; // all of it, not the field
        attached.0.detach()
    });
    let suspended: Suspended = suspend()?; // the other thread needs no Python, but should not have to wait for us
    expect(Status::WrongThread, error.join().expect("no panic"))?;
    suspended.resume()?;
    assert!(view.is_attached());
    // Its token is gone with the other thread; this one's end takes it back.
    expect(Status::WrongThread, runtime.stop(AT_ONCE))?;
    Ok(())
}

fn guard_gets_in_late() -> Result {
    let mut runtime = Runtime::start()?;
    let guard = View::main()?.guard()?;
    assert_eq!(guard.view().interpreter_id(), 0);
    let error = expect(Status::Timeout, runtime.stop(Some(Duration::from_millis(50))))?;
    assert!(error.message.contains("guard"), "{error}");
    expect(Status::Closed, guard.view().attach())?;
    expect(Status::Closed, guard.view().guard())?;
    let (begin, begun) = channel();
    let late = thread::spawn(move || {
        begun.recv().expect("told");
        let attached = guard.attach().expect("the guard holds");
        exec("saved = True", "save.py").expect("a simple script");
        drop(guard);
        attached.detach().expect("in order");
    });
    begin.send(()).expect("it listens");
    runtime.stop(PATIENCE)?;
    late.join().expect("no panic");
    Ok(())
}

fn end_times_out() -> Result {
    let mut runtime = Runtime::start()?;
    let interpreter = Interpreter::new()?;
    let (inside, leave) = (Barrier::new(2), Barrier::new(2));
    thread::scope(|scope| -> Result {
        scope.spawn(|| {
            let _attached = interpreter.view().attach_labeled(c"stays").expect("Python runs");
            let _suspended = suspend().expect("attached");
            inside.wait();
            leave.wait();
        });
        inside.wait();
        let error = expect(Status::Timeout, interpreter.end(Some(Duration::from_millis(50))));
        leave.wait();
        let error = error?;
        assert!(error.message.contains("[stays]"), "{error}");
        interpreter.end(PATIENCE)?;
        Ok(())
    })?;
    runtime.stop(PATIENCE)?;
    Ok(())
}

fn interrupt() -> Result {
    let mut runtime = Runtime::start()?;
    let interpreter = Interpreter::new()?;
    let runaway = {
        let view = interpreter.view().clone();
        thread::spawn(move || {
            let _attached = view.attach()?;
            exec("while True: pass", "runaway.py")
        })
    };
    while !runaway.is_finished() {
        interpreter.interrupt()?;
        thread::sleep(Duration::from_millis(20));
    }
    let error = expect(Status::PythonError, runaway.join().expect("no panic"))?;
    assert!(error.message.contains("KeyboardInterrupt") && error.message.contains("runaway.py"), "{error}");
    interpreter.end(PATIENCE)?;
    runtime.stop(PATIENCE)?;
    Ok(())
}

/// Values come as text, however long; what raises is an error with its traceback, and leaves nothing set.
fn eval_and_exceptions() -> Result {
    expect(Status::NoPython, eval("1", "nowhere.py"))?;
    let mut runtime = Runtime::start()?;
    expect(Status::NotAttached, eval("1", "nowhere.py"))?;
    expect(Status::NotAttached, take_exception())?;
    let view = View::main()?;
    {
        let _attached = view.attach()?;
        assert_eq!(eval("6 * 7", "answer.py")?, "42");
        assert_eq!(eval("'\\u00e9' * 100_000", "long.py")?, "\u{e9}".repeat(100_000));
        assert_eq!(eval("'\\udc80'", "lone.py")?, "\\udc80");
        let error = expect(Status::PythonError, eval("1 / 0", "wrong.py"))?;
        assert!(error.message.contains("wrong.py") && error.message.contains("ZeroDivisionError"), "{error}");
        expect(Status::InvalidArgument, eval("1\0", "nul.py"))?;
        take_exception()?;

        // SAFETY: attached; the function and the variable are CPython's, as it declares them.
        unsafe {
            let set: unsafe extern "C" fn(*mut c_void, *const c_char) = mem::transmute(symbol(c"PyErr_SetString"));
            set(*symbol(c"PyExc_KeyError").cast(), c"set by hand".as_ptr());
        }
        let error = expect(Status::PythonError, take_exception())?;
        assert!(error.message.contains("set by hand"), "{error}");
        take_exception()?;
    }
    runtime.stop(PATIENCE)?;
    Ok(())
}

/// An address in the libpython that runs.
fn symbol(name: &CStr) -> *mut c_void {
    let info = Runtime::info().expect("Python runs");
    let libpython = CString::new(info.libpython.into_os_string().into_encoded_bytes()).expect("a path");
    // SAFETY: it is loaded already; RTLD_NOW.
    let found = unsafe { dlsym(dlopen(libpython.as_ptr(), 2), name.as_ptr()) };
    assert!(!found.is_null(), "{name:?}");
    found
}

/// What scripts print comes to the closure of their interpreter, else to the runtime's. A panic in it hurts nobody. It is
/// dropped when nobody can print any more.
fn output_is_heard() -> Result {
    type Heard = Arc<Mutex<Vec<(i64, Stream, String)>>>;
    let hear = |heard: &Heard| {
        let heard = Arc::clone(heard);
        move |interpreter: i64, stream: Stream, bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            assert!(text != "panic", "asked for");
            heard.lock().unwrap().push((interpreter, stream, text));
        }
    };
    let (of_all, of_one) = (Heard::default(), Heard::default());
    let mut runtime = Runtime::options().output(hear(&of_all)).start()?;
    let own = Interpreter::options().output(hear(&of_one)).make()?;
    let plain = Interpreter::new()?;
    for interpreter in [&own, &plain] {
        let _attached = interpreter.view().attach()?;
        exec(
            "import sys\nsys.stdout.write('heard')\nsys.stderr.write('panic')\nsys.stderr.write('caf\\xe9')",
            "say.py",
        )?;
    }
    let expected = |of: &Interpreter| {
        let id = of.view().interpreter_id();
        vec![(id, Stream::Stdout, "heard".to_owned()), (id, Stream::Stderr, "caf\u{e9}".to_owned())]
    };
    assert_eq!(*of_one.lock().unwrap(), expected(&own));
    assert_eq!(*of_all.lock().unwrap(), expected(&plain));
    own.end(PATIENCE)?;
    plain.end(PATIENCE)?;
    runtime.stop(PATIENCE)?;
    assert_eq!((Arc::strong_count(&of_one), Arc::strong_count(&of_all)), (1, 1));
    Ok(())
}

/// What was registered for the end of an interpreter is called once, attached, the last first, whoever ends it.
fn called_at_the_end() -> Result {
    let mut runtime = Runtime::start()?;
    let calls = Arc::new(Mutex::new(Vec::new()));
    let note = |view: &View, what: &'static str| {
        let (calls, there) = (Arc::clone(&calls), view.clone());
        view.at_end(move || {
            assert!(there.is_attached());
            expect(Status::Closed, there.at_end(|| ())).expect("too late");
            calls.lock().unwrap().push((what, eval("6 * 7", "end.py")));
        })
    };
    let (main, interpreter) = (View::main()?, Interpreter::new()?);
    note(&main, "main")?;
    note(interpreter.view(), "first")?;
    note(interpreter.view(), "last")?;
    let view = interpreter.view().clone();
    interpreter.end(PATIENCE)?;
    expect(Status::Closed, note(&view, "too late"))?;
    runtime.stop(PATIENCE)?;
    let calls = calls.lock().unwrap();
    let order: Vec<_> = calls.iter().map(|(what, _)| *what).collect();
    assert_eq!(order, ["last", "first", "main"]);
    assert!(calls.iter().all(|(_, value)| value.as_ref().is_ok_and(|value| value == "42")), "{calls:?}");
    Ok(())
}

/// What was registered in an interpreter whose end came without our hook is dropped, in the next call, and may call pyferry as it goes.
fn dropped_after_the_end() -> Result {
    struct Last(View, Arc<AtomicU32>);
    impl Drop for Last {
        fn drop(&mut self) {
            expect(Status::Closed, self.0.at_end(|| ())).expect("the interpreter has ended");
            self.1.fetch_add(1, Ordering::SeqCst);
        }
    }
    let mut runtime = Runtime::start()?;
    let (main, interpreter, drops) = (View::main()?, Interpreter::new()?, Arc::new(AtomicU32::new(0)));
    let last = Last(interpreter.view().clone(), Arc::clone(&drops));
    interpreter.view().at_end(move || drop(last))?;
    {
        let _attached = interpreter.view().attach()?;
        exec("import atexit; atexit._clear()", "clear.py")?;
    }
    interpreter.end(PATIENCE)?;
    assert_eq!(drops.load(Ordering::SeqCst), 0);
    main.at_end(|| ())?;
    assert_eq!(drops.load(Ordering::SeqCst), 1);
    runtime.stop(PATIENCE)?;
    Ok(())
}

fn report_names_and_gives_up() -> Result {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let reports = Arc::clone(&heard);
    pyferry::set_report(Duration::from_millis(20), move |who| {
        let mut heard = reports.lock().expect("no panic");
        heard.push(who.to_owned());
        if heard.len() < 3 { Answer::Wait } else { Answer::GiveUp }
    })?;
    let mut runtime = Runtime::start()?;
    let view = View::main()?;
    let (inside, leave) = (Barrier::new(2), Barrier::new(2));
    thread::scope(|scope| -> Result {
        let stays = scope.spawn(|| {
            let attached = view.attach_labeled(c"stays").expect("Python runs");
            let suspended = suspend().expect("attached");
            inside.wait();
            leave.wait();
            (suspended.resume(), attached.detach())
        });
        inside.wait();
        let stopped = runtime.stop(PATIENCE);
        leave.wait();
        let (resumed, detached) = stays.join().expect("no panic");
        stopped?;
        expect(Status::Closed, resumed)?;
        expect(Status::Closed, detached)?;
        Ok(())
    })?;
    let heard = heard.lock().expect("no panic");
    assert!(heard.len() >= 3 && heard.iter().all(|who| who.contains("[stays]")), "{heard:?}");
    Ok(())
}

fn report_panics() -> Result {
    let called = Arc::new(AtomicU32::new(0));
    let calls = Arc::clone(&called);
    pyferry::set_report(Duration::from_millis(10), move |_| {
        calls.fetch_add(1, Ordering::Relaxed);
        panic!("on purpose");
    })?;
    let mut runtime = Runtime::start()?;
    let guard = View::main()?.guard()?;
    // It is asked, and waited on.
    while called.load(Ordering::Relaxed) == 0 {
        expect(Status::Timeout, runtime.stop(Some(Duration::from_millis(100))))?;
    }
    // What the callback owns goes with it.
    assert_eq!(Arc::strong_count(&called), 2);
    pyferry::remove_report()?;
    assert_eq!(Arc::strong_count(&called), 1);
    drop(guard);
    runtime.stop(PATIENCE)?;
    Ok(())
}

/// `Duration::MAX` is no limit, and ends nothing.
fn times_without_end() -> Result {
    let mut runtime = Runtime::start()?;
    let view = View::main()?;
    let queue = Queue::new(&view)?;
    queue.post(|_| ())?;
    assert_eq!(queue.run(usize::MAX, Some(Duration::MAX))?, 1);

    let stays = |time: Duration| -> Result {
        let _attached = view.attach_labeled(c"stays")?;
        thread::sleep(time);
        Ok(())
    };
    pyferry::set_watchdog(Some(Duration::MAX), Some(Duration::MAX), |overdue| panic!("{overdue:?}"))?;
    stays(Duration::from_millis(600))?;
    let called = Arc::new(AtomicU32::new(0));
    let calls = Arc::clone(&called);
    pyferry::set_watchdog(None, Some(Duration::from_millis(10)), move |_| _ = calls.fetch_add(1, Ordering::Relaxed))?;
    while called.load(Ordering::Relaxed) == 0 {
        stays(Duration::from_millis(100))?;
    }
    pyferry::remove_watchdog()?;

    pyferry::set_report(Duration::MAX, |who| panic!("{who}"))?;
    let guard = view.guard()?;
    expect(Status::Timeout, runtime.stop(Some(Duration::from_millis(100))))?;
    drop(guard);
    runtime.stop(PATIENCE)?;
    Ok(())
}

fn errors_speak() -> Result {
    let mut runtime = Runtime::start()?;
    let attached = View::main()?.attach()?;
    let error = expect(Status::PythonError, exec("def f(): 1 / 0\nf()", "sum.py"))?;
    assert!(error.message.contains("sum.py\", line 1, in f") && error.message.contains("ZeroDivisionError"), "{error}");
    assert_eq!((error.to_string(), error.status.to_string()), (error.message, "PYFERRY_STATUS_PYTHON_ERROR".into()));
    expect(Status::PythonError, exec("raise SystemExit(3)", "exit.py"))?;
    expect(Status::InvalidArgument, exec("a\0b", "nul.py"))?;
    expect(Status::InvalidArgument, exec("pass", "nul\0.py"))?;
    holds("'ä' == chr(228)")?;
    drop(attached);
    runtime.stop(PATIENCE)?;
    Ok(())
}

fn starts_are_counted() -> Result {
    let mut first = Runtime::start()?;
    let mut second = Runtime::start()?;
    first.stop(PATIENCE)?;
    expect(Status::WrongOrder, first.stop(PATIENCE))?; // and the second's start still counts
    drop(View::main()?.attach()?);
    second.stop(PATIENCE)?;
    expect(Status::NoPython, View::main())?;
    // Another life.
    let mut third = Runtime::start()?;
    drop(View::main()?.attach()?);
    third.stop(PATIENCE)?;
    Ok(())
}

fn info_is_true() -> Result {
    let mut runtime = Runtime::start()?;
    let info = Runtime::info()?;
    let release = env::var("PYFERRY_TEST_RELEASE")?;
    assert!(info.version.starts_with(&release), "{} is not {release}", info.version);
    assert_eq!(info.libpython.canonicalize()?, std::path::PathBuf::from(env::var("PYFERRY_TEST_LIBPYTHON")?));
    assert_eq!(info.cache_off_reason, None);
    let (major, minor) = info.version_number;
    let attached = View::main()?.attach()?;
    holds(&format!("__import__('sys').version_info[:2] == ({major}, {minor})"))?;
    let truth = |truth| if truth { "True" } else { "False" };
    holds(&format!("hasattr(__import__('sys'), 'gettotalrefcount') is {}", truth(info.debug)))?;
    let built = "__import__('sysconfig').get_config_var('Py_GIL_DISABLED')";
    holds(&format!("bool({built}) is {}", truth(info.free_threaded)))?;
    drop(attached);
    runtime.stop(PATIENCE)?;
    Ok(())
}

unsafe extern "C" {
    fn fork() -> c_int;
    fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn _exit(status: c_int) -> !;
    fn dlopen(file: *const c_char, mode: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// The child can do nothing, and says so; what it drops does not hang.
fn forked_unannounced() -> Result {
    let mut runtime = Runtime::start()?;
    let (view, guard) = (View::main()?, View::main()?.guard()?);
    let attached = view.attach()?;
    let suspended = suspend()?;
    // SAFETY: the child calls what is allowed there, ours and _exit.
    let child = unsafe { fork() };
    if child == 0 {
        let forked = expect(Status::Forked, view.attach()).is_ok()
            && expect(Status::Forked, guard.attach()).is_ok()
            && expect(Status::Forked, Runtime::start()).is_ok()
            && expect(Status::Forked, suspended.resume()).is_ok()
            && !pyferry::is_attached();
        drop(attached);
        drop(guard);
        // SAFETY: nothing of the parent's is to run here.
        unsafe { _exit(c_int::from(!forked)) };
    }
    let mut status = -1;
    // SAFETY: the status outlives the call.
    let waited = unsafe { waitpid(child, &mut status, 0) };
    assert_eq!((waited, status), (child, 0));
    suspended.resume()?;
    attached.detach()?;
    drop(guard);
    runtime.stop(PATIENCE)?;
    Ok(())
}

/// libpyferry.so comes into the same process, by a plug-in: it is refused, with both files named.
fn library_beside() -> Result {
    const RTLD_NOW: c_int = 2;
    let mut runtime = Runtime::start()?;
    drop(View::main()?.attach()?);
    let path = env::var("PYFERRY_TEST_LIBRARY")?;
    // SAFETY: a library of the C API, whose functions are as its header says.
    let (status, message) = unsafe {
        let file = CString::new(path.as_str())?;
        let library = dlopen(file.as_ptr(), RTLD_NOW);
        assert!(!library.is_null(), "{path}");
        let function = |name: &CStr| {
            let function = dlsym(library, name.as_ptr());
            assert!(!function.is_null(), "{name:?}");
            function
        };
        type Main = unsafe extern "C" fn(*mut *mut c_void) -> i32;
        type LastError = unsafe extern "C" fn(*mut c_char, usize) -> usize;
        let view_main = mem::transmute::<*mut c_void, Main>(function(c"pyferry_view_main"));
        let last_error = mem::transmute::<*mut c_void, LastError>(function(c"pyferry_last_error"));
        let mut view = std::ptr::null_mut();
        let status = view_main(&mut view);
        let mut text = [0; 4096];
        last_error(text.as_mut_ptr(), text.len());
        (status, CStr::from_ptr(text.as_ptr()).to_string_lossy().into_owned())
    };
    assert_eq!(status, Status::Unsupported as i32, "{message}");
    let own = env::current_exe()?;
    assert!(message.contains(&path) && message.contains(&*own.to_string_lossy()), "{message}");
    // We go on.
    drop(View::main()?.attach()?);
    runtime.stop(PATIENCE)?;
    Ok(())
}

/// Jobs of a queue run once, in order, attached; what they raise is heard, a panic hurts nobody, and a call waits.
fn queue_runs_jobs() -> Result {
    expect(Status::NoPython, View::main())?;
    let mut runtime = Runtime::start()?;
    let view = View::main()?;
    let woken = Arc::new(AtomicU32::new(0));
    let wakes = Arc::clone(&woken);
    let count = move || {
        wakes.fetch_add(1, Ordering::Relaxed);
    };
    let queue = Queue::options().capacity(3).wake(count).make(&view)?;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = |number: u32| {
        let (seen, there) = (Arc::clone(&seen), view.clone());
        move |status| {
            assert_eq!((status, there.is_attached()), (Status::Ok, true));
            seen.lock().expect("no panic with it").push(number);
        }
    };
    queue.post(note(1))?;
    queue.post(|_| panic!("on purpose"))?;
    queue.post(note(2))?;
    expect(Status::QueueFull, queue.post(note(3)))?;
    assert_eq!((queue.len(), woken.load(Ordering::Relaxed)), (3, 1));
    assert_eq!((queue.run(1, None)?, queue.run(usize::MAX, None)?, queue.is_empty()), (1, 2, true));
    assert_eq!(*seen.lock().expect("no panic with it"), [1, 2]);
    expect(Status::Timeout, queue.call(note(4), AT_ONCE))?;
    assert_eq!(queue.run(usize::MAX, None)?, 1);
    drop(queue);
    assert_eq!(Arc::strong_count(&seen), 1, "a refused job is dropped");
    assert_eq!(Arc::strong_count(&woken), 1, "the wake goes with the queue");

    let heard = Arc::new(Mutex::new(String::new()));
    let hears = Arc::clone(&heard);
    let queue = Queue::options().worker(true).error(move |text| hears.lock().unwrap().push_str(text)).make(&view)?;
    let (tell, answer) = channel();
    queue.call(move |_| tell.send(eval("6 * 7", "job.py").expect("a value")).expect("somebody hears"), PATIENCE)?;
    assert_eq!(answer.recv()?, "42");
    let raise = |_| {
        // SAFETY: attached; the function and the variable are CPython's, as it declares them.
        unsafe {
            let set: unsafe extern "C" fn(*mut c_void, *const c_char) = mem::transmute(symbol(c"PyErr_SetString"));
            set(*symbol(c"PyExc_KeyError").cast(), c"set by a job".as_ptr());
        }
    };
    let error = expect(Status::PythonError, queue.call(raise, PATIENCE))?;
    assert!(error.message.contains("set by a job") && heard.lock().unwrap().contains("set by a job"), "{error}");
    runtime.stop(PATIENCE)?;
    Ok(())
}

/// Each job is called once, with CLOSED where the queue or its interpreter goes first, whoever posts meanwhile.
fn queue_closes() -> Result {
    let mut runtime = Runtime::start()?;
    for by_drop in [true, false] {
        let interpreter = Interpreter::new()?;
        let queue = Arc::new(Queue::options().worker(true).make(interpreter.view())?);
        let (ran, closed, posted) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
        let counts = Arc::new((ran, closed, posted));
        let quit = Arc::new(AtomicU32::new(0));
        let posters: Vec<_> = (0..4)
            .map(|_| {
                let (queue, counts, quit) = (Arc::clone(&queue), Arc::clone(&counts), Arc::clone(&quit));
                thread::spawn(move || {
                    while quit.load(Ordering::Relaxed) == 0 {
                        let counted = Arc::clone(&counts);
                        let job = move |status| {
                            assert_eq!(status == Status::Ok, pyferry::is_attached());
                            let count = if status == Status::Ok { &counted.0 } else { &counted.1 };
                            count.fetch_add(1, Ordering::Relaxed);
                        };
                        match queue.post(job).map_err(|error| error.status) {
                            Ok(()) => {
                                counts.2.fetch_add(1, Ordering::Relaxed);
                            }
                            Err(Status::QueueFull) => thread::yield_now(),
                            Err(status) => return status == Status::Closed,
                        }
                    }
                    true
                })
            })
            .collect();
        while counts.0.load(Ordering::Relaxed) < 500 {
            thread::sleep(Duration::from_millis(1));
        }
        if by_drop {
            quit.store(1, Ordering::Relaxed);
        } else {
            interpreter.end(PATIENCE)?;
        }
        assert!(posters.into_iter().all(|poster| poster.join().expect("no panic")));
        drop(Arc::into_inner(queue).expect("the last one"));
        let count = |count: &AtomicU32| count.load(Ordering::Relaxed);
        assert_eq!(count(&counts.0) + count(&counts.1), count(&counts.2));
        assert_eq!(Arc::strong_count(&counts), 1, "the jobs are dropped");
        if by_drop {
            interpreter.end(PATIENCE)?;
        }
        expect(Status::Closed, Queue::new(interpreter.view()))?;
    }
    runtime.stop(PATIENCE)?;
    Ok(())
}

/// Threads do what they like, in any order, while Python is stopped.
fn storm() -> Result {
    let mut runtime = Runtime::start()?;
    let interpreters = [Interpreter::new()?, Interpreter::new()?];
    let views = [View::main()?, interpreters[0].view().clone(), interpreters[1].view().clone()];
    let (refused, attached) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| -> Result {
        for seed in 1..=6u64 {
            let (views, refused, attached) = (&views, &refused, &attached);
            scope.spawn(move || {
                let mut random = seed;
                let mut next = |end: usize| {
                    random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    (random >> 33) as usize % end
                };
                let mut open = Vec::<Box<dyn std::any::Any>>::new();
                loop {
                    match next(8) {
                        0..3 => match views[next(3)].attach() {
                            Ok(one) => {
                                attached.fetch_add(1, Ordering::Relaxed);
                                open.push(Box::new(one));
                            }
                            Err(error) => assert_eq!(error.status, Status::Closed, "{error}"),
                        },
                        3 => open.extend(suspend().ok().map(|one| Box::new(one) as _)),
                        4 => drop(exec("import threading; threading.current_thread()", "storm.py")),
                        _ if open.is_empty() => {}
                        // In whatever order.
                        _ => drop(open.swap_remove(next(open.len()))),
                    }
                    if open.len() > 12 {
                        open.clear();
                    }
                    if open.is_empty() && expect(Status::Closed, views[0].attach()).is_ok() {
                        refused.fetch_add(1, Ordering::Relaxed);
                        return;
                    }
                }
            });
        }
        while attached.load(Ordering::Relaxed) < 2000 {
            thread::sleep(Duration::from_millis(1));
        }
        runtime.stop(PATIENCE)?;
        Ok(())
    })?;
    assert_eq!(refused.into_inner(), 6, "every thread came back");
    Ok(())
}
