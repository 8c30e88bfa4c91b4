/* dropin: log=parked 0, given up 0 */
/* A child of os.fork goes on as it is, on its new threads too; and in a child that Python was not told of nothing is worse than it
   was. */
#include "dropin.h"

#include <sys/wait.h>

static void *visit(void *unused)
{
    call_python("x = 1");
    return unused;
}

static void *fork_inside(void *unused)
{
    PyGILState_STATE state = PyGILState_Ensure();
    run("import os\n"
        "child = os.fork()\n"
        "in_child = child == 0\n"
        "if not in_child: assert os.waitpid(child, 0)[1] == 0\n");
    PyObject *in_child = PyObject_GetAttrString(PyImport_AddModule("__main__"), "in_child");
    bool is_child = PyLong_AsLong(in_child) == 1;
    Py_DECREF(in_child);
    PyGILState_Release(state);
    if (is_child) {
        on_new_thread(visit, NULL);
        visit(NULL);
        _exit(0);
    }
    return unused;
}

int main(void)
{
    Py_InitializeEx(0);
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(visit, NULL);
    on_new_thread(fork_inside, NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    on_new_thread(visit, NULL);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
