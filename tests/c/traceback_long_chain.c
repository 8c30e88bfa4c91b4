/* The message of an exception with a long chain of causes behind it, as a script that tries again and again makes one, takes time in
   proportion to the chain. Nothing interrupts the thread that makes it. */
#include "py.h"

#define LENGTH 60000

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_token token = attach(main_interpreter);
    char source[256];
    snprintf(source, sizeof source,
             "last = None\nfor i in range(%d):\n    this = ValueError(i)\n    this.__cause__, last = last, this\ndel this\nraise last",
             LENGTH);
    double before = seconds();
    CHECK_STATUS(pyferry_exec(source, NULL), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK(seconds() - before < 2 * slowdown()); /* a tenth of it; where each is compared with each, some five */
    CHECK(pyferry_last_error(NULL, 0) > LENGTH * strlen("ValueError: 0"));
    CHECK_SAYS("ValueError: 0\n\nThe above exception was the direct cause of the following exception:\n\nValueError: 1\n");
    /* One by one: up to 3.10 CPython frees a long chain by a deep recursion. */
    run("while last:\n    this, last = last, last.__cause__\n    this.__cause__ = None");
    detach(token);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
