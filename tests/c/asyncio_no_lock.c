/* harness: timeout=60 */
/* harness: not-on=windows it forks */
/* A thread that has posted to an event loop waits for no lock when it posts there again: not even while a fork holds all of pyferry's,
   so that the child finds none locked. */
#include "asyncio.h"

#include <sys/wait.h>

static struct loop loop;
static int ran;
static struct event ready = EVENT_INIT, locked = EVENT_INIT, posted = EVENT_INIT;

static void job(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK_OK(status);
    __atomic_add_fetch(&ran, 1, __ATOMIC_SEQ_CST);
}

static void before_fork(void)
{
    event_set(&locked);
    event_wait(&posted);
}

static void be_last(void)
{
    CHECK(pthread_atfork(before_fork, NULL, NULL) == 0);
}

/* Earlier than the constructors of libraries, of which pyferry's is one: who comes first is called last. */
__attribute__((section(".preinit_array"), used)) static void (*const early)(void) = be_last;

static void *post_twice(void *unused)
{
    CHECK_OK(pyferry_asyncio_post(loop.view, loop.object, job, NULL));
    CHECK(becomes(&ran, 1));
    event_set(&ready);
    event_wait(&locked);
    CHECK_OK(pyferry_asyncio_post(loop.view, loop.object, job, NULL));
    event_set(&posted);
    return unused;
}

int main(void)
{
    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    loop = loop_new(view);
    loop_start(&loop);
    pthread_t poster = thread_start(post_twice, NULL);
    event_wait(&ready);
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    CHECK(child > 0 && waitpid(child, NULL, 0) == child);
    thread_join(poster);
    CHECK(becomes(&ran, 2));
    loop_stop(&loop);
    loop_free(&loop);
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
