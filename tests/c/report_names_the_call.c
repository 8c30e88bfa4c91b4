/* harness: mode=runtime */
/* A guard that pyferry itself holds, while it ends an interpreter, is reported with the name of that call: the host opened none. */
#include "use.h"

static pyferry_view *made;
static struct event begins = EVENT_INIT;
static int named;

static int32_t hear(const char *text, void *data)
{
    (void)data;
    const char *guard = strstr(text, "a guard opened by ");
    if (guard == NULL || strstr(guard, " [pyferry_interpreter_end], in for ") == NULL)
        fprintf(stderr, "the report: %s\n", text);
    CHECK(guard != NULL && strstr(guard, " [pyferry_interpreter_end], in for ") != NULL);
    named++;
    return PYFERRY_REPORT_WAIT;
}

static void hear_output(int64_t id, int32_t stream, const char *bytes, size_t length, void *event)
{
    CHECK(id == pyferry_view_interpreter_id(made) && stream == 1 && length > 0 && bytes != NULL);
    event_set(event);
}

static void *end_it(void *unused)
{
    CHECK_OK(pyferry_interpreter_end(made, -1));
    return unused;
}

int main(void)
{
    start_runtime();
    pyferry_interpreter_options options = PYFERRY_INTERPRETER_OPTIONS_INIT;
    options.output = hear_output;
    options.output_data = &begins;
    CHECK_OK(pyferry_interpreter_new(&options, &made));
    run_in(made, "import atexit, time\n"
                 "def slow():\n"
                 "    print('begins')\n"
                 "    time.sleep(0.5)\n"
                 "atexit.register(slow)");
    pthread_t other = thread_start(end_it, NULL);
    event_wait(&begins);
    CHECK_OK(pyferry_set_report(hear, NULL, NULL, 20));
    CHECK_OK(pyferry_runtime_stop(-1));
    thread_join(other);
    CHECK(named > 0);
    pyferry_view_free(made);
    return 0;
}
