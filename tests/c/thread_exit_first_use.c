/* A thread whose very first use of pyferry is in a pthread key destructor leaves nothing behind either. */
#include "py.h"

static pyferry_view *main_interpreter;
static pthread_key_t key;

static void first_use(void *unused)
{
    (void)unused;
    run_in(main_interpreter, "import sys");
}

static void *end_with_destructor(void *unused)
{
    pthread_setspecific(key, &key);
    return unused;
}

int main(void)
{
    CHECK(pthread_key_create(&key, first_use) == 0);
    PyThreadState *state = start_python(&main_interpreter);
    int before = count_states_of(main_interpreter);
    for (int i = 0; i < 10; i++)
        on_new_thread(end_with_destructor, NULL);
    CHECK(states_of_become(main_interpreter, before));
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
