/* A thread that has let go and waits to come back, and how it is seen. */
#ifndef PYFERRY_TEST_WAITER_H
#define PYFERRY_TEST_WAITER_H

#include "use.h"

struct waiter {
    const pyferry_view *view;
    const char *label;
    struct event out, may_come_back;
};
#define WAITER(view, label) { view, label, EVENT_INIT, EVENT_INIT }

/* Is shown as one who waits when it has noted the wait, and not before, as one who comes in at first may be. */
static inline void *come_back(void *argument)
{
    struct waiter *waiter = (struct waiter *)argument;
    pthread_setname_np(pthread_self(), "waiter");
    pyferry_token token;
    CHECK_OK(pyferry_attach_labeled(waiter->view, waiter->label, &token));
    pyferry_suspension suspension = suspend();
    event_set(&waiter->out);
    event_wait(&waiter->may_come_back);
    resume(suspension);
    detach(token);
    return argument;
}

/* The number of a thread that waits, with that label; 0: none does. */
static inline unsigned long who_waits(const char *label)
{
    pyferry_thread_info infos[16] = { PYFERRY_THREAD_INFO_INIT };
    size_t count = pyferry_threads(infos, 16);
    for (size_t i = 0; i < count && i < 16; i++)
        if (infos[i].state == PYFERRY_THREAD_WAITING && infos[i].label != NULL && strcmp(infos[i].label, label) == 0)
            return (unsigned long)infos[i].thread_id;
    return 0;
}

#endif
