# The target pyferry::pyferry, of the library in the archive for Windows that this file is in. The archive can lie anywhere.
if(TARGET pyferry::pyferry)
    return()
endif()
if(NOT WIN32)
    set(pyferry_FOUND FALSE)
    set(pyferry_NOT_FOUND_MESSAGE "this pyferry is for Windows, and the program for ${CMAKE_SYSTEM_NAME}")
    return()
endif()

get_filename_component(_pyferry_tree "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
# What a program is linked with: GNU's linker takes the one, Microsoft's the other.
set(_pyferry_import "libpyferry.dll.a")
if(MSVC)
    set(_pyferry_import "pyferry.lib")
endif()
add_library(pyferry::pyferry SHARED IMPORTED)
set_target_properties(pyferry::pyferry PROPERTIES
    IMPORTED_LOCATION "${_pyferry_tree}/bin/pyferry.dll"
    IMPORTED_IMPLIB "${_pyferry_tree}/lib/${_pyferry_import}"
    INTERFACE_INCLUDE_DIRECTORIES "${_pyferry_tree}/include")
unset(_pyferry_tree)
unset(_pyferry_import)
