/* harness: timeout=120 */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* Of two copies of the library in one process one serves, whichever is first; the other refuses and names both files, as often
   as it is asked, and harms neither the first nor its shutdown, nor a fork. When Python has ended the other may be first.

   An older or a newer version is such a copy, which finds the first by the same name in the interpreter's dict: the name and
   what is kept under it are the same in every version. */
#include "copy.h"

static struct copy copies[2];

/* What the refused one can do where the other has attached is CPython's own, and leaves all as it was. */
static void use_both(const struct copy *first, const struct copy *second)
{
    pyferry_view *view, *sub, *again;
    pyferry_token token, inner;
    pyferry_suspension out;
    COPY_OK(first, view_main(&view));
    COPY_OK(first, interpreter_new(NULL, &sub));
    check_refused(second, first);
    COPY_OK(first, attach(view, &token));
    check_refused(second, first);
    CHECK(second->is_attached(NULL));
    COPY_OK(second, exec("x = 1", NULL));
    COPY_OK(second, suspend(&out));
    COPY_OK(first, attach(view, &inner));
    COPY_OK(first, detach(&inner));
    COPY_OK(second, resume(&out));
    CHECK(second->detach(&token) != PYFERRY_STATUS_OK);
    COPY_OK(first, attach(sub, &inner));
    check_refused(second, first);
    COPY_OK(first, exec("import threading", NULL));
    COPY_OK(first, detach(&inner));
    COPY_OK(first, detach(&token));
    COPY_OK(first, interpreter_end(sub, -1));
    COPY_OK(first, view_main(&again));
    first->view_free(again);
    first->view_free(sub);
    first->view_free(view);
}

struct pair {
    const struct copy *first, *second;
};

static void *on_thread(void *argument)
{
    const struct pair *pair = argument;
    use_both(pair->first, pair->second);
    return NULL;
}

/* Both go on in a child of os.fork as they are. */
static void fork_both(const struct pair *pair)
{
    pid_t child = fork_in_python();
    if (child == 0) {
        use_both(pair->first, pair->second);
        CHECK(Py_FinalizeEx() == 0);
        _exit(0);
    }
    wait_for(child);
}

static void one_life(const struct copy *first, const struct copy *second, bool serves_at_once)
{
    struct pair pair = { first, second };
    initialize_python();
    if (serves_at_once)
        use_both(first, second);
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(on_thread, &pair);
    COPY_OK(first, runtime_start(without_site()));
    check_refused(second, first);
    COPY_OK(first, runtime_stop(-1));
    PyEval_RestoreThread(state);
    use_both(first, second);
    fork_both(&pair);
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view *view = NULL;
    CHECK(first->view_main(&view) == PYFERRY_STATUS_NO_PYTHON && second->view_main(&view) == PYFERRY_STATUS_NO_PYTHON);
}

/* Python is the one's that started it. */
static void started(const struct copy *first, const struct copy *second)
{
    struct pair pair = { first, second };
    COPY_OK(first, runtime_start(without_site()));
    check_refused(second, first);
    on_new_thread(on_thread, &pair);
    on_new_thread(visit_through, (void *)first);
    COPY_OK(first, runtime_stop(-1));
}

int main(void)
{
    copies[0] = first_copy();
    copies[1] = load_copy(&copies[0], "libpyferry-other.so");
    for (int i = 0; i < 4; i++) {
        if (left_out(i) || left_out(i / 2))
            continue;
        one_life(&copies[i % 2], &copies[1 - i % 2], i < 2);
        started(&copies[1 - i % 2], &copies[i % 2]);
    }
    return 0;
}
