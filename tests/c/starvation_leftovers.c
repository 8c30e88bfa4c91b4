/* harness: timeout=120 */
/* harness: until=3.12 */
/* A new thread that comes into an interpreter deletes what an ended one has left there, and gets in all the same while another
   interpreter's loop has the GIL that they share. */
#include "py.h"

enum { VISITORS = 40 };

static pyferry_view *main_interpreter, *other;
static struct event runs = EVENT_INIT;

static void *run_loop(void *over)
{
    pyferry_token token = attach(other);
    event_set(&runs);
    CHECK_STATUS(pyferry_exec("import time\n"
                              "end = time.monotonic() + 60\n"
                              "while time.monotonic() < end: pass",
                              NULL),
                 PYFERRY_STATUS_PYTHON_ERROR);
    CHECK_SAYS("KeyboardInterrupt");
    __atomic_store_n((bool *)over, true, __ATOMIC_SEQ_CST);
    detach(token);
    return NULL;
}

static PyMemAllocatorEx usual;
static __thread bool takes_long;

/* Long enough for others to take the GIL, where whoever frees has let go of it. */
static void slow_free(void *unused, void *memory)
{
    (void)unused;
    if (takes_long)
        usleep(1000);
    usual.free(usual.ctx, memory);
}

static void *come_in(void *unused)
{
    takes_long = true;
    detach(attach(main_interpreter));
    takes_long = false;
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    other = new_interpreter_with_shared_gil();
    PyMem_GetAllocator(PYMEM_DOMAIN_RAW, &usual);
    PyMemAllocatorEx slow = usual;
    slow.free = slow_free;
    PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &slow);
    bool over = false;
    pthread_t loop = thread_start(run_loop, &over);
    event_wait(&runs);
    for (int i = 0; i < VISITORS; i++)
        on_new_thread(come_in, NULL);
    CHECK(!__atomic_load_n(&over, __ATOMIC_SEQ_CST));
    while (!__atomic_load_n(&over, __ATOMIC_SEQ_CST)) { /* it may not be in its loop yet */
        CHECK_OK(pyferry_interpreter_interrupt(other));
        sleep_ms(1);
    }
    thread_join(loop);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(other);
    return 0;
}
