/* harness: mode=runtime */
/* harness: until=3.13 */
/* An interpreter that is left over with a thread in it which nobody waits for, a daemon thread or one of _thread's: up to 3.13
   CPython can neither end it nor, up to 3.12, finalise without ending it, and aborts the process. A stop does neither: it is a
   TIMEOUT that names the thread, as often as it is called, and goes on once the thread has gone. */
#include "use.h"

static void in_vain(const char *who)
{
    for (int i = 0; i < 2; i++)
        CHECK_TIMES_OUT(pyferry_runtime_stop(limit), who);
}

static void one_life(const char *start, const char *who)
{
    start_runtime();
    pyferry_view *sub = new_interpreter_with_shared_gil();
    run_in(sub, "import _thread, os, threading, time\n"
                "def work():\n"
                "    while not os.path.exists('go'): time.sleep(0.001)\n");
    pyferry_token token = attach(sub);
    pyferry_status status = pyferry_exec(start, NULL);
    bool refused = status != PYFERRY_STATUS_OK && strstr(last_error(), "daemon") != NULL; /* 3.12 and later */
    if (!refused)
        CHECK_OK(status);
    detach(token);
    if (!refused) {
        CHECK_REFUSED(pyferry_interpreter_end(sub, 0), PYFERRY_STATUS_TIMEOUT, who);
        in_vain(who);
    }
    fclose(fopen("go", "w"));
    CHECK_OK(pyferry_runtime_stop(-1));
    remove("go");
    check_closed(sub);
    pyferry_view_free(sub);
}

int main(void)
{
    one_life("threading.Thread(target=work, name='background', daemon=True).start()", "background");
    one_life("_thread.start_new_thread(work, ())", "_thread");
    return 0;
}
