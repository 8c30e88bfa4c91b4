/* harness: timeout=120 */
/* harness: not-on=windows it forks, and Windows has no fork */
/* harness: not-under=sanitizers in a child, GCC 12's AddressSanitizer can find its own locks held by threads that are not there */
/* harness: leaks-not-checked=a child lacks the other threads, and with them what leads to their memory */
/* A child that Python is not told of is answered, whatever that is, though at the fork other threads were starting Python, taking
   their first views, making the first state of a thread, or stopping; and the parent notices nothing. */
#include "fork.h"

enum { LIVES = 3, VIEWERS = 3 };

static volatile bool busy = true;
static pthread_barrier_t up;

static void be_answered(void)
{
    pyferry_view *view = NULL;
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    CHECK(!pyferry_is_attached(NULL));
    bool runs = pyferry_runtime_get_info(&info) == PYFERRY_STATUS_OK;
    bool seen = pyferry_view_main(&view) == PYFERRY_STATUS_OK;
    pyferry_token token;
    CHECK(!runs && !seen && view == NULL);
    CHECK(pyferry_attach(NULL, &token) != PYFERRY_STATUS_OK);
    pyferry_status forgot = pyferry_thread_forget();
    CHECK(forgot == PYFERRY_STATUS_OK || forgot == PYFERRY_STATUS_FORKED);
    /* There may be a start to take back, or none. */
    pyferry_runtime_stop(0);
}

static void *fork_often(void *unused)
{
    while (busy) {
        pid_t child = fork();
        if (child == 0) {
            child_begins();
            be_answered();
            _exit(0);
        }
        wait_for(child);
    }
    return unused;
}

static void *view_first(void *unused)
{
    pthread_barrier_wait(&up);
    pyferry_view *view = main_view();
    visit(view);
    pyferry_view_free(view);
    return unused;
}

static void look_at_it(void)
{
    pthread_t viewers[VIEWERS];
    for (int i = 0; i < VIEWERS; i++)
        viewers[i] = thread_start(view_first, NULL);
    for (int i = 0; i < VIEWERS; i++)
        thread_join(viewers[i]);
}

int main(void)
{
    CHECK(pthread_barrier_init(&up, NULL, VIEWERS) == 0);
    pthread_t forker = thread_start(fork_often, NULL);
    for (int i = 0; i < often(LIVES); i++) {
        initialize_python();
        PyThreadState *state = PyEval_SaveThread();
        look_at_it();
        PyEval_RestoreThread(state);
        CHECK(Py_FinalizeEx() == 0);

        start_runtime();
        look_at_it();
        CHECK_OK(pyferry_runtime_stop(-1));
    }
    busy = false;
    thread_join(forker);
    return 0;
}
