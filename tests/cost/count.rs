//! Counts instructions: runs `path.c` under callgrind and takes apart what that wrote.

pub mod executed;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use harness::build::Builder;
use harness::directives::Mode;
use harness::library::Library;
use harness::python::Python;
use harness::{compile, environment, paths, process, tool, verdict};

/// What CPython itself wants for a visit, and which of our functions, of one phase, calls it: not counted.
pub const LIMIT: [(&str, [&str; 2]); 2] = [
    ("PyEval_RestoreThread", ["pyferry_attach", "pyferry_resume"]),
    ("PyEval_SaveThread", ["pyferry_detach", "pyferry_suspend"]),
];

/// What `path.c` has in files of their own: without Python.h, and in C++.
const BESIDE: [&str; 2] = ["stable.c", "scope.cpp"];

/// Visits in each phase of `path.c`.
const VISITS: u64 = 200;
const TIME: Duration = Duration::from_secs(300);

/// What one visit came to, from the call to the return, without [`LIMIT`].
#[derive(Debug, Default)]
pub struct Count {
    pub phase: String,
    /// By the function that the program called.
    pub entries: BTreeMap<String, u64>,
    /// Of the library's own instructions, those that lock the bus or are a fence.
    pub atomics: u64,
    pub system_calls: u64,
    /// What the library called in libpython and libc, by name.
    pub calls: BTreeMap<String, u64>,
    /// The program's own instructions, by its functions.
    pub program: BTreeMap<String, u64>,
}

impl Count {
    pub fn instructions(&self) -> u64 {
        self.entries.values().sum()
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Count { phase, entries, atomics, system_calls, calls, program } = self;
        let list = |map: &BTreeMap<String, u64>| {
            map.iter().map(|(name, number)| format!("{name} {number}")).collect::<Vec<_>>().join(", ")
        };
        writeln!(f, "{phase}: {} instructions ({}), {atomics} atomic ones", self.instructions(), list(entries))?;
        writeln!(f, "    {system_calls} system calls; calls {}; the program's own: {}", list(calls), list(program))
    }
}

pub struct Counter {
    library: Library,
    builder: Builder,
    special: Result<Special, String>,
}

impl Counter {
    pub fn new(library: Library) -> Counter {
        let special = Special::of(&library.file);
        Counter { library, builder: Builder::default(), special }
    }

    pub fn run(&self, python: &Python) -> Result<Vec<Count>, String> {
        self.run_with(python, &[])
    }

    /// The same with variables of its own, which name the run.
    pub fn run_with(&self, python: &Python, own: &[(&str, &str)]) -> Result<Vec<Count>, String> {
        let special = self.special.as_ref()?;
        let sources = paths::root().join("tests/cost");
        let beside = BESIDE.map(|file| sources.join(file));
        let recipe = compile::measured(&sources.join("path.c"), &beside, python, &self.library);
        self.builder.make(&recipe)?;
        let settings: String = own.iter().map(|(name, value)| format!(" with {name}={value}")).collect();
        let directory = paths::run(&format!("instructions{settings} on {}", python.name));
        let says = |e: std::io::Error| format!("{}: {e}", directory.display());
        if directory.exists() {
            fs::remove_dir_all(&directory).map_err(says)?; // a dump of another run would be counted
        }
        fs::create_dir_all(&directory).map_err(says)?;
        let mut variables = environment::variables(Mode::Host, Some(python), &self.library, &directory);
        variables.extend(own.iter().map(|(name, value)| (name.to_string(), value.into())));
        let counts = if tool::is_arm64() {
            let prepare = |command: &mut Command| environment::replace(command, &variables);
            executed::counts(&recipe.output, special, &directory, prepare)?
        } else {
            let mut command = Command::new("valgrind");
            command.args(["--quiet", "--tool=callgrind", "--instr-atstart=no", "--dump-instr=yes", "--dump-line=no"]);
            command.args(["--compress-strings=no", "--compress-pos=no", "--callgrind-out-file=dump"]);
            command.arg(&recipe.output).current_dir(&directory);
            environment::replace(&mut command, &variables);
            let finished = process::run(&mut command, &directory.join("output"), TIME, |_| String::new())
                .map_err(|e| format!("cannot run valgrind (tools/setup callgrind installs it): {e}"))?;
            verdict::of(&finished, TIME).map_err(|what| format!("{what}\n{}", finished.output))?;
            let dumps = (1..).map_while(|number| fs::read_to_string(directory.join(format!("dump.{number}"))).ok());
            dumps.map(|dump| read(&dump, special)).collect::<Result<_, _>>()?
        };
        let text: String = counts.iter().map(Count::to_string).collect();
        fs::write(directory.join("counts"), text).map_err(says)?;
        Ok(counts)
    }
}

/// Takes one dump apart. Lines are about the function that the last `ob=` and `fn=` named; the line after a `calls=` is what
/// the called function and all that it called came to.
fn read(dump: &str, special: &Special) -> Result<Count, String> {
    let mut count = Count::default();
    let mut without_limit: BTreeMap<String, i64> = BTreeMap::new();
    let mut limits: BTreeMap<&str, i64> = BTreeMap::new();
    let (mut object, mut called_object, mut called, mut visits, mut function) = ("", "", "", true, "");
    let mut lines = dump.lines();
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<u64>().ok()).ok_or("callgrind's dump is odd");
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("desc: Trigger: Client Request: ") {
            count.phase = name.to_owned();
        } else if let Some(name) = line.strip_prefix("ob=") {
            (object, called_object) = (name, name);
        } else if let Some(name) = line.strip_prefix("fn=") {
            visits = !is_own_threads(name);
            function = name;
        } else if let Some(name) = line.strip_prefix("cob=") {
            called_object = name;
        } else if let Some(name) = line.strip_prefix("cfn=") {
            // Symbols of glibc come with a version.
            called = name.split('@').next().unwrap_or(name);
            // One function with two names, as far as it counts.
            called = called.strip_suffix("_labeled").unwrap_or(called);
        } else if let Some(rest) = line.strip_prefix("calls=") {
            let times = number(rest.split(' ').next())?;
            let cost = number(lines.next().and_then(|line| line.split(' ').nth(1)))?;
            let limit = LIMIT.iter().find(|(function, _)| *function == called);
            match (is_ours(object), is_ours(called_object), limit) {
                _ if !visits || is_own_threads(called) => {}
                (false, true, _) => *without_limit.entry(called.to_owned()).or_default() += cost as i64,
                (true, false, Some((function, _))) => *limits.entry(*function).or_default() += cost as i64,
                (true, false, None) => *count.calls.entry(called.to_owned()).or_default() += times,
                _ => {}
            }
            called_object = object;
        } else if is_program(object) && line.starts_with("0x") {
            *count.program.entry(function.to_owned()).or_default() += number(line.split(' ').nth(1))?;
        } else if is_ours(object) && visits && line.starts_with("0x") {
            let mut words = line.split(' ');
            let kind = special.0.get(words.next().unwrap_or_default().trim_start_matches("0x"));
            let times = number(words.next())?;
            match kind {
                Some(Kind::Atomic) => count.atomics += times,
                Some(Kind::SystemCall) => count.system_calls += times,
                Some(Kind::Call | Kind::CallByLinker) | None => {}
            }
        }
    }
    for (function, ours) in LIMIT {
        if let Some(sum) = ours.iter().find_map(|ours| Some(*ours).filter(|ours| without_limit.contains_key(*ours))) {
            *without_limit.entry(sum.to_owned()).or_default() -= limits.get(function).copied().unwrap_or_default();
        }
    }
    count.atomics = per_visit(count.atomics);
    count.system_calls = per_visit(count.system_calls);
    count.calls.values_mut().for_each(|times| *times = per_visit(*times));
    // Loops have a beginning and an end, which are not a visit's.
    count.program.values_mut().for_each(|sum| *sum /= VISITS);
    count.program.retain(|_, sum| *sum > 0);
    for (name, sum) in without_limit {
        let sum = u64::try_from(sum).map_err(|_| format!("{}: {name} costs less than what it calls", count.phase))?;
        count.entries.insert(name, per_visit(sum));
    }
    Ok(count)
}

fn per_visit(sum: u64) -> u64 {
    sum.div_ceil(VISITS)
}

/// What threads of the library's own do, each of which runs a boxed closure: no visitor pays for it.
fn is_own_threads(function: &str) -> bool {
    let own = ["pyferry::sys::unix::spawn", "core::ops::function::FnOnce::call_once", "std::thread::"];
    // How the thread that writes the time down waits for the next time.
    let clocks = ["<std::sys::sync::condvar::", "<std::sys::pal::unix::time::"];
    own.iter().chain(&clocks).any(|name| function.starts_with(name))
}

fn is_ours(object: &str) -> bool {
    Path::new(object).file_name().is_some_and(|name| name == "libpyferry.so")
}

fn is_program(object: &str) -> bool {
    Path::new(object).file_name().is_some_and(|name| name == "measured-path")
}

enum Kind {
    Atomic,
    SystemCall,
    /// On arm64, of a function that a register names.
    Call,
    /// On arm64, of a function in another library, by way of the linker's table.
    CallByLinker,
}

/// The library's instructions that are not like others, by address, as callgrind and objdump write it.
struct Special(HashMap<String, Kind>);

impl Special {
    fn of(library: &Path) -> Result<Special, String> {
        let is_arm64 = tool::is_arm64();
        let output = Command::new(if is_arm64 { "aarch64-linux-gnu-objdump" } else { "objdump" })
            .args(["-d", "--no-show-raw-insn"])
            .arg(library)
            .output()
            .map_err(|e| format!("cannot run objdump (package binutils): {e}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let special: HashMap<_, _> = text.lines().filter_map(special).collect();
        if special.is_empty() {
            Err("objdump found no atomic instruction in the library".to_owned())
        } else {
            Ok(Special(special))
        }
    }
}

/// A line is `  5978a:<tab>lock cmpxchg %rcx,(%rdi)`. An exchange with memory locks the bus without saying so. On arm64 an atomic
/// operation is one instruction (`casal`), or a loop that ends with a store (`stlxr`).
fn special(line: &str) -> Option<(String, Kind)> {
    let (address, instruction) = line.split_once(":\t")?;
    let mnemonic = instruction.split_whitespace().next()?;
    let of_arm64 = ["cas", "swp", "ldadd", "ldclr", "ldeor", "ldset", "stxr", "stxp", "stlxr", "stlxp"];
    let kind = match mnemonic {
        "lock" | "mfence" | "dmb" | "dsb" => Kind::Atomic,
        "xchg" if instruction.contains('(') => Kind::Atomic,
        "syscall" | "sysenter" | "int" | "svc" => Kind::SystemCall,
        "blr" => Kind::Call,
        "br" if instruction.ends_with("x17") => Kind::CallByLinker,
        _ if of_arm64.iter().any(|beginning| mnemonic.starts_with(beginning)) => Kind::Atomic,
        _ => return None,
    };
    Some((address.trim().to_owned(), kind))
}
