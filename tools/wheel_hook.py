"""Puts the library and its headers into the wheel. Run by hatchling: see pyproject.toml."""

import os
import subprocess
import sysconfig

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def soname(version):
    """As cargo-c names an installed library: below 1.0 each minor version is another one."""
    major, minor, _ = version.split(".")
    return f"libpyferry.so.{major}.{minor}" if major == "0" else f"libpyferry.so.{major}"


class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        name = soname(self.metadata.version)
        target = os.environ.get("CARGO_TARGET_DIR") or os.path.join(self.root, "target", "wheel-build")
        command = [os.environ.get("CARGO", "cargo"), "rustc", "--release", "--locked", "--lib", "--crate-type", "cdylib"]
        # The feature: build.rs leaves the name to us.
        command += ["--features", "capi", "--target-dir", target, "--", "-C", f"link-arg=-Wl,-soname,{name}"]
        # In the root, for .cargo/config.toml.
        environment = {**os.environ, "CARGO_PROFILE_RELEASE_STRIP": "debuginfo"}
        subprocess.run(command, cwd=self.root, env=environment, check=True)
        build_data["force_include"].update({
            os.path.join(target, "release", "libpyferry.so"): f"pyferry/lib/{name}",
            os.path.join(self.root, "include"): "pyferry/include",
        })
        # No Python is in it, so no tag of one. `tools/wheel` finds out how old a glibc may be.
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")
