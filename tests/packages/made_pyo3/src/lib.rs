use pyo3::prelude::*;

#[pyfunction]
fn call(py: Python<'_>, function: Py<PyAny>, times: i32) -> PyResult<()> {
    py.detach(|| (0..times).try_for_each(|number| Python::attach(|py| function.call1(py, (number,)).map(drop))))
}

#[pyfunction]
fn call_on_thread(py: Python<'_>, function: Py<PyAny>, times: i32) -> PyResult<()> {
    let calls = move || (0..times).try_for_each(|number| Python::attach(|py| function.call1(py, (number,)).map(drop)));
    py.detach(|| std::thread::spawn(calls).join().expect("the thread ends"))
}

#[pymodule(gil_used = false)]
fn made_pyo3(made: &Bound<'_, PyModule>) -> PyResult<()> {
    made.add_function(wrap_pyfunction!(call, made)?)?;
    made.add_function(wrap_pyfunction!(call_on_thread, made)?)
}
