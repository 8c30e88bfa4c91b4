//! Prints `include/pyferry_python.h` (`make header`).
//!
//! The functions, variables and constants are those that pyo3-ffi declares for the limited API of any Python from 3.9 on,
//! and the few of [`LACKING`]. Types, and what Python.h has macros for, are in `before.h` and `after.h`.

mod c;
mod returns;
mod source;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use source::{Declared, Version};

/// The first and the last CPython 3 that the header is for.
const FIRST: u32 = 9;
const LAST: u32 = 15;

/// As long as C99 lets a string be, and a 0.
const LONGEST: usize = 4094;

/// One entry of the table.
struct Row {
    /// What C says to it: `PyObject *(*p_NAME)(long)`.
    field: String,
    /// The symbols to look for, the first that is there.
    symbols: String,
    /// The first version with it in the limited API, and the last.
    since: u32,
    until: u32,
    kind: Kind,
}

impl Row {
    /// The comment of a function.
    fn says(&self, name: &str, exceptions: &BTreeMap<&str, &str>) -> String {
        let returned = self.field.split("(*p_").next().unwrap_or_default().trim_end();
        let text = exceptions.get(name).copied().unwrap_or_else(|| returns::by_rule(name, returned));
        let since = if self.since > FIRST { format!(" Since 3.{}.", self.since) } else { String::new() };
        let until = if self.until < LAST { format!(" Until 3.{}.", self.until) } else { String::new() };
        format!("{text}{since}{until}")
    }
}

enum Kind {
    /// An inline function: what it returns and takes, and how it calls.
    Function {
        head: String,
        call: String,
    },
    /// C cannot pass `...` on: a macro.
    Variadic,
    Variable,
}

/// Where CPython's functions take `int` for the length that belongs to `#` in a format, unless told otherwise (up to 3.9),
/// or refuse that format (up to 3.12), the variant that takes Py_ssize_t.
const SIZE_T: [&str; 9] = [
    "PyArg_Parse",
    "PyArg_ParseTuple",
    "PyArg_ParseTupleAndKeywords",
    "PyArg_VaParse",
    "PyArg_VaParseTupleAndKeywords",
    "Py_BuildValue",
    "Py_VaBuildValue",
    "PyObject_CallFunction",
    "PyObject_CallMethod",
];

/// What pyo3-ffi does not declare, or as Rust functions: (the first version with it in the limited API, how C declares it).
const LACKING: &str = include_str!("lacking.txt");

/// The header that belongs to the pinned pyo3-ffi.
fn header() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let sources = source::find(&root);
    let mut rows = BTreeMap::<String, Row>::new();
    let mut constants = BTreeMap::<String, String>::new();
    for minor in FIRST..=LAST {
        let declared = Declared::by(&sources, Version { minor, limited: true });
        for function in &declared.functions {
            let name = function.sig.ident.to_string();
            if matches!(function.vis, syn::Visibility::Inherited)
                && name != "PyGILState_Ensure"
                && !name.starts_with("_Py")
            {
                continue;
            }
            add(&mut rows, name, minor, || function_row(function));
        }
        for variable in &declared.variables {
            let name = variable.ident.to_string();
            let field = c::declare(&variable.ty, &format!("*p_{name}"));
            add(&mut rows, name, minor, || (field, Kind::Variable));
        }
        for constant in &declared.constants {
            let name = constant.ident.to_string();
            if !["Py", "METH_"].iter().any(|start| name.starts_with(start)) {
                continue;
            }
            if let Some(value) = c::value(&constant.ty, &constant.expr) {
                constants.entry(name).or_insert(value);
            } else if std::env::var_os("PYFERRY_HEADER_SKIPPED").is_some() {
                eprintln!("constant {name}");
            }
        }
    }
    for line in LACKING.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (since, declaration) = line.split_once(' ').expect("a version and a declaration");
        let since = since.strip_prefix("3.").and_then(|minor| minor.parse().ok()).expect("a version");
        let (name, field, kind) = parse(declaration);
        for minor in since..=LAST {
            add(&mut rows, name.clone(), minor, || (field.clone(), copy(&kind)));
        }
    }
    write(&rows, &constants)
}

fn add(rows: &mut BTreeMap<String, Row>, name: String, minor: u32, made: impl FnOnce() -> (String, Kind)) {
    let symbols = if SIZE_T.contains(&name.as_str()) { format!("_{name}_SizeT|{name}") } else { name.clone() };
    let (field, kind) = made();
    let row = rows.entry(name).or_insert(Row {
        field: String::new(),
        symbols,
        since: minor,
        until: minor,
        kind: Kind::Variadic,
    });
    (row.field, row.kind, row.until) = (field, kind, minor);
}

fn copy(kind: &Kind) -> Kind {
    match kind {
        Kind::Function { head, call } => Kind::Function { head: head.clone(), call: call.clone() },
        Kind::Variadic => Kind::Variadic,
        Kind::Variable => Kind::Variable,
    }
}

fn function_row(function: &syn::ForeignItemFn) -> (String, Kind) {
    let signature = &function.sig;
    let name = signature.ident.to_string();
    let types: Vec<&syn::Type> = signature
        .inputs
        .iter()
        .map(|input| match input {
            syn::FnArg::Typed(typed) => &*typed.ty,
            syn::FnArg::Receiver(_) => panic!("{name}: a method"),
        })
        .collect();
    let variadic = signature.variadic.is_some();
    let list = c::parameters(types.iter().copied(), variadic);
    let field = c::returning(&signature.output, &format!("(*p_{name})({list})"));
    if variadic {
        return (field, Kind::Variadic);
    }
    let named: Vec<String> = types.iter().enumerate().map(|(place, ty)| c::declare(ty, &letter(place))).collect();
    let named = if named.is_empty() { "void".to_owned() } else { named.join(", ") };
    let head = c::returning(&signature.output, &format!("{name}({named})"));
    let returns = !matches!(&signature.output, syn::ReturnType::Default) && !head.starts_with("void ");
    let returns = returns || head.starts_with("void *");
    (field, Kind::Function { head, call: call(&name, types.len(), returns) })
}

fn call(name: &str, count: usize, returns: bool) -> String {
    let arguments: Vec<String> = (0..count).map(letter).collect();
    format!("{}pyferry_python_.p_{name}({});", if returns { "return " } else { "" }, arguments.join(", "))
}

/// What a parameter is called: no macro of anybody's.
fn letter(place: usize) -> String {
    char::from(b'a' + u8::try_from(place).expect("few parameters")).to_string()
}

/// `PyObject *Py_VaBuildValue(const char *, va_list)`, or a variable's declaration.
fn parse(declaration: &str) -> (String, String, Kind) {
    if let Some((returns, rest)) = declaration.split_once(" (*") {
        // A variable that is a pointer to a function.
        let (name, list) = rest.split_once(')').expect("a bracket");
        return (name.to_owned(), format!("{returns} (**p_{name}){list}"), Kind::Variable);
    }
    let Some((head, list)) = declaration.split_once('(') else {
        let start = declaration.rfind(|c: char| !c.is_alphanumeric() && c != '_').expect("a type and a name") + 1;
        let (ty, name) = declaration.split_at(start);
        return (name.to_owned(), format!("{ty}*p_{name}"), Kind::Variable);
    };
    let start = head.rfind(|c: char| !c.is_alphanumeric() && c != '_').expect("a type and a name") + 1;
    let (ty, name) = head.split_at(start);
    let list = list.strip_suffix(')').expect("a bracket");
    let field = format!("{ty}(*p_{name})({list})");
    if list.ends_with("...") {
        return (name.to_owned(), field, Kind::Variadic);
    }
    let types: Vec<&str> = if list == "void" { Vec::new() } else { list.split(", ").collect() };
    let named: Vec<String> = types
        .iter()
        .enumerate()
        .map(|(place, ty)| format!("{ty}{}{}", if ty.ends_with('*') { "" } else { " " }, letter(place)))
        .collect();
    let named = if named.is_empty() { "void".to_owned() } else { named.join(", ") };
    let kind = Kind::Function { head: format!("{ty}{name}({named})"), call: call(name, types.len(), ty != "void ") };
    (name.to_owned(), field, kind)
}

fn write(rows: &BTreeMap<String, Row>, constants: &BTreeMap<String, String>) -> String {
    let before = include_str!("before.h");
    let mut text = before.to_owned();
    text += "/* ---- Constants ---- */\n\n";
    for (name, value) in constants.iter().filter(|(name, _)| !before.contains(&format!("#define {name} "))) {
        _ = writeln!(text, "#define {name} {value}");
    }
    text +=
        "\n/* ---- The table: an entry for each function and variable, NULL where this CPython has none ---- */\n\n";
    text += "struct pyferry_python_table {\n";
    for row in rows.values() {
        let since = if row.since > FIRST { format!(" /* 3.{} */", row.since) } else { String::new() };
        let until = if row.until < LAST { format!(" /* until 3.{} */", row.until) } else { String::new() };
        _ = writeln!(text, "    {};{since}{until}", row.field);
    }
    text += "};\n\n";
    text += include_str!("table.h");
    text += "\n/* The symbols, in the table's order: each ends in a 0, each list of them in a second. No longer than C99 allows. */\n";
    text += "PYFERRY_PYTHON_ONCE_ const char *pyferry_python_names_[] = {\n";
    let mut length = 0;
    for row in rows.values() {
        if length + row.symbols.len() + 1 > LONGEST {
            text += "    ,\n";
            length = 0;
        }
        length += row.symbols.len() + 1;
        _ = writeln!(text, "    \"{}\\0\"", row.symbols);
    }
    text += "    , NULL};\n\n/* ---- Functions ---- */\n\n";
    let after = include_str!("after.h");
    let heads =
        after.lines().filter(|line| line.starts_with("static inline")).filter_map(|line| line.split('(').next());
    let by_hand: Vec<&str> = heads.filter_map(|head| head.rsplit([' ', '*']).next()).collect();
    let exceptions = returns::exceptions();
    for (name, row) in rows {
        let says = row.says(name, &exceptions);
        match &row.kind {
            Kind::Function { .. } if by_hand.contains(&name.as_str()) => {}
            Kind::Function { head, call } => _ = writeln!(text, "/** {says} */\nstatic inline {head} {{ {call} }}"),
            Kind::Variadic => _ = writeln!(text, "/** {says} */\n#define {name} (*pyferry_python_.p_{name})"),
            Kind::Variable => {}
        }
    }
    text += "\n/* ---- Variables ---- */\n\n";
    for (name, _) in rows.iter().filter(|(_, row)| matches!(row.kind, Kind::Variable)) {
        _ = writeln!(text, "#define {name} (*pyferry_python_.p_{name})");
    }
    text + "\n" + after
}

fn main() {
    print!("{}", header());
}

/// A text of returns.txt is of a function that there is.
#[test]
fn all_that_is_said_is_of_something() {
    let header = header();
    for name in returns::exceptions().keys() {
        assert!(
            header.contains(&format!(" (*p_{name})("))
                || header.contains(&format!("*(*p_{name})("))
                || header.contains(&format!(" {name}(")),
            "{name}"
        );
    }
}

#[test]
fn is_current() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../include/pyferry_python.h");
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(committed == header(), "include/pyferry_python.h is stale; renew it with: make header");
}
