/*
 * Code that is written for CPython 3.15's PEP 788 does the same on every CPython: there by CPython's own functions, on the
 * others by those of pyferry_pep788.h.
 */
/* harness: timeout=300 */
#include <Python.h>

#include "pyferry_pep788.h"

#if PY_VERSION_HEX < 0x030f0000
#define PEP788_AS_PYFERRY_HAS_IT
#endif
#include "pep788_scenarios.h"
