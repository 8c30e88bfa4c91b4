/* A thread may end, and so may the process, whatever it did last through a copy of the library that was refused; Python's shutdown
   is not held up. */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
#include "copy.h"

static struct copy first, refused;
static pyferry_view *main_interpreter;

static void only_ask(void)
{
    check_refused(&refused, &first);
}

static void attached(void)
{
    pyferry_token token;
    COPY_OK(&first, attach(main_interpreter, &token));
    check_refused(&refused, &first);
    COPY_OK(&refused, exec("import threading; mine = threading.local(); mine.value = [1]", NULL));
}

static void suspended(void)
{
    pyferry_suspension out;
    attached();
    COPY_OK(&refused, suspend(&out));
}

static void suspended_and_attached(void)
{
    suspended();
    attached();
}

static void *call(void *function)
{
    (*(void (**)(void))function)();
    return NULL;
}

/* By exit(), on the thread that did it, or when another one did and Python has ended. */
static void exit_after(void (*act)(void), bool on_main_thread)
{
    pid_t child = fork();
    if (child == 0) {
        child_begins();
        PyThreadState *state = start_python(&main_interpreter);
        on_new_thread(call, &act);
        if (on_main_thread)
            act();
        else
            finish_python(state);
        exit(0);
    }
    wait_for(child);
}

int main(void)
{
    void (*const acts[])(void) = { only_ask, attached, suspended, suspended_and_attached };
    first = first_copy();
    refused = load_copy(&first, "libpyferry-other.so");
    for (size_t i = 0; i < COUNT(acts); i++) {
        if (!left_out((int)i))
            exit_after(acts[i], true);
        if (!left_out((int)i + 1))
            exit_after(acts[i], false);
        for (int life = 0; life < often(2); life++) {
            PyThreadState *state = start_python(&main_interpreter);
            void (*act)(void) = acts[i];
            for (int thread = 0; thread < 3; thread++)
                on_new_thread(call, &act);
            check_works(main_interpreter);
            finish_python(state);
            COPY_OK(&first, runtime_start(without_site()));
            COPY_OK(&first, view_main(&main_interpreter));
            on_new_thread(call, &act);
            COPY_OK(&first, runtime_stop(-1));
        }
    }
    return 0;
}
