/* A thread that ends takes its object in `threading` along: the next one that is given its number has one of its own, and none is
   left behind, also where a destructor of what the thread kept asks for it last. (Up to 3.12 CPython leaves it there.) Nor does the
   next one meet it while what the thread kept is still being destroyed, on another thread. */
#include "py.h"

static pyferry_view *view;
static int named;

static void *name_it(void *forget)
{
    pyferry_token token = attach(view);
    run("here = threading.current_thread()\n"
        "assert here.name != 'mine' and here.native_id == threading.get_native_id(), (here, here.native_id)\n"
        "here.name = 'mine'\n"
        "local.value = AsksLast()\n");
    detach(token);
    run_in(view, "assert threading.current_thread().name == 'mine'");
    if (forget != NULL)
        CHECK_OK(pyferry_thread_forget());
    named++;
    return NULL;
}

static pthread_t number_of_slow;

static void *go_slowly(void *unused)
{
    pyferry_token token = attach(view);
    run("before.value = GoesSlowly()\n"
        "threading.current_thread().name = 'mine'\n"
        "local.value = GoesSlowly()\n");
    detach(token);
    number_of_slow = pthread_self();
    return unused;
}

static void *follow(void *unused)
{
#ifndef _WIN32 /* which does not give the number to the next thread */
    CHECK(python_is_free_threaded() || pthread_self() == number_of_slow);
#endif
    return name_it(unused);
}

static void follow_one_that_goes_slowly(void)
{
    on_new_thread(go_slowly, NULL);
    bool goes = false;
    while (!goes) {
        sleep_ms(1);
        pyferry_token token = attach(view);
        goes = number("going") != 0;
        detach(token);
    }
    on_new_thread(follow, &named);
    run_in(view, "may_go.set()");
}

static bool none_is_left(void)
{
    for (int tries = 0; tries < 1000; tries++) {
        pyferry_token token = attach(view);
        run("left = sum(isinstance(t, threading._DummyThread) for t in threading.enumerate())");
        long left = number("left");
        detach(token);
        if (left == 0)
            return true;
        sleep_ms(10);
    }
    return false;
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    PyEval_RestoreThread(state);
    CHECK(PyRun_SimpleString("import threading; threading.current_thread()") == 0);
    state = PyEval_SaveThread();
    run_in(view, "import threading\n"
                 "before, local = threading.local(), threading.local()\n"
                 "class AsksLast:\n"
                 "    def __del__(self):\n"
                 "        if sys.version_info < (3, 13): threading.current_thread()\n"
                 "import sys\n"
                 "going, may_go = False, threading.Event()\n"
                 "class GoesSlowly:\n"
                 "    def __del__(self):\n"
                 "        global going\n"
                 "        going = True\n"
                 "        may_go.wait()\n");
    for (int i = 0; i < 200; i++)
        on_new_thread(name_it, i % 2 == 0 ? NULL : &named);
    follow_one_that_goes_slowly();
    CHECK(named == 201 && none_is_left());
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
