//! The rooms of `src`: what CONTRIBUTING.md says of them, what the sources do, and the picture of them in `docs`.
//!
//! A room is a module of the library's root. CONTRIBUTING.md has a row for each, with the rooms that it calls, and those are
//! further down: so nothing goes in a circle.

mod imports;
mod picture;

use std::collections::{BTreeMap, BTreeSet};
use std::{env, fs};

use libtest_mimic::Failed;

use super::paths;
use super::trial::Trial;
use imports::{Module, Uses};

const PICTURE: &str = "docs/images/rooms.svg";

/// A row of the table.
struct Room {
    name: String,
    what: String,
    calls: BTreeSet<String>,
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("rooms::the sources do what CONTRIBUTING.md says", || {
            let faults = faults(&rooms(&contributing()?), &imports::read(&sources()?));
            if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
        }),
        Trial::test("rooms::the picture is of that table", || {
            let rooms = rooms(&contributing()?);
            if let Some(fault) = going_up(&rooms).next() {
                return Err(fault.into());
            }
            let drawn = picture::draw(&rooms);
            let file = paths::root().join(PICTURE);
            if env::var("PYFERRY_ROOMS").is_ok_and(|value| value == "renew") {
                return Ok(fs::write(file, drawn)?);
            }
            if fs::read_to_string(file)? == drawn {
                Ok(())
            } else {
                Err(format!("{PICTURE} is old: make rooms").into())
            }
        }),
        Trial::test("rooms::faults are found", faults_are_found),
    ]
}

fn contributing() -> Result<String, Failed> {
    Ok(fs::read_to_string(paths::root().join("CONTRIBUTING.md"))?)
}

fn sources() -> Result<BTreeMap<String, String>, Failed> {
    let root = paths::root().join("src");
    let (mut directories, mut sources) = (vec![root.clone()], BTreeMap::new());
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let name = path.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
                sources.insert(name, fs::read_to_string(&path)?);
            }
        }
    }
    Ok(sources)
}

/// `| [src/gate](src/gate) | who is inside | nothing |`
fn rooms(text: &str) -> Vec<Room> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("| [src/")?.strip_suffix(" |")?.split(" | ").collect();
        let [link, what, calls] = cells[..] else { return None };
        let name = link.split(']').next()?.trim_end_matches(".rs").to_owned();
        let calls = calls.split(", ").filter(|name| *name != "nothing").map(str::to_owned).collect();
        Some(Room { name, what: what.to_owned(), calls })
    };
    text.lines().filter_map(row).collect()
}

/// Where the sources and the rows disagree.
fn faults(rooms: &[Room], uses: &Uses) -> Vec<String> {
    let mut faults = Vec::new();
    let here: BTreeSet<&str> = uses.keys().map(|module| module[0].as_str()).collect();
    let listed: Vec<&str> = rooms.iter().map(|room| room.name.as_str()).collect();
    faults.extend(here.iter().filter(|name| !listed.contains(name)).map(|name| format!("src/{name} has no row")));
    faults.extend(listed.iter().filter(|name| !here.contains(*name)).map(|name| format!("there is no src/{name}")));
    for room in rooms {
        let mut called = BTreeSet::new();
        for (from, to) in uses.iter().filter(|(from, _)| from[0] == room.name) {
            for to in to.iter().filter(|to| to[0] != room.name) {
                called.insert(&to[0]);
                if !room.calls.contains(&to[0]) {
                    faults.push(format!(
                        "{} uses {}: the row of src/{} has no {}",
                        file(from),
                        file(to),
                        room.name,
                        to[0]
                    ));
                }
            }
        }
        let unused = room.calls.iter().filter(|name| !called.contains(name));
        faults.extend(unused.map(|name| format!("src/{} uses nothing of src/{name}, as its row says", room.name)));
    }
    faults.extend(going_up(rooms));
    faults.extend(directories(uses).into_iter().filter_map(|directory| {
        let ring = ring(&siblings(&directory, uses))?;
        Some(format!("src/{}: {} in a ring", directory.join("/"), ring.join(" uses ")))
    }));
    faults
}

fn going_up(rooms: &[Room]) -> impl Iterator<Item = String> {
    rooms.iter().enumerate().flat_map(move |(place, room)| {
        let above = room.calls.iter().filter(move |name| rooms[place + 1..].iter().all(|below| below.name != **name));
        above.map(|name| format!("src/{} calls {name}, which is not further down", room.name))
    })
}

fn file(module: &Module) -> String {
    format!("src/{}", module.join("/"))
}

/// Every module that has modules of its own.
fn directories(uses: &Uses) -> BTreeSet<Module> {
    uses.keys().filter(|module| module.len() > 1).map(|module| module[..module.len() - 1].to_vec()).collect()
}

/// Which modules of a directory use which. What they have in common is in the directory's own module, which is not looked at: it
/// names them all.
fn siblings(directory: &Module, uses: &Uses) -> BTreeMap<String, BTreeSet<String>> {
    let child = |module: &Module| module.strip_prefix(directory.as_slice())?.first().cloned();
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, to) in uses {
        let Some(from) = child(from) else { continue };
        edges.entry(from.clone()).or_default().extend(to.iter().filter_map(child).filter(|to| *to != from));
    }
    edges
}

/// A ring, from one of its members to that one again.
fn ring(edges: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    fn visit(
        name: &str,
        edges: &BTreeMap<String, BTreeSet<String>>,
        path: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> bool {
        if let Some(start) = path.iter().position(|other| other == name) {
            path.drain(..start);
            path.push(name.to_owned());
            return true;
        }
        path.push(name.to_owned());
        let is_new = done.insert(name.to_owned());
        if is_new && edges.get(name).is_some_and(|to| to.iter().any(|to| visit(to, edges, path, done))) {
            return true;
        }
        path.pop();
        false
    }
    let (mut path, mut done) = (Vec::new(), BTreeSet::new());
    edges.keys().any(|name| visit(name, edges, &mut path, &mut done)).then_some(path)
}

/// Breaks a small house in each way, and hears of it.
fn faults_are_found() -> Result<(), Failed> {
    const TABLE: &str = "| [src/top](src/top) | all | leaf, low |\n| [src/low](src/low) | less | leaf |\n| [src/leaf.rs](src/leaf.rs) | least | nothing |\n";
    const SOURCES: [(&str, &str); 6] = [
        ("lib.rs", "mod leaf;\npub use top::all;\n"),
        ("leaf.rs", "//! Nothing of `crate::top`.\npub fn least() {}\n"),
        ("low/mod.rs", "mod one;\nmod two;\npub use one::{First, unless};\npub use two::Second;\n"),
        ("low/one.rs", "use std::{fs, io::{self as inout}};\nuse crate::leaf;\n"),
        ("low/two.rs", "use super::First;\n"),
        ("top/mod.rs", "use crate::{leaf::{self as bottom}, low};\n"),
    ];
    let found = |table: &str, changed: Option<(&str, &str)>| {
        let mut sources: BTreeMap<String, String> =
            SOURCES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        sources.extend(changed.map(|(path, text)| (path.to_owned(), text.to_owned())));
        faults(&rooms(table), &imports::read(&sources)).join("; ")
    };
    let expect = |table: &str, changed: Option<(&str, &str)>, expected: &str| {
        let found = found(table, changed);
        if found == expected { Ok(()) } else { Err(Failed::from(format!("{found:?} and not {expected:?}"))) }
    };
    expect(TABLE, None, "")?;
    let up = "use crate::{leaf, top};";
    expect(TABLE, Some(("low/one.rs", up)), "src/low/one uses src/top: the row of src/low has no top")?;
    let in_passing = "use crate::leaf; fn f() { crate::top::all() }";
    expect(TABLE, Some(("low/one.rs", in_passing)), "src/low/one uses src/top: the row of src/low has no top")?;
    expect(
        &TABLE.replace("| leaf |", "| leaf, top |"),
        Some(("low/one.rs", up)),
        "src/low calls top, which is not further down",
    )?;
    expect(
        &TABLE.replace("| nothing |", "| low |"),
        None,
        "src/leaf uses nothing of src/low, as its row says; src/leaf calls low, which is not further down",
    )?;
    expect(TABLE, Some(("attic.rs", "")), "src/attic has no row")?;
    expect(&format!("{TABLE}| [src/cellar](src/cellar) | gone | nothing |\n"), None, "there is no src/cellar")?;
    // By the name that the directory's module hands on, and by the file's.
    let ring = "src/low: one uses two uses one in a ring";
    expect(TABLE, Some(("low/one.rs", "use super::Second;\nuse crate::leaf;")), ring)?;
    expect(TABLE, Some(("low/one.rs", "use crate::{leaf, low::two};")), ring)
}
