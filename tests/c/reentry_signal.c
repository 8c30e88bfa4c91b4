/* Signal handlers of C that interrupt pyferry's calls anywhere, and ask for a status name, change nothing; those of Python run inside
   pyferry_exec on the main thread, and use pyferry there. */
/* harness: not-on=windows it sends signals to threads, and Windows has none that take a thread */
#include "reentry.h"

#include <sys/time.h>

static volatile sig_atomic_t asked;

static void ask(int unused)
{
    (void)unused;
    if (pyferry_status_name(PYFERRY_STATUS_CLOSED)[0] == 'P' && pyferry_version_number() > 0)
        asked++;
}

static void every_200_us(bool on)
{
    struct itimerval timer = { { 0, on ? 200 : 0 }, { 0, on ? 200 : 0 } };
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static void *come_and_go(void *unused)
{
    for (int i = 0; i < 20; i++) {
        run_in(i % 2 ? main_interpreter : neighbour, "for i in range(1000): pass");
        check_works(neighbour);
        CHECK_OK(pyferry_thread_forget());
    }
    return unused;
}

int main(void)
{
    struct sigaction action = { .sa_handler = ask };
    CHECK(sigaction(SIGALRM, &action, NULL) == 0); /* no SA_RESTART: calls of the system end early */
    every_200_us(true);
    PyThreadState *state = start_reentry();
    come_and_go(NULL);
    on_new_thread(come_and_go, NULL);
    for (int i = 0; i < 3; i++) {
        pyferry_view *made = new_interpreter();
        run_in(made, "import threading");
        CHECK_OK(pyferry_interpreter_end(made, -1));
        pyferry_view_free(made);
    }
    every_200_us(false);
    CHECK(asked > 0);

    /* Python's own handler, in the middle of pyferry_exec, nested and not. */
    outermost = attach(main_interpreter);
    run("import signal, reentry\nsignal.signal(signal.SIGUSR1, reentry.act)\nsignal.raise_signal(signal.SIGUSR1)\n"
        "for i in range(1000): pass");
    CHECK(acts == 1);
    pyferry_token away = attach(neighbour), back = attach(main_interpreter);
    run("signal.raise_signal(signal.SIGUSR1)\nfor i in range(1000): pass");
    CHECK(acts == 2);
    detach(back);
    detach(away);
    detach(outermost);
    every_200_us(true);
    gates = CLOSING;
    finish_python(state);
    every_200_us(false);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(neighbour);
    return 0;
}
