/*
 * What an interpreter that has ended leaves behind in memory: ended pyferry|bare SOURCE. Prints KiB of resident memory for
 * each, after the first ones, whose leavings the later ones use. `bare` is CPython's own calls, without pyferry.
 */
#include <Python.h>
#include <pyferry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WARM_UP = 4, COUNTED = 12 };

static void fail(const char *what)
{
    fprintf(stderr, "ended: %s\n", what);
    exit(EXIT_FAILURE);
}

static void check(pyferry_status status)
{
    char why[4096];
    if (status == PYFERRY_STATUS_OK)
        return;
    pyferry_last_error(why, sizeof why);
    fail(why);
}

static long resident_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
        fail("/proc/self/statm");
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void by_pyferry(const char *source)
{
    pyferry_view *view;
    pyferry_token token;
    check(pyferry_interpreter_new(NULL, &view));
    check(pyferry_attach(view, &token));
    check(pyferry_exec(source, "ended"));
    check(pyferry_detach(&token));
    check(pyferry_interpreter_end(view, -1));
    pyferry_view_free(view);
}

/* Attached to main, and again afterwards. */
static void by_cpython(const char *source)
{
    PyThreadState *main = PyThreadState_Get(), *state = NULL;
#if PY_VERSION_HEX >= 0x030c0000
    const PyInterpreterConfig isolated = {
        .allow_threads = 1, .check_multi_interp_extensions = 1, .gil = PyInterpreterConfig_OWN_GIL};
    if (PyStatus_Exception(Py_NewInterpreterFromConfig(&state, &isolated)))
        fail("Py_NewInterpreterFromConfig");
#else
    state = Py_NewInterpreter();
#endif
    if (state == NULL || PyRun_SimpleString(source) != 0)
        fail(source);
    Py_EndInterpreter(state);
    PyThreadState_Swap(main);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        fail("usage: ended pyferry|bare SOURCE");
    const int bare = strcmp(argv[1], "bare") == 0;
    Py_InitializeEx(0);
    if (!bare) {
        pyferry_view *view;
        PyEval_SaveThread();
        check(pyferry_view_main(&view));
        pyferry_view_free(view);
    }
    long before = 0;
    for (int i = 0; i < WARM_UP + COUNTED; i++) {
        if (i == WARM_UP)
            before = resident_kib();
        (bare ? by_cpython : by_pyferry)(argv[2]);
    }
    printf("%.0f\n", (double)(resident_kib() - before) / COUNTED);
    fflush(stdout);
    /* How Python ends is not measured. */
    _exit(EXIT_SUCCESS);
}
