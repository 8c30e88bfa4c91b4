# The target pyferry::pyferry, of the library in the Python package beside this file.
if(TARGET pyferry::pyferry)
    return()
endif()

get_filename_component(_pyferry_package "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
file(GLOB _pyferry_library "${_pyferry_package}/lib/libpyferry.so.*" "${_pyferry_package}/lib/pyferry.dll")
add_library(pyferry::pyferry SHARED IMPORTED)
set_target_properties(pyferry::pyferry PROPERTIES
    IMPORTED_LOCATION "${_pyferry_library}"
    IMPORTED_IMPLIB "${_pyferry_package}/lib/pyferry.lib" # Windows alone asks for it
    INTERFACE_INCLUDE_DIRECTORIES "${_pyferry_package}/include")
unset(_pyferry_library)
unset(_pyferry_package)
