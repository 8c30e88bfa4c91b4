"""What tools/dropin has of pybind11: its own tests, in its simple mode, where its gil_scoped_acquire is PyGILState_Ensure."""
import concurrent.futures
import os
import re
import subprocess
import sys
import tarfile

VERSION = "3.1.0"
# What has to do with threads, the GIL, callbacks and several interpreters.
MODULES = """test_callbacks test_class_release_gil_before_calling_cpp_dtor test_gil_scoped test_iostream test_multiple_interpreters
    test_scoped_critical_section test_thread""".split()
# Modules of their own, which those use.
BESIDE = "cross_module_gil_utils mod_per_interpreter_gil mod_per_interpreter_gil_with_singleton mod_shared_interpreter_gil".split()
FLAGS = "-std=c++17 -O0 -fPIC -fvisibility=hidden -pthread -DPYBIND11_SIMPLE_GIL_MANAGEMENT".split()


class Missing(Exception):
    """Why its tests are not run."""


def must(command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        said = (done.stdout.strip().splitlines() or [f"{command[0]} failed"])[-1]
        raise Missing(re.sub(r"/\S+/", "", said.replace("|", " ")))
    return done.stdout.strip()


def sources(place):
    """Its sources with the tests, which no wheel has, from the package index."""
    folder = place / f"pybind11-{VERSION}"
    if not folder.exists():
        must([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "pybind11", "--dest", place,
              f"pybind11=={VERSION}"])
        with tarfile.open(place / f"pybind11-{VERSION}.tar.gz") as archive:
            archive.extractall(place)
    return folder


def install_pytest(python, folder):
    """For that Python, also by the pip of another one."""
    if folder.exists():
        return
    version = must([python, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
    must([sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, "--only-binary", ":all:", "--python-version", version,
          "pytest", "exceptiongroup", "tomli"])


def compile_modules(python, tests, folder):
    include, suffix = must([python, "-I", "-c", "import sysconfig; print(sysconfig.get_paths()['include']);"
                            "print(sysconfig.get_config_var('EXT_SUFFIX'))"]).splitlines()
    folder.mkdir(parents=True, exist_ok=True)
    flags = [*FLAGS, f"-I{tests.parent / 'include'}", f"-I{include}"]

    def compile_one(name):
        if not (folder / f"{name}.o").exists():
            must(["c++", *flags, "-c", tests / f"{name}.cpp", "-o", folder / f"{name}.new"])
            (folder / f"{name}.new").rename(folder / f"{name}.o")

    parts = ["pybind11_tests", *(name for name in MODULES if (tests / f"{name}.cpp").exists())]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(compile_one, parts + BESIDE))
    for module, names in [("pybind11_tests", parts), *((name, [name]) for name in BESIDE)]:
        must(["c++", "-shared", "-pthread", *(folder / f"{name}.o" for name in names), "-o", folder / f"{module}{suffix}"])


def prepare(name, python, place):
    """The folder of the tests, and the path on which that Python finds what they want; or says why not."""
    place.mkdir(parents=True, exist_ok=True)
    tests = sources(place) / "tests"
    install_pytest(python, place / name / "pytest")
    compile_modules(python, tests, place / name / "modules")
    return tests, os.pathsep.join(str(place / name / part) for part in ("modules", "pytest"))
