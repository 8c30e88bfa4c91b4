"""Carries libpyferry to extension modules that use it: where it is, for building, and the library itself, for running.

    python -m pyferry --cflags --libs       # for a compiler
    python -m pyferry --cmake-dir           # for CMake's find_package(pyferry)

An extension's package loads the library before the extension module that is linked to it:

    import pyferry
    pyferry.load()
    from . import _extension
"""

from __future__ import annotations

import os
from importlib.metadata import version as _version

__all__ = ["get_cmake_dir", "get_include", "get_library", "get_link_library", "load"]
__version__ = _version("pyferry")

_HERE = os.path.dirname(os.path.abspath(__file__))


def get_include() -> str:
    """The directory that has pyferry.h."""
    return os.path.join(_HERE, "include")


def get_library() -> str:
    """The shared library's file. What is linked with it asks for it by its file name."""
    directory = os.path.join(_HERE, "lib")
    (name,) = (name for name in os.listdir(directory) if not name.endswith(".lib"))
    return os.path.join(directory, name)


def get_link_library() -> str:
    """The file that a linker takes: on Windows pyferry.lib, elsewhere the shared library itself."""
    return os.path.join(_HERE, "lib", "pyferry.lib") if os.name == "nt" else get_library()


def get_cmake_dir() -> str:
    """The directory that has pyferry-config.cmake, for CMake's pyferry_DIR or CMAKE_PREFIX_PATH."""
    return os.path.join(_HERE, "cmake")


def load() -> None:
    """Loads the library into this process, once, so that extension modules linked to it are found theirs.

    One that is there already under the same name serves them too: the host's, or another package's. It stays loaded.
    """
    import ctypes  # where it is needed: 3.12 has it in no interpreter with a GIL of its own

    path = get_library()
    if os.name == "nt":
        # Whatever asks for a library by its name gets one of that name that is there.
        if not ctypes.windll.kernel32.GetModuleHandleW(os.path.basename(path)):
            ctypes.CDLL(path)
        return
    try:
        ctypes.CDLL(os.path.basename(path), mode=os.RTLD_NOLOAD | os.RTLD_NOW)
    except OSError:
        ctypes.CDLL(path, mode=os.RTLD_NOW | os.RTLD_LOCAL)
