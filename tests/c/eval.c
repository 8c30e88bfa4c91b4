/* What pyferry_eval gives is str() of the value, in UTF-8; what that raises comes back as the traceback, and then nothing is written.
   pyferry_take_exception does the same with what calls of CPython's own left set. */
#include "py.h"

static void gives(const char *source, const char *want)
{
    char text[64];
    size_t length = 0;
    CHECK_OK(pyferry_eval(source, NULL, text, sizeof text, &length));
    CHECK(strcmp(text, want) == 0 && length == strlen(want));
    CHECK(!PyErr_Occurred());
}

static void raises(const char *source, const char *part)
{
    char text[8] = "before";
    size_t length = 7;
    CHECK_REFUSED(pyferry_eval(source, "level.py", text, sizeof text, &length), PYFERRY_STATUS_PYTHON_ERROR, part);
    CHECK(strcmp(text, "before") == 0 && length == 7 && !PyErr_Occurred());
}

static void check_values(void)
{
    gives("6 * 7", "42");
    gives(" \t6 * 7\n", "42");
    gives("None", "None");
    gives("''", "");
    gives("'text'", "text");
    gives("[1.5, 'a']", "[1.5, 'a']");
    gives("__name__", "__main__");
    run("answer = 41");
    gives("answer + 1", "42");
    gives("'\\u00fc\\U0001f40d\\udc80'", "\xc3\xbc\xf0\x9f\x90\x8d\\udc80");
    char nul[8] = "xxxxxxx";
    size_t length = 0;
    CHECK_OK(pyferry_eval("'a\\0b'", NULL, nul, sizeof nul, &length));
    CHECK(length == 3 && memcmp(nul, "a\0b\0", 4) == 0);
    raises("1 / 0", "ZeroDivisionError: division by zero");
    CHECK_SAYS("File \"level.py\", line 1, in <module>");
    raises("x = 1", "SyntaxError");
    raises("", "SyntaxError");
    raises("__import__('sys').exit(3)", "SystemExit: 3");
    run("class Mute:\n    def __str__(self): raise LookupError('mute')");
    raises("Mute()", "LookupError: mute");
    CHECK_REFUSED(pyferry_eval("'\xff'", NULL, NULL, 0, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "UTF-8");
    CHECK_REFUSED(pyferry_eval("1", "\xc3(", NULL, 0, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "UTF-8");
    CHECK_REFUSED(pyferry_eval(NULL, "x", NULL, 0, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "source");
}

/* Cut at a character, terminated, and the whole length told. */
static void check_room(void)
{
    static const char *const cut[] = { NULL, "", "", "\xc3\xbc", "\xc3\xbc", "\xc3\xbc\xc3\xbc", "\xc3\xbc\xc3\xbc" };
    for (size_t capacity = 0; capacity < COUNT(cut); capacity++) {
        char text[8] = "xxxxxxx";
        size_t length = 0;
        CHECK_OK(pyferry_eval("2 * chr(252)", NULL, text, capacity, &length));
        CHECK(length == 4 && strcmp(text, cut[capacity] == NULL ? "xxxxxxx" : cut[capacity]) == 0);
        CHECK(text[capacity] == 'x');
        length = 0;
        CHECK_OK(pyferry_eval("2 * chr(252)", NULL, NULL, capacity, &length));
        CHECK(length == 4);
        CHECK_OK(pyferry_eval("2 * chr(252)", NULL, text, capacity, NULL));
    }
}

static void check_pending_exception(void)
{
    PyErr_SetString(PyExc_LookupError, "pending before");
    char text[8];
    CHECK_OK(pyferry_eval("1 + 1", NULL, text, sizeof text, NULL));
    CHECK(PyErr_ExceptionMatches(PyExc_LookupError) && strcmp(text, "2") == 0);
    CHECK_STATUS(pyferry_eval("1 / 0", NULL, NULL, 0, NULL), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK(PyErr_ExceptionMatches(PyExc_LookupError));
    CHECK_REFUSED(pyferry_take_exception(), PYFERRY_STATUS_PYTHON_ERROR, "LookupError: pending before");
    CHECK(!PyErr_Occurred());
    CHECK_OK(pyferry_take_exception());
}

static void check_taking(void)
{
    CHECK_OK(pyferry_take_exception());
    run("def broken(n):\n    return n and broken(n - 1) or 1 / 0");
    PyObject *main_module = PyImport_AddModule("__main__");
    CHECK(PyObject_CallMethod(main_module, "broken", "i", 1) == NULL);
    CHECK_REFUSED(pyferry_take_exception(), PYFERRY_STATUS_PYTHON_ERROR, "ZeroDivisionError: division by zero");
    CHECK_SAYS("Traceback (most recent call last):\n  File \"<string>\", line 2, in broken\n  File");
    CHECK(!PyErr_Occurred());
    /* Its text is made by Python code, which may use pyferry, and fail. */
    run("class Mute(Exception):\n    def __str__(self): raise LookupError");
    PyObject *mute = PyObject_GetAttrString(main_module, "Mute");
    PyErr_SetNone(mute);
    CHECK_REFUSED(pyferry_take_exception(), PYFERRY_STATUS_PYTHON_ERROR, "Mute: <exception str() failed>");
    Py_DECREF(mute);
    CHECK(!PyErr_Occurred());
    PyErr_SetObject(PyExc_OSError, NULL);
    CHECK_REFUSED(pyferry_take_exception(), PYFERRY_STATUS_PYTHON_ERROR, "OSError");
    PyErr_NoMemory();
    CHECK_REFUSED(pyferry_take_exception(), PYFERRY_STATUS_PYTHON_ERROR, "MemoryError");
    CHECK_OK(pyferry_take_exception());
}

static void *in_interpreter(void *view)
{
    char text[8] = "before";
    CHECK_REFUSED(pyferry_eval("1", NULL, text, sizeof text, NULL), PYFERRY_STATUS_NOT_ATTACHED, "pyferry_attach");
    CHECK_REFUSED(pyferry_take_exception(), PYFERRY_STATUS_NOT_ATTACHED, "pyferry_attach");
    CHECK(strcmp(text, "before") == 0);
    pyferry_token token = attach(view);
    check_values();
    check_room();
    check_pending_exception();
    check_taking();
    detach(token);
    return NULL;
}

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_view *sub = new_interpreter();
    on_new_thread(in_interpreter, main_interpreter);
    on_new_thread(in_interpreter, sub);
    PyEval_RestoreThread(state);
    check_pending_exception(); /* on a thread that Python attached */
    CHECK(Py_FinalizeEx() == 0);
    CHECK_REFUSED(pyferry_eval("1", NULL, NULL, 0, NULL), PYFERRY_STATUS_NO_PYTHON, "not initialised");
    CHECK_REFUSED(pyferry_take_exception(), PYFERRY_STATUS_NO_PYTHON, "not initialised");
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
