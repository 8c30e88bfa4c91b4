/* harness: mode=runtime */
/* An interrupt stops a script that runs away, in the interpreter it names and in no other, and nothing of it stays behind. */
#include "use.h"

struct runner {
    pyferry_view *view;
    bool at_end;
    pthread_t thread;
};

/* Signalled by its own Python code: a byte in a pipe. */
static int begun[2];

static void *run_away(void *argument)
{
    struct runner *runner = argument;
    pyferry_token token = attach(runner->view);
    char source[200];
    snprintf(source, sizeof source, "import os\nos.write(%d, b'x')\nwhile True: pass", begun[1]);
    CHECK_REFUSED(pyferry_exec(source, "runaway.py"), PYFERRY_STATUS_PYTHON_ERROR, "KeyboardInterrupt");
    CHECK_SAYS("runaway.py");
    /* It is over: the thread goes on, here and at its next attach. */
    run("for i in range(1000): pass");
    detach(token);
    pyferry_status status = pyferry_attach(runner->view, &token);
    if (status == PYFERRY_STATUS_OK) {
        run("for i in range(1000): pass");
        detach(token);
    } else {
        CHECK_STATUS(status, runner->at_end ? PYFERRY_STATUS_CLOSED : PYFERRY_STATUS_OK);
    }
    return NULL;
}

static void wait_for_begin(void)
{
    char byte;
    CHECK(read(begun[0], &byte, 1) == 1);
}

static void *other_work(void *argument)
{
    struct runner *runner = argument;
    pyferry_token token = attach(runner->view);
    char source[300];
    snprintf(source, sizeof source,
             "import os, time\nos.write(%d, b'x')\nwhile not os.path.exists('go_home'): time.sleep(0.001)", begun[1]);
    CHECK_OK(pyferry_exec(source, "innocent.py"));
    detach(token);
    return NULL;
}

int main(void)
{
    CHECK(pipe(begun) == 0);
    start_runtime();
    struct runner innocent = { .view = main_view() }, runaways[3] = { { .view = new_interpreter() } };
    struct runner neighbour = { .view = new_interpreter() };
    innocent.thread = thread_start(other_work, &innocent);
    neighbour.thread = thread_start(other_work, &neighbour);
    wait_for_begin();
    wait_for_begin();

    /* Nobody inside: nothing happens, and nothing lies in wait. */
    CHECK_OK(pyferry_interpreter_interrupt(runaways[0].view));
    run_in(runaways[0].view, "for i in range(1000): pass");

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 3; i++) {
            runaways[i].view = runaways[0].view;
            runaways[i].thread = thread_start(run_away, &runaways[i]);
        }
        for (int i = 0; i < 3; i++)
            wait_for_begin();
        CHECK_OK(pyferry_interpreter_interrupt(runaways[0].view));
        for (int i = 0; i < 3; i++)
            thread_join(runaways[i].thread);
    }

    /* Also when the interpreter is shutting down and waits for just that thread. */
    runaways[0].at_end = true;
    runaways[0].thread = thread_start(run_away, &runaways[0]);
    wait_for_begin();
    CHECK_STATUS(pyferry_interpreter_end(runaways[0].view, 0), PYFERRY_STATUS_TIMEOUT);
    CHECK_OK(pyferry_interpreter_interrupt(runaways[0].view));
    thread_join(runaways[0].thread);
    CHECK_OK(pyferry_interpreter_end(runaways[0].view, -1));
    CHECK_REFUSED(pyferry_interpreter_interrupt(runaways[0].view), PYFERRY_STATUS_CLOSED, "ended");
    fclose(fopen("go_home", "w"));
    thread_join(innocent.thread);
    thread_join(neighbour.thread);
    CHECK_OK(pyferry_runtime_stop(-1));
    pyferry_view_free(runaways[0].view);
    pyferry_view_free(neighbour.view);
    pyferry_view_free(innocent.view);
    return 0;
}
