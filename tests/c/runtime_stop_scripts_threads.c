/* harness: mode=runtime */
/* A threading.Thread that a script makes on a thread of the host's is a daemon thread in the main interpreter, for which no stop
   waits, and with daemon=False it is none; in an interpreter that pyferry made it is none either. */
#include "use.h"

/* Whether a stop waited for the thread, which goes on for a while. */
static bool is_waited_for(bool in_sub, const char *arguments, int seconds)
{
    char source[512];
    snprintf(source, sizeof source,
             "import threading, time\n"
             "def work():\n"
             "    began.set()\n"
             "    time.sleep(%d)\n"
             "    open('ended', 'w').close()\n"
             "began = threading.Event()\n"
             "threading.Thread(target=work%s).start()\n"
             "began.wait()",
             seconds, arguments);
    remove("ended");
    CHECK_OK(pyferry_runtime_start(NULL));
    pyferry_view *view = in_sub ? new_interpreter() : main_view();
    run_in(view, source);
    CHECK_OK(pyferry_runtime_stop(-1));
    pyferry_view_free(view);
    return access("ended", F_OK) == 0;
}

int main(void)
{
    CHECK(is_waited_for(false, ", daemon=False", 1));
    CHECK(is_waited_for(true, "", 1));
    /* Last: up to 3.13 CPython crashes where such a thread comes back in the next life. */
    CHECK(!is_waited_for(false, "", 1000));
    return 0;
}
