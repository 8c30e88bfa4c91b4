import os
import subprocess
import sys

# The script of a host in Python: no extension module, only ctypes and the library.
SCRIPT = """
import ctypes, os, sys, threading

ferry = ctypes.PyDLL(os.environ["PYFERRY_TEST_LIBRARY"])
ferry.pyferry_attach.argtypes = ferry.pyferry_attach_labeled.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
ferry.pyferry_detach.argtypes = [ctypes.c_void_p]
ferry.pyferry_view_interpreter_id.argtypes = [ctypes.c_void_p]
ferry.pyferry_view_interpreter_id.restype = ctypes.c_int64
free = ctypes.CDLL(os.environ["PYFERRY_TEST_LIBRARY"])  # lets go of the GIL around calls


def ok(status):
    if status != 0:
        text = ctypes.create_string_buffer(4096)
        ferry.pyferry_last_error(text, len(text))
        sys.exit(text.value.decode())


class Info(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t)] + [
        (name, ctypes.c_char_p) for name in ("version", "libpython", "executable", "cache_off_reason")
    ] + [("version_number", ctypes.c_uint32)] + [(name, ctypes.c_bool) for name in ("free_threaded", "debug", "own_gil", "reserved")]


info = Info(ctypes.sizeof(Info))
ok(ferry.pyferry_runtime_get_info(ctypes.byref(info)))
assert info.version.decode() == sys.version, info.version
assert info.version_number == sys.hexversion >> 16
assert info.executable.decode() == sys.executable
assert info.cache_off_reason is None, info.cache_off_reason
mapped = any("libpython" in line for line in open("/proc/self/maps"))
assert ("libpython" in os.path.basename(info.libpython.decode())) == mapped, info.libpython

view, token = ctypes.c_void_p(), (ctypes.c_uint64 * 2)()
ok(ferry.pyferry_view_main(ctypes.byref(view)))
assert ferry.pyferry_view_interpreter_id(view) == 0


def nest():
    ident = threading.get_ident()
    ok(ferry.pyferry_attach(view, token))
    ok(ferry.pyferry_exec(b"import sys; sys.nested = True", None))
    ok(ferry.pyferry_detach(token))
    assert ident == threading.get_ident() and sys.nested


nest()
thread = threading.Thread(target=nest)
thread.start()
thread.join()
# Called without the GIL, attach takes it; the state that ctypes let go of is adopted.
ok(free.pyferry_runtime_start(None))
sub = ctypes.c_void_p()
ok(free.pyferry_interpreter_new(None, ctypes.byref(sub)))
ok(free.pyferry_interpreter_end(sub, ctypes.c_int64(-1)))
ok(free.pyferry_runtime_stop(ctypes.c_int64(-1)))
nest()
"""

pythons = {sys.executable} | ({"/usr/bin/python3", "/usr/local/bin/python3"} if os.name == "posix" else set())
for python in pythons:
    if os.path.exists(python):
        subprocess.run([python, "-I", "-c", SCRIPT], check=True, timeout=50)
