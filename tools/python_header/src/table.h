/** The table of this program or plug-in. Use the names below; they stand for its entries. */
#ifdef __cplusplus
PYFERRY_PYTHON_ONCE_ struct pyferry_python_table pyferry_python_ = {};
#else
PYFERRY_PYTHON_ONCE_ struct pyferry_python_table pyferry_python_ = {0};
#endif

/** Whether the CPython in use has this function, variable or type: 0 before one was found. */
#define PYFERRY_PYTHON_HAS(name) (pyferry_python_.p_##name != NULL)
