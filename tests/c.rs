//! Compiles every C program of `tests/c` and runs it, in a process of its own, on every CPython found.

fn main() -> std::process::ExitCode {
    harness::main()
}
