/* harness: mode=runtime */
/* harness: not-on=windows it sends signals to threads, and Windows has none that take a thread */
/* harness: also=default PYFERRY_TEST_DEFAULT=1 */
/* harness: not-under=arm64 the emulator has signals of its own, which nobody blocks */
/* Signals stay the host's: no handler and no mask changes, and no thread of pyferry's takes one. */
#include "use.h"

#include <dirent.h>

/* What the C library adds to the flags of whatever it sets: it is no part of what anybody asked for. */
#define SA_ADDED 0x04000000

static struct sigaction before[NSIG];
static sigset_t mask_before;

static void look(struct sigaction *actions, sigset_t *mask)
{
    for (int number = 1; number < NSIG; number++)
        sigaction(number, NULL, &actions[number]);
    pthread_sigmask(SIG_SETMASK, NULL, mask);
}

static void check_unchanged(void)
{
    static struct sigaction now[NSIG];
    sigset_t mask;
    look(now, &mask);
    for (int number = 1; number < NSIG; number++) {
        if (now[number].sa_handler != before[number].sa_handler || (now[number].sa_flags ^ before[number].sa_flags) & ~SA_ADDED)
            fprintf(stderr, "signal %d has another handler\n", number);
        CHECK(now[number].sa_handler == before[number].sa_handler);
        CHECK(((now[number].sa_flags ^ before[number].sa_flags) & ~SA_ADDED) == 0);
        CHECK(sigismember(&mask, number) == sigismember(&mask_before, number));
    }
}

/* Every thread of the process but this one blocks everything that can be blocked. */
static void check_other_threads_deaf(void)
{
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    for (struct dirent *entry; (entry = readdir(tasks)) != NULL;) {
        char path[300], line[256];
        unsigned long long blocked = 0;
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == getpid())
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%s/status", entry->d_name);
        FILE *status = fopen(path, "r");
        if (status == NULL)
            continue;
        while (fgets(line, sizeof line, status) != NULL)
            sscanf(line, "SigBlk: %llx", &blocked);
        fclose(status);
        for (int number = 1; number < 32; number++)
            CHECK(number == SIGKILL || number == SIGSTOP || (blocked >> (number - 1) & 1));
    }
    closedir(tasks);
}

static void ignore(int number)
{
    (void)number;
}

int main(void)
{
    /* One handler of the host's own on what Python likes to take. */
    if (getenv("PYFERRY_TEST_DEFAULT") == NULL)
        signal(SIGINT, ignore);
    look(before, &mask_before);
    CHECK_OK(pyferry_runtime_start(NULL));
    check_unchanged();
    check_other_threads_deaf();
    pyferry_view *main = main_view();
    run_in(main, "import threading, signal, subprocess");
    check_unchanged();
    pyferry_view *sub = new_interpreter();
    check_works(sub);
    CHECK_OK(pyferry_interpreter_interrupt(sub));
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    check_unchanged();
    CHECK_OK(pyferry_runtime_stop(-1));
    check_unchanged();
    pyferry_view_free(main);
    pyferry_view_free(sub);
    return 0;
}
