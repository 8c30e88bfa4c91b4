/* harness: timeout=120 */
/* harness: args=1 */
/* Eight threads do anything in any order in three interpreters while these are ended and Python is finalised, for each seed. */
#include "py.h"

enum { THREADS = 8, LIVES = 4 };

static pyferry_view *views[3];
static pthread_barrier_t begin, warm, over;

static unsigned next(unsigned *random)
{
    *random = *random * 1103515245u + 12345u;
    return *random >> 16;
}

/* The thread is attached. */
static void do_anything(unsigned *random, int depth);

static void nest(unsigned *random, int depth)
{
    pyferry_token token;
    pyferry_status status = pyferry_attach_labeled(views[next(random) % 3], "nested", &token);
    if (status == PYFERRY_STATUS_CLOSED)
        return;
    CHECK_STATUS(status, PYFERRY_STATUS_OK);
    do_anything(random, depth + 1);
    detach(token);
}

static void do_anything(unsigned *random, int depth)
{
    PyThreadState *state = PyThreadState_Get();
    if (depth > 3)
        return;
    switch (next(random) % 10) {
    case 0:
        run("class Thing: pass\nthings = [Thing() for i in range(50)]");
        break;
    case 1:
        run("import time; time.sleep(0.0001)");
        break;
    case 2:
        CHECK_STATUS(pyferry_exec("1 / 0", NULL), PYFERRY_STATUS_PYTHON_ERROR);
        break;
    case 3: {
        pyferry_suspension out = suspend();
        if (next(random) % 2)
            sched_yield();
        resume(out);
        break;
    }
    case 4: {
        if (!states_are_kept()) /* up to 3.11 CPython deadlocks */
            break;
        PyGILState_STATE ensured = PyGILState_Ensure();
        CHECK(PyThreadState_Get() == state);
        run("import threading\n"
            "mine = globals().setdefault('mine', threading.local())\n"
            "mine.count = getattr(mine, 'count', 0) + 1");
        PyGILState_Release(ensured);
        break;
    }
    case 5:
        Py_BEGIN_ALLOW_THREADS
        nest(random, depth);
        Py_END_ALLOW_THREADS
        break;
    case 6: {
        pyferry_suspension out = suspend();
        nest(random, depth);
        resume(out);
        break;
    }
    case 7: {
        pyferry_guard *guard;
        pyferry_view *here = current_view();
        if (pyferry_guard_open(here, &guard) == PYFERRY_STATUS_OK) {
            pyferry_token token;
            CHECK_OK(pyferry_attach_guarded(guard, &token));
            detach(token);
            pyferry_guard_close(guard);
        }
        pyferry_view_free(here);
        break;
    }
    case 8:
        CHECK_OK(pyferry_thread_forget());
        break;
    default:
        nest(random, depth);
        nest(random, depth);
    }
    CHECK(PyThreadState_Get() == state);
}

static void visit_until_closed(unsigned *random)
{
    unsigned closed = 0;
    for (int visits = 0; closed != 7; visits++) {
        unsigned place = next(random) % 3;
        pyferry_token token;
        pyferry_status status = pyferry_attach_labeled(views[place], "storm", &token);
        if (status == PYFERRY_STATUS_OK) {
            CHECK((closed & 1u << place) == 0);
            do_anything(random, 0);
            detach(token);
        } else {
            CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
            closed |= 1u << place;
        }
        CHECK(!pyferry_is_attached(NULL));
        if (next(random) % 50 == 0)
            CHECK_OK(pyferry_thread_forget());
        if (visits == 10)
            pthread_barrier_wait(&warm);
    }
}

/* Half of the threads live through all lives of Python, the others end with each. */
static void *storm(void *seed)
{
    unsigned random = (unsigned)(uintptr_t)seed;
    int lives = random % 2 ? LIVES : 1;
    for (int life = 0; life < lives; life++) {
        if (lives > 1)
            pthread_barrier_wait(&begin);
        visit_until_closed(&random);
        if (lives > 1)
            pthread_barrier_wait(&over);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    for (int argument = 1; argument < argc; argument++) {
        unsigned random = (unsigned)atoi(argv[argument]);
        pthread_t stayers[THREADS / 2], comers[THREADS / 2];
        pthread_barrier_init(&begin, NULL, THREADS / 2 + 1);
        pthread_barrier_init(&over, NULL, THREADS / 2 + 1);
        pthread_barrier_init(&warm, NULL, THREADS + 1);
        for (int i = 0; i < THREADS / 2; i++)
            stayers[i] = thread_start(storm, (void *)(uintptr_t)(next(&random) * 2 + 1));
        for (int life = 0; life < LIVES; life++) {
            PyThreadState *state = start_python(&views[0]);
            views[1] = new_interpreter();
            views[2] = new_interpreter();
            for (int i = 0; i < THREADS / 2; i++)
                comers[i] = thread_start(storm, (void *)(uintptr_t)(next(&random) * 2));
            pthread_barrier_wait(&begin);
            pthread_barrier_wait(&warm);
            sleep_ms(next(&random) % 40);
            if (life % 2)
                CHECK_OK(pyferry_interpreter_end(views[1], -1));
            sleep_ms(next(&random) % 10);
            finish_python(state);
            pthread_barrier_wait(&over);
            for (int i = 0; i < THREADS / 2; i++)
                thread_join(comers[i]);
            for (int i = 0; i < 3; i++)
                pyferry_view_free(views[i]);
        }
        for (int i = 0; i < THREADS / 2; i++)
            thread_join(stayers[i]);
    }
    return 0;
}
