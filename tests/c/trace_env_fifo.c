/* Where PYFERRY_TRACE names a FIFO, the first view waits until somebody reads that. It has let go of the interpreter meanwhile, and other
   threads take views without a wait. */
/* harness: not-on=windows it has no FIFOs in a folder */
/* harness: env=PYFERRY_TRACE=trace.fifo */
#include "py.h"

#include <fcntl.h>
#include <sys/stat.h>

#define FIFO "trace.fifo"

static int through;

/* On two threads: one of them waits. */
static void *take_view(void *unused)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    pyferry_view *view = main_view();
    visit(view);
    pyferry_view_free(view);
    PyGILState_Release(ensured);
    __atomic_add_fetch(&through, 1, __ATOMIC_SEQ_CST);
    return unused;
}

int main(void)
{
    unlink(FIFO);
    CHECK(mkfifo(FIFO, 0600) == 0);
    initialize_python();
    PyThreadState *state = PyEval_SaveThread();
    pthread_t one = thread_start(take_view, NULL), other = thread_start(take_view, NULL);
    CHECK(becomes(&through, 1));
    CHECK_REFUSED(pyferry_trace_stop(), PYFERRY_STATUS_WRONG_ORDER, "pyferry_trace_start");

    int reader = open(FIFO, O_RDONLY);
    CHECK(reader >= 0);
    thread_join(one);
    thread_join(other);
    CHECK_OK(pyferry_trace_stop());
    close(reader);
    finish_python(state);
    return 0;
}
