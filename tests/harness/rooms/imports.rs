//! Which module of the library uses which, as its sources name them: by `crate::`, `super::` and `self::`.

use std::collections::{BTreeMap, BTreeSet};

/// A module's path: `["process", "runtime", "start"]` is `src/process/runtime/start.rs`.
pub type Module = Vec<String>;

/// Each module, and the modules that it uses.
pub type Uses = BTreeMap<Module, BTreeSet<Module>>;

/// Reads sources, by their paths below `src`. `lib.rs` is no module: what is in it belongs to all.
pub fn read(sources: &BTreeMap<String, String>) -> Uses {
    let texts: BTreeMap<Module, String> =
        sources.iter().filter_map(|(path, text)| Some((module(path)?, without_comments(text)))).collect();
    let exported: BTreeMap<&Module, BTreeMap<String, Module>> =
        texts.iter().map(|(module, text)| (module, exports(module, text))).collect();
    let used_by = |from: &Module, text: &str| {
        let named = paths(text).into_iter().filter_map(|path| absolute(from, &path));
        named.filter_map(|path| target(&path, &texts, &exported)).filter(|to| to != from).collect()
    };
    texts.iter().map(|(module, text)| (module.clone(), used_by(module, text))).collect()
}

fn module(path: &str) -> Option<Module> {
    let path = path.strip_suffix(".rs")?;
    let path = path.strip_suffix("/mod").unwrap_or(path);
    (path != "lib").then(|| path.split('/').map(str::to_owned).collect())
}

fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The module in which a path ends: through what modules hand on of their children (`pub use child::Name`).
fn target(
    path: &[String],
    texts: &BTreeMap<Module, String>,
    exported: &BTreeMap<&Module, BTreeMap<String, Module>>,
) -> Option<Module> {
    let mut module = Module::new();
    for name in path {
        let child: Module = module.iter().cloned().chain([name.clone()]).collect();
        if texts.contains_key(&child) {
            module = child;
            continue;
        }
        if let Some(origin) = exported.get(&module).and_then(|names| names.get(name)) {
            module.clone_from(origin);
        }
        break;
    }
    (!module.is_empty()).then_some(module)
}

/// The names that a module hands on of its children's, and the children.
fn exports(module: &Module, text: &str) -> BTreeMap<String, Module> {
    let declarations = text.split("pub use ").skip(1);
    let handed_on = declarations.flat_map(|rest| tree(&mut Words::new(rest)));
    let below = handed_on.filter(|path| path.len() > 1 && !is_root(&path[0]));
    below.map(|path| (path[path.len() - 1].clone(), module.iter().chain(&path[..1]).cloned().collect())).collect()
}

fn is_root(name: &str) -> bool {
    ["crate", "super", "self"].contains(&name)
}

/// From the crate's root. None: it leads out of the crate.
fn absolute(from: &Module, path: &[String]) -> Option<Vec<String>> {
    let mut base = if path[0] == "crate" { Module::new() } else { from.clone() };
    let ups = path.iter().take_while(|name| *name == "super").count();
    base.truncate(base.len().checked_sub(ups)?);
    base.extend(path.iter().skip_while(|name| is_root(name)).cloned());
    Some(base)
}

/// Every path in a text that begins at the crate's root, or at a module above.
fn paths(text: &str) -> Vec<Vec<String>> {
    let begins = |at: &usize| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
    let starts = ["crate::", "super::", "self::"].into_iter().flat_map(|root| text.match_indices(root));
    starts.map(|(at, _)| at).filter(begins).flat_map(|at| tree(&mut Words::new(&text[at..]))).collect()
}

/// `a::{b, c::d}` is `a::b` and `a::c::d`.
fn tree(words: &mut Words) -> Vec<Vec<String>> {
    let mut path = Vec::new();
    loop {
        match words.next() {
            Some("{") => {
                let mut all = Vec::new();
                while !matches!(words.peek(), Some("}") | None) {
                    all.extend(tree(words).into_iter().map(|end| path.iter().cloned().chain(end).collect()));
                    // Up to the next one: past `as name`.
                    while !matches!(words.peek(), Some("," | "}") | None) {
                        words.next();
                    }
                    if words.peek() == Some(",") {
                        words.next();
                    }
                }
                words.next();
                return all;
            }
            // The module itself, where it ends a path in braces.
            Some("self") if words.peek() != Some("::") => {}
            Some(name) => path.push(name.to_owned()),
            None => {}
        }
        if words.peek() != Some("::") {
            return vec![path];
        }
        words.next();
    }
}

/// The words of a source: names, `::`, and any other character by itself.
struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        Words { rest: text.trim_start() }
    }

    fn length(&self) -> usize {
        let name = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        match name {
            0 if self.rest.starts_with("::") => 2,
            0 => self.rest.chars().next().map_or(0, char::len_utf8),
            length => length,
        }
    }

    fn peek(&self) -> Option<&'a str> {
        Some(&self.rest[..self.length()]).filter(|word| !word.is_empty())
    }

    fn next(&mut self) -> Option<&'a str> {
        let word = self.peek()?;
        self.rest = self.rest[word.len()..].trim_start();
        Some(word)
    }
}
