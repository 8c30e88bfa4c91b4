/* atexit functions and destructors that run on the finalising thread use pyferry, whether registered before pyferry's own hook
   (and so run after it) or later; and so does what runs when the modules go. */
#include "py.h"

static int calls;
static pyferry_view *main_interpreter;

static PyObject *use_pyferry(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    PyThreadState *state = PyThreadState_Get();
    CHECK(pyferry_is_attached(main_interpreter) && pyferry_is_attached(NULL));
    pyferry_token outer = attach(main_interpreter), inner = attach(main_interpreter);
    CHECK(PyThreadState_Get() == state);
    /* When the modules go there may be no __main__ left to run things in; Python says so then. */
    pyferry_status status = pyferry_exec("x = 1", NULL);
    if (Py_IsInitialized() || status != PYFERRY_STATUS_PYTHON_ERROR)
        CHECK_STATUS(status, PYFERRY_STATUS_OK);
    detach(inner);
    detach(outer);
    pyferry_view *view = current_view();
    CHECK(pyferry_view_interpreter_id(view) == 0);
    pyferry_view_free(view);
    CHECK(PyThreadState_Get() == state);
    calls++;
    Py_RETURN_NONE;
}

/* Lets go and comes back, as a destructor does that joins a thread. */
static PyObject *let_go(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    PyThreadState *state = PyThreadState_Get();
    pyferry_suspension out = suspend();
    resume(out);
    CHECK(PyThreadState_Get() == state);
    Py_BEGIN_ALLOW_THREADS
    Py_END_ALLOW_THREADS
    calls++;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    { "use_pyferry", use_pyferry, METH_NOARGS, NULL },
    { "let_go", let_go, METH_NOARGS, NULL },
};

static void *leave_a_state(void *unused)
{
    run_in(main_interpreter, "import threading\n"
                             "class AtThreadEnd:\n"
                             "    def __init__(self, function): self.function = function\n"
                             "    def __del__(self): self.function()\n"
                             "mine = threading.local(); mine.value = AtThreadEnd(use_pyferry)");
    return unused;
}

static struct event left = EVENT_INIT, over = EVENT_INIT;

static void *leave_a_state_and_stay(void *unused)
{
    leave_a_state(NULL);
    event_set(&left);
    event_wait(&over);
    return unused;
}

int main(void)
{
    for (int life = 0; life < 3; life++) {
        calls = 0;
        left.set = over.set = false;
        initialize_python();
        define(&methods[0]);
        define(&methods[1]);
        CHECK(PyRun_SimpleString("import atexit\n"
                                 "atexit.register(use_pyferry); atexit.register(let_go)") == 0);
        main_interpreter = main_view();
        run("import atexit, sys, threading\n"
            "atexit.register(use_pyferry); atexit.register(let_go)\n"
            "class AtModuleEnd:\n"
            "    def __init__(self, function): self.function = function\n"
            "    def __del__(self): self.function()\n"
            "kept = AtModuleEnd(use_pyferry), AtModuleEnd(let_go)\n"
            "sys.kept = AtModuleEnd(use_pyferry)\n"
            "if hasattr(threading, '_register_atexit'):\n"
            "    threading._register_atexit(use_pyferry)");
        PyThreadState *state = PyEval_SaveThread();
        int alone = count_states_of(main_interpreter);
        on_new_thread(leave_a_state, NULL);
        CHECK(states_of_become(main_interpreter, alone));
        CHECK(calls == 1); /* the thread's locals went with its state, soon after its end */
        pthread_t stayer = thread_start(leave_a_state_and_stay, NULL);
        event_wait(&left);
        finish_python(state);
        event_set(&over);
        thread_join(stayer);
        if (calls != 10)
            fprintf(stderr, "%d calls\n", calls);
        CHECK(calls == 10);
        pyferry_view_free(main_interpreter);
    }
    return 0;
}
