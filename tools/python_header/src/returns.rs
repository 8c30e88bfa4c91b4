//! What each function's comment says: what it returns, which references it gives and takes, and how it fails. It follows from
//! the type of what is returned but for the functions of `returns.txt`.

use std::collections::BTreeMap;

/// The texts of `returns.txt`, by function.
pub fn exceptions() -> BTreeMap<&'static str, &'static str> {
    let mut texts = BTreeMap::new();
    let mut text = "";
    for line in include_str!("returns.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if !line.starts_with(' ') {
            text = line;
            continue;
        }
        for name in line.split_whitespace() {
            assert!(texts.insert(name, text).is_none(), "returns.txt has {name} twice");
        }
    }
    texts
}

/// What a type alone says. `returned` is as C writes it: `PyObject *`.
pub fn by_rule(name: &str, returned: &str) -> &'static str {
    match returned {
        "int" if name.ends_with("_Check") || name.ends_with("_CheckExact") => "1 or 0; cannot fail.",
        "int" => "0; -1: an exception is set.",
        "void" => "Cannot fail.",
        "double" => "-1.0 and PyErr_Occurred(): an exception is set.",
        "Py_ssize_t" | "Py_hash_t" | "long" => "-1: an exception is set.",
        _ if returned.ends_with('*') && returned.contains("Py") && returned.contains("Object") => {
            "A new reference; NULL: an exception is set."
        }
        _ if returned.ends_with('*') => "NULL: an exception is set.",
        _ => "(type)-1 and PyErr_Occurred(): an exception is set.",
    }
}
