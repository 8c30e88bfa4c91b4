/* harness: seeds=1 */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* Py_FinalizeEx in the shutdown storm, with interpreters that Python code made and left over: no worse than without pyferry,
   which up to 3.12 is a fatal error of CPython's own; but first everybody has been told CLOSED and returned. */
#include "module.h"
#include "storm.h"

#include <sys/wait.h>

static const char *const leave_some = "import sys\n"
                                      "try:\n"
                                      "    if sys.version_info < (3, 14) or use_low_level: raise ImportError\n"
                                      "    from concurrent import interpreters\n"
                                      "    left = [interpreters.create() for i in range(2)]\n"
                                      "    for one in left: one.exec(script)\n"
                                      "except ImportError:\n"
                                      "    try: import _interpreters as interpreters\n"
                                      "    except ImportError: import _xxsubinterpreters as interpreters\n"
                                      "    left = [interpreters.create() for i in range(2)]\n"
                                      "    for one in left:\n"
                                      "        error = interpreters.run_string(one, script)\n"
                                      "        assert error is None, error\n";

static PyObject *take_place(PyObject *unused, PyObject *none)
{
    static unsigned places;
    (void)unused, (void)none;
    storm_place(++places, current_view());
    Py_RETURN_NONE;
}

/* Runs after pyferry's hook. */
static PyObject *all_return(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    Py_BEGIN_ALLOW_THREADS
    storm_over();
    storm_end();
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    { "take_place", take_place, METH_NOARGS, NULL },
    { "all_return", all_return, METH_NOARGS, NULL },
    { NULL, NULL, 0, NULL },
};

MODULE(leftover, methods)

static void leave_over(const char *script)
{
    char source[128];
    snprintf(source, sizeof source, "script = '%s'; use_low_level = %d", script, next() % 2);
    CHECK(PyRun_SimpleString(source) == 0 && PyRun_SimpleString(leave_some) == 0);
}

static void without_pyferry(void)
{
    initialize_python();
    leave_over("import threading");
    _exit(Py_FinalizeEx() == 0 ? 0 : 1);
}

static void with_pyferry(void)
{
    CHECK(PyImport_AppendInittab("leftover", PyInit_leftover) == 0);
    initialize_python();
    CHECK(PyRun_SimpleString("import atexit, leftover; atexit.register(leftover.all_return)") == 0);
    storm_place(0, main_view());
    leave_over("import leftover; leftover.take_place()");
    PyThreadState *state = PyEval_SaveThread();
    storm_begin();
    storm_moment();
    finish_python(state);
    CHECK(storm.shutdowns == 1);
    _exit(0);
}

static int end_of(void (*life)(void))
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        life();
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    return status;
}

int main(int argc, char **argv)
{
    storm_seed(argc, argv);
    int with = end_of(with_pyferry), without = end_of(without_pyferry);
    if (with != 0 && with != without)
        fprintf(stderr, "status %#x with pyferry, %#x without\n", (unsigned)with, (unsigned)without);
    CHECK(with == 0 || with == without);
    return 0;
}
