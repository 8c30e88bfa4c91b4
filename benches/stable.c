/*
 * The ways of ways.h that use CPython by pyferry_python.h, as a host does that was compiled once and is linked to no
 * libpython. In a file of their own: Python.h and that header declare the same names.
 */
#include <pyferry_python.h>

#include "others.h"

#include <stdlib.h>
#include <time.h>

static const pyferry_view *view;
static PyObject *tick, *touch;
static float heights[STABLE_HEIGHTS];

void stable_start(const pyferry_view *where, void *tick_function, void *touch_function)
{
    view = where;
    tick = (PyObject *)tick_function;
    touch = (PyObject *)touch_function;
}

static void check(int good)
{
    if (!good)
        abort();
}

static double nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Two numbers in, one out: the same as linked_tick. */
static void call_tick(void)
{
    PyObject *result = PyObject_CallFunction(tick, "dd", 0.016, 9.81);
    check(result != NULL && PyFloat_AsDouble(result) > 0);
    Py_DECREF(result);
}

/* The script sees the host's own memory, changes it, and lets go of it. */
static void call_touch(size_t count)
{
    PyObject *bytes = PyMemoryView_FromMemory((char *)heights, (Py_ssize_t)(count * sizeof *heights), PyBUF_WRITE);
    PyObject *floats = bytes != NULL ? PyObject_CallMethod(bytes, "cast", "s", "f") : NULL;
    PyObject *result = floats != NULL ? PyObject_CallFunctionObjArgs(touch, floats, NULL) : NULL;
    check(result != NULL && heights[0] == heights[1] + 1);
    Py_DECREF(result);
    Py_DECREF(floats);
    Py_DECREF(bytes);
}

static double attached(long count, void (*work)(size_t), size_t argument)
{
    pyferry_token token;
    check(pyferry_attach(view, &token) == PYFERRY_STATUS_OK);
    double start = nanoseconds();
    for (long i = 0; i < count; i++)
        work(argument);
    double end = nanoseconds();
    check(pyferry_detach(&token) == PYFERRY_STATUS_OK);
    return end - start;
}

double stable_tick(long count)
{
    double start = nanoseconds();
    for (long i = 0; i < count; i++) {
        pyferry_token token;
        check(pyferry_attach(view, &token) == PYFERRY_STATUS_OK);
        call_tick();
        check(pyferry_detach(&token) == PYFERRY_STATUS_OK);
    }
    return nanoseconds() - start;
}

static void tick_alone(size_t unused)
{
    (void)unused;
    call_tick();
}

double stable_tick_alone(long count)
{
    return attached(count, tick_alone, 0);
}

double stable_few_heights(long count)
{
    return attached(count, call_touch, 10);
}

double stable_all_heights(long count)
{
    return attached(count, call_touch, STABLE_HEIGHTS);
}
