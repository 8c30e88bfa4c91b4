/* harness: mode=dlopen */
/* dropin: log=ferried 0, left to CPython 0, parked 0, given up 0 */
/* A program without Python, such as a child that inherits LD_PRELOAD, is as it was. */
#include "dropin.h"

#include <dlfcn.h>

int main(void)
{
    CHECK(dlsym(RTLD_DEFAULT, "Py_GetVersion") == NULL);
    CHECK(dlopen("libpyferry.so.0.1", RTLD_NOLOAD | RTLD_LAZY) == NULL);
    return 0;
}
