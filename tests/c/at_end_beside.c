/* Functions for the ends of interpreters are called, each once, also where threads register some for an interpreter that they have just
   made while others register theirs. */
#include "py.h"

enum { MAKERS = 3, REGISTRARS = 8, INTERPRETERS = 3, MOST = 3000 };

static pyferry_view *main_interpreter;
static int called, made_all;

static void count(void *calls)
{
    __atomic_add_fetch((int *)calls, 1, __ATOMIC_SEQ_CST);
}

static void *make(void *unused)
{
    for (int i = INTERPRETERS; i > 0; i--) {
        int ended = 0;
        pyferry_view *view = new_interpreter();
        CHECK_OK(pyferry_at_end(view, count, &ended));
        CHECK_OK(pyferry_interpreter_end(view, -1));
        CHECK(ended == 1);
        pyferry_view_free(view);
    }
    return unused;
}

static void *register_functions(void *registered)
{
    int count_here = 0;
    for (; count_here < MOST && !__atomic_load_n(&made_all, __ATOMIC_SEQ_CST); count_here++) {
        CHECK_OK(pyferry_at_end(main_interpreter, count, &called));
        if (count_here % 8 == 0)
            usleep(1);
    }
    *(int *)registered = count_here;
    return NULL;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    pthread_t makers[MAKERS], registrars[REGISTRARS];
    int registered[REGISTRARS], sum = 0;
    for (int i = 0; i < REGISTRARS; i++)
        registrars[i] = thread_start(register_functions, &registered[i]);
    for (int i = 0; i < MAKERS; i++)
        makers[i] = thread_start(make, NULL);
    for (int i = 0; i < MAKERS; i++)
        thread_join(makers[i]);
    __atomic_store_n(&made_all, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < REGISTRARS; i++) {
        thread_join(registrars[i]);
        sum += registered[i];
    }
    finish_python(state);
    CHECK(called == sum);
    pyferry_view_free(main_interpreter);
    return 0;
}
