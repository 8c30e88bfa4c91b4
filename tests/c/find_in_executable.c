/* harness: mode=extension */
/* harness: not-under=arm64 it starts the machine's own python3 */
/* A python3 executable that has Python inside, as Debian's has: the script of the same name loads pyferry there by ctypes. */
#include "module.h"

static PyMethodDef methods[] = { { NULL, NULL, 0, NULL } };

MODULE(find_in_executable, methods)
