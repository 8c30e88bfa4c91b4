/* An interpreter that CPython cannot make is an answer with its reason, and leaves the caller and Python as they were. */
#include "py.h"

static bool refuse;

/* Each version has one step whose failure it survives: up to 3.11 the first, later one in the middle. */
static bool is_that_step(const char *event, PyObject *arguments)
{
    if (python_minor() < 12)
        return strcmp(event, "cpython.PyInterpreterState_New") == 0;
    const char *name = strcmp(event, "import") == 0 ? PyUnicode_AsUTF8(PyTuple_GetItem(arguments, 0)) : NULL;
    return name != NULL && strcmp(name, "encodings") == 0;
}

static int audit(const char *event, PyObject *arguments, void *unused)
{
    (void)unused;
    if (!refuse || !is_that_step(event, arguments))
        return 0;
    PyErr_SetString(PyExc_RuntimeError, "no more of them");
    return -1;
}

int main(void)
{
    pyferry_view *main_interpreter, *view = NULL;
    CHECK(PySys_AddAuditHook(audit, NULL) == 0);
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_token token = attach(main_interpreter);
    int states = count_states();
    refuse = true;
    for (int i = 0; i < 3; i++) {
        CHECK_STATUS(pyferry_interpreter_new(NULL, &view), PYFERRY_STATUS_PYTHON_ERROR);
        CHECK_SAYS("could not make an interpreter");
        CHECK(view == NULL);
        CHECK(!PyErr_Occurred());
        CHECK(count_states() == states);
        PyGILState_STATE nested = PyGILState_Ensure();
        run("x = 1");
        PyGILState_Release(nested);
    }
    refuse = false;
    detach(token);

    view = new_interpreter();
    run_in(view, "x = 1");
    CHECK_OK(pyferry_interpreter_end(view, -1));
    pyferry_view_free(view);
    pyferry_view_free(main_interpreter);
    finish_python(state);
    return 0;
}
