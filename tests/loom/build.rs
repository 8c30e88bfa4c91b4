//! In this package, and in no other, the gate and the ring are built on loom's locks and atomics.

fn main() {
    println!("cargo::rustc-cfg=loom");
    println!("cargo::rerun-if-changed=../../src/gate");
    println!("cargo::rerun-if-changed=../../src/queue/ring.rs");
}
