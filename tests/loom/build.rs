//! In this package, and in no other, the gate is built on loom's locks and atomics.

fn main() {
    println!("cargo::rustc-cfg=loom");
    println!("cargo::rerun-if-changed=../../src/gate");
}
