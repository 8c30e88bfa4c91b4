/* For programs that know nothing of pyferry: CPython's own names, checks, threads and events. */
#ifndef PYFERRY_TEST_DROPIN_H
#define PYFERRY_TEST_DROPIN_H

#include "../c/check.h"
#include "../c/cpython.h"

/* ---- threads that somebody may end by force, as CPython does up to 3.13 ---- */

static int ended_by_force;

static inline void note_forced_end(void *unused)
{
    (void)unused;
    __atomic_add_fetch(&ended_by_force, 1, __ATOMIC_SEQ_CST);
}

#define BEGIN_THREAD pthread_cleanup_push(note_forced_end, NULL)
#define END_THREAD pthread_cleanup_pop(0)

static inline void check_nobody_was_ended(void)
{
    CHECK(__atomic_load_n(&ended_by_force, __ATOMIC_SEQ_CST) == 0);
}

/* ---- what the drop-in says ---- */

/* How often that is in the drop-in's log. */
static inline int times_said(const char *what)
{
    int times = 0;
    char line[4096];
    FILE *log = fopen(getenv("PYFERRY_GILSTATE_LOG"), "r");
    while (log != NULL && fgets(line, sizeof line, log) != NULL)
        times += strstr(line, what) != NULL;
    if (log != NULL)
        fclose(log);
    return times;
}

static inline bool has_dropin(void)
{
    return getenv("PYFERRY_GILSTATE_LOG") != NULL;
}

/* Until so many threads that came late stay where they are. Without the drop-in: for a moment, in which they do what they do. */
static inline void wait_until_parked(int threads)
{
    if (!has_dropin())
        sleep_ms(300);
    while (has_dropin() && times_said("it stays where it is") < threads)
        sleep_ms(5);
}

/* ---- Python ---- */

static inline void run(const char *source)
{
    CHECK(PyRun_SimpleString(source) == 0);
}

static inline void call_python(const char *source)
{
    PyGILState_STATE state = PyGILState_Ensure();
    run(source);
    PyGILState_Release(state);
}

#endif
