"""Puts the library and its headers into the wheel. Run by hatchling: see pyproject.toml."""

import os
import struct
import subprocess
import sysconfig

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def soname(version):
    """As build.rs names the library: below 1.0 each minor version is another one."""
    major, minor, _ = version.split(".")
    return f"libpyferry.so.{major}.{minor}" if major == "0" else f"libpyferry.so.{major}"


class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        name = soname(self.metadata.version)
        target = os.environ.get("CARGO_TARGET_DIR") or os.path.join(self.root, "target", "wheel-build")
        command = [os.environ.get("CARGO", "cargo"), "rustc", "--release", "--locked", "--lib", "--crate-type", "cdylib"]
        # Not by the profile's setting, which cargo heeds for no package that has a profile of its own.
        command += ["--target-dir", target, "--", "-C", "strip=symbols"]
        # In the root, for .cargo/config.toml.
        subprocess.run(command, cwd=self.root, check=True)
        # The same as make install's.
        version_file = os.path.join(target, "pyferry-config-version.cmake")
        with open(os.path.join(self.root, "cmake", "pyferry-config-version.cmake.in")) as template, open(version_file, "w") as made:
            text = template.read().replace("@VERSION@", self.metadata.version)
            made.write(text.replace("@POINTER_BYTES@", str(struct.calcsize("P"))))
        build_data["force_include"].update({
            version_file: "pyferry/cmake/pyferry-config-version.cmake",
            os.path.join(target, "release", "libpyferry.so"): f"pyferry/lib/{name}",
            os.path.join(self.root, "include"): "pyferry/include",
        })
        # No Python is in it, so no tag of one. `tools/wheel` finds out how old a glibc may be.
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")
