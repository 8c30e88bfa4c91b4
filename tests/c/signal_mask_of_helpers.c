/* harness: mode=runtime */
/* harness: not-on=windows it sends signals to threads, and Windows has none that take a thread */
/* Python code on threads of the library's own, destructors of what an ended thread left and functions of
   threading._register_atexit in an interpreter that ends, starts processes that take the signals the host's threads take. */
#include "use.h"

static const char LOOKING[] =
    "import os, signal, subprocess, sys, threading\n"
    "def look(when):\n"
    "    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])\n"
    "    with open('seen', 'a') as file:\n"
    "        file.write('%s %s\\n' % (when, sorted(map(int, mask))))\n"
    "class Value:\n"
    "    def __del__(self, look=look): look('destructor')\n"
    "mine = threading.local()\n";

static struct event ready = EVENT_INIT, go = EVENT_INIT;
static pyferry_view *sub;

static void *live(void *unused)
{
    run_in(sub, "mine.value = Value()");
    event_set(&ready);
    event_wait(&go);
    return unused;
}

static int lines(const char *text)
{
    char line[256], expected[64];
    int count = 0;
    FILE *seen = fopen("seen", "r");
    if (seen == NULL)
        return 0;
    snprintf(expected, sizeof expected, "%s [%d]\n", text, SIGUSR2);
    while (fgets(line, sizeof line, seen) != NULL) {
        if (strncmp(line, text, strlen(text)) != 0)
            continue;
        if (strcmp(line, expected) != 0)
            fprintf(stderr, "%s", line);
        CHECK(strcmp(line, expected) == 0);
        count++;
    }
    fclose(seen);
    return count;
}

int main(void)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    CHECK(pthread_sigmask(SIG_SETMASK, &mask, NULL) == 0);
    remove("seen");
    start_runtime();
    sub = new_interpreter_with_shared_gil();
    run_in(sub, LOOKING);
    ready = go = (struct event)EVENT_INIT;
    pthread_t worker = thread_start(live, NULL);
    event_wait(&ready);
    /* The worker's end finds the GIL taken. */
    pyferry_token token = attach(sub);
    event_set(&go);
    thread_join(worker);
    detach(token);
    while (lines("destructor") == 0)
        usleep(1000);
    run_in(sub, "if hasattr(threading, '_register_atexit'): threading._register_atexit(look, 'told')\n"
                "threading.Thread(target=threading.Event().wait, args=(0.1,), daemon=False).start()\n"
                "if not hasattr(threading, '_register_atexit'): look('told')\n");
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    CHECK(lines("told") == 1);
    pyferry_view_free(sub);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
