/* A thread waits for an interrupt that is being delivered, so that this does not hit what it does next: at the end of its visit,
   and before its code is run. One that the host gives up meanwhile is told so, and is attached to nothing. */
#include "py.h"

static pyferry_view *main_interpreter;
static struct event delivering, given_up, never = EVENT_INIT;
static int inside, waiting, over;
static bool evaluates;

static pyferry_status run_something(void)
{
    return evaluates ? pyferry_eval("None", NULL, NULL, 0, NULL) : pyferry_exec("pass", NULL);
}

static PyObject *wait_for_ever(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    Py_BEGIN_ALLOW_THREADS
    __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    event_wait(&never);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* On the thread that delivers the interrupt, by the destructor of the exception that this replaces. The shutdown waits for that
   thread, and then for nobody. */
static PyObject *destroy(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    event_set(&delivering);
    Py_BEGIN_ALLOW_THREADS
    event_wait(&given_up);
    sleep_ms(20);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = { { "destroy", destroy, METH_NOARGS, NULL }, { "wait", wait_for_ever, METH_NOARGS, NULL } };

/* Is interrupted. */
static void *run_python(void *ident)
{
    attach(main_interpreter);
    *(unsigned long *)ident = PyThread_get_thread_ident();
    run("wait()");
    return NULL;
}

/* Free-threaded, the destructor of what a thread has made runs on that thread as long as that is there. */
static void *send(void *ident)
{
    pyferry_token token = attach(main_interpreter);
    PyObject *value = PyObject_CallNoArgs(PyObject_GetAttrString(PyImport_AddModule("__main__"), "Value"));
    CHECK(value != NULL && PyThreadState_SetAsyncExc(*(unsigned long *)ident, value) == 1);
    Py_DECREF(value);
    detach(token);
    CHECK_OK(pyferry_thread_forget());
    return NULL;
}

static void *be_given_up(void *at_exec)
{
    pyferry_token token = attach(main_interpreter);
    PyThreadState *state = PyEval_SaveThread();
    __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    event_wait(&delivering);
    PyEval_RestoreThread(state);
    __atomic_add_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
    /* Which of them is first, this one or the shutdown, is open. */
    pyferry_status status = at_exec != NULL ? run_something() : pyferry_detach(&token);
    CHECK(status == PYFERRY_STATUS_OK || status == PYFERRY_STATUS_CLOSED);
    CHECK(pyferry_is_attached(NULL) == (at_exec != NULL && status == PYFERRY_STATUS_OK));
    if (at_exec != NULL) {
        pyferry_status end = pyferry_detach(&token);
        CHECK(end == PYFERRY_STATUS_CLOSED || end == status);
    }
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_STALE_TOKEN);
    __atomic_add_fetch(&over, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

/* Gives all up, as soon as two are about to wait. */
static int32_t hear(const char *text, void *data)
{
    (void)text, (void)data;
    if (__atomic_load_n(&waiting, __ATOMIC_SEQ_CST) < 2)
        return PYFERRY_REPORT_WAIT;
    event_set(&given_up);
    return PYFERRY_REPORT_GIVE_UP;
}

static void give_all_up(void)
{
    static unsigned long ident;
    delivering = given_up = (struct event)EVENT_INIT;
    inside = waiting = over = 0;
    PyThreadState *state = start_python(&main_interpreter);
    hear_reports(hear, NULL);
    pyferry_token token = attach(main_interpreter);
    define(&methods[1]);
    define_destroyed(&methods[0]);
    detach(token);
    thread_start(run_python, &ident);
    for (int i = 0; i < 2; i++)
        thread_start(be_given_up, i == 0 ? NULL : main_interpreter);
    CHECK(becomes(&inside, 3));
    thread_join(thread_start(send, &ident));
    CHECK_OK(pyferry_interpreter_interrupt(main_interpreter));
    finish_python(state);
    /* Where one was about to come back, CPython has ended it or, from 3.14 on, hung it. */
    for (int i = 0; i < 100 && __atomic_load_n(&over, __ATOMIC_SEQ_CST) < 2; i++)
        sleep_ms(5);
    pyferry_view_free(main_interpreter);
}

int main(void)
{
    for (int round = 0; round < (in_short() ? 3 : 10); round++) {
        evaluates = round % 2 == 1;
        give_all_up();
    }
    return 0;
}
