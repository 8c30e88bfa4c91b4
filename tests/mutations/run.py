#!/usr/bin/env python3
"""Breaks the library in one way after another and shows that the tests notice.

Each *.txt beside this file is one mutation: headers, then what is replaced by what.

    breaks: what is wrong now, in a sentence
    promise: what no longer holds
    cases: the tests that are to notice, separated by ";" and tried in this order: "NAME on PYTHON" of tests/c,
        tests/dropin, tests/sequences.rs, tests/declared.rs or tests/cost.rs, "rust NAME on PYTHON" of tests/rust_api, "loom"; and
        "sanitizers NAME on PYTHON" for a program of tests/c as make sanitizers runs it
    file: src/gate/mod.rs
    --- before
    text that is in the file exactly once
    --- after
    what is there instead
    --- end

Any number of `file:` blocks may follow each other. A mutation that no named case notices is tried on the whole suite.

"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRATCH = ROOT / "target" / "mutations"
TREE = SCRATCH / "tree"
BLOCK = re.compile(r"^file: ([^\n]+)\n--- before\n(.*?)--- after\n(.*?)--- end\n", re.M | re.S)


class Drifted(Exception):
    """The mutation is for other sources than these."""


class Mutation:
    def __init__(self, path):
        text = path.read_text()
        self.name = path.stem
        self.blocks = BLOCK.findall(text)
        headers = dict(re.findall(r"^(\w+): (.+)$", text.split("\nfile: ")[0], re.M))
        self.breaks, self.promise = headers["breaks"], headers["promise"]
        self.cases = [case.strip() for case in headers["cases"].split(";")]

    def mutated(self, root):
        """The texts of the files that it changes, as they are then."""
        if not self.blocks:
            raise Drifted("no block that could be applied")
        texts = {name: (root / name).read_text() for name, _, _ in self.blocks}
        for name, before, after in self.blocks:
            if texts[name].count(before) != 1:
                raise Drifted(f"{name} has this {texts[name].count(before)} times and not once:\n{before}")
            texts[name] = texts[name].replace(before, after)
        return texts

    def apply(self):
        for name, text in self.mutated(TREE).items():
            (TREE / name).write_text(text)

    def undo(self):
        for name, _, _ in self.blocks:
            shutil.copyfile(ROOT / name, TREE / name)


def copy_tree():
    """What git knows and what is new, with the time of now: what a run that was cut short built is older."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout.decode().split("\0")
    shutil.rmtree(TREE, ignore_errors=True)
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, TREE / name)


# Built in seconds, and without what Rust's debug builds check, which might notice in a test's stead.
QUICKLY = "-Copt-level=0 -Ccodegen-units=16 -Cdebug-assertions=off"
# Cases that count what the compiler made, take long where it made little of it, or want those checks.
AS_EVER = ("instructions", "loom", "sanitizers ")


def run(*command, under=None, quickly=True):
    """Whether it succeeded, and what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYFERRY_")}
    # Only the choice of Pythons is the caller's.
    if "PYFERRY_TEST_PYTHONS" in os.environ:
        environment["PYFERRY_TEST_PYTHONS"] = os.environ["PYFERRY_TEST_PYTHONS"]
    environment.update(CARGO_TARGET_DIR=str(SCRATCH / ("quickly" if quickly else "built")), CARGO_INCREMENTAL="1")
    if quickly:
        environment["RUSTFLAGS"] = QUICKLY
    if under:
        environment["PYFERRY_TEST_UNDER"] = under
    done = subprocess.run(command, cwd=TREE, env=environment, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode == 0, done.stdout


def build_harness():
    """The program that runs tests/c. It builds the library, as it is by then, each time it runs."""
    _, output = run("cargo", "test", "--release", "--test", "c", "--no-run")
    found = re.search(r"Executable .*\((.+)\)", output)
    if not found:
        sys.exit(output)
    return found[1]


def passes(case, harness):
    """Whether a case passes; None where there is no such case, or no such Python."""
    if case.startswith("loom"):
        command = ["cargo", "test", "--release", "--package", "gate-model", "--", *case.split()[1:]]
    elif case.startswith(("sequences", "pairs")):
        command = ["cargo", "test", "--release", "--test", "sequences", "--", "--exact", case]
    elif case.startswith("dropin"):
        command = ["cargo", "test", "--release", "--test", "dropin", "--", "--exact", case]
    elif case.startswith("rust "):
        command = ["cargo", "test", "--release", "--test", "rust_api", "--", "--exact", case.removeprefix("rust ")]
    elif case.startswith("table::"):
        command = ["cargo", "test", "--release", "--test", "declared", "--", "--exact", case]
    elif case.startswith("instructions"):
        command = ["cargo", "test", "--release", "--test", "cost", "--", "--exact", case]
    elif case.startswith("sanitizers "):
        command = ["cargo", "test", "--release", "--test", "c", "--", "--exact", case.removeprefix("sanitizers ")]
    else:
        command = [harness, "--exact", case]
    under = "sanitizers" if case.startswith("sanitizers ") else None
    passed, output = run(*command, under=under, quickly=not case.startswith(AS_EVER))
    if not passed:
        return False
    return True if re.search(r"ok\. [1-9]\d* passed", output) else None


def try_out(mutation, harness, named_only):
    """Who noticed, or None."""
    built, output = run("cargo", "build", "--release", "--lib")
    if not built:
        raise Drifted("does not compile:\n" + output[-3000:])
    for case in mutation.cases:
        if passes(case, harness) is False:
            return case
    if not named_only:
        passed, output = run("cargo", "test", "--release", "--workspace", "--no-fail-fast")
        if not passed:
            failed = re.findall(r"^test (.+?) +\.\.\. FAILED$", output, re.M)
            return f"the whole suite: {', '.join(failed[:5]) or output[-500:]}"
    return None


def check(mutations):
    """All of them, that one run tells of each that has drifted."""
    bad = 0
    for mutation in mutations:
        try:
            mutation.mutated(ROOT)
        except Drifted as drifted:
            print(f"{mutation.name}: {drifted}")
            bad += 1
    return int(bad > 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--named-only", action="store_true", help="the named cases and no others")
    how.add_argument("--check", action="store_true", help="only that each mutation is still for these sources")
    parser.add_argument("names", nargs="*", metavar="NAME", help="these mutations and no others")
    arguments = parser.parse_args()
    mutations = {path.stem: Mutation(path) for path in sorted(pathlib.Path(__file__).parent.glob("*.txt"))}
    unknown = [name for name in arguments.names if name not in mutations]
    if unknown:
        parser.error(f"no mutation is called {', '.join(unknown)}")
    mutations = [mutations[name] for name in arguments.names or mutations]
    if arguments.check:
        return check(mutations)
    copy_tree()
    harness = build_harness()

    # A case that fails of itself, or is nowhere, says nothing about a mutation.
    bad = 0
    for case in sorted({case for mutation in mutations for case in mutation.cases}):
        verdict = passes(case, harness)
        if verdict is not True:
            print(f"{case}: {'fails without any mutation' if verdict is False else 'not found here'}", flush=True)
            bad += verdict is False
    if bad:
        return 1

    for mutation in mutations:
        start = time.monotonic()
        try:
            mutation.apply()
            noticed = try_out(mutation, harness, arguments.named_only)
            verdict = f"caught by {noticed}" if noticed else f"SURVIVED: {mutation.breaks} Promise: {mutation.promise}"
            bad += noticed is None
        except Drifted as drifted:
            verdict = f"NOT TRIED: {drifted}"
            bad += 1
        finally:
            mutation.undo()
        print(f"{mutation.name}: {verdict} ({time.monotonic() - start:.0f} s)", flush=True)
    print(f"{len(mutations)} mutations, {bad} not caught")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
