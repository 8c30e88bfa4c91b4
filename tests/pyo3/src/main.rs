//! PyO3 in attachments of pyferry's, and pyferry in those of PyO3's: as the crate's documentation says.

use std::error::Error;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use pyferry::{Given, Runtime, Status, View, suspend};
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict};

const PATIENCE: Option<Duration> = Some(Duration::from_secs(20));

/// A function for Python that uses both.
fn interpreter_id(py: Python<'_>) -> PyResult<i64> {
    let failed = |error: pyferry::Error| pyo3::exceptions::PyRuntimeError::new_err(error.message);
    let home = View::current().map_err(failed)?;
    // Let go PyO3's way, and attach within pyferry's.
    py.detach(|| {
        assert!(!home.is_attached());
        let _attached = home.attach()?;
        pyferry::exec("detached = True", "detached.py")
    })
    .map_err(failed)?;
    Ok(home.interpreter_id())
}

/// On a thread that pyferry attached.
fn both_ways(py: Python<'_>, kept: Py<PyAny>) -> Result<(), Box<dyn Error>> {
    assert_eq!(kept.bind(py).get_item(0)?.extract::<String>()?, "kept");

    // A function of PyO3's that uses pyferry, called by Python.
    let function = PyCFunction::new_closure(py, None, None, |arguments, _| interpreter_id(arguments.py()))?;
    assert_eq!(function.call0()?.extract::<i64>()?, 0);
    assert!(py.import("__main__")?.getattr("detached")?.extract::<bool>()?);

    // Let go in pyferry's way, and come back for a moment in PyO3's.
    let suspended = suspend()?;
    assert!(!pyferry::is_attached());
    Python::attach(|py| py.run(c"import threading", None, None))?;
    assert!(!pyferry::is_attached());
    suspended.resume()?;
    let error = py.run(c"1 / 0", None, None).unwrap_err();
    assert!(error.to_string().contains("ZeroDivisionError"), "{error}");
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut runtime = Runtime::start()?;
    let view = View::main()?;

    // Many threads, each with PyO3 inside.
    let sum: i64 = thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|number| {
                let view = &view;
                scope.spawn(move || -> PyResult<i64> {
                    let _attached = view.attach().expect("Python runs");
                    Python::attach(|py| {
                        let locals = PyDict::new(py);
                        locals.set_item("number", number)?;
                        py.eval(c"sum(range(number + 1))", None, Some(&locals))?.extract()
                    })
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("no panic")).sum::<PyResult<i64>>()
    })?;
    assert_eq!(sum, (0..8).map(|number| (0..=number).sum::<i64>()).sum::<i64>());

    // An object that outlives its attachment, and one that is dropped outside: PyO3 keeps that for later.
    let attached = view.attach()?;
    let kept = Python::attach(|py| py.eval(c"['kept']", None, None).map(Bound::unbind))?;
    let dropped = Python::attach(|py| kept.clone_ref(py));
    drop(attached);
    drop(dropped);
    {
        let _attached = view.attach()?;
        // SAFETY: this thread is attached for as long as the block, which ends what is bound to `py` first.
        both_ways(unsafe { Python::assume_attached() }, kept)?;
    }

    // Objects that a thread gives away which is attached to nothing: dropped soon. Free-threaded, by a thread that runs Python code.
    let (made, given) = {
        let _attached = view.attach()?;
        Python::attach(|py| {
            py.run(c"import weakref\nclass Made: pass\nmade = Made()\nalive = weakref.ref(made)", None, None)?;
            let main = py.import("__main__")?;
            let made = main.getattr("made")?.unbind();
            main.delattr("made").map(|()| (made.clone_ref(py), made))
        })?
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            for object in [made, given] {
                // SAFETY: the reference was PyO3's, which has it no more.
                let given = unsafe { Given::from_ptr(object.into_ptr().cast()) }.expect("an object");
                view.release_later(given).expect("Python runs");
            }
        });
    });
    let is_alive = || -> pyferry::Result<bool> {
        let _attached = view.attach()?;
        Ok(pyferry::eval("__import__('gc').collect() < 0 or alive() is not None", "alive.py")? == "True")
    };
    while is_alive()? {
        thread::sleep(Duration::from_millis(1));
    }
    let (late, too_late) = {
        let _attached = view.attach()?;
        Python::attach(|py| (py.None(), view.clone()))
    };

    // A thread that is inside, with PyO3, is waited for; a late one is told so.
    let (inside, begin) = (Barrier::new(2), Barrier::new(2));
    thread::scope(|scope| -> pyferry::Result<()> {
        let stays = scope.spawn(|| {
            let _attached = view.attach().expect("Python runs");
            Python::attach(|py| {
                py.detach(|| {
                    inside.wait();
                    begin.wait();
                });
                py.eval(c"6 * 7", None, None).and_then(|answer| answer.extract::<i64>())
            })
        });
        inside.wait();
        let early = runtime.stop(Some(Duration::from_millis(50)));
        assert_eq!(early.unwrap_err().status, Status::Timeout);
        assert_eq!(view.attach().unwrap_err().status, Status::Closed);
        begin.wait();
        runtime.stop(PATIENCE)?;
        assert_eq!(stays.join().expect("no panic").expect("Python was there"), 42);
        Ok(())
    })?;
    // SAFETY: as above.
    let given = unsafe { Given::from_ptr(late.into_ptr().cast()) }.expect("an object");
    assert_eq!(too_late.release_later(given).unwrap_err().status, Status::Closed);
    assert_eq!(pyferry::left_behind(), 1);
    println!("{sum}");
    Ok(())
}
