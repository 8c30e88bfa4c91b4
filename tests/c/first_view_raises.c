/* The first view of an interpreter has the shutdown hook registered, and where that raises, the answer is what was raised, whoever asks
   and in which interpreter. When it works again there is a view, and the shutdown waits as it should. */
#include "py.h"

#define BREAK                                                                                                          \
    "import atexit\n"                                                                                                  \
    "register = atexit.register\n"                                                                                     \
    "def refuse(*unused): raise LookupError('no exit functions today')\n"                                              \
    "atexit.register = refuse"
#define MEND "atexit.register = register"

#define RAISES(call) CHECK_REFUSED(call, PYFERRY_STATUS_PYTHON_ERROR, "LookupError: no exit functions today")

static void *ask(void *unused)
{
    pyferry_view *view = NULL;
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    for (int i = 0; i < 3; i++) {
        RAISES(pyferry_view_main(&view));
        RAISES(pyferry_runtime_get_info(&info));
        RAISES(pyferry_runtime_start(NULL));
        RAISES(pyferry_interpreter_new(NULL, &view));
    }
    CHECK(view == NULL && info.version == NULL && !pyferry_is_attached(NULL));
    CHECK_STATUS(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER);
    return unused;
}

static void ask_attached(void)
{
    pyferry_view *view = NULL;
    PyThreadState *state = PyThreadState_Get();
    RAISES(pyferry_view_main(&view));
    RAISES(pyferry_view_current(&view));
    CHECK(view == NULL && PyThreadState_Get() == state && PyErr_Occurred() == NULL);
}

static void *leave_soon(void *guest)
{
    sleep_ms(50);
    guest_goes(guest);
    return NULL;
}

int main(void)
{
    initialize_python();
    CHECK(PyRun_SimpleString(BREAK) == 0);
    ask_attached();
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(ask, NULL);
    PyEval_RestoreThread(state);
    CHECK(PyRun_SimpleString(MEND) == 0);
    pyferry_view *view = current_view();

    PyThreadState *sub = Py_NewInterpreter();
    CHECK(PyRun_SimpleString(BREAK) == 0);
    pyferry_view *none = NULL;
    for (int i = 0; i < 3; i++)
        RAISES(pyferry_view_current(&none));
    CHECK(none == NULL && PyThreadState_Get() == sub);
    CHECK(PyRun_SimpleString(MEND) == 0);
    pyferry_view *of_sub = current_view();
    CHECK(pyferry_view_interpreter_id(of_sub) != 0);
    PyEval_SaveThread();

    struct guest guests[] = { GUEST(of_sub), GUEST(view) };
    pthread_t leavers[2];
    for (int i = 0; i < 2; i++) {
        guest_comes(&guests[i]);
        leavers[i] = thread_start(leave_soon, &guests[i]);
        PyEval_RestoreThread(i == 0 ? sub : state);
        if (i == 0) {
            Py_EndInterpreter(sub);
            PyThreadState_Swap(state);
            PyEval_SaveThread();
        } else {
            CHECK(Py_FinalizeEx() == 0);
        }
        CHECK(event_is_set(&guests[i].leave));
        thread_join(leavers[i]);
        check_closed(guests[i].view);
    }
    pyferry_view_free(of_sub);
    pyferry_view_free(view);
    return 0;
}
