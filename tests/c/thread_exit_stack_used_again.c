/* A thread has the stack, and so the address, of one that has ended. Free-threaded CPythons take it for that one when it frees what
   that one made, whatever it came in by; nobody clears the other's state meanwhile. When the thread comes in by pyferry what the
   other left goes. */
/* harness: not-on=windows it gives threads stacks of its own, which Windows lets nobody do */
#include "py.h"

#include <sys/mman.h>

enum { STACK = 512 * 1024 };

static pyferry_view *view;
static void *stack;

/* Nobody else gets this stack. */
static void on_that_stack(void *(*live)(void *))
{
    pthread_attr_t attributes;
    pthread_t thread;
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstack(&attributes, stack, STACK) == 0);
    CHECK(pthread_create(&thread, &attributes, live, NULL) == 0);
    CHECK(pthread_attr_destroy(&attributes) == 0);
    thread_join(thread);
}

static void *make_things(void *unused)
{
    run_in(view, "things.extend([index] for index in range(100000)); mine.value = Value()");
    return unused;
}

/* For longer than pyferry's own thread waits that deletes the states of ended threads. */
static void *drop_things(void *unused)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    run("while things: del things[-20:]");
    PyGILState_Release(ensured);
    return unused;
}

static void *come_and_go(void *unused)
{
    detach(attach(view));
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(stack != MAP_FAILED);
    run_in(view, "import threading, time\n"
                 "things, destroyed = [], []\n"
                 "mine = threading.local()\n"
                 "class Value:\n"
                 "    def __del__(self): destroyed.append(1)\n");
    int states = count_states_of(view);
    for (int round = 0; round < often(8); round++) {
        on_that_stack(make_things);
        on_that_stack(drop_things);
        on_that_stack(come_and_go);
        on_that_stack(come_and_go);
        /* With the GIL pyferry's own thread may be at it at this moment. */
        char source[200];
        snprintf(source, sizeof source,
                 "for _ in range(3000):\n"
                 "    if len(destroyed) == %d: break\n"
                 "    time.sleep(0.01)\n"
                 "else: assert False, destroyed",
                 round + 1);
        run_in(view, source);
    }
    /* That of the last one may be there; the one by which pyferry's own thread deletes another goes soon. */
    for (int tries = 0; tries < 500 && count_states_of(view) > states + 1; tries++)
        sleep_ms(10);
    CHECK(count_states_of(view) <= states + 1);
    on_that_stack(make_things);
    finish_python(state);
    pyferry_view_free(view);
    CHECK(munmap(stack, STACK) == 0);
    return 0;
}
