/*
 * Code that is written for CPython 3.15's PEP 788 does the same on every CPython: there by CPython's own functions, on the
 * others by those of pyferry_pep788.h.
 */
/* harness: timeout=300 */
/* harness: not-on=windows each scenario is a forked process */
#include <Python.h>

#include "pyferry_pep788.h"

#include "pep788_scenarios.h"
