/* harness: leaks-not-checked=a child lacks the other threads, and with them what leads to their memory */
/* harness: not-on=windows it forks, and Windows has no fork */
/* A host deletes a pthread key that it made before Python's, and forks: up to 3.14 CPython makes its own key anew in the child,
   where a lower number is free now. The child goes on all the same, and keys that the host makes there are its own. */
#include "fork.h"

enum { LOW = 4, NEW = 3 };

static pyferry_view *main_interpreter;
static pthread_key_t fresh[NEW];

static void make_keys(void)
{
    for (int i = 0; i < NEW; i++) {
        CHECK(pthread_key_create(&fresh[i], NULL) == 0);
        CHECK(pthread_setspecific(fresh[i], &fresh[i]) == 0);
    }
}

static void check_keys(void)
{
    for (int i = 0; i < NEW; i++)
        CHECK(pthread_getspecific(fresh[i]) == &fresh[i]);
}

/* Into both and back, with PyGILState inside and outside. */
static void *go_on(void *made)
{
    for (int i = 0; i < 3; i++) {
        PyGILState_STATE outside = PyGILState_Ensure();
        run("import sys");
        PyGILState_Release(outside);
        pyferry_token token = attach(main_interpreter);
        PyGILState_STATE inside = PyGILState_Ensure();
        run("import sys");
        PyGILState_Release(inside);
        check_works(made);
        detach(token);
        CHECK(PyGILState_GetThisThreadState() == NULL);
    }
    return NULL;
}

static void in_child(void)
{
    make_keys();
    pyferry_view *made = new_interpreter();
    on_new_thread(go_on, made);
    CHECK_OK(pyferry_interpreter_end(made, -1));
    pyferry_view_free(made);
    check_keys();
}

static void *fork_attached(void *fork_it)
{
    pyferry_token token = attach(main_interpreter);
    pid_t child = ((pid_t (*)(void))fork_it)();
    if (child == 0) {
        detach(token);
        in_child();
        _exit(0);
    }
    detach(token);
    wait_for(child);
    return NULL;
}

int main(void)
{
    pthread_key_t low[LOW];
    for (int i = 0; i < LOW; i++)
        CHECK(pthread_key_create(&low[i], NULL) == 0);
    PyThreadState *state = start_python(&main_interpreter);
    CHECK(pthread_key_delete(low[1]) == 0);
    CHECK(pthread_key_delete(low[3]) == 0);
    on_new_thread(fork_attached, fork_in_python);
    on_new_thread(fork_attached, fork_in_c);

    /* On Python's own main thread, whose child finalises. */
    PyEval_RestoreThread(state);
    pid_t child = fork_in_python();
    if (child == 0) {
        state = PyEval_SaveThread();
        in_child();
        finish_python(state);
        _exit(0);
    }
    PyEval_SaveThread();
    wait_for(child);
    make_keys();
    check_works(main_interpreter);
    check_keys();
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
