/* harness: timeout=60 */
/* A reference can be given up by any thread, at any time: attached, it is dropped at once, else soon, without a wait, also while
   another thread holds the interpreter; what there is when the interpreter ends is dropped by then, and what comes later is
   counted. */
#include "py.h"

enum { OBJECTS = 50, THREADS = 4 };

static int destroyed;
static pthread_t destroyer;

static void destroy(PyObject *capsule)
{
    (void)capsule;
    destroyer = pthread_self();
    run("x = 1");
    __atomic_add_fetch(&destroyed, 1, __ATOMIC_SEQ_CST);
}

static PyObject *new_object(void)
{
    PyObject *object = PyCapsule_New(&destroyed, NULL, destroy);
    CHECK(object != NULL);
    return object;
}

struct given {
    pyferry_view *view;
    PyObject *objects[OBJECTS];
};

static void make(struct given *given, pyferry_view *view)
{
    given->view = view;
    destroyed = 0;
    pyferry_token token = attach(view);
    for (int i = 0; i < OBJECTS; i++)
        given->objects[i] = new_object();
    detach(token);
}

static void *give_all(void *argument)
{
    struct given *given = argument;
    for (int i = 0; i < OBJECTS; i++)
        CHECK_OK(pyferry_release_later(given->view, given->objects[i]));
    return NULL;
}

static void by_threads(pyferry_view *view, pyferry_view *elsewhere)
{
    static struct given given[THREADS];
    make(&given[0], view);
    give_all(&given[0]);
    CHECK(get_destroyed(&destroyed, view, OBJECTS));
    for (int round = 0; round < 3; round++) {
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++)
            make(&given[i], view);
        /* While this thread lets nobody in: with a GIL nothing is dropped, and nobody waits. */
        pyferry_token token = attach(view);
        for (int i = 0; i < THREADS; i++)
            threads[i] = thread_start(give_all, &given[i]);
        for (int i = 0; i < THREADS; i++)
            thread_join(threads[i]);
        detach(token);
        CHECK(get_destroyed(&destroyed, view, THREADS * OBJECTS));
    }
    /* Attached: at once, here. */
    make(&given[0], view);
    pyferry_token token = attach(view);
    PyErr_SetString(PyExc_ValueError, "the caller's");
    give_all(&given[0]);
    CHECK(destroyed == OBJECTS && pthread_equal(destroyer, pthread_self()));
    CHECK(PyErr_ExceptionMatches(PyExc_ValueError));
    PyErr_Clear();
    detach(token);
    /* Attached to another interpreter. */
    make(&given[0], view);
    token = attach(elsewhere);
    give_all(&given[0]);
    detach(token);
    CHECK(get_destroyed(&destroyed, view, OBJECTS));
    CHECK_REFUSED(pyferry_release_later(NULL, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`view` is NULL");
    CHECK_REFUSED(pyferry_release_later(view, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`py_object` is NULL");
}

struct late {
    struct given given;
    struct guest *guest;
    long given_in, refused;
};

/* Gives from before the end until after it. */
static void *give_through_the_end(void *argument)
{
    struct late *late = argument;
    for (int i = 0; i < OBJECTS; i++) {
        if (i == OBJECTS / 2)
            event_set(&late->guest->leave);
        pyferry_status status = pyferry_release_later(late->given.view, late->given.objects[i]);
        if (status == PYFERRY_STATUS_OK) {
            late->given_in++;
        } else {
            CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
            late->refused++;
        }
        usleep(50);
    }
    return NULL;
}

static void through_the_end(pyferry_view *view, PyThreadState *state)
{
    static struct late late;
    struct guest guest = GUEST(view);
    late = (struct late){ .guest = &guest };
    uint64_t before = pyferry_left_behind();
    make(&late.given, view);
    guest_comes(&guest);
    pthread_t thread = thread_start(give_through_the_end, &late);
    if (state == NULL)
        CHECK_OK(pyferry_interpreter_end(view, -1));
    else
        finish_python(state);
    thread_join(thread);
    thread_join(guest.thread);
    CHECK(late.given_in + late.refused == OBJECTS);
    /* Every one that was taken is dropped by now. */
    CHECK(destroyed == late.given_in && pyferry_left_behind() == before + (uint64_t)late.refused);
    CHECK_REFUSED(pyferry_release_later(view, &late), PYFERRY_STATUS_CLOSED, "has ended");
    CHECK(pyferry_left_behind() == before + (uint64_t)late.refused + 1);
}

int main(void)
{
    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    pyferry_view *sub = new_interpreter();
    by_threads(view, sub);
    by_threads(sub, view);
    for (int i = 0; i < often(8); i++) {
        pyferry_view *ended = new_interpreter();
        through_the_end(ended, NULL);
        pyferry_view_free(ended);
    }
    through_the_end(view, state);
    pyferry_view_free(view);
    pyferry_view_free(sub);
    return 0;
}
