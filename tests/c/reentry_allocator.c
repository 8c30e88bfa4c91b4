/* Every call of pyferry, each with a hook on that CPython calls from within its own functions and that comes back to CPython and to
   pyferry: none hangs, nor gets into another interpreter. */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
#include "reentry_hooks.h"

static pyferry_view *main_interpreter, *sub, *mine;

static bool is_tracing;

static void begin(enum hook hook)
{
    if (hook == TRACEMALLOC)
        run("import tracemalloc; tracemalloc.start(3)");
    is_tracing = hook == TRACEMALLOC;
    trace_here(hook);
    hooked = hook == ALLOCATOR;
    audited = hook == AUDIT;
}

/* tracemalloc.stop() takes away what a thread that makes a thread state, so allocates without the GIL, is about to use, and that
   one crashes (gh-128679): here the one that deletes the states of threads that have ended. So this thread is to be alone. */
static void stop_tracing(void)
{
    if (is_tracing) {
        Py_BEGIN_ALLOW_THREADS
        while (count_threads() > 1)
            sleep_ms(1);
        Py_END_ALLOW_THREADS
        run("import tracemalloc; tracemalloc.stop()");
    }
    is_tracing = false;
}

/* ---- every call ---- */

static int done;

static void job(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK_OK(status);
    CHECK(is_in(pyferry_view_interpreter_id(sub)));
    run("acted = {number: str(number) for number in range(10)}");
    __atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
}

static void call(void *unused)
{
    (void)unused;
    run("acted = [1] * 10");
    PyErr_SetString(PyExc_ValueError, "here");
}

static void count(void *unused)
{
    (void)unused;
    __atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
}

/* A queue, which this thread runs, or a worker. */
static void post(bool worker)
{
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.capacity = 8;
    options.worker = worker;
    pyferry_queue *queue = NULL;
    size_t ran = 0;
    CHECK_OK(pyferry_queue_new(sub, &options, &queue));
    done = 0;
    CHECK_OK(pyferry_queue_post(queue, job, NULL));
    CHECK_OK(pyferry_queue_post_copy(queue, job, &done, sizeof done));
    if (worker)
        CHECK_OK(pyferry_queue_call(queue, job, NULL, -1));
    else
        CHECK_OK(pyferry_queue_run(queue, 2, -1, &ran));
    CHECK(done == (worker ? 3 : 2) && pyferry_queue_length(queue) == 0);
    pyferry_queue_free(queue);
}

/* Whoever is attached, or not, and by whatever means. */
static void be_called(void)
{
    char text[16];
    size_t length;
    CHECK_STATUS(pyferry_call(sub, call, NULL), PYFERRY_STATUS_PYTHON_ERROR);
    post(false);
    post(true);
    pyferry_token token = attach(sub);
    CHECK_OK(pyferry_eval("1 + 1", NULL, text, sizeof text, &length));
    CHECK(strcmp(text, "2") == 0);
    PyErr_SetString(PyExc_ValueError, "here");
    CHECK_STATUS(pyferry_take_exception(), PYFERRY_STATUS_PYTHON_ERROR);
    PyObject *list = PyList_New(10);
    PyErr_SetString(PyExc_ValueError, "left");
    detach(token);
    CHECK_OK(pyferry_release_later(sub, list));
    pyferry_threads(NULL, 0);
    CHECK(pyferry_symbol("PyList_New") != NULL);
}

static void pass_guards(void)
{
    pyferry_guard *guard = NULL, *other = NULL;
    pyferry_view *view = NULL;
    pyferry_token token;
    CHECK_OK(pyferry_guard_open(main_interpreter, &guard));
    CHECK_OK(pyferry_guard_view(guard, &view));
    pyferry_view *clone = pyferry_view_clone(view);
    CHECK_OK(pyferry_guard_open_while_held(clone, &other));
    CHECK_OK(pyferry_attach_guarded(guard, &token));
    detach(token);
    CHECK_OK(pyferry_attach_unheld(other, &token));
    run("acted = [1]");
    detach(token);
    pyferry_guard_close(other);
    pyferry_guard_close(guard);
    pyferry_view_free(clone);
    pyferry_view_free(view);
}

static void ask_about_all(void)
{
    char text[16];
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    CHECK_OK(pyferry_runtime_get_info(&info));
    CHECK(pyferry_left_behind() == 0);
    pyferry_histograms_text(text, sizeof text);
    pyferry_histograms(NULL, 0);
}

static void *there_and_back(void *hook)
{
    pyferry_token outer = attach(sub), away, back;
    trace_here(*(enum hook *)hook);
    run("import threading; here = threading.local(); here.value = bytearray(1000)");
    away = attach(main_interpreter);
    run("acted = [1, 2, 3]");
    back = attach(sub);
    CHECK(is_in(pyferry_view_interpreter_id(sub)));
    detach(back);
    pyferry_suspension out = suspend();
    back = attach(sub);
    detach(back);
    resume(out);
    CHECK(is_in(0));
    detach(away);
    Py_BEGIN_ALLOW_THREADS
    run_in(main_interpreter, "acted = str(acted)");
    Py_END_ALLOW_THREADS
    PyGILState_STATE ensured = PyGILState_Ensure();
    CHECK(is_in(pyferry_view_interpreter_id(sub)));
    PyGILState_Release(ensured);
    CHECK_STATUS(pyferry_exec("raise ValueError('here')", NULL), PYFERRY_STATUS_PYTHON_ERROR);
    detach(outer);

    pass_guards();
    be_called();
    ask_about_all();
    CHECK_OK(pyferry_interpreter_interrupt(sub));
    CHECK_OK(pyferry_thread_forget());
    check_works(sub);
    check_works(main_interpreter);
    return NULL;
}

/* Attached by CPython's own means, first. */
static void *in_others_state(void *hook)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    pyferry_view_free(current_view());
    check_works(main_interpreter);
    there_and_back(hook);
    PyGILState_Release(ensured);
    return NULL;
}

static void *use(void *hook)
{
    if (can_make(*(enum hook *)hook))
        mine = new_interpreter();
    on_new_thread(there_and_back, hook);
    on_new_thread(in_others_state, hook);
    there_and_back(hook);
    if (can_make(*(enum hook *)hook)) {
        run_in(mine, "import threading");
        done = 0;
        CHECK_OK(pyferry_at_end(mine, count, NULL));
        CHECK_OK(pyferry_interpreter_stop(mine, 1000, -1));
        CHECK(done == 1);
        pyferry_view_free(mine);
    } else if (*(enum hook *)hook == TRACEMALLOC && is_tracing) {
        CHECK_REFUSED(pyferry_interpreter_new(NULL, &mine), PYFERRY_STATUS_UNSUPPORTED, "tracemalloc");
    }
    return NULL;
}

static void *end_sub(void *unused)
{
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    return unused;
}

static void *take_first_view(void *unused)
{
    main_interpreter = main_view();
    return unused;
}

/* `first`: the hooks are on before the first view, and the interpreter is left to Py_FinalizeEx. */
static void one_life(enum hook hook, bool first)
{
    initialize_python();
    if (first && hook <= ALLOCATOR) {
        if (hook == TRACEMALLOC)
            CHECK(PyRun_SimpleString("import tracemalloc; tracemalloc.start(3)") == 0);
        is_tracing = hook == TRACEMALLOC;
        hooked = hook == ALLOCATOR;
        PyThreadState *state = PyEval_SaveThread();
        on_new_thread(take_first_view, NULL);
        PyEval_RestoreThread(state);
        hooked = false;
    } else {
        main_interpreter = main_view();
    }
    PyThreadState *state = PyEval_SaveThread();
    nests_in = main_interpreter;
    pyferry_token token = attach(main_interpreter);
    if (!can_make(hook))
        stop_tracing();
    detach(token);
    sub = new_interpreter_with_shared_gil();
    run_in(sub, "import threading");
    /* CPython's own hook imports traceback since 3.13, which takes as long as all the rest: in every other life. */
    if (!first)
        run_in(sub, "import sys; sys.unraisablehook = lambda unraisable: str(unraisable)");
    token = attach(main_interpreter);
    if (!first || hook != TRACEMALLOC)
        begin(hook);
    detach(token);
    if (first)
        on_new_thread(use, &hook);
    else
        use(&hook);
    hooked &= can_make(hook);
    audited &= can_make(hook);
    if (!first)
        on_new_thread(end_sub, NULL);
    hooked = audited = false;
    nests_in = NULL;
    finish_python(state);
    pyferry_view_free(sub);
    pyferry_view_free(main_interpreter);
}

int main(void)
{
    set_hooks();
    for (enum hook hook = 0; hook < HOOKS; hook++) {
        for (int first = 0; first < 2; first++) {
            if (!left_out(hook + first))
                in_process(one_life, hook, first);
        }
    }
    return 0;
}
