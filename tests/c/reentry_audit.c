/* Audit hooks of C run everywhere in CPython, in interpreters half made and half gone too, and use pyferry there. */
#include "reentry.h"

static const char *const events[] = { "cpython.", "import", "compile", "exec", "sys.settrace", "object.__del__" };

/* No interpreter, or not one that pyferry could be asked about: the questions that are allowed anywhere. */
static void ask(void)
{
    CHECK(pyferry_status_name(PYFERRY_STATUS_OK) != NULL && pyferry_version() != NULL);
    pyferry_is_attached(NULL);
    if (main_interpreter != NULL)
        pyferry_is_attached(main_interpreter);
    pyferry_last_error(NULL, 0);
    pyferry_token empty = PYFERRY_TOKEN_INIT;
    CHECK_STATUS(pyferry_detach(&empty), PYFERRY_STATUS_STALE_TOKEN);
}

static int hook(const char *event, PyObject *arguments, void *unused)
{
    (void)arguments, (void)unused;
    static _Thread_local bool inside;
    bool wanted = false;
    for (size_t i = 0; i < COUNT(events); i++)
        wanted |= strncmp(event, events[i], strlen(events[i])) == 0;
    if (!wanted || inside)
        return 0;
    inside = true;
    ask();
    PyThreadState *state = current_state();
    if (main_interpreter != NULL && pyferry_is_attached(main_interpreter)) {
        pyferry_token outer = attach(main_interpreter), inner = attach(main_interpreter);
        detach(inner);
        detach(outer);
        pyferry_suspension out = suspend();
        resume(out);
        act_away(main_interpreter, neighbour, true);
        acts++;
    }
    CHECK(current_state() == state);
    inside = false;
    return 0;
}

int main(void)
{
    CHECK(PySys_AddAuditHook(hook, NULL) == 0);
    PyThreadState *state = start_python(&main_interpreter);
    neighbour = main_interpreter;
    neighbour = new_interpreter();
    pyferry_view *made = new_interpreter();
    run_in(made, "import json, threading; compile('1', '1', 'eval')");
    run_in(main_interpreter, "import json, threading; compile('1', '1', 'eval')");
    CHECK_OK(pyferry_interpreter_end(made, -1));
    CHECK(acts > 0);
    gates = CLOSING;
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(neighbour);
    pyferry_view_free(made);
    return 0;
}
