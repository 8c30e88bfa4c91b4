/* harness: timeout=600 */
/* harness: not-on=windows not ported: it asks glibc how much memory is in use */
/* 500 interpreters, made and ended one after another, with four threads going through all of them, cost no more memory than
   by CPython's own calls, which do not give all of it back themselves. */
#include <Python.h>

#include "py.h"

#include <malloc.h>

enum { ALL = 500, ORDINARY = 16, WARM_UP = 4, THREADS = 4 };
/* Tables that CPython enlarges once in a while. Of ours, an interpreter with four threads has 1.5 KiB: 500 of them are more. */
enum { SLACK = 384 * 1024 };

/* One interpreter at a time, for the threads that stay. */
struct way {
    void (*make)(void);
    void (*visit)(void);
    void (*end)(void);
};

static pyferry_view *view;
static PyThreadState *main_state, *first_state;
static PyInterpreterState *interpreter;
static pthread_barrier_t turn;
static const struct way *way;
static int count;

static void use(void)
{
    CHECK(PyRun_SimpleString("import threading\n"
                             "mine = threading.local()\n"
                             "mine.value = [1]") == 0);
}

/* ---- by pyferry ---- */

static void make(void)
{
    view = new_interpreter();
}

static void go_there(void)
{
    for (int i = 0; i < 2; i++) {
        pyferry_token token = attach(view);
        use();
        detach(token);
    }
}

static void end(void)
{
    CHECK_OK(pyferry_interpreter_end(view, -1));
    pyferry_view_free(view);
}

/* ---- by CPython's own calls ---- */

static void make_plainly(void)
{
    PyEval_RestoreThread(main_state);
#if PY_VERSION_HEX >= 0x030c0000
    const PyInterpreterConfig isolated = {
        .allow_threads = 1, .check_multi_interp_extensions = 1, .gil = PyInterpreterConfig_OWN_GIL
    };
    CHECK(!PyStatus_Exception(Py_NewInterpreterFromConfig(&first_state, &isolated)));
#else
    first_state = Py_NewInterpreter();
    CHECK(first_state != NULL);
#endif
    interpreter = PyThreadState_GetInterpreter(first_state);
    use();
    PyEval_SaveThread();
}

static void go_there_plainly(void)
{
    PyThreadState *state = PyThreadState_New(interpreter);
    for (int i = 0; i < 2; i++) {
        PyEval_RestoreThread(state);
        use();
        if (i == 0)
            PyEval_SaveThread();
    }
    PyThreadState_Clear(state);
    PyThreadState_DeleteCurrent();
}

static void end_plainly(void)
{
    PyThreadState *last = first_state;
#ifdef Py_GIL_DISABLED
    /* As pyferry must, which ends interpreters from any thread: 3.13t loses 4 KiB by that. */
    last = PyThreadState_New(interpreter);
    PyEval_RestoreThread(last);
    PyThreadState_Clear(first_state);
    PyThreadState_Delete(first_state);
#else
    PyEval_RestoreThread(last);
#endif
    Py_EndInterpreter(last);
#if PY_VERSION_HEX >= 0x030c0000
    PyEval_RestoreThread(main_state);
#else
    PyThreadState_Swap(main_state);
#endif
    PyEval_SaveThread();
}

/* ---- both ---- */

static void *stay(void *unused)
{
    for (int i = 0; i < count; i++) {
        pthread_barrier_wait(&turn);
        way->visit();
        pthread_barrier_wait(&turn);
    }
    return unused;
}

/* What malloc has given out meanwhile: ours is all there, and Python's small objects have pages of their own. */
static long growth(const struct way *by, int interpreters)
{
    way = by;
    count = WARM_UP + interpreters;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start(stay, NULL);
    size_t before = 0;
    long resident = 0;
    for (int i = 0; i < count; i++) {
        if (i == WARM_UP) {
            before = mallinfo2().uordblks;
            resident = resident_memory();
        }
        way->make();
        pthread_barrier_wait(&turn);
        pthread_barrier_wait(&turn);
        way->end();
    }
    long grown = (long)(mallinfo2().uordblks - before);
    printf("%ld bytes (resident: %ld KiB)\n", grown, (resident_memory() - resident) / 1024);
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    return grown;
}

int main(void)
{
    const struct way by_pyferry = { make, go_there, end }, by_cpython = { make_plainly, go_there_plainly, end_plainly };
    int interpreters = has_time() ? ALL : often(ORDINARY);
    pthread_barrier_init(&turn, NULL, THREADS + 1);
    pyferry_view *main_interpreter;
    main_state = start_python(&main_interpreter);
    growth(&by_cpython, 0);
    growth(&by_pyferry, 0);
    long theirs = growth(&by_cpython, interpreters), ours = growth(&by_pyferry, interpreters);
    CHECK(ours <= theirs + SLACK);
    finish_python(main_state);
    pyferry_view_free(main_interpreter);
    return 0;
}
