/*
 * Small helpers for the programs of tests/c. A check that fails says where and why and ends the program at once, without
 * atexit functions or destructors: they could hang, and hide the message.
 */
#ifndef PYFERRY_TEST_CHECK_H
#define PYFERRY_TEST_CHECK_H

#include "pyferry.h"

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <dirent.h>
#include <sys/prctl.h>
#endif

/* ---- checks ---- */

#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))
#define CHECK_STATUS(call, status) check_status(__FILE__, __LINE__, #call, (call), (status))
#define CHECK_OK(call) CHECK_STATUS(call, PYFERRY_STATUS_OK)
#define COUNT(array) (sizeof(array) / sizeof *(array))

static inline void check_failed(const char *file, int line, const char *what)
{
    fflush(stdout);
    fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    fflush(stderr);
    _exit(1);
}

static inline void check_status(const char *file, int line, const char *call, pyferry_status got, pyferry_status expected)
{
    if (got == expected)
        return;
    char reason[4096] = "";
    char what[8192];
    pyferry_last_error(reason, sizeof reason);
    snprintf(what, sizeof what, "%s is %s and not %s\nlast error: %s", call, pyferry_status_name(got),
             pyferry_status_name(expected), reason);
    check_failed(file, line, what);
}

/* ---- threads ---- */

static inline pthread_t thread_start(void *(*run)(void *), void *argument)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, run, argument) == 0);
    return thread;
}

static inline void *thread_join(pthread_t thread)
{
    void *result;
    CHECK(pthread_join(thread, &result) == 0);
    return result;
}

/* Runs the function on a new thread and waits for it. */
static inline void *on_new_thread(void *(*run)(void *), void *argument)
{
    return thread_join(thread_start(run, argument));
}

/* Once set, lets through everybody who waits or will wait. For meeting points and counts: pthread_barrier_t and sem_t. */
struct event {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool set;
};
#define EVENT_INIT { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false }

static inline void event_set(struct event *event)
{
    pthread_mutex_lock(&event->mutex);
    event->set = true;
    pthread_cond_broadcast(&event->changed);
    pthread_mutex_unlock(&event->mutex);
}

static inline void event_wait(struct event *event)
{
    pthread_mutex_lock(&event->mutex);
    while (!event->set)
        pthread_cond_wait(&event->changed, &event->mutex);
    pthread_mutex_unlock(&event->mutex);
}

static inline bool event_is_set(struct event *event)
{
    pthread_mutex_lock(&event->mutex);
    bool set = event->set;
    pthread_mutex_unlock(&event->mutex);
    return set;
}

/* ---- time ---- */

static inline double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static inline void sleep_ms(long ms)
{
    struct timespec rest = { ms / 1000, ms % 1000 * 1000000L };
    while (nanosleep(&rest, &rest) != 0)
        continue;
}

/* What a promised time is to be multiplied with where everything is slow, as under valgrind. */
static inline double slowdown(void)
{
    const char *factor = getenv("PYFERRY_TEST_SLOWDOWN");
    return factor == NULL ? 1 : atof(factor);
}

/* Whether a number that other threads count up gets to be that soon. */
static inline bool becomes(const int *number, int value)
{
    for (int tries = 0; tries < 1000 * slowdown() && __atomic_load_n(number, __ATOMIC_SEQ_CST) != value; tries++)
        sleep_ms(10);
    return __atomic_load_n(number, __ATOMIC_SEQ_CST) == value;
}

/* ---- memory and length ---- */

#ifdef __linux__
/* Whether the process has a thread of that name. */
static inline bool has_thread(const char *name)
{
    bool found = false;
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    for (struct dirent *task; !found && (task = readdir(tasks)) != NULL;) {
        char path[512], text[64] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL)
            continue;
        found = fgets(text, sizeof text, file) != NULL;
        text[strcspn(text, "\n")] = '\0';
        found = found && strcmp(text, name) == 0;
        fclose(file);
    }
    closedir(tasks);
    return found;
}

/* How many threads the process has. */
static inline int count_threads(void)
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    for (struct dirent *task; (task = readdir(tasks)) != NULL;)
        count += task->d_name[0] != '.';
    closedir(tasks);
    return count;
}

/* Whether the thread sleeps in the kernel: waits for a lock, say. */
static inline bool is_asleep(unsigned long thread_id)
{
    char path[64], state = '\0';
    snprintf(path, sizeof path, "/proc/self/task/%lu/stat", thread_id);
    FILE *file = fopen(path, "r");
    CHECK(file != NULL);
    CHECK(fscanf(file, "%*d (%*[^)]) %c", &state) == 1);
    fclose(file);
    return state == 'S';
}

/* What the process occupies, in bytes. */
static inline long resident_memory(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long all = 0, resident = 0;
    CHECK(file != NULL && fscanf(file, "%ld %ld", &all, &resident) == 2);
    fclose(file);
    return resident * sysconf(_SC_PAGESIZE);
}
#elif defined(_WIN32)
/* Whether the process has a thread of that name. */
static inline bool has_thread(const char *name)
{
    HRESULT(WINAPI *get)(HANDLE, PWSTR *) = NULL;
    *(FARPROC *)&get = GetProcAddress(GetModuleHandleA("kernelbase.dll"), "GetThreadDescription");
    HANDLE threads = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    CHECK(get != NULL && threads != INVALID_HANDLE_VALUE);
    THREADENTRY32 entry = { .dwSize = sizeof entry };
    bool found = false;
    for (BOOL more = Thread32First(threads, &entry); !found && more; more = Thread32Next(threads, &entry)) {
        if (entry.th32OwnerProcessID != GetCurrentProcessId())
            continue;
        HANDLE thread = OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, entry.th32ThreadID);
        PWSTR text = NULL;
        if (thread != NULL && get(thread, &text) >= 0) {
            found = wcscmp(text, pyferry_test_wide(name)) == 0;
            LocalFree(text);
        }
        if (thread != NULL)
            CloseHandle(thread);
    }
    CloseHandle(threads);
    return found;
}

/* Not asked there. */
static inline bool is_asleep(unsigned long thread_id)
{
    return thread_id != 0;
}

static inline long resident_memory(void)
{
    PROCESS_MEMORY_COUNTERS memory;
    CHECK(GetProcessMemoryInfo(GetCurrentProcess(), &memory, sizeof memory));
    return (long)memory.WorkingSetSize;
}
#endif

/* A file with that text and no other. */
static inline void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static inline void copy_file(const char *from, const char *to)
{
    static char block[1 << 16];
    FILE *source = fopen(from, "rb"), *target = fopen(to, "wb");
    CHECK(source != NULL && target != NULL);
    for (size_t length; (length = fread(block, 1, sizeof block, source)) > 0;)
        CHECK(fwrite(block, 1, length, target) == length);
    CHECK(fclose(source) == 0 && fclose(target) == 0);
}

/* How often a thing is done that takes long: on Pythons between the oldest and the newest about an eighth of that will do. */
static inline bool in_short(void)
{
    return getenv("PYFERRY_TEST_IN_SHORT") != NULL;
}

static inline int often(int times)
{
    return in_short() ? times / 8 + 1 : times;
}

/* Of many that are alike, those Pythons have every other one: 3.11 those that 3.10 has not. */
static inline bool left_out(int which)
{
    const char *library = getenv("PYFERRY_TEST_LIBPYTHON"), *minor = library == NULL ? NULL : strstr(library, "libpython3.");
    return in_short() && (which + (minor == NULL ? 0 : atoi(minor + strlen("libpython3.")))) % 2 != 0;
}

/* Whether there is time for the whole of what is shortened in an ordinary run. */
static inline bool has_time(void)
{
    return getenv("PYFERRY_TEST_SECONDS") != NULL;
}

/* Set by a program that has site code of its own. */
static bool has_site_code;

/* Before Py_InitializeEx: no interpreter imports `site`, which is a third of the work of making one, and a multiple of that
   where packages have put lines of theirs beside it. With it are those that call pyferry_runtime_start, and not start_runtime. */
static inline void leave_out_site(void)
{
    int *no_site = (int *)dlsym(RTLD_DEFAULT, "Py_NoSiteFlag");
    CHECK(no_site != NULL);
    *no_site = !has_site_code;
}

/* ---- an interrupted harness (Ctrl-C) leaves no program behind that hangs ---- */

#ifdef __linux__
__attribute__((constructor)) static void die_with_harness(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}
#endif

#endif
