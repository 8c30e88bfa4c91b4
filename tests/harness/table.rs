//! Holds the signatures of `src/cpython/table.rs`, which are written by hand and looked up by name, against each Python.h.

use std::fs;
use std::sync::Arc;

use libtest_mimic::{Completion, Failed};

use super::paths;
use super::python::Python;
use super::python_h::compile;
use super::trial::Trial;

/// What not every Python.h declares as it is, with the versions that do: none where the first is greater than the last.
const DECLARED: [(&str, u32, u32); 19] = [
    ("Py_NewInterpreterFromConfig", 12, 15),
    ("PyInterpreterView_FromMain", 15, 15),
    ("PyInterpreterView_Close", 15, 15),
    ("PyInterpreterGuard_FromView", 15, 15),
    ("PyInterpreterGuard_Close", 15, 15),
    // The first name is the one since 3.13, the second that of before.
    ("Py_IsFinalizing", 13, 15),
    ("_Py_IsFinalizing", 9, 12),
    ("PyThreadState_GetUnchecked", 13, 15),
    ("_PyThreadState_UncheckedGet", 9, 12),
    ("Py_GetPrefix", 9, 14),
    ("Py_SetPath", 9, 12),
    ("PyMutex_Unlock", 13, 15),
    ("PyImport_AddModuleRef", 13, 15),
    // An internal header's.
    ("_PyInterpreterState_RequiresIDRef", 1, 0),
    ("_Py_DumpTraceback", 1, 0),
    ("PyUnstable_DumpTraceback", 15, 15),
    // 3.13 is the first whose Python.h includes tracemalloc.h.
    ("PyTraceMalloc_Track", 13, 15),
    ("PyTraceMalloc_Untrack", 13, 15),
    // C has `wchar_t *const *`, to which Rust's `*const *const` is the same but that it promises more.
    ("PyConfig_SetArgv", 1, 0),
];

pub fn trials(python: &Arc<Python>) -> Vec<Trial> {
    let python = Arc::clone(python);
    vec![Trial::ignorable_test(format!("table::signatures on {}", python.name), move || {
        if python.include.is_empty() {
            return Ok(Completion::ignored_with("no Python.h"));
        }
        signatures_agree(&python)?;
        Ok(Completion::Completed)
    })]
}

fn signatures_agree(python: &Python) -> Result<(), Failed> {
    let text = fs::read_to_string(paths::root().join("src/cpython/table.rs"))?;
    let (_, rows) = text.split_once("\ntable! {\n").ok_or("the table has no rows")?;
    let (rows, _) = rows.split_once("\n}").ok_or("the table has no end")?;
    let mut source = "#include <Python.h>\n".to_owned();
    let mut judged = 0;
    for row in rows.split(';').map(str::trim).filter(|row| !row.is_empty()) {
        let row: Vec<&str> = row.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect();
        let row = row.join(" ");
        let (head, rest) = row.split_once('(').ok_or_else(|| format!("no signature: {row}"))?;
        let (arguments, result) = match rest.rsplit_once(") -> ") {
            Some((arguments, result)) => (arguments, c_type(result)),
            None => (rest.strip_suffix(')').ok_or_else(|| format!("no end: {row}"))?, "void".to_owned()),
        };
        let list = c_types(arguments);
        for symbol in head.split('"').skip(1).step_by(2).filter(|symbol| is_declared(symbol, python)) {
            source += &format!("{result} (*judged_{symbol})({list}) = {symbol};\n");
            judged += 1;
        }
    }
    if judged < 60 {
        return Err(format!("only {judged} rows were found to be judged").into());
    }
    let flags = ["-Werror=incompatible-pointer-types", "-Werror=int-conversion", "-Wno-deprecated-declarations"];
    compile(python, &flags, &source).map_err(Failed::from)
}

fn is_declared(symbol: &str, python: &Python) -> bool {
    let known = DECLARED.iter().find(|(name, ..)| *name == symbol);
    known.is_none_or(|(_, since, until)| (*since..=*until).contains(&python.minor))
}

/// The types of a list of arguments, one of which may be a function with arguments of its own.
fn c_types(list: &str) -> String {
    let mut depth = 0;
    let at_end = |c: char| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        c == ',' && depth == 0
    };
    let list: Vec<String> = list.split(at_end).map(str::trim).filter(|ty| !ty.is_empty()).map(c_type).collect();
    if list.is_empty() { "void".to_owned() } else { list.join(", ") }
}

/// `*mut *mut PyObject` is `PyObject * *`.
fn c_type(rust: &str) -> String {
    if let Some(function) = rust.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>')) {
        return c_type(function);
    }
    let bare = rust.trim_start_matches("unsafe ");
    if let Some(function) =
        bare.strip_prefix("extern \"C\" fn(").or_else(|| bare.strip_prefix("extern \"C-unwind\" fn("))
    {
        let (arguments, result) = function.rsplit_once(')').expect("a function has a bracket");
        let result = result.strip_prefix(" -> ").map_or("void".to_owned(), c_type);
        return format!("{result} (*)({})", c_types(arguments));
    }
    if let Some(pointee) = rust.strip_prefix("*mut ") {
        return c_type(pointee) + " *";
    }
    if let Some(pointee) = rust.strip_prefix("*const ") {
        let pointee = c_type(pointee);
        return if pointee.ends_with('*') { pointee + "const *" } else { format!("const {pointee} *") };
    }
    match rust {
        "c_char" => "char",
        "c_int" => "int",
        "c_uint" => "unsigned int",
        "c_ulong" => "unsigned long",
        "c_longlong" => "long long",
        "c_ulonglong" => "unsigned long long",
        "c_void" => "void",
        "f64" => "double",
        "i64" => "int64_t",
        "usize" => "size_t",
        "libc::wchar_t" => "wchar_t",
        other => other,
    }
    .to_owned()
}
