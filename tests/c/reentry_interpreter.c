/* Python code that runs while an interpreter is made or ended uses pyferry there: its site code, its atexit functions, what its idle
   threads left, and whatever dies with its modules and after them. It goes to other interpreters, makes some, and ends them. */
#include "reentry.h"

static pyferry_view *sub;
static struct event visited = EVENT_INIT, over = EVENT_INIT;

static void write_site_code(const char *source)
{
    write_file("sitecustomize.py", source);
}

static const char everything[] =
    "import atexit, contextvars, gc, os, sys, threading, weakref, reentry\n"
    "class Acts:\n"
    "    def __init__(self, act=reentry.act): self.act = act\n"
    "    def __del__(self): self.act()\n"
    "atexit.register(reentry.act)\n"
    "if hasattr(threading, '_register_atexit'): threading._register_atexit(reentry.act)\n"
    "in_main = Acts(reentry.act_late)\n"
    "sys.kept = Acts(reentry.act_late)\n"
    "in_cycle = Acts(reentry.act_late); in_cycle.me = in_cycle\n"
    "ref = weakref.ref(sys.kept, reentry.act_late)\n"
    "mine = threading.local(); mine.value = Acts()\n";

static void *idle(void *view)
{
    run_in(view, "mine.value = Acts(); variable = contextvars.ContextVar('v'); variable.set(Acts()); del variable");
    event_set(&visited);
    event_wait(&over);
    return NULL;
}

static int last_acts;

/* Dies with the interpreter's dict, after all modules and pyferry's own mark: of this interpreter there is no view any more. */
static void act_last(PyObject *unused)
{
    (void)unused;
    PyThreadState *state = PyThreadState_Get();
    pyferry_view *none = NULL;
    CHECK_REFUSED(pyferry_view_current(&none), PYFERRY_STATUS_CLOSED, "shutdown");
    detach(attach(sub)); /* nests, as on any thread that is attached */
    check_works(main_interpreter);
    check_works(neighbour);
    CHECK(PyThreadState_Get() == state);
    last_acts++;
}

static void keep_to_the_last(void)
{
    PyObject *capsule = PyCapsule_New(&last_acts, NULL, act_last);
    CHECK(PyDict_SetItemString(PyInterpreterState_GetDict(PyInterpreterState_Get()), "reentry.capsule", capsule) == 0);
    Py_DECREF(capsule);
}

static void one_interpreter(void)
{
    static int interpreters;
    interpreters++;
    visited.set = over.set = false;
    int before = acts;
    write_site_code("import reentry\nreentry.act()\n");
    sub = new_interpreter();
    CHECK(acts > before);
    write_site_code("");
    pyferry_token token = attach(sub);
    run(everything);
    keep_to_the_last();
    detach(token);
    pthread_t thread = thread_start(idle, sub);
    event_wait(&visited);
    before = acts;
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    CHECK(acts >= before + 6 && last_acts == interpreters);
    check_closed(sub);
    pyferry_view_free(sub);
    event_set(&over);
    thread_join(thread);
    check_works(main_interpreter);
    check_works(neighbour);
}

static void *from_a_thread(void *unused)
{
    one_interpreter();
    return unused;
}

int main(void)
{
    has_site_code = true;
    char here[4096];
    CHECK(getcwd(here, sizeof here) != NULL && setenv("PYTHONPATH", here, 1) == 0);
    write_site_code("");
    PyThreadState *state = start_reentry();
    for (int i = 0; i < 2; i++) {
        make_others = i == 0;
        if (!left_out(i))
            on_new_thread(from_a_thread, NULL);
        if (!left_out(i + 1))
            one_interpreter();
    }
    gates = CLOSING;
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(neighbour);
    return 0;
}
