//! The harness itself: a failure, a crash and a hang are each reported, or all other results mean nothing.

use std::process::Command;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

use super::cpython::Declared;
use super::directives::{Directives, Mode, Variant};
use super::tool::Tool;
use super::trial::Trial;
use super::{build, markdown, paths, process, snippets, symbols, verdict};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("harness::success passes", || expect("success", "echo fine", Ok(()))),
        Trial::test("harness::failure is reported", || expect("failure", "exit 77", Err("exit status: 77"))),
        Trial::test("harness::crash is reported", || expect("crash", "kill -SEGV $$", Err("signal: 11"))),
        Trial::test("harness::hang is reported", || expect("hang", "sleep 100 & wait", Err("not finished after"))),
        Trial::test("harness::left-over child keeps nobody waiting", || expect("orphan", "sleep 100 & exit 0", Ok(()))),
        Trial::test("harness::a file is found whole", whole_file),
        Trial::test("harness::directives", directives),
        Trial::test("harness::declarations", declarations),
        Trial::test("harness::declarations of CPython", declarations_of_cpython),
        Trial::test("harness::no block of code escapes", blocks),
        Trial::test("harness::versions may differ", versions),
    ]
}

fn expect(name: &str, script: &str, expected: Result<(), &str>) -> Result<(), Failed> {
    let limit = Duration::from_millis(500);
    let start = Instant::now();
    let directory = paths::run("harness");
    std::fs::create_dir_all(&directory)?;
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    let finished = process::run(&mut command, &directory.join(name), limit, |_| String::new())?;
    let judged = verdict::of(&finished, limit);
    let as_expected = match (&judged, expected) {
        (Ok(()), Ok(())) => true,
        (Err(message), Err(start)) => message.starts_with(start),
        _ => false,
    };
    if !as_expected {
        return Err(format!("{judged:?} and not {expected:?}").into());
    }
    if start.elapsed() > Duration::from_secs(50) { Err("waited for a sleeper".into()) } else { Ok(()) }
}

/// Cases that run side by side write the same file, and read it.
fn whole_file() -> Result<(), Failed> {
    let file = paths::run("harness").join("written");
    let texts = ["a", "b"].map(|letter| letter.repeat(100_000));
    build::write_if_new(&file, &texts[0])?;
    let write = |text: &String| (0..200).try_for_each(|_| build::write_if_new(&file, text));
    let is_whole = || texts.iter().any(|text| std::fs::read_to_string(&file).is_ok_and(|found| found == *text));
    std::thread::scope(|threads| {
        let writers = texts.each_ref().map(|text| threads.spawn(|| write(text)));
        while writers.iter().any(|writer| !writer.is_finished()) {
            if !is_whole() {
                return Err("a part of it was found".into());
            }
        }
        writers.into_iter().try_for_each(|writer| writer.join().expect("it panics nowhere").map_err(Failed::from))
    })
}

fn directives() -> Result<(), Failed> {
    let source = "/*\n * harness: mode=dlopen\n * harness: env=A=b=c */\n// harness: also=x C=d\n// harness: since=3.12\n/* harness: args=x y */\n\
                  /* harness: seeds=7 8 */\n// harness: flags=-a -b\n/* harness: not-under=helgrind a reason */\nint main;";
    let expected = Directives {
        mode: Mode::Dlopen,
        since: Some(12),
        flags: vec!["-a".to_owned(), "-b".to_owned()],
        args: vec!["x".to_owned(), "y".to_owned()],
        seeds: vec![7, 8],
        env: vec![("A".to_owned(), "b=c".to_owned())],
        also: vec![Variant { name: "x".to_owned(), env: ("C".to_owned(), "d".to_owned()) }],
        not_under: vec![(Tool::Helgrind, "a reason".to_owned())],
        ..Directives::default()
    };
    let parsed = Directives::parse(source)?;
    if parsed != expected {
        return Err(format!("{parsed:?}").into());
    }
    match Directives::parse("/* harness: moed=host */") {
        Ok(_) => Err("a misspelt directive was taken".into()),
        Err(_) => Ok(()),
    }
}

fn declarations() -> Result<(), Failed> {
    let header = "#define X pyferry_x(1)\n/* pyferry_y() */ typedef void (*pyferry_callback)(int);\n\
                  struct pyferry_view *pyferry_view_clone(int); // pyferry_z()\n";
    let text = symbols::without_comments(header);
    let found: Vec<_> = symbols::declared_functions(&text).collect();
    if found == ["pyferry_view_clone"] { Ok(()) } else { Err(format!("{found:?}").into()) }
}

fn declarations_of_cpython() -> Result<(), Failed> {
    let header = "typedef struct a b;\n#ifndef Py_PYTHON_H\nenum { no };\n#endif\nint *Py_A(void (*)(int)); /* Py_C() */\n\
                  extern int *Py_D;\nOPTIONAL int _Py_B(void);\n";
    let expected = Declared {
        functions: vec!["Py_A".to_owned()],
        data: vec!["Py_D".to_owned()],
        optional: vec!["_Py_B".to_owned()],
    };
    let parsed = Declared::parse(header)?;
    if parsed != expected {
        return Err(format!("{parsed:?}").into());
    }
    match Declared::parse("int Py_A(int,\n") {
        Ok(_) => Err("half a declaration was taken".into()),
        Err(_) => Ok(()),
    }
}

const DOCUMENT: &str = "\
text
```c
int main(void) { return 0; }
```

```text
printed
```
text
```text
of nobody
```
<!-- prelude
int x;
-->
- item
  ```cpp fragment
  x = 1;
  ```

text

    int indented;

```
int silent;
```

```c
int x;
```

~~~c++
int main() {}
~~~

```c fragmnt
x = 1;
```
";

fn blocks() -> Result<(), Failed> {
    let found = markdown::blocks(DOCUMENT);
    let outputs: Vec<_> = found.iter().filter_map(|block| Some((block.line, block.output.as_deref()?))).collect();
    if outputs != [(3, "printed\n")] {
        return Err(format!("{outputs:?}").into());
    }
    let after_prelude: Vec<_> = found.iter().filter(|block| block.prelude.trim() == "int x;").collect();
    if after_prelude.len() != found.len() - 3 || after_prelude[0].text != "x = 1;\n" || after_prelude[0].line != 18 {
        return Err(format!("{found:?}").into());
    }
    let known = snippets::says_what_it_is(DOCUMENT);
    if known == [true, true, true, true, false, false, false, false, false] {
        Ok(())
    } else {
        Err(format!("{known:?}").into())
    }
}

fn versions() -> Result<(), Failed> {
    let same = [("hello from 3.14.5\n", "hello from 3.15.0rc2  \n\n"), ("(3.9, a)", "(3.9, a)")];
    let different = [("3.14.5 x", "3.14.5 y"), ("3", "4"), ("3.5 s", "3.5")];
    for (one, other) in same {
        if snippets::without_versions(one) != snippets::without_versions(other) {
            return Err(format!("{one:?} differs from {other:?}").into());
        }
    }
    for (one, other) in different {
        if snippets::without_versions(one) == snippets::without_versions(other) {
            return Err(format!("{one:?} is as {other:?}").into());
        }
    }
    Ok(())
}
