//! Takes the rows out of `src/cpython/table.rs`, but for those that pyo3-ffi has not, or has otherwise.

use std::path::Path;
use std::{env, fs};

/// Each with what pyo3-ffi has in its place. Python.h decides between the two: the harness holds every row against it.
const EXCEPT: [(&str, &str); 17] = [
    ("Py_DecodeLocale", "takes *mut Py_ssize_t for a size_t *"),
    ("PyThreadState_SetAsyncExc", "takes c_long: unsigned long since 3.7"),
    ("PyConfig_SetArgv", "takes *const *mut wchar_t, as C has it: the strings are not written to"),
    ("PyCFunction_NewEx", "an inline function, as the macro is"),
    ("_PyInterpreterState_RequiresIDRef", "none: an internal header's"),
    ("_Py_DumpTraceback", "none: an internal header's"),
    ("PyUnstable_DumpTraceback", "none: came with 3.15"),
    ("PyTraceMalloc_Track", "none"),
    ("PyTraceMalloc_Untrack", "none"),
    ("PyInterpreterView_FromMain", "none: came with 3.15"),
    ("PyInterpreterView_Close", "none: came with 3.15"),
    ("PyInterpreterGuard_FromView", "none: came with 3.15"),
    ("PyInterpreterGuard_Close", "none: came with 3.15"),
    ("PySys_AddAuditHook", "none"),
    ("PyMutex_Unlock", "takes a struct of its own"),
    ("PyThread_acquire_lock", "none"),
    ("PyThread_release_lock", "none"),
];

/// What not all versions declare, by its first name, with the first and the last that do.
const DECLARED: [(&str, u8, u8); 6] = [
    ("Py_NewInterpreterFromConfig", 12, 15),
    ("Py_IsFinalizing", 13, 15),
    ("PyThreadState_GetUnchecked", 13, 15),
    ("Py_GetPrefix", 9, 14),
    ("Py_SetPath", 9, 12),
    ("PyImport_AddModuleRef", 13, 15),
];

fn main() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/cpython/table.rs");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", table.display());
    let text = fs::read_to_string(&table).expect("the table can be read");
    let (_, rows) = text.split_once("\ntable! {\n").expect("the table has rows");
    let (rows, _) = rows.split_once("\n}").expect("the table has an end");
    let minor = pyo3_build_config::get().version().minor;
    let kept = rows.split_inclusive(';').filter(|row| {
        let name = row.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("//"));
        let name = name.and_then(|line| line.split(' ').next()).unwrap_or_default();
        let excepted = EXCEPT.iter().any(|(except, _)| *except == name);
        !excepted && !DECLARED.iter().any(|(known, since, until)| *known == name && !(*since..=*until).contains(&minor))
    });
    // pyo3-ffi does not say of callbacks that they may unwind, as the end of a thread does.
    let kept = kept.collect::<String>().replace("\"C-unwind\"", "\"C\"");
    let judged = format!("judge! {{\n{kept}\n}}\n");
    let out = Path::new(&env::var_os("OUT_DIR").expect("cargo sets it")).join("rows.rs");
    fs::write(out, judged).expect("the rows can be written");
}
