/* A queue with a worker may be freed as late as in the last destructors of a thread (pthread keys, which are called in rounds), also
   on a thread that has freed another one before. */
#include "py.h"

static pyferry_view *main_interpreter;
static pthread_key_t key;
static int rounds, ran;

static void job(void *data, pyferry_status status)
{
    (void)data;
    CHECK_OK(status);
    ran++;
}

static pyferry_queue *new_queue(void)
{
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    pyferry_queue *queue;
    options.worker = true;
    CHECK_OK(pyferry_queue_new(main_interpreter, &options, &queue));
    CHECK_OK(pyferry_queue_call(queue, job, NULL, -1));
    return queue;
}

static void free_in_the_third_round(void *queue)
{
    if (++rounds == 3)
        pyferry_queue_free(queue);
    else
        CHECK(pthread_setspecific(key, queue) == 0);
}

static void *end(void *unused)
{
    pyferry_queue_free(new_queue());
    CHECK(pthread_setspecific(key, new_queue()) == 0);
    return unused;
}

int main(void)
{
    CHECK(pthread_key_create(&key, free_in_the_third_round) == 0);
    PyThreadState *state = start_python(&main_interpreter);
    thread_join(thread_start(end, NULL));
    CHECK(rounds == 3 && ran == 2);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
