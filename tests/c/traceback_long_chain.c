/* The message of an exception with a long chain of causes behind it, as a script that tries again and again makes one, takes time in
   proportion to the chain. Nothing interrupts the thread that makes it. */
#include "py.h"

enum { SHORT_CHAIN = 4000, TIMES = 15 };

/* Raises the last one of such a chain. */
static void raise_last_of(int length)
{
    char source[256];
    snprintf(source, sizeof source,
             "last = None\nfor i in range(%d):\n    this = ValueError(i)\n    this.__cause__, last = last, this\ndel this\nraise last",
             length);
    CHECK_STATUS(pyferry_exec(source, NULL), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK(pyferry_last_error(NULL, 0) > length * strlen("ValueError: 0"));
    CHECK_SAYS("ValueError: 0\n\nThe above exception was the direct cause of the following exception:\n\nValueError: 1\n");
    /* One by one: up to 3.10 CPython frees a long chain by a deep recursion. */
    run("while last:\n    this, last = last, last.__cause__\n    this.__cause__ = None");
}

/* What this thread has taken of a processor, in seconds. */
static double worked(void)
{
    struct timespec now;
    CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_token token = attach(main_interpreter);
    raise_last_of(SHORT_CHAIN); /* the first one takes longer */
    double begun = worked();
    for (int i = 0; i < TIMES; i++)
        raise_last_of(SHORT_CHAIN);
    double of_short = worked() - begun;
    raise_last_of(TIMES * SHORT_CHAIN);
    double of_long = worked() - begun - of_short;
    printf("one chain takes %.1f times what %d of a %dth take\n", of_long / of_short, TIMES, TIMES);
    CHECK(of_long < 4 * of_short); /* 15 times, where each is compared with each */
    detach(token);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
