/* harness: mode=runtime */
/* A Python thread that is in C code, and lets nobody into its interpreter, makes an end or a stop wait no longer than it is told
   to. Nobody can say who it is. */
#include "use.h"

int main(void)
{
    start_runtime();
    pyferry_view *sub = new_interpreter();
    /* Nobody gets in any more when this has begun: where all share one GIL, not even the thread that started it gets out. */
    run_in(sub, "import os, threading, time\n"
                "def work():\n"
                "    while not os.path.exists('go'): time.sleep(0.001)\n"
                "    sum(range(10 ** 13))\n"
                "threading.Thread(target=work, name='never').start()\n");
    write_file("go", "");
    sleep_ms(100); /* were it late, this would only prove less */
    for (int i = 0; i < 2; i++) {
        double begun = seconds();
        CHECK_REFUSED(pyferry_interpreter_end(sub, 50), PYFERRY_STATUS_TIMEOUT, "interpreter");
        CHECK_REFUSED(pyferry_runtime_stop(50), PYFERRY_STATUS_TIMEOUT, "interpreter");
        CHECK(seconds() - begun < 10 * slowdown());
    }
    fflush(NULL);
    _exit(0);
}
