/* harness: also=symmetric PYFERRY_BARRIER=symmetric */
/* harness: not-on=windows it counts Linux's membarrier calls */
/* Where the kernel can make all threads fence at once, it is asked to; the programs symmetric_* show that it works without. */
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "py.h"

/* MEMBARRIER_CMD_GET_REGISTRATIONS, which Linux knows from 6.3 on, and its headers from then on. */
enum { GET_REGISTRATIONS = 1 << 9 };

int main(void)
{
    const char *wanted = getenv("PYFERRY_BARRIER");
    bool symmetric = wanted && !strcmp(wanted, "symmetric");
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    run_in(main, "import sys");
    long registered = syscall(SYS_membarrier, GET_REGISTRATIONS, 0, 0);
    if (registered >= 0) {
        bool asymmetric = registered & MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED;
        CHECK(asymmetric != symmetric);
    }
    pyferry_view_free(main);
    finish_python(state);
    return 0;
}
