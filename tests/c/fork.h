/* For the programs that fork. */
#ifndef PYFERRY_TEST_FORK_H
#define PYFERRY_TEST_FORK_H

#include "py.h"

#include <sys/wait.h>

/* A child that hangs is ended by its own alarm, and fails the parent. */
static inline void child_begins(void)
{
    alarm(30);
}

static inline void wait_for(pid_t child)
{
    int status;
    CHECK(child > 0);
    CHECK(waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fprintf(stderr, "the child ended with status %#x\n", (unsigned)status);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- Python is told; the calling thread is attached ---- */

static inline pid_t fork_in_c(void)
{
    PyOS_BeforeFork();
    pid_t child = fork();
    if (child == 0) {
        child_begins();
        PyOS_AfterFork_Child();
    } else {
        PyOS_AfterFork_Parent();
    }
    return child;
}

static inline pid_t fork_in_python(void)
{
    PyObject *os = PyImport_ImportModule("os");
    CHECK(os != NULL);
    PyObject *child = PyObject_CallMethod(os, "fork", NULL);
    CHECK(child != NULL);
    pid_t number = (pid_t)PyLong_AsLong(child);
    Py_DECREF(child);
    Py_DECREF(os);
    if (number == 0)
        child_begins();
    return number;
}

/* ---- Python is not told ---- */

/* What a child has of its parent's. */
struct inherited {
    pyferry_view *main, *sub;
    pyferry_guard *guard;
    pyferry_token token;
    pyferry_suspension suspension;
};

#define FORKED(call) (CHECK_STATUS(call, PYFERRY_STATUS_FORKED), CHECK(strstr(last_error(), "fork") != NULL))

/* Every function there is: who can refuse does, and the others neither crash nor hang. */
static inline void refused_everywhere(struct inherited *had)
{
    pyferry_token token, old = had->token;
    pyferry_suspension suspension;
    pyferry_view *view = NULL;
    pyferry_guard *guard = NULL;
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    FORKED(pyferry_runtime_start(NULL));
    FORKED(pyferry_runtime_stop(-1));
    FORKED(pyferry_runtime_get_info(&info));
    FORKED(pyferry_view_main(&view));
    FORKED(pyferry_view_current(&view));
    FORKED(pyferry_guard_open(had->main, &guard));
    FORKED(pyferry_attach(had->main, &token));
    FORKED(pyferry_attach_labeled(had->sub, "label", &token));
    FORKED(pyferry_attach_guarded(had->guard, &token));
    FORKED(pyferry_detach(&had->token));
    FORKED(pyferry_suspend(&suspension));
    FORKED(pyferry_resume(&had->suspension));
    FORKED(pyferry_thread_forget());
    FORKED(pyferry_interpreter_new(NULL, &view));
    FORKED(pyferry_interpreter_end(had->sub, -1));
    FORKED(pyferry_interpreter_interrupt(had->sub));
    FORKED(pyferry_exec("x = 1", NULL));
    CHECK(view == NULL && guard == NULL && memcmp(&old, &had->token, sizeof old) == 0);

    CHECK(!pyferry_is_attached(NULL) && !pyferry_is_attached(had->main));
    view = pyferry_view_clone(had->sub);
    CHECK(pyferry_view_interpreter_id(view) == pyferry_view_interpreter_id(had->sub));
    pyferry_view_free(view);
    pyferry_guard_close(had->guard);
    CHECK(strcmp(pyferry_version(), PYFERRY_VERSION) == 0);
    CHECK(pyferry_version_number() == PYFERRY_VERSION_NUMBER);
    CHECK(strcmp(pyferry_status_name(PYFERRY_STATUS_FORKED), "PYFERRY_STATUS_FORKED") == 0);
}

/* Such a child, which ends as most do: at once. */
static inline void check_raw_child(struct inherited *had)
{
    pid_t child = fork();
    if (child == 0) {
        child_begins();
        refused_everywhere(had);
        _exit(0);
    }
    wait_for(child);
}

#endif
