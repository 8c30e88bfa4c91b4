/*
 * The shutdown storm. Eight host threads do anything in any order in three interpreters (the places), while one of these or
 * all of Python is shut down at a random moment. Each must have returned within five seconds, told nothing but OK and CLOSED.
 * What the threads do is in storm_thread.h; how it is shut down, and what goes on beside, is the program's own:
 *
 *     storm_seed, then as often as you like: storm_start or places of one's own, storm_begin, storm_moment, the shutdown,
 *     storm_over; and at last storm_end.
 */
#ifndef PYFERRY_TEST_STORM_H
#define PYFERRY_TEST_STORM_H

#include "storm_thread.h"

/* Where all that is random comes from; the last argument. */
static inline void storm_seed(int argc, char **argv)
{
    CHECK(argc > 1);
    host.random = (unsigned)strtoul(argv[argc - 1], NULL, 10);
    self = &host;
    printf("seed: %u\n", host.random);
    fflush(stdout);
    for (int i = 0; i < 4; i++) /* neighbours part */
        host.random = next() << 16 ^ next();
}

/* ---- places ---- */

static inline PyObject *call_back(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    do_anything();
    if (next() % 4 == 0) {
        PyErr_SetString(PyExc_ValueError, "on purpose");
        return NULL;
    }
    Py_RETURN_NONE;
}

/* The view becomes the storm's. */
static inline void storm_place(unsigned place, pyferry_view *view)
{
    static PyMethodDef method = { "call_back", call_back, METH_NOARGS, NULL };
    pyferry_view_free(storm.views[place]);
    storm.views[place] = view;
    pyferry_token token = attach(view);
    define(&method);
    detach(token);
}

static inline void storm_places(pyferry_view *main)
{
    storm_place(0, main);
    for (unsigned i = 1; i < PLACES; i++)
        storm_place(i, new_interpreter());
}

static inline PyThreadState *storm_start(void)
{
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    storm_places(main);
    return state;
}

/* ---- threads ---- */

/* May end attached, or as if it were to come back. */
static inline void *few_visits(void *stormer)
{
    self = stormer;
    for (unsigned i = next() % 4; i > 0; i--)
        go_somewhere();
    pyferry_token token;
    if (next() % 3 == 0 && enter(next() % PLACES, &token) && next() % 2 == 0)
        suspend();
    memset(self->inside, 0, sizeof self->inside);
    return NULL;
}

static inline void *stormer_run(void *stormer)
{
    self = stormer;
    do {
        while (sem_wait(&self->go) != 0)
            continue;
        if (self->quits)
            break;
        self->closed = 0;
        for (bool warm = false; (self->closed & storm.ends) != storm.ends; warm = true) {
            if (storm.short_lived)
                on_new_thread(few_visits, self);
            else
                go_somewhere();
            CHECK(!pyferry_is_attached(NULL));
            if (!warm)
                sem_post(&storm.warm);
        }
        sem_post(&self->done);
    } while (self->stays);
    return NULL;
}

static inline void storm_begin(void)
{
    sem_init(&storm.warm, 0, 0);
    for (int i = 0; i < THREADS; i++) {
        struct stormer *stormer = &stormers[i];
        if (!stormer->stays) { /* not there yet, or ended with the last shutdown */
            long attaches = stormer->attaches;
            *stormer = (struct stormer){ .stays = i % 2 == 0, .attaches = attaches };
            stormer->random = next() << 16 ^ next();
            sem_init(&stormer->go, 0, 0);
            sem_init(&stormer->done, 0, 0);
            stormer->thread = thread_start(stormer_run, stormer);
        }
        sem_post(&stormer->go);
    }
}

/* ---- shutdown ---- */

/* Returns at the moment to shut down: at once, when everybody has been in, or some time after either. */
static inline void storm_moment(void)
{
    bool warm = next() % 4 != 0;
    for (int i = 0; warm && i < THREADS; i++)
        while (sem_wait(&storm.warm) != 0)
            continue;
    if (next() % 4 != 0)
        usleep(next() % 20000);
    storm.asked = seconds();
}

/* The threads return. The caller is attached to nothing, so as not to keep them from it. */
static inline void storm_over(void)
{
    for (int i = 0; i < THREADS; i++) {
        while (sem_wait(&stormers[i].done) != 0)
            continue;
        if (!stormers[i].stays)
            thread_join(stormers[i].thread);
    }
    double took = seconds() - storm.asked;
    if (took > 30 * slowdown())
        fprintf(stderr, "the threads were back after %.1f s\n", took);
    CHECK(took <= 30 * slowdown());
    storm.shutdowns++;
}

/* The threads that stay end, too. The caller is attached to nothing. Returns what main is to return. */
static inline int storm_end(void)
{
    for (int i = 0; i < THREADS; i++) {
        if (stormers[i].stays) {
            stormers[i].quits = true;
            sem_post(&stormers[i].go);
            thread_join(stormers[i].thread);
        }
        storm.attaches += stormers[i].attaches;
    }
    for (int i = 0; i < PLACES; i++)
        pyferry_view_free(storm.views[i]);
    printf("count: attaches %ld\ncount: shutdowns %ld\n", storm.attaches, storm.shutdowns);
    fflush(stdout);
    return 0;
}

#endif
