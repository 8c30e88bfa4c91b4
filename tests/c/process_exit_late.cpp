/* harness: not-under=memcheck in a child of Valgrind's the main thread's stack is said to have 12 KiB, and CPython 3.14 stops at that */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* Static destructors and atexit functions of the process that use pyferry, after Py_FinalizeEx or without one, on the initial
   thread or on another that calls exit, are told what is, and the process ends. */
#include "py.h"

#include <sys/wait.h>

static pyferry_view *main_interpreter, *sub;
static bool finalized;
static int calls;

static void use_pyferry()
{
    calls++;
    if (main_interpreter == NULL) /* the parent process, which has no Python */
        return;
    pyferry_view *view = NULL;
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    if (!finalized) {
        check_works(main_interpreter);
        check_works(sub);
        return;
    }
    pyferry_token token;
    pyferry_guard *guard;
    const pyferry_view *const views[] = { main_interpreter, sub };
    for (const pyferry_view *ended : views) {
        CHECK_STATUS(pyferry_attach(ended, &token), PYFERRY_STATUS_CLOSED);
        CHECK_STATUS(pyferry_guard_open(ended, &guard), PYFERRY_STATUS_CLOSED);
    }
    CHECK_STATUS(pyferry_view_main(&view), PYFERRY_STATUS_NO_PYTHON);
    CHECK_STATUS(pyferry_view_current(&view), PYFERRY_STATUS_NO_PYTHON);
    CHECK_STATUS(pyferry_exec("import sys", NULL), PYFERRY_STATUS_NO_PYTHON);
    CHECK_STATUS(pyferry_runtime_get_info(&info), PYFERRY_STATUS_NO_PYTHON);
    CHECK_STATUS(pyferry_interpreter_new(NULL, &view), PYFERRY_STATUS_NO_PYTHON);
    CHECK_STATUS(pyferry_interpreter_end(sub, 0), PYFERRY_STATUS_CLOSED);
    CHECK(!pyferry_is_attached(NULL) && view == NULL);
    CHECK_OK(pyferry_thread_forget());
    pyferry_view_free(pyferry_view_clone(sub));
}

/* The last to run: it was made first. */
static struct First {
    ~First()
    {
        use_pyferry();
        if (main_interpreter != NULL)
            _exit(calls == 4 ? 7 : 1);
    }
} first;

struct Object {
    bool made = true;
    ~Object() { use_pyferry(); }
};

static void *end(void *unused)
{
    static Object late;
    static thread_local Object own;
    CHECK(late.made && own.made);
    exit(1);
    return unused;
}

static int live(bool finalizes, bool on_initial_thread)
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(30);
        atexit(use_pyferry);
        PyThreadState *state = start_python(&main_interpreter);
        sub = new_interpreter();
        run_in(main_interpreter, "import threading; mine = threading.local(); mine.value = [1]");
        run_in(sub, "import threading; mine = threading.local(); mine.value = [1]");
        if (finalizes) {
            finish_python(state);
            finalized = true;
        }
        if (on_initial_thread)
            end(NULL);
        on_new_thread(end, NULL);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    return status;
}

int main()
{
    for (int i = 0; i < 4; i++) {
        int status = live(i & 1, i & 2);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 7)
            fprintf(stderr, "way %d: status %#x\n", i, (unsigned)status);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    }
    return 0;
}
