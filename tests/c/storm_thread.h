/* What a thread of the storm does: see storm.h. */
#ifndef PYFERRY_TEST_STORM_THREAD_H
#define PYFERRY_TEST_STORM_THREAD_H

#include "py.h"

enum { THREADS = 8, PLACES = 3, EVERYWHERE = (1 << PLACES) - 1 };

static struct {
    pyferry_view *views[PLACES];
    unsigned ends;    /* the places, as bits, that the shutdown ends: a thread returns when all of them have told it CLOSED */
    bool let_go;      /* every attach is let go of as extensions do it, and called back into */
    bool short_lived; /* every few visits are made by a thread of their own, which may end while it is attached */
    double asked;     /* when the shutdown was */
    sem_t warm;
    long attaches, shutdowns;
} storm = { .ends = EVERYWHERE };

struct stormer {
    unsigned random, depth;
    unsigned closed;         /* the places, as bits, that have told it CLOSED */
    unsigned inside[PLACES]; /* how many attachments it has where */
    long attaches;
    bool stays, quits; /* every other one lives on from one shutdown to the next */
    pthread_t thread;
    sem_t go, done;
};

static struct stormer host, stormers[THREADS];
static _Thread_local struct stormer *self;

static inline unsigned next(void)
{
    self->random = self->random * 1103515245u + 12345u;
    return self->random >> 16;
}

/* Whether the place is open. It stays open for those inside, and closed for the others once it has said so. */
static inline bool enter(unsigned place, pyferry_token *token)
{
    bool inside = self->inside[place] > 0;
    pyferry_status status = pyferry_attach_labeled(storm.views[place], "storm", token);
    if (status == PYFERRY_STATUS_CLOSED && !inside) {
        self->closed |= 1u << place;
        return false;
    }
    CHECK_OK(status);
    CHECK(inside || (self->closed & 1u << place) == 0);
    self->inside[place]++;
    self->attaches++;
    return true;
}

static inline void leave(unsigned place, pyferry_token token)
{
    detach(token);
    self->inside[place]--;
}

static inline void do_anything(void);

static inline void go_somewhere(void)
{
    unsigned place = next() % PLACES;
    pyferry_token token, again;
    if (!enter(place, &token))
        return;
    if (storm.let_go) {
        Py_BEGIN_ALLOW_THREADS
        CHECK(!pyferry_is_attached(NULL));
        CHECK(enter(place, &again));
        do_anything();
        leave(place, again);
        Py_END_ALLOW_THREADS
    } else {
        do_anything();
    }
    leave(place, token);
}

static inline void go_by_guard(void)
{
    unsigned place = next() % PLACES;
    pyferry_guard *guard;
    pyferry_token token;
    pyferry_status status = pyferry_guard_open(storm.views[place], &guard);
    if (status == PYFERRY_STATUS_CLOSED)
        return;
    CHECK_OK(status);
    CHECK_OK(pyferry_attach_guarded(guard, &token));
    self->inside[place]++;
    self->attaches++;
    do_anything();
    leave(place, token);
    pyferry_guard_close(guard);
}

static inline void import_something(void)
{
    static const char *const modules[] = { "bisect",  "colorsys", "graphlib", "heapq",  "keyword", "numbers",
                                           "opcode",  "quopri",   "reprlib",  "struct", "token",   "stringprep" };
    char source[64];
    snprintf(source, sizeof source, "import %s", modules[next() % COUNT(modules)]);
    run(source);
}

static inline void raise_something(void)
{
    if (next() % 32 != 0)
        run("try: 1 / 0\nexcept ZeroDivisionError: pass");
    else /* rarely: the first traceback of an interpreter imports a lot */
        CHECK_STATUS(pyferry_exec("1 / 0", NULL), PYFERRY_STATUS_PYTHON_ERROR);
}

static inline void use_gilstate(void)
{
    if (!states_are_kept()) /* up to 3.11 CPython deadlocks */
        return;
    PyThreadState *state = PyThreadState_Get();
    PyGILState_STATE ensured = PyGILState_Ensure();
    CHECK(PyThreadState_Get() == state);
    run("import threading\n"
        "mine = globals().setdefault('mine', threading.local())\n"
        "mine.count = getattr(mine, 'count', 0) + 1");
    PyGILState_Release(ensured);
}

static inline void go_with_exception(void)
{
    if (PyErr_Occurred())
        return;
    PyErr_SetString(PyExc_ValueError, "pending");
    go_somewhere();
    CHECK(PyErr_ExceptionMatches(PyExc_ValueError));
    PyErr_Clear();
}

static inline void go_suspended(void)
{
    pyferry_suspension out = suspend();
    go_somewhere();
    resume(out);
}

/* On a thread that is attached, and is so afterwards, through the same state. */
static inline void do_anything(void)
{
    if (self->depth > 2)
        return;
    PyThreadState *state = PyThreadState_Get();
    self->depth++;
    switch (next() % 13) {
    case 0:
        run("class Thing: pass\nthings = [Thing() for i in range(50)]");
        break;
    case 1:
        run("import time; time.sleep(0.0001)");
        break;
    case 2:
        raise_something();
        break;
    case 3:
        import_something();
        break;
    case 4:
        use_gilstate();
        break;
    case 5:
        Py_BEGIN_ALLOW_THREADS
        go_somewhere();
        Py_END_ALLOW_THREADS
        break;
    case 6:
        go_suspended();
        break;
    case 7:
        go_by_guard();
        break;
    case 8:
        CHECK_OK(pyferry_thread_forget());
        break;
    case 9:
        run("try: call_back()\nexcept ValueError: pass");
        break;
    case 10:
        go_with_exception();
        break;
    case 11: /* nothing: in and out */
        break;
    default:
        go_somewhere();
        go_somewhere();
    }
    self->depth--;
    CHECK(PyThreadState_Get() == state);
}

#endif
