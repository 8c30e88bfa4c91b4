/* harness: lib=python_h_plugin */
/*
 * A plug-in that was built with pyferry_python.h is loaded, used and unloaded, again and again, by a program that includes
 * Python.h and starts Python itself. The plug-in uses CPython at once: the program attached the thread, and nobody has called
 * pyferry. Plug-ins that come and go while pyferry looks for Python are no trouble either.
 */
#include <Python.h>

#include "py.h"

#include <dlfcn.h>

static void use_plugin(void)
{
    void *plugin = dlopen("libpython_h_plugin.so", RTLD_NOW | RTLD_LOCAL);
    CHECK(plugin != NULL);
    PyObject *(*use)(PyObject *, PyTypeObject *, PyObject *);
    *(void **)&use = dlsym(plugin, "plugin_use");
    CHECK(use != NULL);
    PyObject *made = use(Py_None, &PyLong_Type, PyExc_ValueError);
    CHECK(made != NULL && PyTuple_GET_SIZE(made) == 2 && PyLong_AsLong(PyTuple_GET_ITEM(made, 0)) == 42);
    Py_DECREF(made);
    CHECK(dlclose(plugin) == 0);
}

static void *come_and_go(void *unused)
{
    (void)unused;
    for (int i = 0; i < 200; i++) {
        void *plugin = dlopen("libpython_h_plugin.so", RTLD_NOW | RTLD_LOCAL);
        CHECK(plugin != NULL && dlclose(plugin) == 0);
    }
    return NULL;
}

static void *look(void *unused)
{
    (void)unused;
    pyferry_view *view;
    CHECK_OK(pyferry_view_main(&view));
    pyferry_view_free(view);
    return NULL;
}

int main(void)
{
    Py_InitializeEx(0);
    for (int i = 0; i < 3; i++)
        use_plugin();
    PyThreadState *state = PyEval_SaveThread();
    pthread_t threads[3] = { thread_start(come_and_go, NULL), thread_start(come_and_go, NULL), thread_start(look, NULL) };
    for (int i = 0; i < 3; i++)
        thread_join(threads[i]);
    PyEval_RestoreThread(state);
    use_plugin();
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
