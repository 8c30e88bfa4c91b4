# Run by each candidate: what the harness has to know about it, as KEY=VALUE lines. Paths are given only where the file exists.
import os
import sys
import sysconfig

config = sysconfig.get_config_var


def first_file(directories, name):
    """The first of these directories that has the file: LIBDIR is wrong in a Python that was moved after it was built."""
    for directory in directories:
        path = os.path.join(directory or "", name or "")
        if directory and name and os.path.isfile(path):
            return os.path.realpath(path)
    return ""


def headers():
    include = sysconfig.get_path("include")
    return include if os.path.isfile(os.path.join(include, "Python.h")) else ""


def static_link():
    return " ".join(config(key) or "" for key in ("LINKFORSHARED", "MODLIBS", "LIBS", "SYSLIBS"))


def archive():
    """Where it can be linked. Debian's names archives of the folder in which it was built, or has them cut out and leaves the ends of
    the makefile's lines."""
    words = static_link().split()
    is_whole = "\\" not in words and all(os.path.exists(word) for word in words if word.endswith(".a"))
    return first_file([config("LIBPL"), config("LIBDIR"), lib], config("LIBRARY")) if is_whole else ""


lib = os.path.join(sys.base_prefix, "lib")
short_version = "%d.%d" % sys.version_info[:2]
name = short_version + ("t" if config("Py_GIL_DISABLED") else "") + ("d" if config("Py_DEBUG") else "")

print("implementation=" + sys.implementation.name)
print("name=" + name)
print("release=" + sys.version.split()[0])
print("minor=%d" % sys.version_info[1])
print("free_threaded=%d" % bool(config("Py_GIL_DISABLED")))
print("executable=" + sys.executable)
print("shared=" + (first_file([config("LIBDIR"), lib], config("INSTSONAME")) if config("Py_ENABLE_SHARED") else ""))
print("archive=" + archive())
print("include=" + headers())
print("platform_include=" + sysconfig.get_path("platinclude"))
print("extension_suffix=" + config("EXT_SUFFIX"))
print("static_link=" + static_link())
