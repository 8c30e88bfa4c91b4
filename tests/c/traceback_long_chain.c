/* The message of an exception with a long chain of causes behind it, as a script that tries again and again makes one, takes time in
   proportion to the chain. Nothing interrupts the thread that makes it. */
#include "py.h"

enum { SHORT = 4000, LONG = 15 * SHORT };

/* Raises the last one of such a chain, and returns what the message took of a processor. */
static double raise_last_of(int length)
{
    char source[256];
    snprintf(source, sizeof source,
             "last = None\nfor i in range(%d):\n    this = ValueError(i)\n    this.__cause__, last = last, this\ndel this\nraise last",
             length);
    struct timespec before, after;
    CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before) == 0);
    CHECK_STATUS(pyferry_exec(source, NULL), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after) == 0);
    CHECK(pyferry_last_error(NULL, 0) > length * strlen("ValueError: 0"));
    CHECK_SAYS("ValueError: 0\n\nThe above exception was the direct cause of the following exception:\n\nValueError: 1\n");
    /* One by one: up to 3.10 CPython frees a long chain by a deep recursion. */
    run("while last:\n    this, last = last, last.__cause__\n    this.__cause__ = None");
    return (double)(after.tv_sec - before.tv_sec) + 1e-9 * (double)(after.tv_nsec - before.tv_nsec);
}

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_token token = attach(main_interpreter);
    raise_last_of(SHORT); /* the first one takes longer */
    double ratio = raise_last_of(LONG) / raise_last_of(SHORT);
    printf("a chain 15 times as long takes %.1f times as long\n", ratio); /* 225, where each is compared with each */
    CHECK(ratio < 15 * 4);
    detach(token);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
