/* harness: since=3.14 */
/* harness: only=gil */
/* A thread that waits, detached, for what goes on in another interpreter, and is given up meanwhile in its own, is told that it is
   attached to nothing: where it waits for a job, and where it drops its states. (Up to 3.13 nobody can be given up in an
   interpreter that is not main.) */
#include "py.h"

static pyferry_view *main_interpreter, *own, *other;
static pyferry_queue *queue;
static struct event ready, held = EVENT_INIT;

static void do_nothing(void *data, pyferry_status status)
{
    (void)data;
    CHECK_STATUS(status, PYFERRY_STATUS_OK);
}

static void *wait_for_a_job(void *unused)
{
    pyferry_token token = attach(own);
    event_set(&ready);
    CHECK_REFUSED(pyferry_queue_call(queue, do_nothing, NULL, -1), PYFERRY_STATUS_CLOSED, "the job was run, but");
    CHECK(!pyferry_is_attached(NULL));
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
    return unused;
}

static void *drop_states(void *unused)
{
    check_works(other);
    pyferry_token token = attach(own);
    event_set(&ready);
    event_wait(&held);
    CHECK_REFUSED(pyferry_thread_forget(), PYFERRY_STATUS_CLOSED, "the states are deleted, but");
    CHECK(!pyferry_is_attached(NULL));
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
    return unused;
}

static pthread_t come(void *(*what)(void *))
{
    own = new_interpreter();
    ready = (struct event)EVENT_INIT;
    pthread_t thread = thread_start(what, NULL);
    event_wait(&ready);
    return thread;
}

static void give_up_in_own(void)
{
    CHECK_OK(pyferry_interpreter_end(own, -1));
    pyferry_view_free(own);
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    hear_reports(give_up, NULL);
    CHECK_OK(pyferry_queue_new(main_interpreter, NULL, &queue));
    pthread_t thread = come(wait_for_a_job);
    while (pyferry_queue_length(queue) == 0)
        sleep_ms(1);
    give_up_in_own();
    size_t ran;
    CHECK_OK(pyferry_queue_run(queue, 1, -1, &ran));
    CHECK(ran == 1);
    thread_join(thread);
    pyferry_queue_free(queue);

    other = new_interpreter();
    struct guest holder = GUEST(other);
    thread = come(drop_states);
    holder.holds_on = true;
    guest_comes(&holder);
    event_set(&held);
    give_up_in_own();
    guest_goes(&holder);
    thread_join(thread);
    CHECK_OK(pyferry_interpreter_end(other, -1));
    pyferry_view_free(other);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
