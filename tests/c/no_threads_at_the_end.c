/* harness: timeout=30 */
/* harness: not-on=windows it stands in for pthread_create */
/* Py_FinalizeEx ends the interpreters that pyferry made also where no thread can be had to see to their Python threads: up to
   3.12 one that is left over is a fatal error. */
#include "py.h"

#include "no_threads.h"

int main(void)
{
    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    pyferry_view *sub = new_interpreter_with_shared_gil(); /* 3.12.1 crashes at pools in others */
    /* One that waits, and one that waits for a job until it is told not to. */
    run_in(sub, "import threading, time\n"
                "from concurrent.futures import ThreadPoolExecutor\n"
                "threading.Thread(target=time.sleep, args=(0.3,)).start()\n"
                "executor = ThreadPoolExecutor(1)\n"
                "assert executor.submit(sum, [1, 2]).result() == 3");
    failures = ALL;
    finish_python(state);
    check_closed(sub);
    pyferry_view_free(sub);
    pyferry_view_free(view);
    return 0;
}
