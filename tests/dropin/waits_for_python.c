/* dropin: without=its threads are ended by force, or hang with the host's lock */
/* Threads of the host's wait for Python when it shuts down, one of them with a lock of the host's: they get in first. */
#include "dropin.h"

enum { THREADS = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int comes, finished;
static pid_t ids[THREADS];

static void *work(void *number)
{
    BEGIN_THREAD;
    if (number == NULL)
        pthread_mutex_lock(&lock);
    ids[(intptr_t)number] = gettid();
    __atomic_add_fetch(&comes, 1, __ATOMIC_SEQ_CST);
    call_python("import sys; sys.stdout.flush()");
    __atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST);
    if (number == NULL)
        pthread_mutex_unlock(&lock);
    END_THREAD;
    return NULL;
}

/* Where it waits for Python: again and again, as a thread may wait for less for a moment. */
static bool sleeps(pid_t thread)
{
    char path[64], state = 'R';
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    for (int i = 0; i < 20; i++) {
        FILE *stat = fopen(path, "r");
        if (stat == NULL)
            return true; /* it has ended, without a GIL to wait for */
        CHECK(fscanf(stat, "%*d (%*[^)]) %c", &state) == 1);
        fclose(stat);
        if (state != 'S')
            return false;
        sleep_ms(2);
    }
    return true;
}

int main(void)
{
    Py_InitializeEx(0);
    for (intptr_t i = 0; i < THREADS; i++)
        thread_start(work, (void *)i);
    while (__atomic_load_n(&comes, __ATOMIC_SEQ_CST) < THREADS)
        sleep_ms(1);
    for (int i = 0; i < THREADS; i++)
        while (__atomic_load_n(&finished, __ATOMIC_SEQ_CST) == 0 && !sleeps(ids[i]))
            continue;
    CHECK(Py_FinalizeEx() == 0);
    /* One that the system held up all the while may have come too late. */
    while (has_dropin() && finished + times_said("it stays where it is") < THREADS)
        sleep_ms(1);
    if (times_said("it stays where it is") == 0)
        pthread_mutex_lock(&lock);
    check_nobody_was_ended();
    return 0;
}
