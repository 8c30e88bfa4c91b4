/* pyferry_dump in a signal handler, whatever was interrupted: a thread in malloc, in pyferry's own calls, holding the interpreter
   in C, or at its first look at Python. It allocates nothing and leaves errno alone. */
/* harness: not-on=windows it dumps in a signal handler */
#include "py.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>

static int to, from;
static atomic_int dumps, allocations;
static _Thread_local bool in_handler;

/* glibc's own, behind ours. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

#ifndef __SANITIZE_ADDRESS__
void *malloc(size_t size)
{
    allocations += in_handler;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    allocations += in_handler;
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    allocations += in_handler;
    return __libc_realloc(block, size);
}
#endif

static void handle(int signal)
{
    (void)signal;
    in_handler = true;
    errno = ENOTTY;
    pyferry_status status = pyferry_dump(to);
    pyferry_thread_info infos[4] = { PYFERRY_THREAD_INFO_INIT };
    pyferry_threads(infos, 4);
    in_handler = false;
    if (status == PYFERRY_STATUS_OK && errno == ENOTTY)
        dumps++;
}

/* What the pipe holds. */
static const char *written(void)
{
    static char text[1 << 16];
    ssize_t length = read(from, text, sizeof text - 1);
    text[length > 0 ? length : 0] = '\0';
    return text;
}

static bool says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fprintf(stderr, "the dump:\n%s\nlacks: %s\n", text, part);
    return strstr(text, part) != NULL;
}

static void *interrupt_at_work(void *argument)
{
    pthread_t worker = *(pthread_t *)argument;
    for (int i = 0; i < often(100); i++) {
        int before = dumps;
        CHECK(pthread_kill(worker, SIGUSR1) == 0);
        while (dumps == before)
            sched_yield();
        written();
    }
    return NULL;
}

static void work(pyferry_view *view, const atomic_bool *over)
{
    while (!*over) {
        pyferry_view_free(pyferry_view_clone(view));
        pyferry_token token = attach(view);
        pyferry_guard *guard;
        CHECK_OK(pyferry_guard_open(view, &guard));
        pyferry_guard_close(guard);
        run("[object() for _ in range(10)]");
        detach(token);
        CHECK_OK(pyferry_thread_forget());
    }
}

static atomic_bool over;

static void *interrupt_and_end(void *thread)
{
    interrupt_at_work(thread);
    over = true;
    return NULL;
}

int main(void)
{
    int ends[2];
    CHECK(pipe(ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 && fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
    from = ends[0], to = ends[1];
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);

    /* Before there is anything. */
    raise(SIGUSR1);
    CHECK(dumps == 1 && says(written(), "no thread waits"));
    CHECK_STATUS(pyferry_dump(-1), PYFERRY_STATUS_INVALID_ARGUMENT);

    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    pyferry_view *sub = new_interpreter();
    pthread_setname_np(pthread_self(), "the loop");
    pyferry_token outer, inner;
    CHECK_OK(pyferry_attach_labeled(main, "update", &outer));
    CHECK_OK(pyferry_attach_labeled(sub, "mod \xff", &inner));
    raise(SIGUSR1);
    const char *text = written();
    char who[64];
    snprintf(who, sizeof who, "thread %d \"the loop\" [update]: in another interpreter for ", (int)gettid());
    CHECK(says(text, "interpreter 0 (main): 0 inside, 0 waiting, 1 others") && says(text, who));
    CHECK(says(text, "[mod ?]: inside, attached, for ") && says(text, ", 2 deep, this thread\n"));
    CHECK(strstr(text, "interpreter 0") < strstr(text, "[mod ?]"));
    detach(inner);
    detach(outer);

    pthread_t self = pthread_self();
    pthread_t interrupter = thread_start(interrupt_and_end, &self);
    work(main, &over);
    thread_join(interrupter);
    CHECK(allocations == 0);

    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
    finish_python(state);
    raise(SIGUSR1);
    CHECK(says(written(), "no thread waits"));
    pyferry_view_free(main);
    return 0;
}
