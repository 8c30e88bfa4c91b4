//! The binary interface is the one that is committed: what programs were compiled against stays as it was.
//!
//! `tests/abi/pyferry.abi` is written by this test too, with `PYFERRY_ABI=renew` (`make abi`). Prototypes are the header's;
//! sizes, offsets and values are what the C compiler makes of it.

#[path = "abi/soname.rs"]
mod soname;

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::compile::compiler;
use harness::library::Library;
use harness::paths;
use harness::process::output;

const FILE: &str = "tests/abi/pyferry.abi";

#[test]
fn is_as_committed() {
    let file = paths::root().join(FILE);
    let library = Library::build().unwrap();
    let abi = abi(&library).unwrap();
    if env::var("PYFERRY_ABI").is_ok_and(|value| value == "renew") {
        fs::write(&file, &abi).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    let changes = changes(&committed, &abi);
    assert!(
        changes.is_empty(),
        "the binary interface has changed:\n\n{changes}\nCONTRIBUTING.md says what that means for programs in use, and for the \
         version. If it is meant, renew {FILE} with: make abi"
    );
}

/// The lines that only one of both has.
fn changes(committed: &str, now: &str) -> String {
    let only = |sign: char, these: &str, others: &str| {
        let others: Vec<&str> = others.lines().collect();
        let lines = these.lines().filter(|line| !others.contains(line));
        lines.fold(String::new(), |text, line| format!("{text}{sign} {line}\n"))
    };
    let changes = only('-', committed, now) + &only('+', now, committed);
    if changes.is_empty() && committed != now { "+ the order of the lines\n".to_owned() } else { changes }
}

fn abi(library: &Library) -> Result<String, String> {
    let include = paths::include();
    let preprocess = |arguments: &[&str]| {
        let header = include.join("pyferry.h");
        output(Command::new(compiler("CC")).args(["-std=c11", "-E"]).args(arguments).arg(header))
    };
    let mut text = format!(
        "# The binary interface of pyferry on {} {}. A test compares it with what is built; `make abi` renews it.\n\nsoname {}\n",
        env::consts::OS,
        env::consts::ARCH,
        soname::soname()
    );
    let mut source = Source::default();
    for declaration in declarations(&preprocess(&["-P"])?) {
        source.add(&declaration);
    }
    for line in preprocess(&["-dM"])?.lines() {
        source.add_macro(line);
    }
    text += &source.run(&include)?;
    // Not in the header: what copies of the library say to each other, whatever their versions.
    text += "\n";
    for (name, size) in data(&library.file)? {
        writeln!(text, "data {name}: {size} bytes").unwrap();
    }
    Ok(text)
}

/// A program finds its own library's functions also where another version of the library is loaded.
#[test]
#[cfg(target_os = "linux")]
fn every_symbol_has_the_librarys_version() {
    let library = Library::build().unwrap();
    let tool =
        |arguments: &[&str]| output(Command::new(arguments[0]).args(&arguments[1..]).arg(&library.file)).unwrap();
    let dynamic = tool(&["readelf", "--dynamic", "--wide"]);
    let soname = dynamic.lines().find(|line| line.contains("(SONAME)")).expect("a SONAME");
    let soname = soname.rsplit_once('[').unwrap().1.trim_end_matches(']');
    let symbols = tool(&["nm", "-D", "--defined-only"]);
    let names: Vec<&str> = symbols.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    let (functions, others): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| name.starts_with("pyferry_"));
    assert_eq!(others, [soname], "what is exported beside our functions");
    assert!(functions.contains(&format!("pyferry_attach@@{soname}").as_str()), "{symbols}");
    let version = format!("@@{soname}");
    let without: Vec<&&str> = functions.iter().filter(|name| !name.ends_with(&version)).collect();
    assert!(without.is_empty(), "without the version {soname}: {without:?}");
}

/// The exported variables and their sizes.
fn data(library: &Path) -> Result<Vec<(String, u64)>, String> {
    let listing = output(Command::new("nm").args(["-D", "--defined-only", "--print-size"]).arg(library))?;
    let symbol = |line: &str| {
        let [_, size, kind, name] = line.split_whitespace().collect::<Vec<_>>()[..] else { return None };
        let name = name.split('@').next()?;
        if kind == "T" { None } else { Some((name.to_owned(), u64::from_str_radix(size, 16).ok()?)) }
    };
    Ok(listing.lines().filter_map(symbol).collect())
}

/// Those of the header, each on one line.
fn declarations(preprocessed: &str) -> Vec<String> {
    let mut depth = 0;
    let end_at_top = |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ';' && depth == 0
    };
    let all = preprocessed.split(end_at_top).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    all.filter(|text| text.contains("pyferry_")).collect()
}

/// A C program that prints what the compiler makes of each declaration.
#[derive(Default)]
struct Source {
    types: String,
    constants: Vec<String>,
    functions: String,
}

impl Source {
    fn add(&mut self, declaration: &str) {
        let words = declaration.strip_prefix("typedef ").unwrap_or(declaration);
        if let Some((head, body)) = words.split_once('{') {
            let name = head.split_whitespace().nth(1).expect("struct or enum, and a name");
            let body = body.split_once('}').expect("closed").0;
            if head.starts_with("enum ") {
                self.add_enum(name, body);
            } else {
                self.add_struct(name, body);
            }
        } else if declaration.starts_with("typedef ") {
            self.types += &print("\n%s\n", &[&quote(declaration)]);
        } else {
            self.functions += &print("%s\n", &[&quote(declaration)]);
        }
    }

    fn add_struct(&mut self, name: &str, body: &str) {
        let (size, align) = (format!("sizeof(struct {name})"), format!("_Alignof(struct {name})"));
        self.types += &print(&format!("\nstruct {name}: %zu bytes, aligned to %zu\n"), &[&size, &align]);
        let mut sizes = String::from("0");
        for field in body.split(';').map(str::trim).filter(|field| !field.is_empty()) {
            let member = field_name(field);
            let offset = format!("offsetof(struct {name}, {member})");
            let size = format!("sizeof(((struct {name} *)0)->{member})");
            self.types += &print("    at %zu, %zu bytes: %s\n", &[&offset, &size, &quote(field)]);
            write!(sizes, " + {size}").unwrap();
        }
        // An option that this library does not know yet must not be taken for one because a hole is not zero.
        writeln!(self.types, "    _Static_assert(sizeof(struct {name}) == {sizes}, \"struct {name} has padding\");")
            .unwrap();
    }

    fn add_enum(&mut self, name: &str, body: &str) {
        self.types += &print(&format!("\nenum {name}: %zu bytes\n"), &[&format!("sizeof({name})")]);
        for enumerator in body.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let name = enumerator.split_once('=').map_or(enumerator, |(name, _)| name).trim();
            self.types += &print(&format!("    {name} = %d\n"), &[name]);
        }
    }

    /// `#define NAME VALUE`, where the value is a number and not the version.
    fn add_macro(&mut self, line: &str) {
        let mut words = line.split_whitespace().skip(1);
        let (Some(name), Some(value)) = (words.next(), words.next()) else { return };
        if name.starts_with("PYFERRY_")
            && name != "PYFERRY_VERSION_NUMBER"
            && value.starts_with(|c: char| c.is_numeric())
        {
            self.constants.push(name.to_owned());
        }
    }

    fn run(mut self, include: &Path) -> Result<String, String> {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("abi");
        fs::create_dir_all(&directory).map_err(|e| format!("{}: {e}", directory.display()))?;
        let (file, program) = (directory.join("abi.c"), directory.join("abi"));
        self.constants.sort();
        let constants = self.constants.iter().fold(print("\n", &[]), |text, name| {
            text + &print(&format!("constant {name} = %lld\n"), &[&format!("(long long)({name})")])
        });
        let Source { types, functions, .. } = self;
        let text = format!(
            "#include <pyferry.h>\n#include <stdio.h>\nint main(void) {{\n{types}{constants}{}{functions}return 0;\n}}\n",
            print("\n", &[])
        );
        fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))?;
        output(Command::new(compiler("CC")).args(["-std=c11", "-I"]).arg(include).arg(&file).arg("-o").arg(&program))?;
        output(&mut Command::new(&program))
    }
}

/// The last name of a declaration, without the length of an array.
fn field_name(field: &str) -> &str {
    let declarator = field.split('[').next().unwrap_or(field);
    declarator.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or(declarator)
}

fn quote(text: &str) -> String {
    format!("{text:?}")
}

fn print(format: &str, arguments: &[&str]) -> String {
    let arguments = arguments.iter().fold(String::new(), |text, argument| format!("{text}, {argument}"));
    format!("    printf({}{arguments});\n", quote(format))
}
