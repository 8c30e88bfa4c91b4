/* Where a thread can be when it ends, and how it can end: for the programs about the end of a thread. */
#ifndef PYFERRY_TEST_THREAD_ENDS_H
#define PYFERRY_TEST_THREAD_ENDS_H

#include "py.h"

static pyferry_view *views[3];

static void leave_value(void)
{
    run("import threading\n"
        "mine = globals().setdefault('mine', threading.local())\n"
        "mine.value = [1]");
}

/* ---- where ---- */

static void outside(void)
{
    for (int i = 0; i < 3; i++) {
        pyferry_token token = attach(views[i]);
        leave_value();
        detach(token);
    }
}

static void attached(void)
{
    attach(views[1]);
    leave_value();
}

static void nested(void)
{
    for (int i = 0; i < 3; i++) {
        attach(views[i]);
        leave_value();
        attach(views[i]);
    }
}

static void back_and_forth(void)
{
    for (int i = 0; i < 4; i++) {
        attach(views[i % 2]);
        leave_value();
    }
}

static void suspended(void)
{
    attach(views[0]);
    leave_value();
    attach(views[2]);
    suspend();
    attach(views[1]);
    suspend();
}

static void suspended_and_in_again(void)
{
    attach(views[1]);
    leave_value();
    suspend();
    attach(views[1]);
}

/* As if Py_BEGIN_ALLOW_THREADS never came to its end. */
static void let_go(void)
{
    attach(views[1]);
    leave_value();
    PyEval_SaveThread();
}

static void let_go_and_in_again(void)
{
    let_go();
    attach(views[2]);
}

static void on_gilstate(void)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    pyferry_token token = attach(views[0]), away = attach(views[1]);
    detach(away);
    detach(token);
    pyferry_suspension out = suspend();
    outside();
    resume(out);
    PyGILState_Release(ensured);
}

static void after_guards(void)
{
    pyferry_guard *guards[3];
    for (int i = 0; i < 3; i++) {
        CHECK_OK(pyferry_guard_open(views[i], &guards[i]));
        run_in(views[i], "import sys");
    }
    for (int i = 0; i < 3; i++)
        pyferry_guard_close(guards[i]);
}

static void forgotten(void)
{
    outside();
    CHECK_OK(pyferry_thread_forget());
}

struct place {
    const char *name;
    void (*go)(void);
};

static const struct place places[] = {
    { "outside", outside },
    { "attached", attached },
    { "nested", nested },
    { "back and forth", back_and_forth },
    { "suspended", suspended },
    { "suspended and in again", suspended_and_in_again },
    { "let go", let_go },
    { "let go and in again", let_go_and_in_again },
    { "on PyGILState", on_gilstate },
    { "after guards", after_guards },
    { "forgotten", forgotten },
};
enum { PLACES = COUNT(places) };

/* ---- how ---- */

enum ending { RETURNS, EXITS, IS_CANCELLED, ENDINGS };

/* The last thing a thread does. Whoever is cancelled is so in a call of the host's own, outside Python. */
static inline void *end(enum ending ending)
{
    if (ending == EXITS)
        pthread_exit(NULL);
    while (ending == IS_CANCELLED)
        pause();
    return NULL;
}

#endif
