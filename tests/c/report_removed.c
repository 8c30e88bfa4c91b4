/* harness: mode=runtime */
/* harness: timeout=20 */
/* A report callback is replaced or removed at any time: whoever does that waits for the call that runs, whatever the caller
   is attached to, and the callback is told once that it was the last. Only from within a call nobody waits. */
#include "use.h"

#include <stdatomic.h>

/* One callback, and what becomes of it. */
struct hearer {
    struct event called, go_on;
    void (*acts)(struct hearer *);
    atomic_int calls, running, destroyed;
};

static pyferry_view *main_interpreter, *sub;

static int32_t hear(const char *text, void *data)
{
    struct hearer *hearer = data;
    CHECK(strlen(text) > 0 && hearer->destroyed == 0);
    hearer->running++;
    hearer->calls++;
    event_set(&hearer->called);
    if (hearer->acts != NULL)
        hearer->acts(hearer);
    CHECK(hearer->destroyed == 0);
    hearer->running--;
    return PYFERRY_REPORT_WAIT;
}

static void destroy(void *data)
{
    struct hearer *hearer = data;
    CHECK(hearer->running == 0);
    hearer->destroyed++;
}

static void set(struct hearer *hearer)
{
    CHECK_OK(pyferry_set_report(hear, hearer, destroy, 1));
}

static void *end(void *view)
{
    CHECK_OK(pyferry_interpreter_end(view, -1));
    return NULL;
}

/* An end of an interpreter that waits for a guest, until `during` has returned. */
static void while_an_end_waits(struct hearer *hearer, void (*during)(struct hearer *))
{
    sub = new_interpreter();
    struct guest guest = GUEST(sub);
    guest_comes(&guest);
    set(hearer);
    pthread_t ender = thread_start(end, sub);
    event_wait(&hearer->called);
    during(hearer);
    event_set(&guest.leave);
    thread_join(ender);
    thread_join(guest.thread);
    pyferry_view_free(sub);
}

static void nothing(struct hearer *hearer)
{
    (void)hearer;
}

/* ---- on another thread ---- */

static void takes_its_time(struct hearer *hearer)
{
    if (hearer->calls == 1)
        sleep_ms(50);
}

static void goes_in(struct hearer *hearer)
{
    if (hearer->calls > 1)
        return;
    event_wait(&hearer->go_on);
    sleep_ms(20);
    pyferry_token token = attach(main_interpreter);
    detach(token);
}

static void remove_it(struct hearer *hearer)
{
    CHECK_OK(pyferry_set_report(NULL, NULL, NULL, 0));
    CHECK(hearer->running == 0 && hearer->destroyed == 1);
    int calls = hearer->calls;
    sleep_ms(10);
    CHECK(hearer->calls == calls);
}

/* Attached to the interpreter that the call wants to go into. */
static void remove_it_from_inside(struct hearer *hearer)
{
    pyferry_token token = attach(main_interpreter);
    run("x = 1");
    event_set(&hearer->go_on);
    remove_it(hearer);
    CHECK(pyferry_is_attached(main_interpreter));
    run("assert x == 1");
    detach(token);
}

static struct hearer second;

static void replace_it(struct hearer *hearer)
{
    set(&second);
    CHECK(hearer->running == 0 && hearer->destroyed == 1);
    event_wait(&second.called);
    CHECK(second.calls >= 1 && second.destroyed == 0);
    remove_it(&second);
}

/* ---- within the call ---- */

static void removes_itself(struct hearer *hearer)
{
    if (hearer->calls > 1)
        return;
    CHECK_OK(pyferry_set_report(NULL, NULL, NULL, 0));
    CHECK(hearer->destroyed == 0 && hearer->running == 1);
    /* Nobody is there any more to be removed; and nobody to wait for but this call itself. */
    CHECK_OK(pyferry_set_report(NULL, NULL, NULL, 0));
    event_set(&hearer->go_on);
}

static void replaces_itself(struct hearer *hearer)
{
    if (hearer->calls > 1)
        return;
    set(&second);
    CHECK(hearer->destroyed == 0 && hearer->running == 1);
    event_set(&hearer->go_on);
}

static void wait_until_destroyed(struct hearer *hearer)
{
    event_wait(&hearer->go_on);
    /* From here on whoever sets one waits for the call, and so for its end. */
    CHECK_OK(pyferry_set_report(NULL, NULL, NULL, 0));
    CHECK(hearer->destroyed == 1 && hearer->running == 0);
}

/* Two shutdowns wait, and both calls remove the callback. */
static void meets_the_other(struct hearer *hearer)
{
    if (hearer->calls == 1)
        event_wait(&hearer->go_on);
    else
        event_set(&hearer->go_on);
    CHECK_OK(pyferry_set_report(NULL, NULL, NULL, 0));
    CHECK(hearer->destroyed == 0);
}

static void two_at_once(struct hearer *hearer)
{
    pyferry_view *other = new_interpreter();
    struct guest guest = GUEST(other);
    guest_comes(&guest);
    pthread_t ender = thread_start(end, other);
    event_wait(&hearer->go_on);
    CHECK_OK(pyferry_set_report(NULL, NULL, NULL, 0));
    CHECK(hearer->destroyed == 1 && hearer->calls == 2);
    event_set(&guest.leave);
    thread_join(ender);
    thread_join(guest.thread);
    pyferry_view_free(other);
}

#define HEARER(acts_) { .called = EVENT_INIT, .go_on = EVENT_INIT, .acts = (acts_) }

static void once(void (*acts)(struct hearer *), void (*during)(struct hearer *))
{
    struct hearer hearer = HEARER(acts), fresh = HEARER(nothing);
    second = fresh;
    while_an_end_waits(&hearer, during);
    CHECK(hearer.destroyed == 1 && hearer.running == 0);
}

int main(void)
{
    /* Before there is a Python, and with nothing to remove. */
    struct hearer unheard = HEARER(nothing);
    CHECK_OK(pyferry_set_report(NULL, NULL, NULL, 0));
    CHECK_REFUSED(pyferry_set_report(NULL, &unheard, destroy, 0), PYFERRY_STATUS_INVALID_ARGUMENT, "`destroy`");
    CHECK(unheard.destroyed == 0);
    set(&unheard);
    CHECK_REFUSED(pyferry_set_report(NULL, &unheard, destroy, 0), PYFERRY_STATUS_INVALID_ARGUMENT, "`destroy`");
    CHECK(unheard.destroyed == 0);
    /* The same one again is another one. */
    set(&unheard);
    CHECK(unheard.destroyed == 1);
    CHECK_OK(pyferry_set_report(hear, &unheard, NULL, 1));
    CHECK(unheard.destroyed == 2);

    start_runtime();
    main_interpreter = main_view();
    once(takes_its_time, remove_it);
    once(goes_in, remove_it_from_inside);
    once(takes_its_time, replace_it);
    once(removes_itself, wait_until_destroyed);
    once(replaces_itself, wait_until_destroyed);
    once(meets_the_other, two_at_once);
    pyferry_view_free(main_interpreter);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
