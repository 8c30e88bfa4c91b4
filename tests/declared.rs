//! What the headers declare, and what of CPython's is written down beside CPython's own headers.

fn main() -> std::process::ExitCode {
    harness::declared()
}
