//! Names the pyo3-ffi whose declarations include/pyferry_python.h is made from.
