//! The committed header is the one that belongs to the sources.

#[path = "../examples/header.rs"]
mod generate;

#[test]
fn is_current() {
    let committed =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/include/pyferry.h")).unwrap_or_default();
    assert!(
        committed == generate::header(),
        "include/pyferry.h is stale; renew it with: cargo run --example header > include/pyferry.h.new && mv include/pyferry.h.new include/pyferry.h"
    );
}
