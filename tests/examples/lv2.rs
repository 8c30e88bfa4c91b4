//! `c_examples/lv2` in lilv's lv2apply and lv2bench, as the system has them, and in a host that exits at any moment.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::run::{End, Example};
use super::{Needed, Promise};
use harness::build::write_if_new;
use harness::directives::Mode;
use harness::{case, compile, paths};

pub fn all() -> Vec<Promise> {
    let of = |name, needs, keep| Promise { needs, ..Promise::new(name, Mode::Runtime, keep) };
    vec![
        of("lv2 lv2apply", &[Needed::Header("lv2/core/lv2.h"), Needed::Program("lv2apply")], applied),
        of("lv2 lv2bench", &[Needed::Header("lv2/core/lv2.h"), Needed::Program("lv2bench")], measured),
        of("lv2 bad scripts", &[Needed::Whole, Needed::Header("lv2/core/lv2.h"), Needed::Program("lv2bench")], bad),
        of("lv2 host", &[Needed::Header("lv2/core/lv2.h")], hosted),
    ]
}

/// What a plug-in is called, how it is built, and the value of its control port.
const BUNDLES: [(&str, &str, &str); 2] = [("lowpass", "-O0", "200"), ("echo", "-O2", "0.5")];

fn uri(name: &str) -> String {
    format!("https://example.org/pyferry/{name}")
}

/// The folder with the bundles: two builds of one source.
fn build(example: &Example) -> Result<PathBuf, String> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = compile::directory(None).join("lv2");
        for (name, optimised, _) in BUNDLES {
            let from = paths::examples().join(format!("lv2/bundles/{name}.lv2"));
            let read = |file| fs::read_to_string(from.join(file)).map_err(|e| format!("{}: {e}", from.display()));
            bundle(example, &folder, name, optimised, &read("manifest.ttl")?, &read("filter.py")?)?;
        }
        Ok(folder)
    })
    .clone()
}

fn bundle(
    example: &Example,
    folder: &Path,
    name: &str,
    optimised: &str,
    manifest: &str,
    script: &str,
) -> Result<(), String> {
    let bundle = folder.join(format!("{name}.lv2"));
    write_if_new(&bundle.join("manifest.ttl"), manifest)?;
    write_if_new(&bundle.join("filter.py"), script)?;
    let source = paths::examples().join("lv2/plugin.c");
    let mut recipe = compile::shared_object(name, &source, None, &example.kit.library);
    recipe.arguments.extend([format!("-DPLUGIN_URI=\"{}\"", uri(name)), "-fvisibility=hidden".to_owned()]);
    recipe.arguments.push(optimised.to_owned());
    recipe.output = bundle.join("plugin.so");
    example.kit.builder.make(&recipe)
}

/// A script that raises, one that does not return, and one that does not load: the host goes on, and is told.
fn bad(example: &Example) -> Result<(), String> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    const SCRIPTS: [(&str, &str); 3] = [
        ("raises", "    def process(self, *unused): 1 / 0\n"),
        ("endless", "    def process(self, *unused):\n        while True: time.sleep(0.001)\n"),
        ("unloadable", "    1 +\n"),
    ];
    let folder = MADE.get_or_init(|| {
        let folder = compile::directory(None).join("lv2_bad");
        let manifest = paths::examples().join("lv2/bundles/echo.lv2/manifest.ttl");
        let manifest = fs::read_to_string(&manifest).map_err(|e| format!("{}: {e}", manifest.display()))?;
        for (name, process) in SCRIPTS {
            let script = format!("import time\nclass Filter:\n    def __init__(self, rate): pass\n{process}");
            bundle(example, &folder, name, "-O1", &manifest.replace(&uri("echo"), &uri(name)), &script)?;
        }
        Ok(folder)
    });
    let folder = folder.as_ref().map_err(Clone::clone)?;
    sound(example, &["make", "in.wav"])?;
    // lv2apply waits for the script, so that it is called for certain.
    let applied = |name| {
        let uri = uri(name);
        let words = ["lv2apply", "-c", "freewheel", "1", "-i", "in.wav", "-o", "out.wav", &uri];
        lilv(example, folder, &words)
    };
    applied("raises")?.expect_end(End::Exit(0))?.expect("the script has failed")?.expect("ZeroDivisionError")?;
    let outcome = applied("endless")?;
    outcome.expect_end(End::Exit(0))?.expect("the script does not return")?.expect("KeyboardInterrupt")?;
    // And crashes without an instance.
    let outcome = lilv(example, folder, &["lv2bench", "-n", "1000", &uri("unloadable")])?;
    outcome.expect("running the script")?.expect("SyntaxError")?.expect("Failed to instantiate")?;
    if let End::Signal(_) = outcome.end { Err(outcome.failure("lv2bench crashed")) } else { Ok(()) }
}

/// A program of lilv's, that finds these plug-ins and no others.
fn lilv(example: &Example, folder: &Path, words: &[&str]) -> Result<super::run::Outcome, String> {
    let path = format!("LV2_PATH={}", folder.display());
    let arguments: Vec<OsString> = [path.as_str()].iter().chain(words).map(OsString::from).collect();
    example.run(Path::new("/usr/bin/env"), &arguments, None)
}

/// Makes a sound, or checks what became of it.
fn sound(example: &Example, words: &[&str]) -> Result<(), String> {
    let script = paths::root().join("tests/examples/lv2_sound.py").into_os_string();
    let arguments: Vec<OsString> = [script].into_iter().chain(words.iter().map(OsString::from)).collect();
    example.run(&example.python.executable, &arguments, None)?.expect_end(End::Exit(0)).map(drop)
}

fn applied(example: &Example) -> Result<(), String> {
    let folder = build(example)?;
    sound(example, &["make", "in.wav"])?;
    for (name, _, amount) in BUNDLES {
        let uri = uri(name);
        let words = ["lv2apply", "-c", "amount", amount, "-c", "freewheel", "1", "-i", "in.wav", "-o", "out.wav", &uri];
        lilv(example, &folder, &words)?.expect_end(End::Exit(0))?;
        let filter = folder.join(format!("{name}.lv2/filter.py"));
        sound(example, &["check", &filter.to_string_lossy(), amount, "in.wav", "out.wav"])?;
    }
    Ok(())
}

fn measured(example: &Example) -> Result<(), String> {
    let folder = build(example)?;
    let outcome = lilv(example, &folder, &["lv2bench", "-n", "20000"])?;
    outcome.expect_end(End::Exit(0))?;
    for (name, _, _) in BUNDLES {
        outcome.expect(&uri(name))?;
    }
    if outcome.output.contains("PYFERRY_STATUS") { Err(outcome.failure("something went wrong")) } else { Ok(()) }
}

fn hosted(example: &Example) -> Result<(), String> {
    const ENDS: [&str; 5] = ["return", "exit", "_exit", "quick_exit", "exit-elsewhere"];
    let folder = build(example)?;
    let mut recipe = compile::plain(&paths::examples().join("lv2/host.c"));
    recipe.output = compile::directory(None).join("lv2_host");
    recipe.arguments.push("-ldl".to_owned());
    example.kit.builder.make(&recipe)?;
    let bundles = BUNDLES.map(|(name, ..)| folder.join(format!("{name}.lv2/")).into_os_string());
    // Other orders on each Python, and the same ones each time. In short one end, which is another one on the next Python.
    let first = example.python.minor as usize;
    let count = if example.python.in_short { 1 } else { ENDS.len() };
    for run in first..first + count * case::repeat() as usize {
        let (seed, end) = (1000 * first + run, ENDS[run % ENDS.len()]);
        let arguments: Vec<OsString> =
            [seed.to_string().into(), end.into()].into_iter().chain(bundles.iter().cloned()).collect();
        let outcome = example.run(&recipe.output, &arguments, None)?;
        outcome.expect_end(End::Exit(0))?.expect(&format!("now {end}"))?;
        if outcome.output.contains("PYFERRY_STATUS") {
            return Err(outcome.failure("something went wrong"));
        }
        if end == "return" {
            outcome.expect("all freed")?;
        }
    }
    Ok(())
}
