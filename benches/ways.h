/*
 * The ways to do a piece of work from a host's thread: pyferry's, CPython's own, and those of the bindings that are compared.
 * A way prepares the thread that it runs on, and then makes so many visits and says how many nanoseconds those took.
 */
#ifndef PYFERRY_BENCH_WAYS_H
#define PYFERRY_BENCH_WAYS_H

#include <Python.h>

#include "../tests/c/py.h"

#include "others.h"

#include <dlfcn.h>
#include <stdatomic.h>

struct way {
    const char *name;
    void (*prepare)(void);
    double (*visits)(long count);
};

static pyferry_view *view, *sub_view;
static PyInterpreterState *interpreter, *sub_interpreter;
static PyObject *empty_function, *tick_function;

static inline double nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static inline double processor_time(clockid_t whose)
{
    struct timespec used;
    CHECK(clock_gettime(whose, &used) == 0);
    return (double)used.tv_sec * 1e9 + (double)used.tv_nsec;
}

#define TIMED(count, ...)                                                                                              \
    double start = nanoseconds();                                                                                      \
    for (long i = 0; i < (count); i++)                                                                                 \
        __VA_ARGS__                                                                                                    \
    return nanoseconds() - start

/* ---- what a visit does in Python: for all of them the same ---- */

static void call(void)
{
    PyObject *result = PyObject_CallNoArgs(empty_function);
    CHECK(result != NULL);
    Py_DECREF(result);
}

/* Two numbers in, one out. */
static void tick(void)
{
    PyObject *result = PyObject_CallFunction(tick_function, "dd", 0.016, 9.81);
    CHECK(result != NULL && PyFloat_AsDouble(result) > 0);
    Py_DECREF(result);
}

/* ---- the least that CPython lets anybody do: attach and detach a thread state that exists ---- */

static __thread PyThreadState *state, *sub_state;

static void bare_prepare(void)
{
    state = PyThreadState_New(interpreter);
    CHECK(state != NULL);
}

static double bare(long count)
{
    TIMED(count, {
        PyEval_RestoreThread(state);
        PyEval_SaveThread();
    });
}

static double bare_call(long count)
{
    TIMED(count, {
        PyEval_RestoreThread(state);
        call();
        PyEval_SaveThread();
    });
}

static void bare_cross_prepare(void)
{
    bare_prepare();
    sub_state = PyThreadState_New(sub_interpreter);
    CHECK(sub_state != NULL);
}

static double bare_cross(long count)
{
    PyEval_RestoreThread(state);
    double start = nanoseconds();
    for (long i = 0; i < count; i++) {
        PyEval_SaveThread();
        PyEval_RestoreThread(sub_state);
        PyEval_SaveThread();
        PyEval_RestoreThread(state);
    }
    double end = nanoseconds();
    PyEval_SaveThread();
    return end - start;
}

static void *bare_first_visit(void *elapsed)
{
    double start = nanoseconds();
    PyThreadState *mine = PyThreadState_New(interpreter);
    PyEval_RestoreThread(mine);
    PyEval_SaveThread();
    *(double *)elapsed = nanoseconds() - start;
    PyEval_RestoreThread(mine);
    PyThreadState_Clear(mine);
    PyThreadState_DeleteCurrent();
    return NULL;
}

static double on_fresh_threads(void *(*visit)(void *), long count)
{
    double sum = 0;
    for (long i = 0; i < count; i++) {
        double elapsed = 0;
        on_new_thread(visit, &elapsed);
        sum += elapsed;
    }
    return sum;
}

static double bare_first(long count)
{
    return on_fresh_threads(bare_first_visit, count);
}

static double bare_short(long count)
{
    double unused;
    TIMED(count, on_new_thread(bare_first_visit, &unused););
}

/* ---- pyferry ---- */

static inline void pyferry_visit(const pyferry_view *where, void (*work)(void))
{
    pyferry_token token;
    CHECK_OK(pyferry_attach(where, &token));
    if (work != NULL)
        work();
    CHECK_OK(pyferry_detach(&token));
}

static double pyferry(long count)
{
    TIMED(count, pyferry_visit(view, NULL););
}

/* A trace for each round, in which no more is noted than there is room for until it is written. The first visits pay for its beginning. */
static double pyferry_traced(long count)
{
    CHECK_OK(pyferry_trace_start("trace.json"));
    pyferry(100);
    double elapsed = pyferry(count);
    CHECK_OK(pyferry_trace_stop());
    return elapsed;
}

static double pyferry_and_call(long count)
{
    TIMED(count, pyferry_visit(view, call););
}

/* Visits that are made while the thread is attached to the main interpreter. */
static double pyferry_inside(const pyferry_view *where, long count)
{
    pyferry_token outer = attach(view);
    double start = nanoseconds();
    for (long i = 0; i < count; i++)
        pyferry_visit(where, NULL);
    double end = nanoseconds();
    detach(outer);
    return end - start;
}

static double pyferry_nested(long count)
{
    return pyferry_inside(view, count);
}

/* What a pyferry::attached calls: it passes the name of the file that it is in. */
static double labeled(long count)
{
    TIMED(count, {
        pyferry_token token;
        CHECK_OK(pyferry_attach_labeled(view, "ways.h", &token));
        CHECK_OK(pyferry_detach(&token));
    });
}

static double labeled_nested(long count)
{
    pyferry_token outer = attach(view);
    double elapsed = labeled(count);
    detach(outer);
    return elapsed;
}

static double pyferry_cross(long count)
{
    return pyferry_inside(sub_view, count);
}

/* On a thread that somebody else attached, as Py_Initialize, Python itself and PyGILState do. */
static void others_prepare(void)
{
    PyGILState_Ensure();
    state = PyEval_SaveThread();
}

static double others_nested(long count)
{
    PyEval_RestoreThread(state);
    double elapsed = pyferry(count);
    PyEval_SaveThread();
    return elapsed;
}

static void *pyferry_first_visit(void *elapsed)
{
    double start = nanoseconds();
    pyferry_visit(view, NULL);
    *(double *)elapsed = nanoseconds() - start;
    return NULL;
}

/* As in bare_first_visit, the state is deleted at once, and not by the next thread that makes one. */
static void *pyferry_first_visit_and_forget(void *elapsed)
{
    pyferry_first_visit(elapsed);
    CHECK_OK(pyferry_thread_forget());
    return NULL;
}

static double pyferry_first(long count)
{
    return on_fresh_threads(pyferry_first_visit_and_forget, count);
}

static double pyferry_short(long count)
{
    double unused;
    TIMED(count, on_new_thread(pyferry_first_visit, &unused););
}

/* The calls alone, by the linker's way to CPython. */
static double linked_tick_alone(long count)
{
    pyferry_token outer = attach(view);
    double start = nanoseconds();
    for (long i = 0; i < count; i++)
        tick();
    double end = nanoseconds();
    detach(outer);
    return end - start;
}

static double pyferry_guards(long count)
{
    TIMED(count, {
        pyferry_guard *guard;
        CHECK_OK(pyferry_guard_open(view, &guard));
        pyferry_guard_close(guard);
    });
}

/* ---- PyGILState, on a thread that has no state ---- */

static double gilstate_call(long count)
{
    TIMED(count, {
        PyGILState_STATE before = PyGILState_Ensure();
        call();
        PyGILState_Release(before);
    });
}

/* CPython's own, also where libpyferry_gilstate.so is preloaded, which has these names too: then the ways above are the drop-in's. */
static PyGILState_STATE (*own_ensure)(void);
static void (*own_release)(PyGILState_STATE);

static void own_gilstate_prepare(void)
{
    void *python = dlopen(getenv("PYFERRY_TEST_LIBPYTHON"), RTLD_LAZY | RTLD_NOLOAD);
    CHECK(python != NULL);
    own_ensure = (PyGILState_STATE(*)(void))dlsym(python, "PyGILState_Ensure");
    own_release = (void (*)(PyGILState_STATE))dlsym(python, "PyGILState_Release");
    CHECK(own_ensure != NULL && own_release != NULL);
}

static double own_gilstate_call(long count)
{
    TIMED(count, {
        PyGILState_STATE before = own_ensure();
        call();
        own_release(before);
    });
}

static double own_gilstate_nested(long count)
{
    PyGILState_STATE outer = own_ensure();
    double start = nanoseconds();
    for (long i = 0; i < count; i++)
        own_release(own_ensure());
    double end = nanoseconds();
    own_release(outer);
    return end - start;
}

static double gilstate_tick(long count)
{
    TIMED(count, {
        PyGILState_STATE before = PyGILState_Ensure();
        tick();
        PyGILState_Release(before);
    });
}

static double gilstate_nested(long count)
{
    PyGILState_STATE outer = PyGILState_Ensure();
    double start = nanoseconds();
    for (long i = 0; i < count; i++)
        PyGILState_Release(PyGILState_Ensure());
    double end = nanoseconds();
    PyGILState_Release(outer);
    return end - start;
}

/* ---- PEP 788 ---- */

#if PY_VERSION_HEX >= 0x030f0000
static PyInterpreterView *native_view;

static void pep788_prepare(void)
{
    native_view = PyInterpreterView_FromMain();
    CHECK(native_view != NULL);
}

static double pep788_call(long count)
{
    TIMED(count, {
        PyThreadStateToken *token = PyThreadState_EnsureFromView(native_view);
        CHECK(token != NULL);
        call();
        PyThreadState_Release(token);
    });
}
#endif

/* ---- what a guard is measured by: two atomic read-modify-writes that nobody else wants ---- */

static double atomics(long count)
{
    static _Alignas(128) atomic_long alone;
    TIMED(count, {
        atomic_fetch_add(&alone, 1);
        atomic_fetch_sub(&alone, 1);
    });
}

/* ---- a binding, in a shared object of its own: peers/ ---- */

static void (*peer_visits)(long count, void (*work)(void));

static double peer_call(long count)
{
    double start = nanoseconds();
    peer_visits(count, call);
    return nanoseconds() - start;
}

static void nothing(void) { }

#include "queues.h"

static const struct way ways[] = {
    { "bare", bare_prepare, bare },
    { "bare-call", bare_prepare, bare_call },
    { "bare-cross", bare_cross_prepare, bare_cross },
    { "bare-first", nothing, bare_first },
    { "bare-short", nothing, bare_short },
    { "pyferry", nothing, pyferry },
    { "pyferry-call", nothing, pyferry_and_call },
    { "pyferry-cross", nothing, pyferry_cross },
    { "pyferry-first", nothing, pyferry_first },
    { "pyferry-short", nothing, pyferry_short },
    { "pyferry-guard", nothing, pyferry_guards },
    { "pyferry-nested", nothing, pyferry_nested },
    { "pyferry-traced", nothing, pyferry_traced },
    { "labeled", nothing, labeled },
    { "labeled-nested", nothing, labeled_nested },
    { "scope", nothing, scope_attached },
    { "scope-nested", nothing, scope_nested },
    { "stable-tick", nothing, stable_tick },
    { "stable-tick-alone", nothing, stable_tick_alone },
    { "stable-few-heights", nothing, stable_few_heights },
    { "stable-all-heights", nothing, stable_all_heights },
    { "linked-tick-alone", nothing, linked_tick_alone },
    { "others", others_prepare, pyferry },
    { "others-nested", others_prepare, others_nested },
    { "gilstate-call", nothing, gilstate_call },
    { "gilstate-tick", nothing, gilstate_tick },
    { "gilstate-nested", nothing, gilstate_nested },
    { "own-gilstate-call", own_gilstate_prepare, own_gilstate_call },
    { "own-gilstate-nested", own_gilstate_prepare, own_gilstate_nested },
#if PY_VERSION_HEX >= 0x030f0000
    { "pep788-call", pep788_prepare, pep788_call },
#endif
    { "queue-jobs", queue_prepare, queue_jobs },
    { "queue-calls", queue_prepare, queue_calls },
    { "attached-jobs", nothing, attached_jobs },
    { "queue-seldom", busy_queue_prepare, queue_seldom },
    { "attached-seldom", busy_prepare, attached_seldom },
    { "shared-posts", shared_prepare, shared_posts },
    { "shared-atomics", nothing, shared_atomics },
    { "worked-posts", worked_prepare, worked_posts },
    { "atomics", nothing, atomics },
    { "peer-call", nothing, peer_call },
};

static inline const struct way *way_named(const char *name)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(ways[i].name, name) == 0)
            return &ways[i];
    fprintf(stderr, "no way is named %s\n", name);
    exit(2);
}

/* A binding is set up by the import of its module, where it is one. */
static inline void load_peer(const char *path)
{
    void *peer = dlopen(path, RTLD_NOW);
    if (peer == NULL)
        fprintf(stderr, "%s\n", dlerror());
    CHECK(peer != NULL);
    *(void **)&peer_visits = dlsym(peer, "peer_visits");
    CHECK(peer_visits != NULL);
    const char *file = strrchr(path, '/') + 1;
    char module[256], init[300], source[4096];
    snprintf(module, sizeof module, "%.*s", (int)strcspn(file, "."), file);
    snprintf(init, sizeof init, "PyInit_%s", module);
    if (dlsym(peer, init) == NULL)
        return;
    CHECK((size_t)snprintf(source, sizeof source,
                           "import importlib.util, sys\n"
                           "spec = importlib.util.spec_from_file_location('%s', '%s')\n"
                           "sys.modules[spec.name] = importlib.util.module_from_spec(spec)\n"
                           "spec.loader.exec_module(sys.modules[spec.name])\n",
                           module, path) < sizeof source);
    CHECK(PyRun_SimpleString(source) == 0);
}

/* Starts Python, with a second interpreter and whatever else the ways want. The calling thread is attached to nothing then. */
static inline void start(const char *peer)
{
    Py_InitializeEx(0);
    CHECK(PyRun_SimpleString("def empty(): pass\n"
                             "def tick(seconds, speed): return seconds * speed\n"
                             "def touch(heights):\n"
                             "    heights[0] = heights[1] + 1.0\n") == 0);
    PyObject *main = PyImport_AddModule("__main__");
    empty_function = PyObject_GetAttrString(main, "empty");
    tick_function = PyObject_GetAttrString(main, "tick");
    interpreter = PyInterpreterState_Get();
    view = main_view();
    stable_start(view, tick_function, PyObject_GetAttrString(main, "touch"));
    scope_start(view);
    if (peer != NULL)
        load_peer(peer);
#ifdef Py_GIL_DISABLED
    CHECK(PyRun_SimpleString("import sys; assert not sys._is_gil_enabled()") == 0);
#endif
    PyEval_SaveThread();
    sub_view = new_interpreter();
    pyferry_token token = attach(sub_view);
    sub_interpreter = PyInterpreterState_Get();
    detach(token);
}

/* Ends the process as it is: the bare ways leave states behind, with which CPython would not let an interpreter end. */
static inline _Noreturn void stop(void)
{
    fflush(stdout);
    _exit(0);
}

#endif
