/* An event loop is told by a write to a pipe of its own. Where that is being closed by another thread meanwhile, the write finds nobody:
   an error to the loop, and no SIGPIPE, which would end the host. */
/* harness: not-on=windows it has no SIGPIPE */
#include "asyncio.h"

#include <signal.h>

static int ran;

static void job(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK_OK(status);
    __atomic_add_fetch(&ran, 1, __ATOMIC_SEQ_CST);
}

int main(void)
{
    initialize_python();
    CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    pyferry_view *view = main_view();
    PyThreadState *state = PyEval_SaveThread();
    struct loop loop = loop_new_by(view, "import socket, threading\n"
                                         "class Loop(asyncio.SelectorEventLoop):\n"
                                         "    broken = 0\n"
                                         "    def call_soon_threadsafe(self, *arguments, **more):\n"
                                         "        if threading.get_ident() != self._thread_id:\n"
                                         "            ours, theirs = socket.socketpair()\n"
                                         "            theirs.close()\n"
                                         "            try: ours.send(b'.')\n"
                                         "            except BrokenPipeError: self.broken += 1\n"
                                         "            ours.close()\n"
                                         "        return super().call_soon_threadsafe(*arguments, **more)\n"
                                         "async def answer(): return 42\n"
                                         "async def stay(): await asyncio.Event().wait()\n"
                                         "loop = Loop()");
    loop.thread = thread_start(loop_run, &loop);
    CHECK_OK(pyferry_asyncio_post(view, loop.object, job, NULL));
    while (__atomic_load_n(&ran, __ATOMIC_SEQ_CST) == 0)
        sleep_ms(1);

    pyferry_token token = attach(view);
    run("answered = answer()");
    PyObject *coroutine = PyObject_GetAttrString(PyImport_AddModule("__main__"), "answered"), *value = NULL;
    CHECK_OK(pyferry_asyncio_await(view, loop.object, coroutine, -1, &value));
    CHECK(PyLong_AsLong(value) == 42);
    Py_DECREF(value);
    Py_DECREF(coroutine);
    run("assert loop.broken >= 2\ndel answered\nstays = stay()");
    /* Who waits no longer has it cancelled. */
    coroutine = PyObject_GetAttrString(PyImport_AddModule("__main__"), "stays");
    CHECK_STATUS(pyferry_asyncio_await(view, loop.object, coroutine, 1, NULL), PYFERRY_STATUS_TIMEOUT);
    Py_DECREF(coroutine);
    run("assert loop.broken >= 3\ndel stays");
    /* Nothing is left that would end the host later. */
    sigset_t pending;
    CHECK(sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 0);
    detach(token);

    /* By Python's own call it would be one. */
    run_in(view, "super(Loop, loop).call_soon_threadsafe(loop.stop)");
    thread_join(loop.thread);
    loop_free(&loop);
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
