/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* The first view of an interpreter may be taken by Python code anywhere: while site is imported, in an import hook, an audit hook or a
   gc callback of what taking the view runs itself, in a pending call, in an atexit function. Each in a process of its own. */
#include "module.h"
#include "py.h"

#include <sys/wait.h>

/* How often one was asked for, and how often there was one. */
static int asked, views;
/* How many threads are taking one. */
static int threads;

static PyObject *take_views(PyObject *unused, PyObject *arguments)
{
    (void)unused, (void)arguments;
    static _Thread_local bool inside;
    __atomic_fetch_add(&asked, 1, __ATOMIC_SEQ_CST);
    if (inside || !Py_IsInitialized()) /* 3.15 is not, while it imports site */
        Py_RETURN_NONE;
    /* A hook that has a thread started, whose first view has another one started in its hook, would fill the machine. */
    CHECK(__atomic_add_fetch(&threads, 1, __ATOMIC_SEQ_CST) < 10);
    inside = true;
    pyferry_view *main_interpreter = main_view(), *here = current_view();
    check_works(main_interpreter);
    check_works(here);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(here);
    __atomic_fetch_add(&views, 1, __ATOMIC_SEQ_CST);
    inside = false;
    __atomic_sub_fetch(&threads, 1, __ATOMIC_SEQ_CST);
    Py_RETURN_NONE;
}

static int pending(void *unused)
{
    (void)unused;
    Py_XDECREF(take_views(NULL, NULL));
    return 0;
}

static PyMethodDef methods[] = { { "take_views", take_views, METH_VARARGS, NULL }, { NULL, NULL, 0, NULL } };
MODULE(viewer, methods)

#define FINDER                                                                                                         \
    "import sys\n"                                                                                                     \
    "class Finder:\n"                                                                                                  \
    "    @staticmethod\n"                                                                                              \
    "    def find_spec(name, path, target=None): viewer.take_views()\n"                                                \
    "sys.meta_path.insert(0, Finder)\n"

static const struct place {
    const char *site, *source;
    bool pending, view_after;
} places[] = {
    { .site = "import viewer\nviewer.take_views()\n", .source = "viewer.take_views()", .view_after = true },
    { .source = "import sys\n"
                "def hook(event, arguments):\n"
                "    if event in ('compile', 'import', 'cpython.PyInterpreterState_New'): viewer.take_views()\n"
                "sys.addaudithook(hook)\n",
      .view_after = true },
    { .source = FINDER, .view_after = true },
    { .source = FINDER "import colorsys\n", .view_after = true }, /* the caller has the import lock */
    { .source = "import gc\ngc.callbacks.append(viewer.take_views)\ngc.set_threshold(1)\n", .view_after = true },
    { .source = "pass", .pending = true, .view_after = true },
    { .source = "import atexit\natexit.register(viewer.take_views)\n" },
};

static void *take_main_view(void *unused)
{
    pyferry_view_free(main_view());
    return unused;
}

static void one_life(const struct place *place, bool by_thread)
{
    write_file("sitecustomize.py", place->site != NULL ? place->site : "");
    CHECK(PyImport_AppendInittab("viewer", PyInit_viewer) == 0);
    has_site_code = place->site != NULL;
    initialize_python();
    CHECK(place->site == NULL || asked > 0);
    CHECK(PyRun_SimpleString("import viewer") == 0 && PyRun_SimpleString(place->source) == 0);
    if (place->pending)
        CHECK(Py_AddPendingCall(pending, NULL) == 0);
    if (place->view_after) {
        PyThreadState *state = PyEval_SaveThread();
        if (by_thread)
            on_new_thread(take_main_view, NULL);
        PyEval_RestoreThread(state);
        pyferry_view *main_interpreter = main_view();
        check_works(main_interpreter);
        CHECK(PyRun_SimpleString("import gc; gc.collect()") == 0);
        pyferry_view_free(main_interpreter);
    }
    CHECK(Py_FinalizeEx() == 0);
    CHECK(views > 0);
}

int main(void)
{
    char here[4096];
    CHECK(getcwd(here, sizeof here) != NULL && setenv("PYTHONPATH", here, 1) == 0);
    for (size_t i = 0; i < 2 * COUNT(places); i++) {
        pid_t child = fork();
        if (child == 0) {
            die_with_harness();
            one_life(&places[i / 2], i % 2);
            _exit(0);
        }
        int status;
        CHECK(child > 0 && waitpid(child, &status, 0) == child);
        if (status != 0)
            fprintf(stderr, "place %zu: status %#x\n", i, (unsigned)status);
        CHECK(status == 0);
    }
    return 0;
}
