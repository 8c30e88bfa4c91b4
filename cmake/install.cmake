# Completes a pyferry that cargo-c has installed: adds the CMake package, and to pyferry.pc what cargo-c cannot know.
#     cmake -DPREFIX=/usr -DLIBDIR=/usr/lib -DINCLUDEDIR=/usr/include [-DDESTDIR=stage] -P cmake/install.cmake
cmake_minimum_required(VERSION 3.20)
include(CMakePackageConfigHelpers)
if(NOT CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
    message(FATAL_ERROR "make install is for Linux so far: docs/systems.md says what there is for other systems")
endif()

# Relative to the prefix where they are below it: then the tree can be moved.
cmake_path(SET PREFIX NORMALIZE "${PREFIX}")
set(installed "${DESTDIR}${LIBDIR}")
set(package "${LIBDIR}/cmake/pyferry")
foreach(directory LIBDIR INCLUDEDIR)
    cmake_path(IS_PREFIX PREFIX "${${directory}}" NORMALIZE below)
    if(below)
        cmake_path(RELATIVE_PATH ${directory} BASE_DIRECTORY "${PREFIX}")
    endif()
endforeach()

# Everything else can be read from what is installed.
file(READ "${installed}/pkgconfig/pyferry.pc" pc)
string(REGEX MATCH "\nVersion: ([^\n]+)" _ "${pc}")
set(version "${CMAKE_MATCH_1}")
string(REGEX MATCH "\nLibs.private: ([^\n]+)" _ "${pc}")
string(REPLACE " " ";" STATIC_NEEDS "${CMAKE_MATCH_1}")
# Threads that end run code of the static library too: a plug-in that it is linked into must stay loaded.
string(REGEX REPLACE "(\nLibs.private: [^\n]+)" "\\1 -Wl,-z,nodelete" pc "${pc}")
file(WRITE "${installed}/pkgconfig/pyferry.pc" "${pc}")
set(SHARED "libpyferry.so.${version}")
set(STATIC libpyferry.a)
file(READ "${installed}/${SHARED}" class OFFSET 4 LIMIT 1 HEX) # ELF's EI_CLASS: 1 for 32 bits, 2 for 64
math(EXPR CMAKE_SIZEOF_VOID_P "${class} * 4")

# The promise of the SONAME, which cargo-c derives in the same way: below 1.0 each minor version breaks with the last one.
if(version MATCHES "^0\\.")
    set(compatibility SameMinorVersion)
else()
    set(compatibility SameMajorVersion)
endif()
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/pyferry-config.cmake.in"
    "${DESTDIR}${package}/pyferry-config.cmake"
    INSTALL_PREFIX "${PREFIX}" INSTALL_DESTINATION "${package}" PATH_VARS LIBDIR INCLUDEDIR
    NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file("${DESTDIR}${package}/pyferry-config-version.cmake"
    VERSION "${version}" COMPATIBILITY ${compatibility})
