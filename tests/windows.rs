//! The programs of `tests/c` on CPythons for Windows, under Wine, where `make test-windows` has got these.

fn main() -> std::process::ExitCode {
    harness::windows::main()
}
