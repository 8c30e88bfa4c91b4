/* harness: mode=runtime */
/* A stop waits for the Python threads of every interpreter, main's too, keeps its time limit each time it is called, and says who
   is left and in which interpreter: in its message, and to the host at the interval it asked for. */
#include "use.h"

enum { REPORTS = 3 };

static char heard[1024];
static int reports;

static int32_t hear(const char *text, void *unused)
{
    (void)unused;
    snprintf(heard, sizeof heard, "%s", text);
    reports++;
    return PYFERRY_REPORT_WAIT;
}

/* Goes when there is a file of that name. */
static void leave_thread(const pyferry_view *view, const char *name)
{
    char source[300];
    snprintf(source, sizeof source,
             "import os, threading, time\n"
             "def work():\n"
             "    while not os.path.exists('%s'): time.sleep(0.001)\n"
             "threading.Thread(target=work, name='%s', daemon=False).start()\n",
             name, name);
    run_in(view, source);
}

static void stop_in_vain(const char *thread, const char *interpreter)
{
    reports = 0;
    for (int i = 0; i < 2; i++) {
        double begun = seconds();
        CHECK_TIMES_OUT(pyferry_runtime_stop(limit), thread);
        CHECK(seconds() - begun < 10 * slowdown());
        CHECK_SAYS(interpreter);
        CHECK_SAYS("call again");
    }
    while (reports < REPORTS)
        CHECK_TIMES_OUT(pyferry_runtime_stop(limit), thread);
    CHECK(strstr(heard, thread) != NULL && strstr(heard, interpreter) != NULL);
}

int main(void)
{
    start_runtime();
    hear_reports(hear, NULL);
    pyferry_view *main = main_view(), *sub = new_interpreter();
    char interpreter[40];
    snprintf(interpreter, sizeof interpreter, "interpreter %d", (int)pyferry_view_interpreter_id(sub));
    leave_thread(sub, "mod-worker");
    leave_thread(main, "add-on");
    stop_in_vain("mod-worker", interpreter);
    check_closed(main);
    check_closed(sub);
    fclose(fopen("mod-worker", "w"));
    /* Then it is main's turn. */
    pyferry_status status;
    do
        status = pyferry_runtime_stop(0);
    while (status == PYFERRY_STATUS_TIMEOUT && strstr(last_error(), "mod-worker") != NULL);
    CHECK_STATUS(status, PYFERRY_STATUS_TIMEOUT);
    stop_in_vain("add-on", "the main interpreter");
    fclose(fopen("add-on", "w"));
    CHECK_OK(pyferry_runtime_stop(-1));
    pyferry_view_free(main);
    pyferry_view_free(sub);
    return 0;
}
