/*
 * Makes the calls whose instructions tests/cost.rs counts, under callgrind, and has each phase dumped by its name.
 * What is warmed up first, and the rest of the process, is not counted.
 */
#include "../c/py.h"

#include "others.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <valgrind/callgrind.h>

enum { VISITS = 200, THREADS = 8 };

static pyferry_view *view;
static pthread_barrier_t all;

static __attribute__((noinline)) void visits(int count)
{
    for (int i = 0; i < count; i++) {
        pyferry_token token;
        CHECK_OK(pyferry_attach(view, &token));
        CHECK_OK(pyferry_detach(&token));
    }
}

static __attribute__((noinline)) void linked_calls(int count)
{
    for (int i = 0; i < count; i++)
        if (PyErr_Occurred() != NULL)
            abort();
}

static void suspensions(int count)
{
    for (int i = 0; i < count; i++) {
        pyferry_suspension suspension;
        CHECK_OK(pyferry_suspend(&suspension));
        CHECK_OK(pyferry_resume(&suspension));
    }
}

/* A question has no side effect. */
static void visits_and_questions(int count)
{
    for (int i = 0; i < count; i++) {
        CHECK(pyferry_is_attached(view));
        visits(1);
    }
}

/* Nor has what runs in between. (Not before each visit: under callgrind that takes longer than anybody's clock goes on.) */
static void visits_and_scripts(int count)
{
    for (int i = 0; i < count; i++) {
        if (i % 100 == 0)
            CHECK_OK(pyferry_exec("", NULL));
        visits(1);
    }
}

static void guards(int count)
{
    for (int i = 0; i < count; i++) {
        pyferry_guard *guard;
        CHECK_OK(pyferry_guard_open(view, &guard));
        pyferry_guard_close(guard);
    }
}

static void forget(void *data, pyferry_status status)
{
    (void)data, (void)status;
}

/* Nobody runs them: there is room for all that the phases post. */
enum { ROOM = 1 << 17 };
static pyferry_queue *queue;

static void posts(int count)
{
    for (int i = 0; i < count; i++)
        CHECK_OK(pyferry_queue_post(queue, forget, NULL));
}

static void posted_copies(int count)
{
    char bytes[PYFERRY_QUEUE_COPY_MAX] = "";
    for (int i = 0; i < count; i++)
        CHECK_OK(pyferry_queue_post_copy(queue, forget, bytes, sizeof bytes));
}

/* What the counting has to notice: these allocate. */
static void views(int count)
{
    for (int i = 0; i < count; i++)
        pyferry_view_free(pyferry_view_clone(view));
}

/* The clock that pyferry asks goes on when this says so, or nobody would ask very often where all is slow: under callgrind, and
 * that under an emulator. */
static time_t second = 1;

int clock_gettime(clockid_t which, struct timespec *now)
{
    if (which != CLOCK_MONOTONIC_COARSE)
        return (int)syscall(SYS_clock_gettime, which, now);
    *now = (struct timespec){.tv_sec = second};
    return 0;
}

/* Whoever asks for the time very often has a thread of pyferry's write it down, for a second. Which one that is; 0: none. */
static long clock_thread(void)
{
    long found = 0;
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        char path[64], name[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%.20s/comm", task->d_name);
        FILE *file = fopen(path, "r");
        if (file != NULL && fgets(name, sizeof name, file) != NULL && strcmp(name, "pyferry-clock\n") == 0)
            found = atol(task->d_name);
        if (file != NULL)
            fclose(file);
    }
    closedir(tasks);
    return found;
}

static long clock_before;

/* Where a phase begins and ends, for an emulator that says which instructions it executes, and knows no client requests. */
static __attribute__((noinline)) void mark(const char *what)
{
    printf("%s\n", what);
}

/* And where all is that this wants to know about. */
static void print_addresses(void)
{
    Dl_info library;
    CHECK(dladdr((void *)pyferry_attach, &library) != 0);
    printf("at %p pyferry\nat %p mark\n", library.dli_fbase, (void *)mark);
    printf("at %p PyEval_SaveThread\nat %p PyEval_RestoreThread\n", (void *)PyEval_SaveThread, (void *)PyEval_RestoreThread);
}

static void count_from_here(void)
{
    do {
        second++;
        guards(2 * VISITS);
        sleep_ms(20);
        clock_before = clock_thread();
    } while (clock_before == 0);
    CALLGRIND_ZERO_STATS;
    mark("begin");
}

/* Whether this was all with one thread writing the time down, and with nobody asking for it. */
static bool counted(const char *name)
{
    mark("end");
    bool all_alike = clock_thread() == clock_before;
    if (all_alike)
        printf("counted %s\n", name);
    CALLGRIND_DUMP_STATS_AT(all_alike ? name : "to be done again");
    return all_alike;
}

#define PHASE(name, calls)                                                                                             \
    do {                                                                                                               \
        calls(10);                                                                                                     \
        count_from_here();                                                                                             \
        calls(VISITS);                                                                                                 \
    } while (!counted(name))

static void *alone(void *unused)
{
    PHASE("repeated", visits);
    PHASE("scope", scope_visits);
    pyferry_token outer = attach(view);
    PHASE("nested", visits);
    PHASE("nested scope", scope_visits);
    PHASE("linked call", linked_calls);
    PHASE("stable call", stable_calls);
    PHASE("nested after questions", visits_and_questions);
    PHASE("nested after scripts", visits_and_scripts);
    PHASE("suspended", suspensions);
    PyThreadState *state = PyEval_SaveThread();
    PHASE("let go", visits);
    PyEval_RestoreThread(state);
    pyferry_suspension out = suspend();
    PHASE("inside a suspension", visits);
    resume(out);
    detach(outer);
    PHASE("guard", guards);
    PHASE("post", posts);
    PHASE("post a copy", posted_copies);
    PHASE("view", views);
    return unused;
}

/* On a thread that somebody else attached, as Py_Initialize, Python itself and PyGILState do. */
static void *of_others(void *unused)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    PHASE("nested on a state of others", visits);
    PHASE("suspended, of others", suspensions);
    pyferry_token outer = attach(view);
    PHASE("nested twice on a state of others", visits);
    detach(outer);
    PyThreadState *state = PyEval_SaveThread();
    PHASE("by a state of others", visits);
    PyEval_RestoreThread(state);
    pyferry_suspension out = suspend();
    PHASE("inside a suspension, of others", visits);
    resume(out);
    PyGILState_Release(ensured);
    return unused;
}

/* Every thread makes its share of the visits, and all of them are there all the while. */
static void *together(void *unused)
{
    static bool done;
    visits(10);
    do {
        if (pthread_barrier_wait(&all) == PTHREAD_BARRIER_SERIAL_THREAD)
            count_from_here();
        pthread_barrier_wait(&all);
        visits(VISITS / THREADS);
        if (pthread_barrier_wait(&all) == PTHREAD_BARRIER_SERIAL_THREAD)
            done = counted("repeated on 8 threads");
        pthread_barrier_wait(&all);
    } while (!done);
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.capacity = ROOM;
    CHECK_OK(pyferry_queue_new(view, &options, &queue));
    scope_start(view);
    print_addresses();
    CALLGRIND_START_INSTRUMENTATION;
    on_new_thread(of_others, NULL); /* first: it leaves no state, which a thread of pyferry's would delete meanwhile */
    on_new_thread(alone, NULL);
    CHECK(pthread_barrier_init(&all, NULL, THREADS) == 0);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start(together, NULL);
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    CALLGRIND_STOP_INSTRUMENTATION;
    scope_stop();
    finish_python(state);
    pyferry_queue_free(queue);
    pyferry_view_free(view);
    return 0;
}
