/* A function of the host's that pyferry calls attached ends Python, as a host's "quit" does: who called pyferry gets CLOSED, the thread is
   attached to nothing, the jobs that are left are called with CLOSED, and Python can be started again. */
#include "py.h"

static pyferry_view *main_interpreter;
static pyferry_queue *queue;
static int ended, refused, reports;

static void end_python(void *unused)
{
    (void)unused;
    CHECK(Py_FinalizeEx() == 0);
    ended++;
}

static void let_go_and_end_python(void *unused)
{
    PyThreadState *state = PyEval_SaveThread();
    PyEval_RestoreThread(state);
    end_python(unused);
}

static void end_python_and_leave(void *view)
{
    pyferry_token token = attach(view);
    end_python(NULL);
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
}

static void job_ends_python(void *unused, pyferry_status status)
{
    if (status == PYFERRY_STATUS_OK) {
        end_python(unused);
        return;
    }
    CHECK(status == PYFERRY_STATUS_CLOSED);
    refused++;
}

static void job_raises(void *unused, pyferry_status status)
{
    (void)unused;
    if (status == PYFERRY_STATUS_OK)
        PyErr_SetString(PyExc_ValueError, "lost");
    else
        refused++;
}

static void job_lets_go(void *unused, pyferry_status status)
{
    (void)unused;
    if (status == PYFERRY_STATUS_OK)
        PyEval_SaveThread();
    else
        refused++;
}

static void job_leaves_open(void *view, pyferry_status status)
{
    if (status == PYFERRY_STATUS_OK)
        attach(view);
    else
        refused++;
}

static void report_ends_python(const char *text, void *unused)
{
    CHECK(text[0] != 0);
    reports++;
    end_python(unused);
}

static void begin(void)
{
    ended = refused = reports = 0;
    initialize_python();
    main_interpreter = main_view();
}

static void is_over(void)
{
    CHECK(ended == 1);
    CHECK(!Py_IsInitialized());
    CHECK(!pyferry_is_attached(NULL));
    check_closed(main_interpreter);
    pyferry_view_free(main_interpreter);
}

static void called(void (*function)(void *))
{
    begin();
    CHECK_REFUSED(pyferry_call(main_interpreter, function, main_interpreter), PYFERRY_STATUS_CLOSED, "shut down");
    is_over();
}

static void ran(void (*job)(void *, pyferry_status), void (*error)(const char *, void *))
{
    begin();
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.error = error;
    CHECK_OK(pyferry_queue_new(main_interpreter, &options, &queue));
    for (int i = 0; i < 3; i++)
        CHECK_OK(pyferry_queue_post(queue, job, main_interpreter));
    CHECK_STATUS(pyferry_queue_run(queue, 10, 0, NULL), PYFERRY_STATUS_CLOSED);
    CHECK(refused == 2);
    CHECK(reports == (error != NULL));
    is_over();
    pyferry_queue_free(queue);
}

int main(void)
{
    called(end_python);
    called(let_go_and_end_python);
    called(end_python_and_leave);
    ran(job_ends_python, NULL);
    ran(job_raises, report_ends_python);
    ran(job_lets_go, report_ends_python);
    ran(job_leaves_open, report_ends_python);
    return 0;
}
