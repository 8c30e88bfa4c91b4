/* harness: seeds=1 */
/* Py_EndInterpreter by the host in the shutdown storm, of an interpreter of its own. */
#include <Python.h>

#include "storm.h"

static PyThreadState *make_interpreter(void)
{
#if PY_VERSION_HEX >= 0x030c0000
    if (next() % 2) {
        PyThreadState *state = NULL;
        PyInterpreterConfig config = {
            .use_main_obmalloc = 0,
            .allow_threads = 1,
            .check_multi_interp_extensions = 1,
            .gil = PyInterpreterConfig_OWN_GIL,
        };
        CHECK(!PyStatus_Exception(Py_NewInterpreterFromConfig(&state, &config)));
        return state;
    }
#endif
    PyThreadState *state = Py_NewInterpreter();
    CHECK(state != NULL);
    return state;
}

int main(int argc, char **argv)
{
    storm_seed(argc, argv);
    storm.ends = 1 << 1;
    pyferry_view *main, *other;
    PyThreadState *state = start_python(&main);
    other = new_interpreter();
    for (int round = 0; round < 4; round++) {
        PyEval_RestoreThread(state);
        PyThreadState *made = make_interpreter();
        pyferry_view *sub = current_view();
        PyEval_SaveThread();
        storm_place(0, pyferry_view_clone(main));
        storm_place(1, sub);
        storm_place(2, pyferry_view_clone(other));
        storm_begin();
        storm_moment();
        PyEval_RestoreThread(made);
        Py_EndInterpreter(made);
        PyThreadState_Swap(state);
        PyEval_SaveThread();
        storm_over();
    }
    finish_python(state);
    pyferry_view_free(main);
    pyferry_view_free(other);
    return storm_end();
}
