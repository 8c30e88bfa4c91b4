/* harness: mode=alone */
/* Statuses have names, versions agree, and both can be asked where nothing else works. */
#include "use.h"

int main(void)
{
    static const char *const names[] = {
        "OK", "INVALID_ARGUMENT", "NO_PYTHON", "UNSUPPORTED", "CLOSED", "TIMEOUT", "NO_MEMORY", "NOT_ATTACHED",
        "WRONG_THREAD", "WRONG_ORDER", "STALE_TOKEN", "FORKED", "QUEUE_FULL", "PYTHON_ERROR", "INTERNAL",
    };
    int count = COUNT(names);
    for (int i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof name, "PYFERRY_STATUS_%s", names[i]);
        CHECK(strcmp(pyferry_status_name(-i), name) == 0);
    }
    static const int32_t unknown[] = { 1, 2, -15, -16, INT32_MAX, INT32_MIN };
    for (size_t i = 0; i < COUNT(unknown); i++)
        CHECK(strcmp(pyferry_status_name(unknown[i]), "PYFERRY_STATUS_UNKNOWN") == 0);

    unsigned major, minor, patch;
    CHECK(strcmp(pyferry_version(), PYFERRY_VERSION) == 0);
    CHECK(pyferry_version_number() == PYFERRY_VERSION_NUMBER);
    CHECK(sscanf(pyferry_version(), "%u.%u.%u", &major, &minor, &patch) == 3);
    CHECK(pyferry_version_number() == major * 10000 + minor * 100 + patch);
    return 0;
}
