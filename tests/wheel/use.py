"""Uses the installed package, and the extension modules beside this file that were built against it."""

import ctypes
import importlib
import os
import shutil
import subprocess
import sys
import threading

import pyferry

MODULES = sys.argv[1].split(",")
LIBRARY = os.path.basename(pyferry.get_library())


def libraries():
    """The files of all copies of pyferry in this process."""
    files = modules_of_windows() if os.name == "nt" else mapped_files()
    return {file for file in files if "pyferry" in os.path.basename(file)}


def mapped_files():
    with open("/proc/self/maps") as maps:
        return {line.split(None, 5)[-1].strip() for line in maps}


def modules_of_windows():
    from ctypes import wintypes

    kernel = ctypes.WinDLL("kernel32")
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    modules, size = (wintypes.HMODULE * 512)(), wintypes.DWORD()
    enumerate_modules = kernel.K32EnumProcessModules
    enumerate_modules.argtypes = [wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD, ctypes.c_void_p]
    assert enumerate_modules(kernel.GetCurrentProcess(), modules, ctypes.sizeof(modules), ctypes.byref(size))
    name = ctypes.create_unicode_buffer(4096)
    for module in modules[:size.value // ctypes.sizeof(wintypes.HMODULE)]:
        kernel.GetModuleFileNameW(wintypes.HMODULE(module), name, len(name))
        yield name.value


def check(modules):
    for name in modules:
        module = importlib.import_module(name)
        assert module.version() == (pyferry.__version__, pyferry.__version__), module.version()
        module.run("import threading, __main__; __main__.ran_on = threading.get_ident()")
        assert ran_on != threading.get_ident(), "it has a thread of its own"  # noqa: F821
        try:
            module.run("1 / 0")
        except RuntimeError as error:
            assert "ZeroDivisionError" in str(error), error
        else:
            raise AssertionError("no error")


def without_load():
    try:
        importlib.import_module(MODULES[0])
    except ImportError as error:
        assert LIBRARY in str(error) or os.name == "nt", error  # Windows says only that something is missing
    else:
        raise AssertionError("found, though nobody loaded it: from where?")


def shared():
    """Several extensions share the one."""
    pyferry.load()
    pyferry.load()
    check(MODULES)
    assert libraries() == {os.path.realpath(pyferry.get_library())}, libraries()


def of_the_host():
    """A host that has brought its own, by the same name, shares that with extensions that came by the package."""
    os.makedirs("host", exist_ok=True)
    own = os.path.realpath(shutil.copy(pyferry.get_library(), "host"))
    ctypes.CDLL(own)
    pyferry.load()
    check(MODULES)
    assert libraries() == {own}, libraries()


def second_copy():
    """Another one that is loaded by its path is refused: both are named."""
    pyferry.load()
    check(MODULES[:1])
    own = os.path.realpath(shutil.copy(pyferry.get_library(), f"copy-{LIBRARY}"))
    other = ctypes.CDLL(own)
    view = ctypes.c_void_p()
    status = other.pyferry_view_main(ctypes.byref(view))
    why = ctypes.create_string_buffer(4096)
    other.pyferry_last_error(why, ctypes.c_size_t(len(why)))
    other.pyferry_status_name.restype = ctypes.c_char_p
    assert other.pyferry_status_name(status) == b"PYFERRY_STATUS_UNSUPPORTED", status
    assert own in why.value.decode() and pyferry.get_library() in why.value.decode(), why.value


CASES = {case.__name__: case for case in (without_load, shared, of_the_host, second_copy)}

if len(sys.argv) > 2:
    CASES[sys.argv[2]]()
else:
    # Each in a process of its own: what is loaded stays.
    failed = [case for case in CASES if subprocess.call([sys.executable, *sys.argv, case])]
    sys.exit("failed: " + ", ".join(failed) if failed else 0)
