/* A thread that ends leaves no thread state behind and holds up no shutdown, wherever it is (outside with states in three
   interpreters, attached, nested, suspended, let go) and however it ends (by return, pthread_exit, pthread_cancel). */
#include "thread_ends.h"

struct life {
    const struct place *place;
    enum ending ending;
    struct event there;
};

static void *live(void *argument)
{
    struct life *life = argument;
    life->place->go();
    event_set(&life->there);
    return end(life->ending);
}

static void live_and_end(const struct place *place, enum ending ending)
{
    struct life life = { place, ending, EVENT_INIT };
    pthread_t thread = thread_start(live, &life);
    event_wait(&life.there);
    if (ending == IS_CANCELLED)
        CHECK(pthread_cancel(thread) == 0);
    CHECK(thread_join(thread) == (ending == IS_CANCELLED ? PTHREAD_CANCELED : NULL));
}

static void count_all(int counts[3])
{
    for (int i = 0; i < 3; i++) {
        pyferry_token token = attach(views[i]);
        run("import threading");
        counts[i] = count_states();
        detach(token);
    }
}

int main(void)
{
    for (int run = 0; run < 2; run++) {
        PyThreadState *state = start_python(&views[0]);
        views[1] = new_interpreter();
        views[2] = new_interpreter();
        int before[3], after[3];
        count_all(before);
        for (int i = 0; i < PLACES * ENDINGS; i++) {
            live_and_end(&places[i / ENDINGS], i % ENDINGS);
            count_all(after);
            if (memcmp(before, after, sizeof before) != 0)
                fprintf(stderr, "%s, ending %d: leaves %d %d %d states, not %d %d %d\n", places[i / ENDINGS].name,
                        i % ENDINGS, after[0], after[1], after[2], before[0], before[1], before[2]);
            CHECK(memcmp(before, after, sizeof before) == 0);
        }
        for (int i = 0; i < 3; i++)
            check_works(views[i]);
        CHECK_OK(pyferry_interpreter_end(views[1], 0));
        finish_python(state);
        for (int i = 0; i < 3; i++)
            pyferry_view_free(views[i]);
    }
    return 0;
}
