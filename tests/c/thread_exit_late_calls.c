/* What runs at a thread's end, after pyferry's own end of it, may still use pyferry: pthread key destructors, in all rounds. */
#include "py.h"

enum { ROUNDS = 3 };

static pyferry_view *main_interpreter, *sub;
static pthread_key_t key_before, key_after;
static int calls;

static void use_pyferry(void)
{
    CHECK(!pyferry_is_attached(NULL));
    run_in(sub, "import threading; mine = threading.local(); mine.value = [1]");
    pyferry_token token = attach(main_interpreter), away = attach(sub), back = attach(main_interpreter);
    CHECK(is_in(0));
    PyGILState_STATE ensured = PyGILState_Ensure();
    PyGILState_Release(ensured);
    detach(back);
    pyferry_suspension out = suspend();
    resume(out);
    detach(away);
    detach(token);
    pyferry_guard *guard;
    CHECK_OK(pyferry_guard_open(sub, &guard));
    CHECK_OK(pyferry_attach_guarded(guard, &token));
    detach(token);
    pyferry_guard_close(guard);
    pyferry_view *none = NULL;
    CHECK_STATUS(pyferry_view_current(&none), PYFERRY_STATUS_NOT_ATTACHED);
    pyferry_last_error(NULL, 0);
    CHECK_OK(pyferry_thread_forget());
    __atomic_fetch_add(&calls, 1, __ATOMIC_SEQ_CST);
}

static void at_thread_end(void *value)
{
    use_pyferry();
    long round = (long)value;
    if (round < ROUNDS)
        pthread_setspecific(round % 2 ? key_after : key_before, (void *)(round + 1));
}

static void *end_with_destructors(void *visited)
{
    if (visited != NULL)
        use_pyferry();
    pthread_setspecific(key_before, (void *)1);
    pthread_setspecific(key_after, (void *)1);
    return NULL;
}

static void clean_up(pyferry_token *token)
{
    CHECK_OK(pyferry_detach(token));
}

/* As C++ does at the end of a scope, on the way out of a thread that is ended from within. */
static void *end_in_scope(void *unused)
{
    pyferry_token token __attribute__((cleanup(clean_up))) = attach(main_interpreter);
    run("import sys");
    pthread_exit(unused);
}

int main(void)
{
    CHECK(pthread_key_create(&key_before, at_thread_end) == 0);
    PyThreadState *state = start_python(&main_interpreter);
    CHECK(pthread_key_create(&key_after, at_thread_end) == 0);
    sub = new_interpreter();
    run_in(sub, "import threading");
    int in_main = count_states_of(main_interpreter), in_sub = count_states_of(sub);
    for (int i = 0; i < 10; i++) {
        on_new_thread(end_with_destructors, i % 2 ? &calls : NULL);
        on_new_thread(end_in_scope, NULL);
    }
    CHECK(calls >= 5 + 10 * ROUNDS); /* one key at least had all its rounds */
    CHECK(states_of_become(main_interpreter, in_main) && states_of_become(sub, in_sub));
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
