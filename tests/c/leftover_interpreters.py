import subprocess
import sys

CODE = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
left = interpreters.create()
error = interpreters.run_string(left, "%s")
assert error is None, error
raise SystemExit(7)
"""


def end_of(script):
    """How a process ends that leaves an interpreter over in which the script was run."""
    return subprocess.run([sys.executable, "-c", CODE % script], timeout=40).returncode


with_pyferry, without = end_of("import leftover_interpreters as ferry; ferry.be_visited()"), end_of("import threading")
# Up to 3.12 CPython may end in a fatal error of its own.
assert with_pyferry in (7, without), (with_pyferry, without)
