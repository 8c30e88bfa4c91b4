//! Makes what is measured: the C programs and the bindings, for all Pythons, on all cores.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;

use crate::count::Counter;
use crate::peers::{Kind, Peers};
use harness::build::Builder;
use harness::library::Library;
use harness::python::Python;
use harness::{compile, paths};

const PROGRAMS: [&str; 4] = ["turns", "scaling", "memory", "holder"];

/// What the ways have in files of their own.
pub const BESIDE: [&str; 2] = ["stable.c", "scope.cpp"];

pub struct Programs {
    pub library: Library,
    /// What programs that know nothing of pyferry are preloaded with.
    pub dropin: PathBuf,
    pub peers: Peers,
    pub counter: Counter,
    outputs: HashMap<(String, String), PathBuf>,
}

impl Programs {
    pub fn program(&self, name: &str, python: &Python) -> &PathBuf {
        &self.outputs[&(name.to_owned(), python.name.clone())]
    }

    pub fn peer(&self, kind: Kind, python: &Python) -> &PathBuf {
        self.program(kind.name(), python)
    }
}

enum Job<'a> {
    Program(&'static str, &'a Python),
    Peer(Kind, &'a Python),
}

/// With the bindings that are compared.
pub fn all(pythons: &[Python], library: Library, kinds: &[Kind]) -> Result<Programs, String> {
    let peers = Peers::get(pythons)?;
    let builder = Builder::default();
    let jobs = pythons.iter().flat_map(|python| {
        let bindings = kinds.iter().copied().filter(|kind| kind.unfit(python).is_none());
        let bindings = bindings.map(move |kind| Job::Peer(kind, python));
        bindings.chain(PROGRAMS.map(|name| Job::Program(name, python)))
    });
    let jobs = Mutex::new(jobs);
    let outputs = Mutex::new(HashMap::new());
    let work = || -> Result<(), String> {
        loop {
            let Some(job) = jobs.lock().unwrap().next() else { return Ok(()) };
            let (name, python, output) = match job {
                Job::Program(name, python) => {
                    let sources = paths::root().join("benches");
                    let beside = BESIDE.map(|file| sources.join(file));
                    let source = sources.join(name).with_extension("c");
                    let recipe = compile::measured(&source, &beside, python, &library);
                    builder.make(&recipe)?;
                    (name, python, recipe.output)
                }
                Job::Peer(kind, python) => {
                    eprintln!("building {} for {}", kind.name(), python.name);
                    (kind.name(), python, peers.build(kind, python, &builder)?)
                }
            };
            outputs.lock().unwrap().insert((name.to_owned(), python.name.clone()), output);
        }
    };
    let workers = thread::available_parallelism().map_or(1, |cores| cores.get());
    thread::scope(|scope| {
        let working: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        working.into_iter().try_for_each(|worker| worker.join().expect("building does not panic"))
    })?;
    let outputs = outputs.into_inner().unwrap();
    let counter = Counter::new(Library { file: library.file.clone() });
    let dropin = Library::build_dropin()?;
    Ok(Programs { library, dropin, peers, counter, outputs })
}
