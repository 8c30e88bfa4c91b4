"""What tools/dropin has of pybind11: its own tests, all that its CMake project builds here, in its simple mode, where its
gil_scoped_acquire is PyGILState_Ensure. Those of hosts (test_with_catch) and of Eigen's matrices are among them where the system has
the headers: Debian's packages catch2 and libeigen3-dev.
"""
import os
import re
import subprocess
import sys
import tarfile

VERSION = "3.1.0"
HOSTS = "test_with_catch"
# LTO takes long, and its simple mode is a definition.
OPTIONS = ["-DPYBIND11_FINDPYTHON=ON", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=OFF", "-DCMAKE_CXX_STANDARD=17",
           "-DCMAKE_CXX_FLAGS=-O0 -g0 -DPYBIND11_SIMPLE_GIL_MANAGEMENT"]


class Missing(Exception):
    """Why its tests are not run."""


def must(command, **environment):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=os.environ | environment)
    if done.returncode != 0:
        said = (done.stdout.strip().splitlines() or [f"{command[0]} failed"])[-1]
        raise Missing(re.sub(r"/\S+/", "", said.replace("|", " ")))
    return done.stdout.strip()


def sources(place):
    """Its sources with the tests, which no wheel has, from the package index."""
    place.mkdir(parents=True, exist_ok=True)
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


def build(python, source, folder, pytest):
    python = os.path.realpath(python)
    must(["cmake", "-S", source, "-B", folder, *OPTIONS, f"-DPython_EXECUTABLE={python}"], PYTHONPATH=str(pytest))
    targets = must(["cmake", "--build", folder, "--target", "help"])
    hosts = [HOSTS] if re.search(rf"\b{HOSTS}\b(?!/)", targets) else []
    modules = re.findall(r"\b(pybind11_tests|pybind11_cross_module_tests|cross_module_\w+|exo_planet_\w+|home_planet_\w+|"
                         r"standalone_enum_module|mod_\w+|eigen_tensor_\w+)\s*$", targets, re.M)
    must(["cmake", "--build", folder, "--parallel", os.cpu_count(), "--target", *sorted(set(modules)), *hosts])


def prepare(name, python, place):
    """The folder of the tests, that of what was built, and the path on which that Python finds what they want; or says why not."""
    source, built, pytest = sources(place), place / name / "built", place / name / "pytest"
    install_pytest(python, pytest)
    build(python, source, built, pytest)
    return source / "tests", built / "tests", os.pathsep.join(map(str, (built / "tests", pytest)))
