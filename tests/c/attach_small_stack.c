/* harness: not-under=sanitizers the library is not optimised there, and takes more of a stack */
/* harness: not-on=windows its threads have no less than 64 KiB */
/* harness: not-under=arm64 its threads have no less than 128 KiB */
/* A thread whose stack is too small for CPython, which ends the process then (from 3.14 on), is told so, and may go on; one with a stack
   that is small and will do gets in. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;
static pyferry_queue *queue;

static void *come_in(void *unused)
{
    check_works(main_interpreter);
    check_works(sub);
    return unused;
}

static int ran;

static void job(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK_OK(status);
    ran++;
}

static void function(void *unused)
{
    (void)unused;
    CHECK(false);
}

static void *is_told(void *least)
{
    pyferry_token token;
    pyferry_view *view;
    for (int i = 0; i < 2; i++) {
        CHECK_REFUSED(pyferry_attach(main_interpreter, &token), PYFERRY_STATUS_NO_MEMORY, "has a stack of ");
        CHECK_REFUSED(pyferry_attach(sub, &token), PYFERRY_STATUS_NO_MEMORY, (const char *)least);
        CHECK_REFUSED(pyferry_interpreter_new(NULL, &view), PYFERRY_STATUS_NO_MEMORY, "make the thread with more");
    }
    /* The jobs stay where they are. */
    size_t count = 77;
    CHECK_OK(pyferry_queue_post(queue, job, NULL));
    CHECK_REFUSED(pyferry_queue_run(queue, SIZE_MAX, -1, &count), PYFERRY_STATUS_NO_MEMORY, "has a stack of ");
    CHECK(count == 77 && ran == 0);
    CHECK_REFUSED(pyferry_call(main_interpreter, function, NULL), PYFERRY_STATUS_NO_MEMORY, "has a stack of ");
    PyObject *object = (PyObject *)&ran; /* not looked at before the thread is in */
    CHECK_REFUSED(pyferry_asyncio_await(sub, object, object, 0, NULL), PYFERRY_STATUS_NO_MEMORY, "has a stack of ");
    CHECK(!pyferry_is_attached(NULL));
    CHECK_OK(pyferry_thread_forget());
    return NULL;
}

static void on_a_stack_of(size_t size, void *(*run)(void *), char *argument)
{
    pthread_attr_t attributes;
    pthread_t thread;
    CHECK(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, size) == 0);
    CHECK(pthread_create(&thread, &attributes, run, argument) == 0);
    CHECK(pthread_attr_destroy(&attributes) == 0);
    thread_join(thread);
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    CHECK_OK(pyferry_queue_new(main_interpreter, NULL, &queue));
    if (python_minor() >= 14)
        on_a_stack_of(32 * 1024, is_told, python_is_debug() ? "fewer than 98304" : "fewer than 49152");
    if (python_minor() >= 14 && python_is_debug())
        on_a_stack_of(80 * 1024, is_told, "fewer than 98304");
    on_a_stack_of(256 * 1024, come_in, NULL);
    size_t posted = pyferry_queue_length(queue), count = 77;
    CHECK_OK(pyferry_queue_run(queue, SIZE_MAX, -1, &count));
    CHECK(count == posted && ran == (int)posted);
    pyferry_queue_free(queue);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
