/* harness: mode=extension */
/* harness: not-on=windows it forks, and Windows has no fork */
/* harness: not-under=arm64 the emulator (QEMU 7.2) aborts or hangs where a forked child starts a thread */
/* harness: timeout=120 */
/* harness: leaks-not-checked=a child lacks the other threads, and with them what leads to their memory */
/* multiprocessing with the fork method works in a process full of pyferry's threads, and its children use pyferry. */
#include "module.h"
#include "py.h"

enum { THREADS = 8 };

static pyferry_view *main_interpreter;
static pthread_t threads[THREADS];
static volatile bool busy;

static void *come_and_go(void *unused)
{
    while (busy) {
        run_in(main_interpreter, "x = 1");
        sleep_ms(1);
    }
    return unused;
}

static PyObject *begin(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    main_interpreter = main_view();
    busy = true;
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start(come_and_go, NULL);
    Py_RETURN_NONE;
}

static PyObject *end(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    busy = false;
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

struct call {
    PyObject *function, *result;
};

static void *call_it(void *argument)
{
    struct call *call = argument;
    pyferry_token token = attach(main_interpreter);
    call->result = PyObject_CallNoArgs(call->function);
    CHECK(call->result != NULL);
    detach(token);
    return NULL;
}

static PyObject *on_host_thread(PyObject *unused, PyObject *function)
{
    (void)unused;
    struct call call = { function, NULL };
    check_works(main_interpreter);
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(call_it, &call);
    Py_END_ALLOW_THREADS
    return call.result;
}

static PyMethodDef methods[] = {
    { "begin", begin, METH_NOARGS, NULL },
    { "end", end, METH_NOARGS, NULL },
    { "on_host_thread", on_host_thread, METH_O, NULL },
    { NULL, NULL, 0, NULL },
};

MODULE(fork_multiprocessing, methods)
