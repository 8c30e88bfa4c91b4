/* PYFERRY_PEP788_ALWAYS has pyferry's functions take the place of CPython's own, from 3.15 on too. */
/* harness: timeout=300 */
/* harness: not-on=windows each scenario is a forked process */
/* harness: since=3.15 */
#define PYFERRY_PEP788_ALWAYS

#include <Python.h>

#include "pyferry_pep788.h"

#include "pep788_scenarios.h"
