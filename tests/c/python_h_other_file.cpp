/* harness: mode=helper */
/* A second file of one program, in the other language. */
#include "pyferry_python.h"

extern "C" const void *table_in_other_file(void)
{
    return &pyferry_python_;
}
