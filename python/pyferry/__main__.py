"""Prints what a build needs to know: python -m pyferry --cflags --libs"""

import argparse
import os
import shlex
import subprocess

from . import __version__, get_cmake_dir, get_include, get_link_library


def quote(word: str) -> str:
    return subprocess.list2cmdline([word]) if os.name == "nt" else shlex.quote(word)


FACTS = {
    "--includes": ("compiler flags for the headers", lambda: quote(f"-I{get_include()}")),
    "--cflags": ("all compiler flags: the same", lambda: quote(f"-I{get_include()}")),
    "--libs": ("linker flags: the library's path", lambda: quote(get_link_library())),
    "--cmake-dir": ("where CMake finds the package, for pyferry_DIR", get_cmake_dir),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m pyferry", description="Tells how to build against libpyferry.")
    parser.add_argument("--version", action="version", version=__version__)
    for option, (help, _) in FACTS.items():
        parser.add_argument(option, dest="asked", action="append_const", const=option, help=help)
    asked = parser.parse_args().asked
    if not asked:
        parser.error("ask for something: " + ", ".join(FACTS))
    # Once each: --includes and --cflags may say the same.
    print(" ".join(dict.fromkeys(FACTS[option][1]() for option in asked)))


if __name__ == "__main__":
    main()
