"""What tools/windows, tools/arm64 and tools/debian share: saying what is missing, and getting it."""
import os
import pathlib
import shutil
import subprocess
import sys

TOOL = f"tools/{pathlib.Path(sys.argv[0]).name}"


def has(program):
    return shutil.which(program) is not None


def rust_library(target, size):
    """Rust's standard library for that target, as `run` wants what is missing; nothing, if it is there."""
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True).stdout.strip()
    if sysroot and os.path.isdir(f"{sysroot}/lib/rustlib/{target}/lib"):
        return []
    return [(f"Rust's standard library for {target} ({size}); a few seconds",
             lambda: subprocess.run(["rustup", "--quiet", "target", "add", target], check=True))]


def install(packages):
    if os.geteuid() != 0 or not has("apt-get"):
        sys.exit(f"{TOOL}: missing: {' '.join(packages)}. On Debian or Ubuntu: sudo apt-get install --no-install-recommends {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], stdout=sys.stderr)
    subprocess.run(["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages], env=environment, stdout=subprocess.DEVNULL, check=True)


def mirror():
    """Where this machine's own package client has Debian from."""
    asked = ["apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split("\n")
    places = [place for origin, _, place in (line.partition(" ") for line in said) if origin == "Debian" and "security" not in place]
    return places[0] if places else sys.exit(f"{TOOL}: this machine's package client knows no mirror of Debian")


def run(missing, place):
    """What is missing are words for people, each with the function that gets it."""
    if sys.argv[1:] == ["--path"]:
        print(place)
        return
    lacking = missing()
    for what, _ in lacking:
        print(f"{TOOL}: {'missing' if sys.argv[1:] == ['--check'] else 'getting'} {what}", file=sys.stderr, flush=True)
    if sys.argv[1:] == ["--check"]:
        sys.exit(1 if lacking else 0)
    for _, get in lacking:
        get()
