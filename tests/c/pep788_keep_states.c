/* PYFERRY_PEP788_KEEP_STATES has a thread find its state again, and what it left there, at its next PyThreadState_Ensure. */
/* harness: timeout=300 */
/* harness: not-on=windows each scenario is a forked process */
#define PYFERRY_PEP788_ALWAYS
#define PYFERRY_PEP788_KEEP_STATES

#include <Python.h>

#include "pyferry_pep788.h"

#include "pep788_scenarios.h"
