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

int main(void)
{
    for (int run = 0; run < 2; run++) {
        PyThreadState *state = start_python(&views[0]);
        views[1] = new_interpreter();
        views[2] = new_interpreter();
        int states[3];
        for (int i = 0; i < 3; i++) {
            run_in(views[i], "import threading");
            states[i] = count_states_of(views[i]);
        }
        for (int i = 0; i < PLACES * ENDINGS; i++) {
            live_and_end(&places[i / ENDINGS], i % ENDINGS);
            for (int j = 0; j < 3; j++) {
                bool left_nothing = states_of_become(views[j], states[j]);
                if (!left_nothing)
                    fprintf(stderr, "%s, ending %d: leaves %d states in interpreter %d, not %d\n",
                            places[i / ENDINGS].name, i % ENDINGS, count_states_of(views[j]), j, states[j]);
                CHECK(left_nothing);
            }
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
