//! What pyo3-ffi declares, for one version of Python at a time. Read, not compiled: compiled it would be for one Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, ForeignItem, ForeignItemFn, ForeignItemStatic, Item, ItemConst, LitStr, Meta, Token};

/// One Python as pyo3-ffi's conditions see it: CPython, with a GIL.
#[derive(Clone, Copy)]
pub struct Version {
    pub minor: u32,
    /// Only the limited API.
    pub limited: bool,
}

#[derive(Default)]
pub struct Declared {
    pub functions: Vec<ForeignItemFn>,
    pub variables: Vec<ForeignItemStatic>,
    pub constants: Vec<ItemConst>,
}

/// pyo3-ffi's sources, of the version that tests/ffi asks for.
pub fn find(root: &Path) -> PathBuf {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["metadata", "--format-version=1", "--locked", "--manifest-path"])
        .arg(root.join("tests/ffi/Cargo.toml"));
    let output = command.output().expect("cargo runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata answers in JSON");
    let packages = metadata["packages"].as_array().expect("there are packages");
    let found = packages.iter().find(|package| package["name"] == "pyo3-ffi").expect("tests/ffi depends on pyo3-ffi");
    Path::new(found["manifest_path"].as_str().expect("a path")).with_file_name("src")
}

impl Declared {
    pub fn by(sources: &Path, version: Version) -> Declared {
        let mut declared = Declared::default();
        declared.add_file(&sources.join("lib.rs"), sources, version);
        declared
    }

    /// `below` is where the file's modules are.
    fn add_file(&mut self, file: &Path, below: &Path, version: Version) {
        let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        self.add_items(parsed.items, below, version);
    }

    fn add_items(&mut self, items: Vec<Item>, below: &Path, version: Version) {
        for item in items {
            match item {
                Item::Mod(module) if version.has(&module.attrs) => match module.content {
                    Some((_, items)) => self.add_items(items, below, version),
                    None => self.add_module(&module.ident.to_string(), below, version),
                },
                Item::Macro(call) if call.mac.path.is_ident("extern_libpython") && version.has(&call.attrs) => {
                    let block: Block = call.mac.parse_body().expect("a block of declarations");
                    self.add_declarations(block.0, version);
                }
                Item::Const(constant) if version.has(&constant.attrs) && is_public(&constant.vis) => {
                    self.constants.push(constant);
                }
                _ => {}
            }
        }
    }

    fn add_module(&mut self, name: &str, below: &Path, version: Version) {
        // What helps Rust, and what is not part of Python.h.
        if ["macros", "compat", "impl_", "datetime", "structmember"].contains(&name) {
            return;
        }
        let (file, folder) = (below.join(format!("{name}.rs")), below.join(name));
        if file.exists() {
            self.add_file(&file, &folder, version)
        } else {
            self.add_file(&folder.join("mod.rs"), &folder, version)
        }
    }

    fn add_declarations(&mut self, items: Vec<ForeignItem>, version: Version) {
        for item in items {
            match item {
                ForeignItem::Fn(function) if version.has(&function.attrs) => self.functions.push(function),
                ForeignItem::Static(variable) if version.has(&variable.attrs) => self.variables.push(variable),
                _ => {}
            }
        }
    }
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

/// What is in `extern_libpython!`: declarations, or an ABI and declarations in braces.
struct Block(Vec<ForeignItem>);

impl Parse for Block {
    fn parse(input: ParseStream) -> syn::Result<Block> {
        if input.peek(LitStr) {
            input.parse::<LitStr>()?;
            let inside;
            syn::braced!(inside in input);
            return Block::parse(&inside);
        }
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(input.parse()?);
        }
        Ok(Block(items))
    }
}

impl Version {
    fn has(self, attributes: &[Attribute]) -> bool {
        attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("cfg"))
            .all(|attribute| self.fulfils(&attribute.parse_args::<Meta>().expect("a condition")))
    }

    fn fulfils(self, condition: &Meta) -> bool {
        match condition {
            Meta::Path(path) => {
                let name = path.get_ident().map(ToString::to_string).unwrap_or_default();
                match name.strip_prefix("Py_3_") {
                    Some(minor) => minor.parse::<u32>().is_ok_and(|minor| minor <= self.minor),
                    None => name == "Py_LIMITED_API" && self.limited,
                }
            }
            Meta::NameValue(_) => false,
            Meta::List(list) => {
                let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).expect("conditions");
                if list.path.is_ident("not") {
                    !parts.iter().any(|part| self.fulfils(part))
                } else if list.path.is_ident("all") {
                    parts.iter().all(|part| self.fulfils(part))
                } else {
                    parts.iter().any(|part| self.fulfils(part))
                }
            }
        }
    }
}
