/* What pyferry does when it is loaded is done also where it is linked in statically: a fork is seen before any call. Python,
 * which the host loads itself, runs in the parent; so a thread of the child that is not attached must be refused. Without
 * the code at load it would be let in, to wait for threads that are not there. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dlfcn.h>
#include <pyferry.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void (*symbol(void *library, const char *name))(void)
{
    void (*function)(void);
    *(void **)&function = dlsym(library, name);
    if (function == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(EXIT_FAILURE);
    }
    return function;
}

int main(int argc, char **argv)
{
    int status = -1;
    pid_t child;
    void *python = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
    if (python == NULL) {
        fprintf(stderr, "usage: at_load LIBPYTHON; %s\n", argc == 2 ? dlerror() : "");
        return EXIT_FAILURE;
    }
    ((void (*)(int))symbol(python, "Py_InitializeEx"))(0);
    ((void *(*)(void))symbol(python, "PyEval_SaveThread"))();
    child = fork();
    if (child == 0) {
        pyferry_view *view;
        pyferry_status answer = pyferry_view_main(&view);
        printf("in the child: %s\n", pyferry_status_name(answer));
        fflush(stdout);
        _exit(answer == PYFERRY_STATUS_FORKED ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    if (child == -1 || waitpid(child, &status, 0) != child)
        return EXIT_FAILURE;
    return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
