"""Puts the library and its headers into the wheel. Run by hatchling: see pyproject.toml."""

import os
import struct
import subprocess
import sysconfig

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


# What wheels are called that cargo is told to build for another machine than this one.
PLATFORMS = {"x86_64-pc-windows-gnu": "win_amd64", "aarch64-unknown-linux-gnu": "linux_aarch64"}


def soname(version):
    """As build.rs names the library: below 1.0 each minor version is another one."""
    major, minor, _ = version.split(".")
    return f"libpyferry.so.{major}.{minor}" if major == "0" else f"libpyferry.so.{major}"


class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        machine = os.environ.get("CARGO_BUILD_TARGET", "")
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
            os.path.join(self.root, "include"): "pyferry/include",
        })
        built = os.path.join(target, machine, "release")
        if "windows" in machine:
            library, linked = os.path.join(built, "pyferry.dll"), os.path.join(target, "pyferry.lib")
            subprocess.run([os.path.join(self.root, "tools", "import_library"), library, linked], check=True)
            build_data["force_include"].update({library: "pyferry/lib/pyferry.dll", linked: "pyferry/lib/pyferry.lib"})
        else:
            library = os.path.join(built, "libpyferry.so")
            build_data["force_include"][library] = f"pyferry/lib/{soname(self.metadata.version)}"
        # No Python is in it, so no tag of one. `tools/wheel` finds out how old a glibc may be.
        build_data["pure_python"] = False
        platform = PLATFORMS.get(machine) or sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{platform}"
