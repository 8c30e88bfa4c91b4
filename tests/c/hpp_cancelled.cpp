/* Threads that end by pthread_exit or pthread_cancel in the scopes of pyferry.hpp run their destructors, terminate no process, and
   leave nothing in Python: in a scope's body, however deep; while an attach waits; and with the cancellation on its way when a
   destructor has to wait for the interpreter again, or for a queue's job, and when a thread's name is read. */
/* harness: not-on=windows it cancels threads that wait in pause */
#include "py.h"

#define PYFERRY_HPP_CANCELLATION
#include <pyferry_observe.hpp>
#include <pyferry_queue.hpp>

#include <atomic>
#include <optional>

static const pyferry::view *views;
static std::atomic<int> unwound;

struct witness {
    ~witness() { unwound++; }
};

struct life {
    void (*live)(life &);
    bool exits;
    struct event there = EVENT_INIT;

    void end()
    {
        event_set(&there);
        if (exits)
            pthread_exit(nullptr);
        for (;;)
            pause();
    }
};

static void attached(life &life)
{
    pyferry::attached here{views[0]};
    witness witness;
    CHECK(here && here.exec("import threading; mine = threading.local(); mine.value = [1]"));
    pyferry::suspended away;
    if (!life.exits)
        life.end();
    CHECK(away.resume()); /* and ends attached */
    life.end();
}

static void deep(life &life)
{
    pyferry::attached here{views[0]}, there{views[1]};
    witness one;
    pyferry::suspended away;
    pyferry::attached again{views[0]};
    CHECK(here && there && again);
    witness two;
    pyferry::suspended away_again;
    witness three;
    life.end();
}

static void with_owners(life &life)
{
    pyferry::guard guard{views[1]};
    pyferry::interpreter own;
    pyferry::view view = own.view().clone();
    pyferry::attached here{view};
    CHECK(guard && own && here);
    witness witness;
    pyferry::suspended away;
    life.end();
}

static void *run(void *argument)
{
    life *that = static_cast<life *>(argument);
    that->live(*that);
    return nullptr;
}

static void in_the_body(void)
{
    const struct {
        void (*live)(life &);
        int witnesses;
    } lives[] = { { attached, 1 }, { deep, 3 }, { with_owners, 1 } };
    int before[2];
    for (int i = 0; i < 2; i++) {
        run_in(views[i].get(), "import threading");
        before[i] = count_states_of(views[i].get());
    }
    for (const auto &each : lives)
        for (bool exits : { true, false }) {
            unwound = 0;
            life life = { each.live, exits };
            pthread_t thread = thread_start(run, &life);
            event_wait(&life.there);
            if (!exits)
                CHECK(pthread_cancel(thread) == 0);
            CHECK(thread_join(thread) == (exits ? nullptr : PTHREAD_CANCELED));
            CHECK(unwound == each.witnesses);
            CHECK(states_of_become(views[0].get(), before[0]) && states_of_become(views[1].get(), before[1]));
        }
}

/* ---- while it waits ---- */

static void *attach(void *there)
{
    event_set(static_cast<struct event *>(there));
    {
        pyferry::attached here{views[0]};
        CHECK(here && here.exec("import sys"));
    }
    for (;;)
        pause();
}

static void while_an_attach_waits(void)
{
    for (int round = 0; round < 5; round++) {
        struct event there = EVENT_INIT;
        pthread_t thread;
        {
            pyferry::attached here{views[0]};
            CHECK(here);
            thread = thread_start(attach, &there);
            event_wait(&there);
            sleep_ms(20); /* for the thread to get to where it waits for us; were it late, this would only prove less */
            CHECK(pthread_cancel(thread) == 0);
            sleep_ms(20);
        }
        CHECK(thread_join(thread) == PTHREAD_CANCELED);
    }
}

/* ---- in destructors ---- */

struct late {
    struct event there = EVENT_INIT;
    std::atomic<bool> cancelled{false};
    std::atomic<int> attached_again{0};
    bool throws;

    void wait()
    {
        event_set(&there);
        while (!cancelled)
            sched_yield(); /* no cancellation point */
        if (throws)
            throw 1;
    }
};

static void go_out(late &late)
{
    pyferry::attached here{views[0]};
    CHECK(here);
    struct attached_after {
        std::atomic<int> &count;
        ~attached_after() { count += views[0].is_attached(); }
    } check{late.attached_again};
    std::optional<pyferry::attached> there{std::in_place, views[1]}; /* its reset() is noexcept, ours is not */
    pyferry::suspended away;
    late.wait();
}

static void *go_out_cancelled(void *argument)
{
    struct late *late = static_cast<struct late *>(argument);
    try {
        go_out(*late);
    } catch (int) {
    }
    for (;;)
        pause();
}

static void in_destructors(void)
{
    for (bool throws : { false, true })
        for (int round = 0; round < 5; round++) {
            late late;
            late.throws = throws;
            pthread_t thread = thread_start(go_out_cancelled, &late);
            event_wait(&late.there);
            {
                pyferry::attached here{views[0]}, there{views[1]};
                CHECK(here && there && pthread_cancel(thread) == 0);
                late.cancelled = true;
                sleep_ms(20); /* as above */
            }
            CHECK(thread_join(thread) == PTHREAD_CANCELED);
            CHECK(late.attached_again == 1);
        }
}

/* ---- with a queue, and where nothing waits for Python ---- */

static std::atomic<int> came_back;
static std::atomic<bool> enough;

/* Has the interpreter whenever somebody comes back to it. */
static void *hog(void *)
{
    pyferry::attached here{views[0]};
    while (!enough)
        CHECK(here && here.exec("for i in range(300000): i * i"));
    return nullptr;
}

static pyferry::queue busy(std::atomic<bool> &runs)
{
    pyferry::queue queue{views[0], {0, true, nullptr, nullptr, nullptr, nullptr}};
    CHECK_OK(queue.post([&runs](pyferry_status) noexcept {
        pyferry::suspended away; /* until it is being waited for */
        CHECK(away);
        runs = true;
        sleep_ms(20);
    }));
    while (!runs)
        sched_yield();
    return queue;
}

static void *end_a_queue(void *)
{
    std::atomic<bool> runs{false};
    {
        pyferry::queue queue = busy(runs);
        pyferry::attached here{views[0]};
        pyferry::queue last = std::move(queue);
        CHECK(here && pthread_cancel(pthread_self()) == 0);
    }
    came_back++;
    for (;;)
        pause();
}

static void *replace_a_queue(void *)
{
    std::atomic<bool> runs{false};
    pyferry::queue queue = busy(runs);
    pyferry::attached here{views[0]};
    CHECK(here && pthread_cancel(pthread_self()) == 0);
    queue = pyferry::queue();
    came_back++;
    for (;;)
        pause();
}

static void *list_threads(void *)
{
    pyferry::attached here{views[0]};
    CHECK(here && pthread_cancel(pthread_self()) == 0);
    came_back += !pyferry::threads().empty();
    for (;;)
        pause();
}

static void in_other_calls(void)
{
    enough = false;
    pthread_t hogs = thread_start(hog, nullptr);
    for (int round = 0; round < 10; round++)
        for (void *(*live)(void *) : { end_a_queue, replace_a_queue, list_threads }) {
            came_back = 0;
            CHECK(thread_join(thread_start(live, nullptr)) == PTHREAD_CANCELED);
            CHECK(came_back == 1);
        }
    enough = true;
    thread_join(hogs);
}

int main()
{
    pyferry_view *handle;
    PyThreadState *state = start_python(&handle);
    {
        pyferry::interpreter sub;
        CHECK(sub);
        const pyferry::view both[] = { pyferry::view::adopt(handle), sub.view().clone() };
        views = both;
        in_the_body();
        int before = count_states_of(views[0].get());
        in_destructors();
        CHECK(states_of_become(views[0].get(), before));
        while_an_attach_waits();
        in_other_calls();
        CHECK(states_of_become(views[0].get(), before));
        CHECK(sub.end(std::chrono::milliseconds(0)));
    }
    finish_python(state);
    return 0;
}
