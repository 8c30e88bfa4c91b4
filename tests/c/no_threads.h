/* The system has no more threads, for the threads that say so: pthread_create as this program's libraries see it. */
#ifndef NO_THREADS_H
#define NO_THREADS_H

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

/* How many creations are to fail on this thread. */
static __thread int failures;

enum { ALL = 1 << 30 };

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    if (failures > 0) {
        failures--;
        return EAGAIN;
    }
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    *(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
    return create(thread, attributes, run, argument);
}

#endif
