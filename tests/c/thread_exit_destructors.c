/* What a thread left in Python is destroyed, once, soon after its end, by destructors that use pyferry, and so is what those leave
   in other interpreters in their turn. No thread state is left. */
#include "py.h"

/* One more, and a destructor leaves something in the very state whose end it is part of: CPython never looks there again. */
enum { VIEWS = 3, CHAIN = 6, THREADS = 20 };

static pyferry_view *views[VIEWS];
static int destroyed;

static void leave_value(int number)
{
    pyferry_token token = attach(views[number % VIEWS]);
    char source[100];
    snprintf(source, sizeof source, "mine.values = getattr(mine, 'values', []) + [Value(%d)]", number);
    run(source);
    detach(token);
}

static void use_pyferry(const pyferry_view *here)
{
    check_works(here);
    pyferry_guard *guard;
    CHECK_OK(pyferry_guard_open(here, &guard));
    pyferry_suspension out = suspend();
    pyferry_token token;
    CHECK_OK(pyferry_attach_guarded(guard, &token));
    detach(token);
    CHECK_OK(pyferry_thread_forget());
    resume(out);
    pyferry_guard_close(guard);
    CHECK_OK(pyferry_thread_forget());
    CHECK(pyferry_is_attached(here));
}

/* The destructor of value N leaves value N + 1 in the next interpreter. */
static PyObject *destroy(PyObject *unused, PyObject *argument)
{
    (void)unused;
    int number = (int)PyLong_AsLong(argument);
    destroyed++;
    pyferry_view *here = current_view();
    CHECK(pyferry_view_interpreter_id(here) == pyferry_view_interpreter_id(views[number % VIEWS]));
    use_pyferry(here);
    if (number + 1 < CHAIN)
        leave_value(number + 1);
    CHECK(pyferry_is_attached(here));
    pyferry_view_free(here);
    Py_RETURN_NONE;
}

static PyMethodDef method = { "destroy", destroy, METH_O, NULL };

static void *live(void *first)
{
    for (int i = 0; i < VIEWS; i++)
        visit(views[i]);
    leave_value(*(int *)first);
    return NULL;
}

int main(void)
{
    PyThreadState *state = start_python(&views[0]);
    for (int i = 1; i < VIEWS; i++)
        views[i] = new_interpreter();
    int before[VIEWS];
    for (int i = 0; i < VIEWS; i++) {
        pyferry_token token = attach(views[i]);
        define(&method);
        run("import threading\n"
            "mine = threading.local()\n"
            "class Value:\n"
            "    def __init__(self, number): self.number = number\n"
            "    def __del__(self, destroy=destroy): destroy(self.number)");
        before[i] = count_states();
        detach(token);
    }
    for (int i = 0; i < THREADS; i++) {
        int first = i % CHAIN;
        destroyed = 0;
        on_new_thread(live, &first);
        CHECK(becomes(&destroyed, CHAIN - first));
        for (int j = 0; j < VIEWS; j++)
            CHECK(states_of_become(views[j], before[j]));
    }
    CHECK_OK(pyferry_interpreter_end(views[1], 0));
    finish_python(state);
    for (int i = 0; i < VIEWS; i++)
        pyferry_view_free(views[i]);
    return 0;
}
