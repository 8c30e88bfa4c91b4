/* Up to 3.12 shutdown waits for the thread state that imported `threading` first, or asserts that it is there. Whoever that was,
   a foreign thread too, shutdown neither hangs nor complains. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;

static void *import_it(void *view)
{
    run_in(view, "import threading; mine = threading.local(); mine.value = 1");
    return NULL;
}

/* Stays, with its states cached, until Python has ended. */
static struct event imported = EVENT_INIT, finished = EVENT_INIT;

static void *import_and_stay(void *unused)
{
    import_it(main_interpreter);
    import_it(sub);
    event_set(&imported);
    event_wait(&finished);
    return unused;
}

static void *take_first_view(void *unused)
{
    main_interpreter = main_view();
    return unused;
}

static void *make_interpreter(void *unused)
{
    sub = new_interpreter();
    return unused;
}

static void *end_interpreter(void *unused)
{
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
    return unused;
}

static void *here(void *(*function)(void *), void *argument)
{
    return function(argument);
}

typedef void *(*place)(void *(*)(void *), void *);

static void one_life(place first_view, place maker, place importer, place ender)
{
    initialize_python();
    PyThreadState *state = PyEval_SaveThread();
    first_view(take_first_view, NULL);
    maker(make_interpreter, NULL);
    importer(import_it, sub);
    importer(import_it, main_interpreter);
    ender(end_interpreter, NULL);
    maker(make_interpreter, NULL);
    importer(import_it, sub);
    finish_python(state);
    pyferry_view_free(sub);
    pyferry_view_free(main_interpreter);
}

static void all_lives(void)
{
    static const place places[] = { here, on_new_thread };
    /* In short each on either, with the one before and after on either, half of that on each Python; where there is time, in all ways. */
    for (int i = 0; i < 16; i += in_short() ? 5 : has_time() ? 1 : 3)
        if (!left_out(i))
            one_life(places[i & 1], places[i >> 1 & 1], places[i >> 2 & 1], places[i >> 3 & 1]);

    initialize_python();
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(take_first_view, NULL);
    make_interpreter(NULL);
    pthread_t stayer = thread_start(import_and_stay, NULL);
    event_wait(&imported);
    finish_python(state);
    event_set(&finished);
    thread_join(stayer);
    imported.set = finished.set = false;
    pyferry_view_free(sub);
    pyferry_view_free(main_interpreter);
}

static long complaints(void)
{
    char line[1024];
    long count = 0;
    rewind(stderr);
    while (fgets(line, sizeof line, stderr) != NULL) {
        printf("%s%s", count++ == 0 ? "Python complained: " : "", line);
        fflush(stdout);
    }
    return count;
}

int main(void)
{
    int own_stderr = dup(2);
    CHECK(freopen("stderr", "w+", stderr) != NULL);
    all_lives();

    /* A site that imports it in every interpreter, with the interpreter's very first state. */
    write_file("sitecustomize.py", "import threading\n");
    has_site_code = true;
    CHECK(setenv("PYTHONPATH", ".", 1) == 0);
    all_lives();

    long count = complaints();
    CHECK(dup2(own_stderr, 2) == 2);
    CHECK(count == 0);
    return 0;
}
