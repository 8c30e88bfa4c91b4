/* harness: timeout=20 */
/* An interrupt reaches a script that lets go and comes in again all the time, or hops to another interpreter, also
   when it waits to come back: the attachments inside its own take nothing from it. */
#include "py.h"

#define ROUNDS 10

static pyferry_view *here, *elsewhere;
static struct event in = EVENT_INIT, over = EVENT_INIT;

static PyObject *let_go(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    PyThreadState *state = PyEval_SaveThread();
    pyferry_token token = attach(here);
    detach(token);
    PyEval_RestoreThread(state);
    Py_RETURN_NONE;
}

static PyObject *hop(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    pyferry_token token = attach(elsewhere);
    detach(token);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = { { "step", let_go, METH_NOARGS, NULL }, { "step", hop, METH_NOARGS, NULL } };

static struct event away = EVENT_INIT, come = EVENT_INIT;

/* Is elsewhere until it is called, and then waits for its own interpreter. */
static PyObject *stay_away(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    pyferry_token token = attach(elsewhere);
    Py_BEGIN_ALLOW_THREADS
    event_set(&away);
    event_wait(&come);
    Py_END_ALLOW_THREADS
    detach(token);
    Py_RETURN_NONE;
}

static PyMethodDef stay_away_method = { "step", stay_away, METH_NOARGS, NULL };

static PyObject *begun(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    event_set(&in);
    Py_RETURN_NONE;
}

static PyMethodDef begun_method = { "begun", begun, METH_NOARGS, NULL };

static void *loop(void *method)
{
    run_in(elsewhere, "import sys");
    pyferry_token token = attach(here);
    define((PyMethodDef *)method);
    define(&begun_method);
    /* Not by pyferry_exec: what the methods do is to go the short way. */
    PyObject *globals = PyModule_GetDict(PyImport_AddModule("__main__"));
    CHECK(PyRun_String("begun()\nwhile True: step()", Py_file_input, globals, globals) == NULL);
    CHECK(PyErr_ExceptionMatches(PyExc_KeyboardInterrupt));
    PyErr_Clear();
    event_set(&over);
    detach(token);
    return NULL;
}

static void interrupt_once(PyMethodDef *method)
{
    in = over = (struct event)EVENT_INIT;
    pthread_t thread = thread_start(loop, method);
    event_wait(&in);
    CHECK_OK(pyferry_interpreter_interrupt(here));
    thread_join(thread);
    CHECK(event_is_set(&over));
}

static void interrupt_on_the_way_back(void)
{
    in = over = away = come = (struct event)EVENT_INIT;
    pthread_t thread = thread_start(loop, &stay_away_method);
    event_wait(&away);
    pyferry_token token = attach(here);
    event_set(&come);
    sleep_ms(20);
    CHECK_OK(pyferry_interpreter_interrupt(here));
    detach(token);
    thread_join(thread);
    CHECK(event_is_set(&over));
}

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    here = new_interpreter();
    elsewhere = new_interpreter();
    for (int i = 0; i < ROUNDS; i++) {
        interrupt_once(&methods[0]);
        interrupt_once(&methods[1]);
        interrupt_on_the_way_back();
    }
    CHECK_OK(pyferry_interpreter_end(here, -1));
    CHECK_OK(pyferry_interpreter_end(elsewhere, -1));
    pyferry_view_free(here);
    pyferry_view_free(elsewhere);
    pyferry_view_free(main_interpreter);
    finish_python(state);
    return 0;
}
