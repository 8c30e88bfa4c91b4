/* harness: mode=alone */
/* Where there is no Python the library loads and says so. */
#include "check.h"

int main(void)
{
    pyferry_view *view = NULL;
    CHECK(getenv("PYFERRY_PYTHON") == NULL);
    CHECK(strlen(pyferry_version()) > 0);
    CHECK_STATUS(pyferry_view_main(&view), PYFERRY_STATUS_NO_PYTHON);
    CHECK(view == NULL);
    return 0;
}
