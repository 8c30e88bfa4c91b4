/* A thread that ends leaves nothing behind: outside with states in three interpreters, attached, nested, away, suspended; and
   nothing of it holds up a shutdown. */
#include "py.h"

static pyferry_view *views[3];

static const char *const leave_value = "import threading\n"
                                       "mine = globals().setdefault('mine', threading.local())\n"
                                       "mine.value = [1]";

static void *outside(void *unused)
{
    for (int i = 0; i < 3; i++)
        run_in(views[i], leave_value);
    return unused;
}

static void *attached(void *unused)
{
    attach(views[1]);
    run(leave_value);
    return unused;
}

static void *nested(void *unused)
{
    for (int i = 0; i < 3; i++) {
        attach(views[i]);
        run(leave_value);
        attach(views[i]);
    }
    return unused;
}

static void *suspended(void *unused)
{
    attach(views[0]);
    run(leave_value);
    attach(views[2]);
    suspend();
    attach(views[1]);
    suspend();
    return unused;
}

static void *let_go(void *unused)
{
    attach(views[1]);
    PyEval_SaveThread();
    return unused;
}

static void *on_gilstate(void *unused)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    pyferry_token token = attach(views[0]), away = attach(views[1]);
    detach(away);
    detach(token);
    pyferry_suspension out = suspend();
    outside(NULL);
    resume(out);
    PyGILState_Release(ensured);
    return unused;
}

static void *with_guards(void *unused)
{
    pyferry_guard *guards[3];
    for (int i = 0; i < 3; i++) {
        CHECK_OK(pyferry_guard_open(views[i], &guards[i]));
        run_in(views[i], leave_value);
    }
    for (int i = 0; i < 3; i++)
        pyferry_guard_close(guards[i]);
    return unused;
}

static void *by_pthread_exit(void *unused)
{
    outside(NULL);
    pthread_exit(unused);
}

static void count_all(int counts[3])
{
    for (int i = 0; i < 3; i++) {
        pyferry_token token = attach(views[i]);
        run("import threading");
        counts[i] = count_states();
        detach(token);
    }
}

int main(void)
{
    void *(*const clean[])(void *) = { outside, attached, nested, on_gilstate, with_guards, by_pthread_exit };
    void *(*const unclean[])(void *) = { suspended, let_go };
    for (int life = 0; life < 2; life++) {
        PyThreadState *state = start_python(&views[0]);
        views[1] = new_interpreter();
        views[2] = new_interpreter();
        int before[3], after[3];
        count_all(before);
        for (int round = 0; round < 3; round++)
            for (size_t i = 0; i < sizeof clean / sizeof *clean; i++) {
                on_new_thread(clean[i], NULL);
                count_all(after);
                if (memcmp(before, after, sizeof before) != 0)
                    fprintf(stderr, "ending %zu leaves %d %d %d states, not %d %d %d\n", i, after[0], after[1], after[2],
                            before[0], before[1], before[2]);
                CHECK(memcmp(before, after, sizeof before) == 0);
            }
        /* Who let go for good cannot be asked to clean up; but nobody waits for it. */
        for (size_t i = 0; i < sizeof unclean / sizeof *unclean; i++)
            on_new_thread(unclean[i], NULL);
        for (int i = 0; i < 3; i++)
            check_works(views[i]);
        CHECK_OK(pyferry_interpreter_end(views[1], -1));
        finish_python(state);
        for (int i = 0; i < 3; i++)
            pyferry_view_free(views[i]);
    }
    return 0;
}
