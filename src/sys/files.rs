//! What the files of a Python are called on each system, and where they are.
//!
//! In names and folders `{word}` stands for what the Python says of itself: see `cpython::ask`.

/// The names and places on one system.
pub struct Files {
    /// The program to ask where the host named none, as PATH has it.
    pub command: &'static str,
    /// The program, below the prefix of an installation or of a virtual environment. `{name}` is the `stem` of the library's
    /// name.
    pub programs: &'static [&'static str],
    /// How many levels above its library the prefix of an installation can be.
    pub prefixes: &'static [usize],
    /// A file whose name has one of these in it is a shared library.
    pub library_marks: &'static [&'static str],
    /// What libpython is called.
    pub libraries: &'static [&'static str],
    /// Where libpython is looked for.
    pub folders: &'static [&'static str],
    /// What to do where there is no libpython.
    pub advice: &'static str,
}

impl Files {
    /// The name of a library without prefix and suffix: python3.13t of libpython3.13t.so.1.0.
    pub fn stem<'a>(&self, library: &'a str) -> &'a str {
        let ends = self.library_marks.iter().filter_map(|mark| library.find(mark)).min();
        let stem = &library[..ends.unwrap_or(library.len())];
        stem.strip_prefix("lib").unwrap_or(stem)
    }

    /// Whether a file of that name is a shared library, rather than a program.
    pub fn is_library(&self, name: &str) -> bool {
        self.library_marks.iter().any(|mark| name.contains(mark))
    }
}
