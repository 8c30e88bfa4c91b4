//! Holds `pyferry_python.h` against each Python.h: what functions and variables it declares, what its constants are, where the
//! fields of its structs are, that each libpython exports what it promises, and that a file that has both is told so.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Completion, Failed};

use super::compile::compiler;
use super::python::Python;
use super::tool;
use super::trial::Trial;
use super::{cpython, paths, process};

type Check = fn(&Python) -> Result<(), Failed>;

const CHECKS: [(&str, Check); 6] = [
    ("signatures", signatures_agree),
    ("what is promised is exported", is_exported),
    ("structs", structs_agree),
    ("the limited API is complete", is_complete),
    ("both in one file", both_are_refused),
    ("the length of a call", calls_are_short),
];

/// What a Python.h does not declare, although its libpython exports it and others of the same age have it.
const UNDECLARED: [(&str, u32, u32); 8] = [
    ("Py_CompileString", 9, 9), // the header has a macro
    ("Py_PACK_VERSION", 14, 15),
    ("Py_PACK_FULL_VERSION", 14, 15),
    // Removed from the header in 3.13; abi3 keeps them.
    ("PySys_AddWarnOption", 13, 15),
    ("PySys_AddWarnOptionUnicode", 13, 15),
    ("PySys_AddXOption", 13, 15),
    ("PySys_HasWarnOptions", 13, 15),
    ("PySys_SetPath", 13, 15),
];

/// Slots that 3.15 gave other numbers; those of before, which the header has, stay understood.
const RENUMBERED_SINCE: u32 = 15;
const RENUMBERED: [&str; 8] = [
    "Py_bf_getbuffer",
    "Py_bf_releasebuffer",
    "Py_mod_create",
    "Py_mod_exec",
    "Py_mod_gil",
    "Py_mod_multiple_interpreters",
    "Py_mp_ass_subscript",
    "Py_mp_length",
];

/// What Python.h declares for the limited API, and pyferry_python.h leaves out.
const LEFT_OUT: [&str; 14] = [
    // 3.9 was the last to export them.
    "PyObject_AsCharBuffer",
    "PyObject_AsReadBuffer",
    "PyObject_AsWriteBuffer",
    "PyObject_CheckReadBuffer",
    "PyParser_SimpleParseFileFlags",
    "PyParser_SimpleParseStringFlags",
    "PyParser_SimpleParseStringFlagsFilename",
    // Programs' own main functions.
    "Py_FrozenMain",
    "_Py_EncodeLocaleRaw",
    // By these names a macro calls a variant: the plain names do that here.
    "_PyObject_CallFunction_SizeT",
    "_PyObject_CallMethod_SizeT",
    "_Py_BuildValue_SizeT",
    // They look into objects, and are of no use to who has none of his own.
    "Py_SET_SIZE",
    "_Py_SetRefcnt",
];

pub fn trials(python: &Arc<Python>) -> Vec<Trial> {
    let trial = |(name, check): (&str, Check)| {
        let python = Arc::clone(python);
        Trial::ignorable_test(format!("python_h::{name} on {}", python.name), move || {
            if python.include.is_empty() {
                return Ok(Completion::ignored_with("no Python.h"));
            }
            check(&python)?;
            Ok(Completion::Completed)
        })
    };
    CHECKS.map(trial).into()
}

fn header() -> Result<String, Failed> {
    Ok(fs::read_to_string(paths::include().join("pyferry_python.h"))?)
}

/// One entry of the header's table: `    PyObject *(*p_NAME)(long); /* 3.12 */ /* until 3.13 */`.
struct Entry<'a> {
    name: &'a str,
    declaration: &'a str,
    since: u32,
    until: u32,
}

fn entries(header: &str) -> Vec<Entry<'_>> {
    let (_, rest) = header.split_once("struct pyferry_python_table {\n").expect("the header has a table");
    let (table, _) = rest.split_once("\n};").expect("the table has an end");
    table
        .lines()
        .map(|line| {
            let (declaration, notes) = line.trim_start().split_once(';').expect("an entry is a declaration");
            let version = |before: &str| notes.split_once(before)?.1.split(' ').next()?.parse().ok();
            let (_, rest) = declaration.split_once("*p_").expect("an entry is a pointer");
            let name = rest.split([')', ' ']).next().expect("an entry has a name");
            Entry { name, declaration, since: version("/* 3.").unwrap_or(9), until: version("until 3.").unwrap_or(99) }
        })
        .collect()
}

/// Initialises a variable of each entry's type with what Python.h has by that name.
fn signatures_agree(python: &Python) -> Result<(), Failed> {
    let header = header()?;
    let keywords = if python.minor < 13 { "char **" } else { "char *const *" };
    let mut source = format!(
        "#include <Python.h>\n#include <structmember.h>\n#define PYFERRY_PYTHON_KEYWORDS_ {keywords}\n\
         typedef void (*PYFERRY_PYTHON_THREAD_)(void *);\n"
    );
    let undeclared = |name: &str| {
        UNDECLARED.iter().any(|(known, since, until)| *known == name && (*since..=*until).contains(&python.minor))
    };
    let mut judged = 0;
    for entry in entries(&header) {
        if (entry.since..=entry.until).contains(&python.minor) && !undeclared(entry.name) {
            let (name, declaration) = (entry.name, entry.declaration);
            let address = if declaration.contains(&format!("(*p_{name})(")) { "" } else { "&" };
            source += &format!(
                "{} = {address}{name};\n",
                declaration.replace(&format!("p_{name}"), &format!("judged_{name}"))
            );
            judged += 1;
        }
    }
    if judged < 750 {
        return Err(format!("only {judged} entries were found to be judged").into());
    }
    let (_, rest) = header.split_once("/* ---- Constants ---- */").ok_or("no constants")?;
    let (constants, _) = rest.split_once("/* ----").ok_or("no end of the constants")?;
    for line in constants.lines().filter(|line| !line.contains("void *")) {
        let Some((name, value)) = line.strip_prefix("#define ").and_then(|line| line.split_once(' ')) else { continue };
        if python.minor >= RENUMBERED_SINCE && RENUMBERED.contains(&name) {
            continue;
        }
        source += &format!(
            "#ifdef {name}\n_Static_assert((unsigned long)({name}) == (unsigned long)({value}), \"{name}\");\n#endif\n"
        );
    }
    let flags = ["-Werror=incompatible-pointer-types", "-Werror=discarded-qualifiers", "-Wno-deprecated-declarations"];
    compile(python, &flags, &source).map_err(Failed::from)
}

/// Whatever the header promises for this version, its libpython exports: a call of another jumps to address 0.
fn is_exported(python: &Python) -> Result<(), Failed> {
    let Some(shared) = &python.shared else { return Ok(()) };
    let (header, exported) = (header()?, cpython::defined(shared)?);
    let entries = entries(&header).into_iter();
    let promised = entries.filter(|entry| (entry.since..=entry.until).contains(&python.minor)).map(|entry| entry.name);
    let lacking: Vec<_> = promised.filter(|name| !exported.contains(*name)).collect();
    if lacking.is_empty() { Ok(()) } else { Err(format!("{} has no {lacking:?}", shared.display()).into()) }
}

fn structs_agree(python: &Python) -> Result<(), Failed> {
    // The same for all Pythons, whose cases run at once.
    static OURS: OnceLock<Result<String, String>> = OnceLock::new();
    let print_ours = || print_layout("any", &[format!("-I{}", paths::include().display())]);
    let ours = OURS.get_or_init(print_ours).as_ref()?;
    let mut words = vec!["-DWITH_PYTHON_H".to_owned()];
    words.extend(python.header_words());
    let theirs = print_layout(&python.name, &words)?;
    match ours.lines().zip(theirs.lines()).find(|(ours, theirs)| ours != theirs) {
        Some((ours, theirs)) => Err(format!("pyferry_python.h has {ours}, Python.h has {theirs}").into()),
        None if ours.lines().count() < 60 || ours.lines().count() != theirs.lines().count() => {
            Err("fields are missing".into())
        }
        None => Ok(()),
    }
}

fn print_layout(name: &str, words: &[String]) -> Result<String, String> {
    let directory = paths::run(&format!("layout on {name}"));
    fs::create_dir_all(&directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    let program: PathBuf = directory.join("layout");
    let mut command = Command::new(compiler("CC"));
    command.args(["-std=c11", "-O1", "-o"]).arg(&program).args(words);
    command.arg(paths::root().join("tests/harness/layout.c"));
    process::output(&mut command)?;
    process::output(&mut tool::starts(&program))
}

/// Whatever Python.h declares for the limited API of its own version is in the table.
fn is_complete(python: &Python) -> Result<(), Failed> {
    if python.free_threaded {
        return Ok(()); // Up to 3.14 those builds have no limited API; what they declare is what the others do.
    }
    let mut command = Command::new(compiler("CC"));
    command.args(["-E", "-P", "-x", "c", "-"]).arg(format!("-DPy_LIMITED_API=0x03{:02x}0000", python.minor));
    command.args(python.include.iter().map(|directory| format!("-I{}", directory.display())));
    let text = with_input(&mut command, "#include <Python.h>\n")?;
    let visible = "__attribute__ ((visibility (\"default\")))";
    let flat = text.replace('\n', " ");
    let header = header()?;
    let ours: BTreeSet<&str> = entries(&header).into_iter().map(|entry| entry.name).collect();
    let declared = flat.split(visible).skip(1).filter_map(|rest| {
        let declaration = rest.split([';', '{']).next()?;
        let head = declaration.split('(').next()?.trim_end();
        let name = head.rsplit([' ', '*']).next()?;
        (name.starts_with("Py") || name.starts_with("_Py")).then_some(name)
    });
    let declared: BTreeSet<&str> = declared.collect();
    if declared.len() < 700 {
        return Err(format!("only {} declarations were found in Python.h", declared.len()).into());
    }
    let lacking: Vec<_> = declared.iter().filter(|name| !ours.contains(*name) && !LEFT_OUT.contains(name)).collect();
    if lacking.is_empty() { Ok(()) } else { Err(format!("not in pyferry_python.h: {lacking:?}").into()) }
}

fn both_are_refused(python: &Python) -> Result<(), Failed> {
    let (theirs, ours) = ("#include <Python.h>\n", "#include \"pyferry_python.h\"\n");
    for source in [format!("{theirs}{ours}"), format!("{ours}{theirs}")] {
        let said = compile(python, &[&format!("-I{}", paths::include().display())], &source).err().unwrap_or_default();
        let first = said.lines().find(|line| line.contains("error")).unwrap_or_default();
        if !first.contains("Python.h and pyferry_python.h cannot be in one file") {
            return Err(format!("{source}the first error is: {first}").into());
        }
    }
    Ok(())
}

/// A call through the header is a load and an indirect call, and no more than that longer than one through the linkage
/// table, whose jump it spares. Counted in what the compiler makes of a function that makes one call.
fn calls_are_short(python: &Python) -> Result<(), Failed> {
    let include = format!("-I{}", paths::include().display());
    let instructions = |header: &str, directories: Vec<String>| -> Result<Vec<String>, String> {
        let mut command = Command::new(compiler("CC"));
        command.args(["-std=c11", "-O2", "-fPIC", "-fno-stack-protector", "-fcf-protection=none"]).args(directories);
        let source = format!("#include {header}\nlong called(PyObject *o) {{ return PyLong_AsLong(o) + 1; }}\n");
        let text = with_input(command.args(["-S", "-o", "-", "-x", "c", "-"]), &source)?;
        let body =
            text.split_once("\ncalled:\n").and_then(|(_, rest)| rest.split_once("\t.size")).ok_or("no function")?.0;
        let is_instruction = |line: &&str| line.starts_with('\t') && !line.starts_with("\t.");
        Ok(body.lines().filter(is_instruction).map(|line| line.trim().to_owned()).collect())
    };
    let ours = instructions("\"pyferry_python.h\"", vec![include])?;
    let theirs = instructions("<Python.h>", python.header_words().collect())?;
    // On arm64 the address of a variable takes an instruction of its own.
    let more = if tool::is_arm64() { 2 } else { 1 };
    if ours.len() > theirs.len() + more {
        return Err(format!("through the header: {ours:#?}\nlinked: {theirs:#?}").into());
    }
    Ok(())
}

/// `Err`: what the compiler said.
pub fn compile(python: &Python, flags: &[&str], source: &str) -> Result<(), String> {
    let mut command = Command::new(compiler("CC"));
    command.args(["-std=c11", "-fsyntax-only"]).args(flags);
    command.args(python.header_words());
    with_input(command.args(["-x", "c", "-"]), source).map(|_| ())
}

fn with_input(command: &mut Command, input: &str) -> Result<String, String> {
    let output = process::outcome(command, input).map_err(|e| format!("cannot run {command:?}: {e}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
