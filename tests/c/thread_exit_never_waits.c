/* harness: timeout=120 */
/* A thread's end waits for no interpreter: whoever joins it may hold the GIL, as the destructor of a wrapped C++ object does that
   joins its worker; or, free-threaded, be the one that a garbage collection waits for, which stops all others. What the thread
   left in Python goes soon, once, in the right interpreter. */
#include "py.h"

#include "thread_ends.h"

static int destroyed;

static PyObject *destroy(PyObject *unused, PyObject *id)
{
    (void)unused;
    pyferry_view *here = current_view();
    CHECK(pyferry_view_interpreter_id(here) == PyLong_AsLongLong(id));
    pyferry_view_free(here);
    check_ensures(PyThreadState_Get());
    __atomic_add_fetch(&destroyed, 1, __ATOMIC_SEQ_CST);
    Py_RETURN_NONE;
}

static PyMethodDef method = { "destroy", destroy, METH_O, NULL };

static void leave_in_all(void)
{
    for (int i = 0; i < 3; i++) {
        pyferry_token token = attach(views[i]);
        run("mine.value = Value()");
        detach(token);
    }
}

static struct event ready = EVENT_INIT, go = EVENT_INIT;
static void (*where)(void);

static void stay_outside(void)
{
}

/* Attached, and has let go by CPython's means, twice. */
static void stay_let_go(void)
{
    attach(views[0]);
    PyEval_SaveThread();
    attach(views[1]);
    PyEval_SaveThread();
}

static void stay_suspended(void)
{
    attach(views[1]);
    suspend();
}

static void *live(void *unused)
{
    leave_in_all();
    where();
    event_set(&ready);
    event_wait(&go);
    return unused;
}

static pthread_t worker_inside(void (*stay)(void))
{
    ready = go = (struct event)EVENT_INIT;
    where = stay;
    destroyed = 0;
    pthread_t worker = thread_start(live, NULL);
    event_wait(&ready);
    return worker;
}

static void joined_by_who_holds_it(void (*stay)(void), int expected)
{
    pthread_t worker = worker_inside(stay);
    pyferry_token token = attach(views[0]);
    event_set(&go);
    /* With the GIL, in a C function: if the end waited for it this would be for ever. */
    thread_join(worker);
    detach(token);
    CHECK(becomes(&destroyed, expected));
}

static struct event held = EVENT_INIT, joined = EVENT_INIT;

/* A C function that keeps the GIL for long: until the worker is joined, which it must be while this is so. */
static void *hold_until_joined(void *unused)
{
    pyferry_token token = attach(views[0]);
    event_set(&held);
    event_wait(&joined);
    detach(token);
    return unused;
}

static void joined_while_another_holds_it(void (*stay)(void), int expected)
{
    pthread_t worker = worker_inside(stay);
    held = joined = (struct event)EVENT_INIT;
    pthread_t holder = thread_start(hold_until_joined, NULL);
    event_wait(&held);
    event_set(&go);
    thread_join(worker);
    event_set(&joined);
    thread_join(holder);
    CHECK(becomes(&destroyed, expected));
}

static int visits;
static bool enough;

static void *come_and_go(void *unused)
{
    while (!__atomic_load_n(&enough, __ATOMIC_SEQ_CST)) {
        detach(attach(views[0]));
        __atomic_add_fetch(&visits, 1, __ATOMIC_SEQ_CST);
    }
    return unused;
}

static void *collect(void *unused)
{
    run_in(views[0], "import gc; gc.collect()");
    return unused;
}

/* Nobody has come in for a while: with the GIL because it is held, without because somebody is stopping the world, and waits for the
   thread that is attached. (Is it too early, then the program shows less, and nothing wrong.) */
static void wait_until_nobody_comes(void)
{
    for (int before = -1, now; (now = __atomic_load_n(&visits, __ATOMIC_SEQ_CST)) != before; before = now)
        sleep_ms(100);
}

static void joined_by_whom_a_collection_waits_for(void (*stay)(void), int expected)
{
    pthread_t worker = worker_inside(stay);
    pyferry_token token = attach(views[0]);
    enough = false;
    pthread_t visitor = thread_start(come_and_go, NULL), collector = thread_start(collect, NULL);
    wait_until_nobody_comes();
    event_set(&go);
    thread_join(worker);
    detach(token);
    __atomic_store_n(&enough, true, __ATOMIC_SEQ_CST);
    thread_join(visitor);
    thread_join(collector);
    CHECK(becomes(&destroyed, expected));
}

static int states_before[3];

static void check_nothing_is_left(void)
{
    for (int i = 0; i < 3; i++)
        CHECK(states_of_become(views[i], states_before[i]));
}

int main(void)
{
    PyThreadState *state = start_python(&views[0]);
    views[1] = new_interpreter_with_shared_gil();
    views[2] = new_interpreter();
    for (int i = 0; i < 3; i++) {
        pyferry_token token = attach(views[i]);
        define(&method);
        char source[400];
        snprintf(source, sizeof source,
                 "import threading\n"
                 "mine = threading.local()\n"
                 "class Value:\n"
                 "    def __del__(self, destroy=destroy): destroy(%lld)",
                 (long long)pyferry_view_interpreter_id(views[i]));
        run(source);
        states_before[i] = count_states();
        detach(token);
    }
    void (*const ways[])(void) = { stay_outside, stay_let_go, stay_suspended };
    for (int round = 0; round < 5; round++)
        for (int i = 0; i < 3; i++) {
            joined_by_who_holds_it(ways[i], 3);
            joined_while_another_holds_it(ways[i], 3);
            if (round == 0)
                joined_by_whom_a_collection_waits_for(ways[i], 3);
            check_nothing_is_left();
        }

    /* Many at once, of which none waits for the other. */
    where = stay_outside;
    for (int round = 0; round < 3; round++) {
        pthread_t threads[20];
        ready = go = (struct event)EVENT_INIT;
        event_set(&go);
        destroyed = 0;
        for (int i = 0; i < 20; i++)
            threads[i] = thread_start(live, NULL);
        for (int i = 0; i < 20; i++)
            thread_join(threads[i]);
        CHECK(becomes(&destroyed, 60));
    }
    check_nothing_is_left();
    finish_python(state);
    for (int i = 0; i < 3; i++)
        pyferry_view_free(views[i]);
    return 0;
}
