/* A job, or a function of pyferry_call, that returns attached through another thread state than its own, as after PyThreadState_Swap or
   Py_NewInterpreter: the thread is brought back to that one, and the host is told. Otherwise nobody could end the attachment that is
   pyferry's, and it would hold every shutdown up. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;
static pyferry_queue *queue;
static PyThreadState *state, *other;
static int told, ran;

static void remember(void)
{
    state = PyThreadState_Get();
}

static void swap_here(void *unused)
{
    (void)unused;
    remember();
    other = PyThreadState_New(PyThreadState_GetInterpreter(state));
    CHECK(PyThreadState_Swap(other) == state);
}

static void swap_elsewhere(void *unused)
{
    (void)unused;
    remember();
    other = PyThreadState_New(interpreter_of(sub));
    PyEval_SaveThread();
    PyEval_RestoreThread(other);
}

static void make_interpreter(void *unused)
{
    (void)unused;
    remember();
    other = Py_NewInterpreter();
    CHECK(other != NULL);
}

typedef void function(void *);
static function *const functions[] = { swap_here, swap_elsewhere, make_interpreter };

static void leave(void *which, pyferry_status status)
{
    CHECK_OK(status);
    (*(function *const *)which)(NULL);
}

/* The next one runs through the state that the last one ran through. */
static void job(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK_OK(status);
    CHECK(PyThreadState_Get() == state && pyferry_is_attached(main_interpreter));
    check_ensures(state);
    check_works(main_interpreter);
    check_works(sub);
    __atomic_add_fetch(&ran, 1, __ATOMIC_SEQ_CST);
}

static void hear(const char *text, void *unused)
{
    (void)unused;
    CHECK(strstr(text, "PyThreadState_Swap") != NULL && PyThreadState_Get() == state);
    told++;
}

/* What others made is theirs to delete. */
static void drop_other(function *left)
{
    pyferry_token token = attach(left == swap_elsewhere ? sub : main_interpreter);
    if (left == make_interpreter) {
        PyThreadState *here = PyThreadState_Swap(other);
        Py_EndInterpreter(other);
        PyThreadState_Swap(here);
    } else {
        PyThreadState_Clear(other);
        PyThreadState_Delete(other);
    }
    detach(token);
}

static void all(bool worker)
{
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.worker = worker;
    options.error = hear;
    for (size_t i = 0; i < COUNT(functions); i++) {
        if (worker && functions[i] == make_interpreter)
            continue; /* an interpreter is ended on the thread that made it */
        PyThreadState *before = pyferry_is_attached(NULL) ? PyThreadState_Get() : NULL;
        size_t count = 0;
        told = ran = 0;
        CHECK_OK(pyferry_queue_new(main_interpreter, &options, &queue));
        CHECK_OK(pyferry_queue_post(queue, leave, (void *)&functions[i]));
        CHECK_OK(pyferry_queue_post(queue, job, NULL));
        if (!worker) {
            CHECK_OK(pyferry_queue_run(queue, SIZE_MAX, -1, &count));
            CHECK(count == 2);
        }
        CHECK(becomes(&ran, 1));
        pyferry_queue_free(queue);
        CHECK(told == 1 && (pyferry_is_attached(NULL) ? PyThreadState_Get() : NULL) == before);
        drop_other(functions[i]);
        CHECK_REFUSED(pyferry_call(main_interpreter, functions[i], NULL), PYFERRY_STATUS_NOT_ATTACHED, "PyThreadState_Swap");
        CHECK((pyferry_is_attached(NULL) ? PyThreadState_Get() : NULL) == before);
        check_works(main_interpreter);
        check_works(sub);
        drop_other(functions[i]);
    }
}

static void *on_thread(void *unused)
{
    all(false);
    pyferry_token outer = attach(sub);
    all(false);
    detach(outer);
    outer = attach(main_interpreter);
    all(false);
    detach(outer);
    all(true);
    CHECK(!is_listed());
    return unused;
}

int main(void)
{
    PyThreadState *first = start_python(&main_interpreter);
    sub = new_interpreter();
    on_new_thread(on_thread, NULL);
    finish_python(first);
    pyferry_view_free(sub);
    pyferry_view_free(main_interpreter);
    return 0;
}
