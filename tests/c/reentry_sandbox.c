/* A script with builtins of its own, exec(code, {'__builtins__': {}}), calls the host, and all that the host then does with pyferry
   is as it is elsewhere: texts of exceptions, interrupts, new interpreters, and the first view of one. CPython's
   PyEval_GetBuiltins gives the builtins of the script. */
#include "py.h"

static const char *const sandboxes[] = {
    "{}",
    "{'len': len}",
    "{'None': 5, 'KeyboardInterrupt': 7, 'SyntaxError': 8, 'BaseExceptionGroup': 9, 'str': 10, '__import__': 11}",
};

static const char *const failing[] = {
    "def f(): 1 / 0\nf()",
    "x = (",
    "try: 1 / 0\nexcept ZeroDivisionError: raise ValueError('outer')",
    "e = ValueError('noted')\ne.__notes__ = 'text'\nraise e",
    "raise ExceptionGroup('group', [ValueError(1), TypeError(2)])", /* up to 3.10 a NameError */
};
static char texts[COUNT(failing)][2048];
static pyferry_view *here;
static int calls, views;

/* The text of each as it is now; the first time, outside of every sandbox, it is kept. */
static void fail_each(void)
{
    for (size_t i = 0; i < COUNT(failing); i++) {
        CHECK_STATUS(pyferry_exec(failing[i], "level.py"), PYFERRY_STATUS_PYTHON_ERROR);
        if (texts[i][0] == '\0')
            CHECK(pyferry_last_error(texts[i], sizeof texts[i]) < sizeof texts[i]);
        else if (strcmp(last_error(), texts[i]) != 0)
            fprintf(stderr, "in a sandbox: %s\nelsewhere: %s\n", last_error(), texts[i]);
        CHECK(strcmp(last_error(), texts[i]) == 0);
    }
}

static PyObject *host(PyObject *self, PyObject *none)
{
    (void)self, (void)none;
    calls++;
    fail_each();
    run("assert len('abc') == 3 and __name__ == '__main__'");
    char text[8];
    CHECK_OK(pyferry_eval("len('abc')", NULL, text, sizeof text, NULL));
    CHECK(strcmp(text, "3") == 0);
    PyErr_SetString(PyExc_KeyError, "k");
    CHECK_STATUS(pyferry_take_exception(), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK(strcmp(last_error(), "KeyError: 'k'") == 0);
    pyferry_view *made = new_interpreter();
    run_in(made, "import sys");
    CHECK_OK(pyferry_interpreter_end(made, -1));
    pyferry_view_free(made);
    CHECK_OK(pyferry_interpreter_interrupt(here));
    Py_RETURN_NONE;
}

static PyObject *view(PyObject *self, PyObject *none)
{
    (void)self, (void)none;
    views++;
    pyferry_view_free(current_view());
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = { { "host", host, METH_NOARGS, NULL }, { "view", view, METH_NOARGS, NULL } };

int main(void)
{
    initialize_python();
    define(&methods[1]);
    CHECK(PyRun_SimpleString("exec('view()', {'view': view, '__builtins__': {}})") == 0); /* the first view of all */
    here = main_view();
    define(&methods[0]);
    fail_each();
    for (size_t i = 0; i < COUNT(sandboxes); i++) {
        char source[512];
        snprintf(source, sizeof source,
                 "def raised():\n"
                 "    try: exec('host()\\nn = 0\\nwhile n < 1000000: n += 1', {'host': host, '__builtins__': %s})\n"
                 "    except BaseException as e: return repr(e)\n"
                 "got = raised()\nassert got == 'KeyboardInterrupt()', got",
                 sandboxes[i]);
        CHECK_OK(pyferry_exec(source, NULL));
    }
    CHECK(calls == (int)COUNT(sandboxes));

    PyThreadState *main_state = PyThreadState_Get(), *sub = Py_NewInterpreter();
    CHECK(sub != NULL);
    define(&methods[1]);
    CHECK(PyRun_SimpleString("exec('view()', {'view': view, '__builtins__': {}})") == 0);
    CHECK(views == 2);
    Py_EndInterpreter(sub);
    PyThreadState_Swap(main_state);
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(here);
    return 0;
}
