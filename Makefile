# Building and installing need cargo and a C compiler. The developer's loop, a C++ compiler and a Python with a shared libpython
# too: tools/setup gets what is missing.

CARGO ?= cargo
HEADER ?= $(CARGO) run --quiet --release --package header
PYTHON_HEADER ?= $(CARGO) run --quiet --release --package python_header
# What is built is looked for below target.
unexport CARGO_TARGET_DIR CARGO_BUILD_TARGET
# What Rust calls another machine than this one: make install RUST_TARGET=aarch64-unknown-linux-gnu OBJCOPY=aarch64-linux-gnu-objcopy
RUST_TARGET ?=

BUILT := target/$(RUST_TARGET:%=%/)release
LIBRARY := $(BUILT)/libpyferry.so
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
# 0.1 of 0.1.2, and 1 of 1.2.3: the SONAME's.
SOVERSION := $(if $(filter 0.%,$(VERSION)),$(basename $(VERSION)),$(basename $(basename $(VERSION))))
# The tools that tools/setup brought; else those on PATH.
TOOLS := PATH="$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/pyferry-tools/bin:$$PATH"
# Those with Python.h are compiled by tests/examples.rs, as strictly, for every Python.
EXAMPLES = $(notdir $(basename $(shell grep -L '<Python.h>' c_examples/*.c)))
EXAMPLES_CXX = $(notdir $(basename $(wildcard c_examples/*.cpp)))
STRICT := -std=c99 -Wall -Wextra -Wpedantic
DOXYGEN := mkdir -p target/docs && doxygen docs/Doxyfile.complete && doxygen docs/Doxyfile
STRICT_CXX := -std=c++17 -Wall -Wextra -Wpedantic
LINK := -Ltarget/release -lpyferry -pthread -Wl,-rpath,'$$ORIGIN/../release'

.PHONY: all help setup test bench soak memcheck helgrind sanitizers mutations check docs demo header clean library
.PHONY: abi rooms install uninstall deny dist dist-arm64 dist-windows wheel wheel-windows wheel-arm64
.PHONY: bench-windows systems test-windows test-msvc test-arm64 test-debian test-dropin test-packages test-game

# What of tests/c to run under a tool: parts of names. "on" is part of all.
TESTS ?= on

all: library

help:
	@echo 'make          build $(LIBRARY)'
	@echo 'make test [T="finalize on 3.14t"]'
	@echo '              run every test on every CPython found, or the cases with T in their name'
	@echo 'make bench [PYTHONS=3.14:3.14t] [ROWS="post; a job"]'
	@echo '              what it costs beside other ways into Python; without PYTHONS, on all, into README and benches/results.md;'
	@echo '              without either, under Wine as well, if that is here'
	@echo 'make bench-windows'
	@echo '              attach and detach on CPythons for Windows, under Wine, into docs/cost.md'
	@echo 'make soak     the shutdown storms, on every CPython found, for MINUTES=20 in all'
	@echo 'make memcheck, make helgrind, make sanitizers [TESTS="guards storm"]'
	@echo '              run the C tests under Valgrind or with the address and undefined behaviour sanitizers'
	@echo 'make mutations'
	@echo '              break the library in many ways and see that the tests notice (minutes; hours if they do not)'
	@echo 'make systems  compile for Windows and macOS as far as this machine can, and run what Wine can'
	@echo 'make test-windows [T="finalize on 3.12"]'
	@echo '              run tests/c, sequences of calls, and what is released for Windows on its CPythons, under Wine; gets these first,'
	@echo '              and says how much that is'
	@echo 'make test-msvc [T="finalize on 3.12"]'
	@echo '              the same with pyferry.dll as Rust makes it for Microsoft'"'"'s tools; takes lld and llvm'
	@echo 'make test-arm64 [T="finalize on 3.13"]'
	@echo '              run tests/c on CPythons for arm64 Linux, under an emulator; gets these first, as above'
	@echo 'make test-debian [T="finalize on 3.15"]'
	@echo '              run the tests on the newest CPythons, those of Debian unstable, in a chroot; gets these first, as above'
	@echo 'make test-dropin'
	@echo '              programs, the tests of each CPython and those of pybind11, with libpyferry_gilstate.so preloaded and without,'
	@echo '              into docs/dropin.md: an hour or two'
	@echo 'make test-packages'
	@echo '              numpy, lxml, ... and modules by Cython, pybind11, nanobind and PyO3 on threads of a host, into docs/packages.md'
	@echo 'make test-game'
	@echo '              c_examples/game with its window, for a minute on each CPython (make test: for some seconds)'
	@echo 'make check    formatting, lints, models of the gate, examples and documentation without a warning; what compilers and PyO3 say of'
	@echo '              what is declared; what is installed and released'
	@echo 'make docs     the reference and the pages of docs/ as html, below target/docs'
	@echo 'make demo     build and run c_examples/quickstart.c: about ten seconds, and the build'
	@echo 'make header   renew include/pyferry.h and include/pyferry_python.h'
	@echo 'make abi      renew tests/abi/pyferry.abi, what programs in use rely on'
	@echo 'make rooms    renew the picture of the rooms of the library from the table in CONTRIBUTING.md'
	@echo 'make install, make uninstall [PREFIX=/usr/local] [LIBDIR=...] [INCLUDEDIR=...] [DESTDIR=...]'
	@echo '              the libraries, headers, pyferry.pc and the CMake package'
	@echo 'make deny     licences, sources and known faults of the dependencies'
	@echo 'make dist     source and binary archives in target/dist'
	@echo 'make dist-arm64, make dist-windows'
	@echo '              an archive for arm64 Linux, or for Windows x86-64 by mingw-w64, in target/dist'
	@echo 'make wheel    the Python package that carries the library, in target/wheels'
	@echo 'make wheel-windows, make wheel-arm64'
	@echo '              the same for Windows x86-64 and arm64 Linux, in folders of target/wheels'
	@echo 'make clean    remove what was built'

setup:
	@tools/setup

# cargo knows best what is current. The link is what programs look for: build.rs says where cargo does not make it.
library:
	$(CARGO) build --release $(RUST_TARGET:%=--target %)
	@[ -e $(LIBRARY).$(SOVERSION) ] || ln -sf $(notdir $(LIBRARY)) $(LIBRARY).$(SOVERSION)

# All of it, or the cases with T in their name.
test:
	@command -v python3 >/dev/null || tools/setup
	@CARGO='$(CARGO)' tools/test '$(T)'

bench:
	@tools/setup bench
	@PYFERRY_BENCH_ROWS='$(ROWS)' PYFERRY_TEST_PYTHONS='$(or $(PYTHONS),$(PYFERRY_TEST_PYTHONS))' $(CARGO) bench --bench measure
ifeq ($(ROWS)$(PYTHONS),)
	@if tools/windows --check >/dev/null 2>&1; then $(MAKE) --no-print-directory bench-windows; \
	else echo 'make bench: nothing under Wine, which make bench-windows gets first'; fi
endif

bench-windows:
	@tools/windows
	@PYFERRY_BENCH_WINDOWS=1 $(CARGO) bench --bench measure

soak: setup
	@CARGO='$(CARGO)' tools/soak $(MINUTES)

# First the tool itself: it has to find the faults that are made for it.
memcheck helgrind sanitizers:
	@tools/setup $(filter-out sanitizers,$@)
	@PYFERRY_TEST_UNDER=$@ PYFERRY_TEST_ONLY='$@:: $(TESTS)' $(CARGO) test --release --workspace --test c
	@$(if $(filter memcheck,$@),PYFERRY_TEST_UNDER=$@ PYFERRY_TEST_ONLY=^embedded_api $(CARGO) test --release --workspace --test examples)

mutations: setup
	tests/mutations/run.py

systems:
	@tools/systems

# Where a Python of Windows is not to be had, its cases are left out, and tools/windows says so. Without T the tests of src/sys, too.
FOR_WINDOWS := --release --package pyferry-tests --package sequences --test windows --test sequences
test-windows:
	@tools/windows
	PYFERRY_TEST_WINDOWS=1 $(CARGO) test $(FOR_WINDOWS) -- '$(or $(T), on )'
	@$(if $(T),:,wine="WINEDEBUG=-all WINEPREFIX=$$(tools/windows --path)/wine /usr/lib/wine/wine64"; set -x; \
	    CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc-posix \
	    CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER="env $$wine" \
	    $(CARGO) test --release --package system-rooms --target x86_64-pc-windows-gnu --target-dir target/systems)

# The same with the library that Rust's compiler for Microsoft's tools makes.
test-msvc:
	@tools/windows --msvc
	PYFERRY_TEST_WINDOWS=msvc $(CARGO) test $(FOR_WINDOWS) -- '$(or $(T), on )'

# What the emulator cannot run is left out, and said to be so.
test-arm64:
	@tools/arm64
	PYFERRY_TEST_UNDER=arm64 $(CARGO) test --release --package pyferry-tests --package sequences \
	    --test c --test cost --test declared --test rust_api --test sequences -- '$(or $(T), on )'
ifeq ($(T),)
	CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
	    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L $$(tools/arm64 --path)" \
	    $(CARGO) test --release --package system-rooms --target aarch64-unknown-linux-gnu --target-dir target/systems
endif

# With all their errors, for tools/seen.
test-debian:
	@tools/debian
	CARGO='$(CARGO)' tools/debian test '$(T)'

# The programs, with the drop-in and without; then CPython's own tests and pybind11's, the same way.
test-dropin:
	PYFERRY_DROPIN_COMPARE=1 $(CARGO) test --release --workspace --test dropin
	CARGO='$(CARGO)' tools/dropin

# Gets packages from the package index: half an hour for the first time.
test-packages:
	CARGO='$(CARGO)' tools/packages

test-game:
	PYFERRY_TEST_SECONDS=60 PYFERRY_TEST_SLOWDOWN=3 $(CARGO) test --release --workspace --test examples -- 'game seen'

check:
	@tools/setup test
	$(CARGO) fmt --all --check
	tests/mutations/run.py --check
	tools/links
	@if command -v doxygen >/dev/null; then set -x; $(DOXYGEN); else echo 'no doxygen: the reference was not checked (make docs gets it)'; fi
	$(CARGO) clippy --release --workspace --all-targets -- -D warnings
	$(CARGO) test --release --workspace --test gate_model --bin header --bin python_header
	@$(MAKE) --no-print-directory library
	$(CARGO) test --release --workspace --test declared --test pyo3 --test install --test wheel
	@mkdir -p target/check
	@for example in $(EXAMPLES); do \
	    echo "$(CC) c_examples/$$example.c"; \
	    $(CC) $(STRICT) -Werror -Iinclude c_examples/$$example.c -o target/check/$$example $(LINK) || exit 1; \
	done
	@for example in $(EXAMPLES_CXX); do \
	    echo "$(CXX) c_examples/$$example.cpp"; \
	    $(CXX) $(STRICT_CXX) -Werror -Iinclude c_examples/$$example.cpp -o target/check/$$example $(LINK) || exit 1; \
	done

docs:
	@tools/setup docs
	$(DOXYGEN)
	@echo target/docs/html/index.html

demo:
	@echo 'make demo: builds the library (a minute, unless it is built) and c_examples/quickstart.c, and runs that (about ten seconds)'
	@$(MAKE) --no-print-directory library
	@tools/setup demo
	@mkdir -p target/demo
	$(CC) $(STRICT) -Iinclude c_examples/quickstart.c -o target/demo/quickstart $(LINK)
	target/demo/quickstart

# By way of another file: a generator that fails must not leave an empty header.
header:
	@mkdir -p target
	$(HEADER) > target/pyferry.h
	mv target/pyferry.h include/pyferry.h
	$(PYTHON_HEADER) > target/pyferry_python.h
	mv target/pyferry_python.h include/pyferry_python.h

abi:
	PYFERRY_ABI=renew $(CARGO) test --release --workspace --test abi

rooms:
	PYFERRY_ROOMS=renew $(CARGO) test --release --workspace --test c -- rooms::

# --- Installing: what cargo has built, by coreutils and sed.

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include

# What is put into files as it stands, and deleted again by name.
check_paths = $(foreach name,PREFIX LIBDIR INCLUDEDIR,$(if $(and $(filter 1,$(words $($(name)))),$(filter /%,$($(name)))),,\
    $(error $(name) is "$($(name))": it has to be an absolute path without spaces)))\
    $(if $(filter-out 0 1,$(words $(DESTDIR))),$(error DESTDIR is "$(DESTDIR)": it must not have spaces))
INSTALL = BUILT='$(BUILT)' PREFIX='$(PREFIX)' LIBDIR='$(LIBDIR)' INCLUDEDIR='$(INCLUDEDIR)' DESTDIR='$(DESTDIR)' \
    VERSION='$(VERSION)' SOVERSION='$(SOVERSION)' tools/install

# Under sudo there may be no cargo: then what was built before.
install:
	@: $(check_paths)
	@if command -v $(firstword $(CARGO)) >/dev/null || [ ! -f $(LIBRARY) ]; then $(MAKE) --no-print-directory library; fi
	@$(INSTALL)

uninstall:
	@: $(check_paths)
	@$(INSTALL) uninstall

# --- Releasing.

# The database of known faults is fetched from its own place, which not every machine can reach.
deny:
	@tools/setup release
	$(TOOLS) $(CARGO) deny --locked check bans licenses sources
	@if $(TOOLS) $(CARGO) deny fetch db 2>/dev/null; then \
	    $(TOOLS) $(CARGO) deny --locked check --disable-fetch advisories; \
	else \
	    echo 'make deny: the advisory database cannot be fetched here: known faults are NOT CHECKED' >&2; \
	fi

dist:
	@tools/setup release
	tools/dist

dist-arm64:
	@tools/arm64
	@tools/setup release
	tools/dist aarch64-unknown-linux-gnu

dist-windows:
	@tools/windows
	@tools/setup release
	CARGO='$(CARGO)' tools/dist_windows

wheel:
	@tools/setup test
	CARGO='$(CARGO)' tools/wheel

wheel-windows:
	@tools/windows
	CARGO='$(CARGO)' tools/wheel x86_64-pc-windows-gnu

wheel-arm64:
	@tools/arm64
	CARGO='$(CARGO)' tools/wheel aarch64-unknown-linux-gnu

# ---

clean:
	$(CARGO) clean
