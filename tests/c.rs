//! Compiles every C program of `tests/c` and runs it, in a process of its own, on every CPython found.

#[allow(dead_code)] // what measures has its own
mod harness;

fn main() -> std::process::ExitCode {
    harness::main()
}
