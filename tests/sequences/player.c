/*
 * Makes the calls it reads, one per line, and answers each with a line:
 *
 *     0 attach v1 t0          thread 0 attaches to the interpreter of view 1 and keeps what it gets in ticket 0
 *     OK + 1 0100             the status; what became of the handle (= as before, + filled, 0 emptied); whether the
 *                             thread is attached; and whether to the interpreter of each view (- where there is none)
 *
 * Threads 0 and 1 are the host's own, 2 is the one that initialises Python. A thread that has nothing to do lets go of
 * Python when another one is to make a call, as one that runs Python code does; with "0!" in place of "0" it does not.
 */
#include "calls.h"

enum { INITIALIZER = 2, ACTORS };

struct actor {
    int number;
    pthread_t thread;
    sem_t told, done;
    char line[256], answer[256];
    bool parks;
    PyThreadState *parked;
};

static struct actor actors[ACTORS];

/* Whether the thread is attached, and to the interpreters of which views; and CPython says the same. */
static void where(char *text)
{
    bool attached = pyferry_is_attached(NULL);
    int64_t id = -1;
    if (attached)
        id = PyInterpreterState_GetID(PyThreadState_GetInterpreter(current_state()));
    else if (python_minor() >= 12)
        CHECK(current_state() == NULL);
    *text++ = attached ? '1' : '0';
    *text++ = ' ';
    for (int i = 0; i < VIEWS; i++) {
        bool here = views[i] != NULL && pyferry_is_attached(views[i]);
        CHECK(!here || pyferry_view_interpreter_id(views[i]) == id);
        *text++ = views[i] == NULL ? '-' : here ? '1' : '0';
    }
    *text = '\0';
}

static void perform(struct actor *me)
{
    struct call call = { .status = PYFERRY_STATUS_OK, .effect = '=' };
    char *rest = me->line, *name = strtok_r(rest, " ", &rest);
    CHECK(name != NULL);
    for (int i = 0; i < WORDS; i++) {
        char *word = strtok_r(rest, " ", &rest);
        call.words[i] = word == NULL ? "" : word;
    }
    size_t i = 0;
    while (strcmp(calls[i].name, name) != 0)
        CHECK(++i < sizeof calls / sizeof *calls);
    calls[i].make(&call);
    CHECK(call.status == PYFERRY_STATUS_OK || last_error()[0] != '\0');
    int length = snprintf(me->answer, sizeof me->answer, "%s %c ",
                          pyferry_status_name(call.status) + strlen("PYFERRY_STATUS_"), call.effect);
    where(me->answer + length);
}

static void take_turn(struct actor *me)
{
    if (me->parks) {
        if (me->parked == NULL && pyferry_is_attached(NULL))
            me->parked = PyEval_SaveThread();
        return;
    }
    if (me->parked != NULL)
        PyEval_RestoreThread(me->parked);
    me->parked = NULL;
    perform(me);
}

/* Ends with everything open that is. */
static void *live(void *actor)
{
    struct actor *me = actor;
    while (sem_wait(&me->told) == 0) {
        bool over = !me->parks && strcmp(me->line, "exit") == 0;
        if (over && me->parked != NULL)
            PyEval_RestoreThread(me->parked);
        if (over)
            return NULL;
        take_turn(me);
        sem_post(&me->done);
    }
    return NULL;
}

static void hand_on(struct actor *actor, bool parks)
{
    actor->parks = parks;
    if (actor->number == INITIALIZER) {
        take_turn(actor);
    } else {
        sem_post(&actor->told);
        while (sem_wait(&actor->done) != 0)
            continue;
    }
}

static void start_over(struct actor *actor)
{
    sem_post(&actor->told);
    thread_join(actor->thread);
    actor->parked = NULL;
    actor->thread = thread_start(live, actor);
    snprintf(actor->line, sizeof actor->line, "is_attached -");
    hand_on(actor, false);
}

static void play(char *line)
{
    char *command = line;
    int number = (int)strtol(line, &command, 10);
    CHECK(command > line && 0 <= number && number < ACTORS);
    struct actor *actor = &actors[number];
    bool alone = *command == '!';
    snprintf(actor->line, sizeof actor->line, "%s", command + 1 + alone);
    for (int i = 0; i < ACTORS; i++)
        if (i != number && (!alone || actor->parked != NULL))
            hand_on(&actors[i], true);
    actor->parks = false;
    if (strcmp(actor->line, "exit") == 0)
        start_over(actor);
    else
        hand_on(actor, false);
    puts(actor->answer);
    fflush(stdout);
}

/* All is as in the beginning, but for what PyEval_SaveThread gave: that is number 0 from here on. */
static void reset(const char *saved)
{
    history[0] = history[number_of(saved, HISTORY)];
    begun = 1;
    memset(tickets, 0, sizeof tickets);
}

int main(void)
{
    char line[256];
    for (int i = 0; i < ACTORS; i++) {
        actors[i].number = i;
        sem_init(&actors[i].told, 0, 0);
        sem_init(&actors[i].done, 0, 0);
        if (i != INITIALIZER)
            actors[i].thread = thread_start(live, &actors[i]);
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "reset ", strlen("reset ")) == 0)
            reset(line + strlen("reset "));
        else
            play(line);
    }
    _exit(0);
}
