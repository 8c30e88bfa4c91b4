/* Where there is no Python, the library says so. */
#include <stdio.h>
#include <string.h>

#include "pyferry.h"

int main(void)
{
    pyferry_status status = pyferry_runtime_start(NULL);
    if (status == PYFERRY_STATUS_NO_PYTHON && strcmp(pyferry_version(), PYFERRY_VERSION) == 0)
        return 0;
    fprintf(stderr, "pyferry %s: %s\n", pyferry_version(), pyferry_status_name(status));
    return 1;
}
