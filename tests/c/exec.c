/* What pyferry_exec runs lands in __main__; what it raises comes back as the traceback, with nothing left pending. */
#include "py.h"

static void raises(const char *source, const char *part)
{
    CHECK_REFUSED(pyferry_exec(source, "level.py"), PYFERRY_STATUS_PYTHON_ERROR, part);
    CHECK(!PyErr_Occurred());
}

static void check_errors(void)
{
    raises("def f():\n    return 1 / 0\nf()", "ZeroDivisionError: division by zero");
    CHECK_SAYS("Traceback (most recent call last):");
    CHECK_SAYS("File \"level.py\", line 2, in f");
    raises("x = (", "SyntaxError");
    CHECK_SAYS("level.py");
    raises("import sys; sys.exit(3)", "SystemExit: 3");
    raises("raise SystemExit", "SystemExit");
    raises("raise KeyboardInterrupt", "KeyboardInterrupt");
    raises("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('outer') from e", "ValueError: outer");
    CHECK_SAYS("direct cause");
    raises("raise Exception('\\u00fc\\U0001f40d')", "Exception: \xc3\xbc\xf0\x9f\x90\x8d");
    raises("raise Exception('lone \\udc80')", "Exception: lone ");
    raises("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "E");
    raises("def deep(): deep()\ndeep()", "RecursionError");
    raises("import sys, builtins\ntraceback = sys.modules.pop('traceback', None)\nsys.modules['traceback'] = None\n"
           "raise ValueError('unformatted')", "unformatted");
    run("if traceback is None: del sys.modules['traceback']\nelse: sys.modules['traceback'] = traceback");

    pyferry_exec("raise ValueError", NULL);
    CHECK_SAYS("<string>");
    CHECK_REFUSED(pyferry_exec("x = '\xff'", NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "UTF-8");
    CHECK_REFUSED(pyferry_exec("x = 1", "\xc3("), PYFERRY_STATUS_INVALID_ARGUMENT, "UTF-8");
    CHECK_REFUSED(pyferry_exec(NULL, "x"), PYFERRY_STATUS_INVALID_ARGUMENT, "source");
    CHECK(!PyErr_Occurred());
}

static void check_namespace(void)
{
    run("");
    run("# nothing\n");
    run("answer = 41\nif True:\n    answer += 1");
    run("assert __name__ == '__main__' and answer == 42");
    run("assert '\xc3\xbc' == chr(252)");
    CHECK(number("answer") == 42);
    long before = number("answer");
    CHECK_STATUS(pyferry_exec("answer = 7\nnot_there", NULL), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK(before == 42 && number("answer") == 7);
}

static void check_pending_exception(void)
{
    PyErr_SetString(PyExc_LookupError, "pending before");
    run("try:\n    1 / 0\nexcept ZeroDivisionError:\n    pass");
    CHECK(PyErr_ExceptionMatches(PyExc_LookupError));
    CHECK_STATUS(pyferry_exec("1 / 0", NULL), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK(PyErr_ExceptionMatches(PyExc_LookupError));
    CHECK_STATUS(pyferry_exec("1 /", NULL), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK(PyErr_ExceptionMatches(PyExc_LookupError));
    PyErr_Clear();
}

static void *in_interpreter(void *view)
{
    CHECK_REFUSED(pyferry_exec("x = 1", NULL), PYFERRY_STATUS_NOT_ATTACHED, "pyferry_attach");
    pyferry_token token = attach(view);
    check_namespace();
    check_errors();
    check_pending_exception();
    detach(token);
    CHECK_STATUS(pyferry_exec("x = 1", NULL), PYFERRY_STATUS_NOT_ATTACHED);
    return NULL;
}

int main(void)
{
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    pyferry_view *sub = new_interpreter();
    on_new_thread(in_interpreter, main);
    on_new_thread(in_interpreter, sub);
    PyEval_RestoreThread(state);
    check_pending_exception(); /* on a thread that Python attached */
    CHECK(Py_FinalizeEx() == 0);
    CHECK_REFUSED(pyferry_exec("x = 1", NULL), PYFERRY_STATUS_NO_PYTHON, "not initialised");
    pyferry_view_free(main);
    pyferry_view_free(sub);
    return 0;
}
