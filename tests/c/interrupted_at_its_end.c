/* harness: mode=runtime */
/* harness: timeout=30 */
/* A Python thread that was interrupted as it began or ended, and that threading still has in its lists, holds no end and no stop up
   when it has gone. */
#include "use.h"

static void leave_behind(const pyferry_view *view)
{
    run_in(view, "import os, threading, time\n"
                 "def leave(where, key):\n"
                 "    thread = threading.Thread(target=int, name='gone', daemon=False)\n"
                 "    thread.start()\n"
                 "    thread.join()\n"
                 "    where[key(thread)] = thread\n"
                 "leave(threading._active, lambda thread: -1)\n"
                 "leave(threading._limbo, lambda thread: thread)\n"
                 "def work():\n"
                 "    while not os.path.exists('go'): time.sleep(0.001)\n"
                 "threading.Thread(target=work, name='stays', daemon=False).start()\n");
}

int main(void)
{
    for (int runtime = 0; runtime < 2; runtime++) {
        CHECK_OK(pyferry_runtime_start(NULL));
        pyferry_view *main = main_view(), *sub = new_interpreter();
        leave_behind(runtime ? main : sub);
        if (runtime) {
            CHECK_TIMES_OUT(pyferry_runtime_stop(limit), "stays");
        } else {
            CHECK_TIMES_OUT(pyferry_interpreter_end(sub, limit), "stays");
        }
        CHECK(strstr(last_error(), "gone") == NULL);
        write_file("go", "");
        if (!runtime)
            CHECK_OK(pyferry_interpreter_end(sub, -1));
        CHECK_OK(pyferry_runtime_stop(-1));
        CHECK(remove("go") == 0);
        pyferry_view_free(sub);
        pyferry_view_free(main);
    }
    return 0;
}
