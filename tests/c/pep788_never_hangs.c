/*
 * Where CPython's own PEP 788 keeps Py_FinalizeEx from ever returning, that of pyferry_pep788.h lets it: a thread that ends
 * without PyThreadState_Release, and eight threads that are never all out at once.
 */
/* harness: timeout=300 */
#define PYFERRY_PEP788_ALWAYS

#include <Python.h>

#include "pyferry_pep788.h"

#include "check.h"

static PyThreadState *start(PyInterpreterView **main)
{
    leave_out_site();
    Py_InitializeEx(0);
    *main = PyInterpreterView_FromCurrent();
    CHECK(*main != NULL);
    return PyEval_SaveThread();
}

static void *never_releases(void *view)
{
    CHECK(PyThreadState_EnsureFromView((PyInterpreterView *)view) != NULL);
    PyEval_SaveThread();
    return NULL;
}

static int inside;

static void *visits_until_refused(void *view)
{
    for (;;) {
        PyThreadStateToken *token = PyThreadState_EnsureFromView((PyInterpreterView *)view);
        if (token == NULL)
            return NULL;
        __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
        Py_BEGIN_ALLOW_THREADS
        sleep_ms(1); /* until others have come in */
        Py_END_ALLOW_THREADS
        PyThreadState_Release(token);
    }
}

static void *holds_and_enters_until_refused(void *view)
{
    for (;;) {
        PyInterpreterGuard *guard = PyInterpreterGuard_FromView((PyInterpreterView *)view);
        if (guard == NULL)
            return NULL;
        PyThreadStateToken *token = PyThreadState_Ensure(guard);
        CHECK(token != NULL);
        __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
        Py_BEGIN_ALLOW_THREADS
        sleep_ms(1);
        Py_END_ALLOW_THREADS
        PyThreadState_Release(token);
        PyInterpreterGuard_Close(guard);
    }
}

int main(void)
{
    for (int life = 0; life < 4; life++) {
        PyInterpreterView *main;
        PyThreadState *state = start(&main);
        if (life == 0)
            on_new_thread(never_releases, main);
        pthread_t threads[8];
        inside = 0;
        for (int i = 0; i < 8; i++)
            threads[i] = thread_start((life + i) % 2 ? visits_until_refused : holds_and_enters_until_refused, main);
        while (__atomic_load_n(&inside, __ATOMIC_SEQ_CST) < 100)
            sleep_ms(1);
        PyEval_RestoreThread(state);
        CHECK(Py_FinalizeEx() == 0);
        for (int i = 0; i < 8; i++)
            thread_join(threads[i]);
        PyInterpreterView_Close(main);
    }
    return 0;
}
