/* An asyncio event loop, and a thread of the host's that runs it until it is stopped. */
#ifndef PYFERRY_TEST_ASYNCIO_H
#define PYFERRY_TEST_ASYNCIO_H

#include "py.h"

struct loop {
    pyferry_view *view;
    PyObject *object;
    pthread_t thread;
};

/* `loop` of __main__; `source` makes it, and has asyncio imported. */
static inline struct loop loop_new_by(pyferry_view *view, const char *source)
{
    struct loop loop = { .view = view };
    pyferry_token token = attach(view);
    run("import sys; sys.modules['ssl'] = None"); /* a fifth of what it imports */
    run("import asyncio");
    run(source);
    loop.object = PyObject_GetAttrString(PyImport_AddModule("__main__"), "loop");
    CHECK(loop.object != NULL);
    detach(token);
    return loop;
}

/* As asyncio.new_event_loop() makes one on Linux. What that makes on Windows takes the signals of whoever makes it. */
static inline struct loop loop_new(pyferry_view *view)
{
    return loop_new_by(view, "loop = asyncio.SelectorEventLoop()");
}

static inline void *loop_run(void *argument)
{
    struct loop *loop = (struct loop *)argument;
    loop->thread = pthread_self(); /* before its first job, which may ask */
    run_in(loop->view, "loop.run_forever()");
    return NULL;
}

/* Returns when it runs. */
static inline void loop_start(struct loop *loop)
{
    loop->thread = thread_start(loop_run, loop);
    pyferry_token token = attach(loop->view);
    run("import time\nwhile not loop.is_running():\n    time.sleep(0.001)");
    detach(token);
}

static inline void loop_stop(struct loop *loop)
{
    run_in(loop->view, "loop.call_soon_threadsafe(loop.stop)");
    thread_join(loop->thread);
}

/* Closed, and forgotten by Python. */
static inline void loop_free(struct loop *loop)
{
    pyferry_token token = attach(loop->view);
    run("loop.close()\ndel loop");
    Py_DECREF(loop->object);
    detach(token);
}

#endif
