/*
 * A host that uses a Python package on its own threads: runs SCRIPT once, then its step(thread, i) on four threads again and
 * again, each attached anew, in an interpreter of the kind that is asked for; ends that, and Python.
 *
 *     host SCRIPT main|shared|own FOLDER...      the folders go in front of sys.path
 *
 * Exit status 0: all of it works. 3: the script said no, as a package does that cannot be used there; what it said is the last line, and
 * the host went on without. Anything else is a fault.
 */
#define _POSIX_C_SOURCE 200809L
#include <pyferry.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, VISITS = 50, REFUSED = 3, LIMIT_MS = 20000 };

static pyferry_view *view;

static void check(pyferry_status status, const char *what)
{
    char why[8192];
    if (status == PYFERRY_STATUS_OK)
        return;
    pyferry_last_error(why, sizeof why);
    fprintf(stderr, "%s: %s: %s\n", what, pyferry_status_name(status), why);
    exit(EXIT_FAILURE);
}

static char *read_file(const char *path)
{
    static char text[1 << 16];
    FILE *file = fopen(path, "rb");
    size_t length = file != NULL ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file == NULL || ferror(file) || !feof(file)) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    fclose(file);
    text[length] = '\0';
    return text;
}

/* Attached for each step anew; every fourth lets go and comes back in between, and is nested. */
static void *work(void *number)
{
    for (int i = 0; i < VISITS; i++) {
        char source[64];
        pyferry_token token, nested;
        pyferry_suspension out;
        snprintf(source, sizeof source, "step(%d, %d)", *(int *)number, i);
        check(pyferry_attach(view, &token), "attach");
        check(pyferry_exec(source, "step"), source);
        if (i % 4 == 0) {
            check(pyferry_suspend(&out), "suspend");
            check(pyferry_resume(&out), "resume");
            check(pyferry_attach(view, &nested), "nested attach");
            check(pyferry_exec(source, "step"), source);
            check(pyferry_detach(&nested), "nested detach");
        }
        check(pyferry_detach(&token), "detach");
    }
    return NULL;
}

static void work_on_threads(void)
{
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, work, &numbers[i]) != 0)
            exit(EXIT_FAILURE);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    pyferry_interpreter_options own = PYFERRY_INTERPRETER_OPTIONS_INIT, shared = PYFERRY_INTERPRETER_OPTIONS_INIT;
    pyferry_token token;
    char refusal[8192] = "";
    if (argc < 3)
        return EXIT_FAILURE;
    options.search_paths = (const char *const *)argv + 3;
    shared.flags = PYFERRY_INTERPRETER_SHARED_GIL;
    check(pyferry_runtime_start(&options), "start");
    if (strcmp(argv[2], "main") == 0)
        check(pyferry_view_main(&view), "view");
    else
        check(pyferry_interpreter_new(strcmp(argv[2], "own") == 0 ? &own : &shared, &view), "new");

    check(pyferry_attach(view, &token), "attach");
    pyferry_status status = pyferry_exec(read_file(argv[1]), argv[1]);
    if (status == PYFERRY_STATUS_PYTHON_ERROR)
        pyferry_last_error(refusal, sizeof refusal);
    else
        check(status, argv[1]);
    check(pyferry_detach(&token), "detach");
    if (status == PYFERRY_STATUS_OK) {
        work_on_threads();
    } else { /* goes on without */
        check(pyferry_attach(view, &token), "attach after a refusal");
        check(pyferry_exec("import json; assert json.loads('[1]') == [1]", "after"), "after a refusal");
        check(pyferry_detach(&token), "detach after a refusal");
    }
    if (strcmp(argv[2], "main") != 0)
        check(pyferry_interpreter_end(view, LIMIT_MS), "end");
    pyferry_view_free(view);
    check(pyferry_runtime_stop(LIMIT_MS), "stop");
    fputs(refusal, stdout);
    return status == PYFERRY_STATUS_OK ? EXIT_SUCCESS : REFUSED;
}
