/* harness: seeds=1 */
/* Py_FinalizeEx in the shutdown storm, where atexit functions join threads that are attaching: before and after pyferry's own
   hook in the main interpreter, and in others. */
#include "storm.h"

static int joined;

static void *make_visits(void *random)
{
    struct stormer visitor = { .random = (unsigned)(uintptr_t)random };
    self = &visitor;
    for (int i = 0; i < 10; i++)
        go_somewhere();
    __atomic_fetch_add(&storm.attaches, visitor.attaches, __ATOMIC_RELAXED);
    return NULL;
}

static PyObject *join_visitor(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    pthread_t visitor = thread_start(make_visits, (void *)(uintptr_t)next());
    Py_BEGIN_ALLOW_THREADS
    thread_join(visitor);
    Py_END_ALLOW_THREADS
    joined++;
    Py_RETURN_NONE;
}

/* After pyferry's hook all threads have been told CLOSED, and end. */
static PyObject *join_all(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    Py_BEGIN_ALLOW_THREADS
    storm_over();
    Py_END_ALLOW_THREADS
    return join_visitor(NULL, NULL);
}

static void at_exit(PyMethodDef *method)
{
    define(method);
    char source[80];
    snprintf(source, sizeof source, "import atexit; atexit.register(%s)", method->ml_name);
    CHECK(PyRun_SimpleString(source) == 0);
}

int main(int argc, char **argv)
{
    static PyMethodDef all = { "join_all", join_all, METH_NOARGS, NULL };
    static PyMethodDef one = { "join_visitor", join_visitor, METH_NOARGS, NULL };
    storm_seed(argc, argv);
    for (int life = 0; life < 2; life++) {
        initialize_python();
        at_exit(&all);
        storm_places(main_view());
        at_exit(&one);
        for (int i = 1; i < PLACES; i++) {
            pyferry_token token = attach(storm.views[i]);
            at_exit(&one);
            detach(token);
        }
        Py_BEGIN_ALLOW_THREADS
        storm_begin();
        storm_moment();
        Py_END_ALLOW_THREADS
        joined = 0;
        CHECK(Py_FinalizeEx() == 0);
        CHECK(joined == PLACES + 1);
    }
    return storm_end();
}
