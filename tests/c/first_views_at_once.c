/* Threads that take the first views of an interpreter at the same moment have one atexit module between them, and none uses that before
   it is initialised (in 3.9 it has its functions in itself). */
#include "py.h"

enum { LIVES = 4, VIEWERS = 4 };

static pthread_barrier_t up;

static void *view_first(void *unused)
{
    pthread_barrier_wait(&up);
    pyferry_view *view = main_view();
    check_works(view);
    pyferry_view_free(view);
    return unused;
}

int main(void)
{
    CHECK(pthread_barrier_init(&up, NULL, VIEWERS) == 0);
    for (int life = 0; life < LIVES; life++) {
        initialize_python();
        /* Whoever imports it lets others in before it is initialised. */
        CHECK(PyRun_SimpleString("import _frozen_importlib, _imp, sys, time\n"
                                 "def initialize(cls, module):\n"
                                 "    time.sleep(0.02)\n"
                                 "    _imp.exec_builtin(module)\n"
                                 "_frozen_importlib.BuiltinImporter.exec_module = classmethod(initialize)\n"
                                 "sys.modules.pop('atexit', None)") == 0);
        PyThreadState *state = PyEval_SaveThread();
        pthread_t viewers[VIEWERS];
        for (int i = 0; i < VIEWERS; i++)
            viewers[i] = thread_start(view_first, NULL);
        for (int i = 0; i < VIEWERS; i++)
            thread_join(viewers[i]);
        finish_python(state);
    }
    return 0;
}
