/* harness: mode=runtime */
/* Python threads that wait to be told to go, as an idle ThreadPoolExecutor's do, are told when their interpreter ends, as
   CPython's own end tells them: by the functions of threading._register_atexit, the last registered first, each once. One that
   raises keeps none of the others from being called, and one that takes long is not waited for beyond the time limit. */
#include "use.h"

static const char pool[] = "import concurrent.futures, threading\n"
                           "pool = concurrent.futures.ThreadPoolExecutor(2)\n"
                           "assert list(pool.map(len, ['a', 'bb', 'ccc'])) == [1, 2, 3]\n";

/* Each function writes a letter to a file, which says in the end who was called, how often and in which order. */
static const char three[] = "import threading\n"
                            "def note(letter):\n"
                            "    with open('called', 'a') as file: file.write(letter)\n"
                            "def fail():\n"
                            "    note('b')\n"
                            "    raise ValueError('an exit function')\n"
                            "import sys\n"
                            "sys.unraisablehook = lambda unraisable: None\n"
                            "threading._register_atexit(note, 'a')\n"
                            "threading._register_atexit(fail)\n"
                            "threading._register_atexit(note, 'c')\n"
                            "go = threading.Event()\n"
                            "threading._register_atexit(go.set)\n"
                            "threading.Thread(target=go.wait).start()\n";

static void check_called(const char *expected)
{
    char called[32] = "";
    FILE *file = fopen("called", "r");
    CHECK(file != NULL && fgets(called, sizeof called, file) != NULL && fclose(file) == 0);
    if (strcmp(called, expected) != 0)
        fprintf(stderr, "called: %s, and not %s\n", called, expected);
    CHECK(strcmp(called, expected) == 0);
    remove("called");
}

/* The kind that every Python has: a pool in an isolated interpreter crashes 3.12.1 itself. */
static pyferry_view *with(const char *source)
{
    pyferry_view *view = new_interpreter_with_shared_gil();
    run_in(view, source);
    return view;
}

static void end(pyferry_view *view)
{
    CHECK_OK(pyferry_interpreter_end(view, -1));
    check_closed(view);
    pyferry_view_free(view);
}

int main(void)
{
    start_runtime();
    end(with(pool));
    end(with(three));
    check_called("cba");

    /* Also those that nobody has to be told by. */
    end(with("import threading\nthreading._register_atexit(lambda: open('called', 'a').write('x') and None)"));
    check_called("x");

    /* A pool whose worker is busy, and which the exit function joins. */
    pyferry_view *busy = with("import concurrent.futures, os, time\n"
                              "def wait():\n"
                              "    while not os.path.exists('go'): time.sleep(0.001)\n"
                              "pool = concurrent.futures.ThreadPoolExecutor(1)\n"
                              "pool.submit(wait)\n");
    CHECK_REFUSED(pyferry_interpreter_end(busy, 0), PYFERRY_STATUS_TIMEOUT, "ThreadPoolExecutor");
    double begun = seconds();
    CHECK_TIMES_OUT(pyferry_interpreter_end(busy, limit), "ThreadPoolExecutor");
    CHECK(seconds() - begun < 30 * slowdown());
    fclose(fopen("go", "w"));
    end(busy);

    /* The stop finds them left over, and main's own are called after theirs. */
    pyferry_view *left = with(three);
    pyferry_view *main = main_view();
    run_in(main, three);
    CHECK_OK(pyferry_runtime_stop(-1));
    check_called("cbacba");
    check_closed(left);
    pyferry_view_free(left);
    pyferry_view_free(main);
    return 0;
}
