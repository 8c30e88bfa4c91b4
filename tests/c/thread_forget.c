/* pyferry_thread_forget runs the destructors of what the thread left in Python: on that thread, in that interpreter, where they
   may use pyferry. The end of a thread has them run soon, on another thread. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;
static pthread_t owner;
static int destroyed;
static bool owner_ended;

static PyObject *destroy(PyObject *unused, PyObject *id)
{
    (void)unused;
    CHECK(owner_ended || pthread_equal(pthread_self(), owner));
    pyferry_view *here = current_view();
    CHECK(pyferry_view_interpreter_id(here) == PyLong_AsLongLong(id));
    pyferry_token token = attach(here);
    run("import sys");
    pyferry_token away = attach(main_interpreter);
    run("import sys");
    detach(away);
    detach(token);
    pyferry_view_free(here);
    PyGILState_STATE ensured = PyGILState_Ensure();
    CHECK(PyInterpreterState_GetID(PyThreadState_GetInterpreter(PyThreadState_Get())) == PyLong_AsLongLong(id));
    PyGILState_Release(ensured);
    destroyed++;
    Py_RETURN_NONE;
}

static PyMethodDef method = { "destroy", destroy, METH_O, NULL };

static void leave_values(void)
{
    const pyferry_view *const views[] = { main_interpreter, sub };
    for (int i = 0; i < 2; i++) {
        pyferry_token token = attach(views[i]);
        define(&method);
        char source[400];
        snprintf(source, sizeof source,
                 "import threading\n"
                 "class Value:\n"
                 "    def __del__(self, destroy=destroy): destroy(%d)\n"
                 "mine = globals().setdefault('mine', threading.local())\n"
                 "assert not hasattr(mine, 'value')\n"
                 "mine.value = Value()",
                 (int)pyferry_view_interpreter_id(views[i]));
        run(source);
        detach(token);
    }
}

static void *forget_outside(void *unused)
{
    owner = pthread_self();
    for (int i = 1; i <= 3; i++) {
        leave_values();
        CHECK_OK(pyferry_thread_forget());
        CHECK(destroyed == 2 * i);
        CHECK_OK(pyferry_thread_forget());
        CHECK(destroyed == 2 * i);
    }
    return unused;
}

/* Inside one interpreter, its own state there stays, and the other goes. */
static void *forget_inside(void *unused)
{
    owner = pthread_self();
    leave_values();
    pyferry_token token = attach(sub);
    PyThreadState *state = PyThreadState_Get();
    CHECK_OK(pyferry_thread_forget());
    CHECK(destroyed == 1 && PyThreadState_Get() == state && pyferry_is_attached(sub));
    run("mine.value");
    pyferry_suspension out = suspend();
    CHECK_OK(pyferry_thread_forget());
    resume(out);
    CHECK(destroyed == 1 && PyThreadState_Get() == state);
    run("mine.value");
    detach(token);
    CHECK_OK(pyferry_thread_forget());
    CHECK(destroyed == 2);
    return unused;
}

static void *just_end(void *unused)
{
    owner = pthread_self();
    leave_values();
    owner_ended = true;
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    void *(*const ways[])(void *) = { forget_outside, forget_inside, just_end };
    const int expected[] = { 6, 2, 2 };
    for (int i = 0; i < 3; i++) {
        destroyed = 0;
        on_new_thread(ways[i], NULL);
        CHECK(becomes(&destroyed, expected[i]));
    }
    finish_python(state);
    CHECK_OK(pyferry_thread_forget());
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
