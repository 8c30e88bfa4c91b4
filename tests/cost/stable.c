/* A call of CPython's by pyferry_python.h, the same as linked_calls in path.c. */
#include <pyferry_python.h>

#include "others.h"

#include <stdlib.h>

void stable_calls(int count)
{
    for (int i = 0; i < count; i++)
        if (PyErr_Occurred() != NULL)
            abort();
}
