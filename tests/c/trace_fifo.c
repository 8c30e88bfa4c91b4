/* A trace goes into a FIFO, too. Who begins it waits until somebody reads that, and holds up nobody meanwhile: it has let go of the
   interpreter, and other threads attach, ask for histograms and fork. One who begins another trace is refused at once. */
/* harness: not-on=windows it has no FIFOs in a folder */
#include "py.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define FIFO "trace.fifo"

static pyferry_view *view;
static int begun, refused;

/* On two threads: whoever comes first waits. */
static void *begin(void *unused)
{
    pyferry_token token = attach(view);
    pyferry_status status = pyferry_trace_start(FIFO);
    CHECK(pyferry_is_attached(view));
    run("x = 1");
    if (status != PYFERRY_STATUS_OK) {
        CHECK(status == PYFERRY_STATUS_WRONG_ORDER && strstr(last_error(), FIFO) != NULL);
        __atomic_add_fetch(&refused, 1, __ATOMIC_SEQ_CST);
    } else {
        __atomic_add_fetch(&begun, 1, __ATOMIC_SEQ_CST);
    }
    detach(token);
    return unused;
}

int main(void)
{
    unlink(FIFO);
    CHECK(mkfifo(FIFO, 0600) == 0);
    PyThreadState *state = start_python(&view);
    pthread_t one = thread_start(begin, NULL), other = thread_start(begin, NULL);
    CHECK(becomes(&refused, 1));

    visit(view);
    CHECK(pyferry_histograms(NULL, 0) == 0);
    pid_t child = fork();
    if (child == 0)
        _exit(7);
    int status;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
    CHECK_REFUSED(pyferry_trace_stop(), PYFERRY_STATUS_WRONG_ORDER, "pyferry_trace_start");
    CHECK(begun == 0);

    int reader = open(FIFO, O_RDONLY);
    CHECK(reader >= 0);
    thread_join(one);
    thread_join(other);
    CHECK(begun == 1 && refused == 1);
    CHECK_OK(pyferry_trace_stop());
    char text[4096];
    ssize_t length = read(reader, text, sizeof text);
    CHECK(length > 2 && memcmp(text, "[\n", 2) == 0);
    close(reader);
    pyferry_view_free(view);
    finish_python(state);
    return 0;
}
