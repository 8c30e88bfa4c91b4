/* The first view of an interpreter imports no module, whoever takes it where: what an import runs may wait for the caller, and the
   thread that imports `threading` first is its main thread up to 3.12. (`atexit` is no file, and built in.) */
#include "py.h"

static pyferry_view *view;


static void check_modules(void)
{
    run("assert set(sys.modules) <= before, set(sys.modules) - before");
}

static void *take_view(void *unused)
{
    view = main_view();
    return unused;
}

static void *take_view_attached(void *unused)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    view = current_view();
    PyGILState_Release(ensured);
    return unused;
}

static void attached(void)
{
    view = main_view();
}

static void let_go(void)
{
    Py_BEGIN_ALLOW_THREADS
    view = main_view();
    Py_END_ALLOW_THREADS
}

static void elsewhere(void)
{
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(take_view, NULL);
    Py_END_ALLOW_THREADS
}

static void elsewhere_attached(void)
{
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(take_view_attached, NULL);
    Py_END_ALLOW_THREADS
}

static void in_one_of_others(void)
{
    attached();
    PyThreadState *own = PyThreadState_Get(), *other = Py_NewInterpreter();
    CHECK(other != NULL);
    CHECK(PyRun_SimpleString("import sys; before = {*sys.modules, 'atexit'}") == 0);
    pyferry_view *theirs = current_view();
    check_modules();
    pyferry_view_free(theirs);
    Py_EndInterpreter(other);
    PyThreadState_Swap(own);
}

int main(void)
{
    int *no_site = dlsym(RTLD_DEFAULT, "Py_NoSiteFlag");
    if (no_site != NULL)
        *no_site = 1;
    void (*const ways[])(void) = { attached, let_go, elsewhere, elsewhere_attached, in_one_of_others };
    for (size_t way = 0; way < COUNT(ways); way++) {
        Py_InitializeEx(0);
        CHECK(PyRun_SimpleString("import sys; before = {*sys.modules, 'atexit'}") == 0);
        ways[way]();
        check_modules();
        finish_python(PyEval_SaveThread());
        pyferry_view_free(view);
    }
    return 0;
}
