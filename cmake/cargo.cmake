# Makes the targets pyferry-shared and pyferry-static with cargo alone, where there is no Corrosion. CARGO_BUILD_TARGET, a
# variable of CMake's or of the environment when CMake is configured, says for which machine, as it does to cargo; how to
# link for that one is in cargo's own configuration.
if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
    message(FATAL_ERROR "pyferry: for ${CMAKE_SYSTEM_NAME} this needs Corrosion 0.6 (https://corrosion-rs.github.io/corrosion)")
endif()
find_program(CARGO_EXECUTABLE cargo HINTS "$ENV{CARGO_HOME}/bin" "$ENV{HOME}/.cargo/bin")
if(NOT CARGO_EXECUTABLE)
    message(FATAL_ERROR "pyferry: no cargo, which builds it: https://rust-lang.org/tools/install says how to get it")
endif()
set(CARGO_BUILD_TARGET "$ENV{CARGO_BUILD_TARGET}" CACHE STRING "pyferry: the machine to build for; empty: this one")

# cargo puts what it makes for a target that was named into a folder of that name. The variable is not left to the environment:
# that can be another one when it is built.
set(made "${CMAKE_CURRENT_BINARY_DIR}/cargo")
set(options --manifest-path "${PROJECT_SOURCE_DIR}/Cargo.toml" --package pyferry --lib --release --locked --target-dir "${made}")
if(CARGO_BUILD_TARGET)
    list(APPEND options --target "${CARGO_BUILD_TARGET}")
    string(APPEND made "/${CARGO_BUILD_TARGET}")
endif()
message(STATUS "pyferry: built by ${CARGO_EXECUTABLE}")
# cargo knows best what is current. The link is what programs look for: build.rs says where cargo does not make it.
add_custom_target(cargo-build_pyferry
    COMMAND "${CMAKE_COMMAND}" -E env --unset=CARGO_BUILD_TARGET "${CARGO_EXECUTABLE}" build ${options}
    COMMAND "${CMAKE_COMMAND}" -E create_symlink libpyferry.so "${made}/release/${soname}"
    BYPRODUCTS "${made}/release/libpyferry.so" "${made}/release/${soname}" "${made}/release/libpyferry.a"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" COMMENT "Building pyferry" USES_TERMINAL VERBATIM)

add_library(pyferry-shared SHARED IMPORTED GLOBAL)
set_target_properties(pyferry-shared PROPERTIES
    IMPORTED_LOCATION "${made}/release/${soname}" IMPORTED_SONAME "${soname}")
add_library(pyferry-static STATIC IMPORTED GLOBAL)
set_target_properties(pyferry-static PROPERTIES
    IMPORTED_LOCATION "${made}/release/libpyferry.a" IMPORTED_LINK_INTERFACE_LANGUAGES C
    # What rustc says a static library needs.
    INTERFACE_LINK_LIBRARIES "-lgcc_s;-lutil;-lrt;-lpthread;-lm;-ldl;-lc")
add_dependencies(pyferry-shared cargo-build_pyferry)
add_dependencies(pyferry-static cargo-build_pyferry)
