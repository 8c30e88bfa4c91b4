/* A thread waits for a coroutine, its loop is closed, and the interpreter ends before the thread has looked: it is told that the loop
   was closed, and Python has nothing to say about a coroutine that nobody can cancel any more. */
#include "asyncio.h"

static struct loop loop;

static void *wait_until_closed(void *unused)
{
    (void)unused;
    pyferry_token token = attach(loop.view);
    PyObject *coroutine = PyObject_CallMethod(PyImport_AddModule("__main__"), "never", NULL);
    CHECK(coroutine != NULL);
    detach(token);
    CHECK_REFUSED(pyferry_asyncio_await(loop.view, loop.object, coroutine, -1, NULL), PYFERRY_STATUS_CLOSED, "was closed");
    /* By now the interpreter may have ended. */
    pyferry_status released = pyferry_release_later(loop.view, coroutine);
    CHECK(released == PYFERRY_STATUS_OK || released == PYFERRY_STATUS_CLOSED);
    return NULL;
}

static void check_silence(void *silent)
{
    run("assert not said, said");
    run("del loop");
    Py_DECREF(loop.object);
    *(bool *)silent = true;
}

int main(void)
{
    pyferry_view *main;
    bool silent = false;
    PyThreadState *state = start_python(&main);
    pyferry_view *view = new_interpreter();
    loop = loop_new(view);
    run_in(view, "import logging\n"
                 "said = []\n"
                 "class Hear(logging.Handler):\n"
                 "    def emit(self, record):\n"
                 "        said.append(record.getMessage())\n"
                 "logging.getLogger('concurrent.futures').addHandler(Hear())\n"
                 "begun = []\n"
                 "async def never():\n"
                 "    begun.append(1)\n"
                 "    await loop.create_future()\n");
    CHECK_OK(pyferry_at_end(view, check_silence, &silent));
    loop_start(&loop);
    pthread_t waits = thread_start(wait_until_closed, NULL);
    run_in(view, "import time\nwhile not begun:\n    time.sleep(0.001)");
    loop_stop(&loop);
    run_in(view, "loop.close()");
    CHECK_OK(pyferry_interpreter_end(view, -1));
    thread_join(waits);
    CHECK(silent);
    pyferry_view_free(view);
    finish_python(state);
    pyferry_view_free(main);
    return 0;
}
