/* A user's program: prints the versions of the header and of the library, and what Python says. */
#include <pyferry.h>
#include <stdio.h>
#include <stdlib.h>

static void check(pyferry_status status)
{
    char why[4096];
    if (status == PYFERRY_STATUS_OK)
        return;
    pyferry_last_error(why, sizeof why);
    fprintf(stderr, "%s: %s\n", pyferry_status_name(status), why);
    exit(EXIT_FAILURE);
}

int main(void)
{
    pyferry_view *view;
    pyferry_token token;
    printf("header %s %d\n", PYFERRY_VERSION, PYFERRY_VERSION_NUMBER);
    printf("library %s %d\n", pyferry_version(), (int)pyferry_version_number());
    fflush(stdout);
    check(pyferry_runtime_start(NULL));
    check(pyferry_view_main(&view));
    check(pyferry_attach(view, &token));
    check(pyferry_exec("print('hello')", "hello.py"));
    check(pyferry_detach(&token));
    pyferry_view_free(view);
    check(pyferry_runtime_stop(60000));
    return EXIT_SUCCESS;
}
