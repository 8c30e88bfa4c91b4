/*
 * A host's own thread pool evaluates formulas in Python, in one interpreter, and gets each result back in C.
 *
 * pyferry_python.h is CPython's own C API without Python.h: formulas go in as str objects, results come out as such, and
 * one build serves every Python. (Who needs no more than a value's text has it from pyferry_eval.)
 *
 * One formula never ends, some are wrong, and the pool is stopped while most of them are queued. Each is answered once:
 * with its result, its traceback, or that it was called off. Ctrl-C stops the pool earlier, in the same way.
 *
 * C99 and POSIX threads, no Python.h:
 *     cc -std=c99 -Iinclude c_examples/thread_pool.c -o thread_pool \
 *         -Ltarget/release -Wl,-rpath,$PWD/target/release -lpyferry -lpthread
 *     ./thread_pool                                     # the python3 on PATH, or what PYFERRY_PYTHON names
 *
 * One sees:
 *     4 threads, 2000 formulas
 *     stopped after 505 answers:
 *      498 results, all right
 *       10 errors, the first: ZeroDivisionError: division by zero
 *        1 interrupted after it was given time to finish
 *     1491 called off before they began
 *     none lost
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* with -std=c99 the system's headers have nothing but C without it */
#endif

#include <pyferry_python.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS = 4, FORMULAS = 2000, ENOUGH = 500, TICK_MS = 10, PATIENCE_MS = 300 };

static const char EVALUATING[] = "def evaluate(formula):\n"
                                 "    return str(eval(formula))\n";

enum outcome { QUEUED, DONE, FAILED, INTERRUPTED, CALLED_OFF };

struct job {
    struct job *next;
    char formula[64];
    enum outcome outcome;
    char *text; /* the result, or the traceback; NULL where memory ran out */
};

struct pool {
    pyferry_view *view; /* where the jobs run */
    PyObject *evaluate; /* the function that does: a reference that we own */
    pthread_t threads[THREADS];
    int started;
    pthread_mutex_t lock; /* for all that follows */
    pthread_cond_t work;
    struct job *first, **last; /* the queue */
    bool stopping, interrupting;
    int busy, answered;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number) {
    (void)number;
    interrupted = 1;
}

/* Every pyferry call that may fail goes through here: the status says which kind of failure, the message all else. */
static bool check(pyferry_status status, const char *doing) {
    char message[4096];
    if (status == PYFERRY_STATUS_OK) return true;
    pyferry_last_error(message, sizeof message);
    fprintf(stderr, "thread_pool: %s: %s: %s\n", doing, pyferry_status_name(status), message);
    return false;
}

static void pause_for_a_tick(void) {
    const struct timespec tick = {0, TICK_MS * 1000000};
    nanosleep(&tick, NULL); /* Ctrl-C cuts it short, which is what we want */
}

static char *copy_text(const char *bytes, size_t size) {
    char *text = malloc(size + 1);
    if (text == NULL) return NULL;
    memcpy(text, bytes, size);
    text[size] = '\0';
    return text;
}

/* The whole message of this thread's last failure, however long: a traceback has no limit. */
static char *copy_last_error(void) {
    size_t size = pyferry_last_error(NULL, 0) + 1;
    char *text = malloc(size);
    if (text != NULL) pyferry_last_error(text, size);
    return text;
}

/* Attached. The formula may contain anything: it is an object, never pasted into Python source. */
static pyferry_status evaluate(const struct pool *pool, struct job *job) {
    PyObject *result = PyObject_CallFunction(pool->evaluate, "s", job->formula);
    Py_ssize_t size = 0;
    const char *text = result != NULL ? PyUnicode_AsUTF8AndSize(result, &size) : NULL; /* lives as long as `result` */
    if (text != NULL && (job->text = copy_text(text, (size_t)size)) == NULL) PyErr_NoMemory();
    Py_XDECREF(result);
    pyferry_status status = pyferry_take_exception(); /* OK where none is set: an interrupt may come after the result */
    if (status == PYFERRY_STATUS_OK) return status;
    free(job->text);
    job->text = copy_last_error();
    return status;
}

static pyferry_status run_job(const struct pool *pool, struct job *job) {
    pyferry_token token = PYFERRY_TOKEN_INIT;
    pyferry_status status = pyferry_attach_labeled(pool->view, "pool job", &token);
    if (status != PYFERRY_STATUS_OK) return status;
    status = evaluate(pool, job);
    /* Whatever the script did: who attached must detach. Its own error is the one to tell of. */
    pyferry_status detached = pyferry_detach(&token);
    return status != PYFERRY_STATUS_OK ? status : detached;
}

static enum outcome outcome_of(pyferry_status status, bool interrupting) {
    switch (status) {
    case PYFERRY_STATUS_OK: return DONE;
    case PYFERRY_STATUS_CLOSED: return CALLED_OFF; /* somebody else has shut Python down: it never began */
    default: return interrupting ? INTERRUPTED : FAILED;
    }
}

static void *work(void *argument) {
    struct pool *pool = argument;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->first == NULL && !pool->stopping) pthread_cond_wait(&pool->work, &pool->lock);
        struct job *job = pool->first;
        if (job == NULL) break; /* stopping, and nothing left */
        pool->first = job->next;
        if (pool->first == NULL) pool->last = &pool->first;
        pool->busy++;
        pthread_mutex_unlock(&pool->lock);
        pyferry_status status = run_job(pool, job);
        pthread_mutex_lock(&pool->lock);
        pool->busy--;
        job->outcome = outcome_of(status, pool->interrupting);
        pool->answered++;
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL; /* and pyferry cleans up what Python kept for this thread */
}

static bool pool_start(struct pool *pool, pyferry_view *view, PyObject *evaluate) {
    *pool = (struct pool){
        .view = view, .evaluate = evaluate, .lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER};
    pool->last = &pool->first;
    sigset_t interrupt, before;
    /* Threads inherit this, so Ctrl-C always comes to the main thread and wakes it. */
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt, &before);
    while (pool->started < THREADS && pthread_create(&pool->threads[pool->started], NULL, work, pool) == 0)
        pool->started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pool->started > 0; /* with fewer it takes longer, that is all */
}

static void pool_submit(struct pool *pool, struct job *job) {
    pthread_mutex_lock(&pool->lock);
    job->next = NULL;
    *pool->last = job;
    pool->last = &job->next;
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

static int pool_answered(struct pool *pool) {
    pthread_mutex_lock(&pool->lock);
    int answered = pool->answered;
    pthread_mutex_unlock(&pool->lock);
    return answered;
}

/* What is queued is called off; what runs may finish, and gets a KeyboardInterrupt if it has not after some time. On
 * return every job has its outcome and no thread is left. */
static void pool_stop(struct pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    for (; pool->first != NULL; pool->first = pool->first->next) {
        pool->first->outcome = CALLED_OFF;
        pool->answered++;
    }
    pool->last = &pool->first;
    pthread_cond_broadcast(&pool->work);
    for (int waited = TICK_MS; pool->busy > 0; waited += TICK_MS) {
        /* More than once: a script can swallow an exception. Only C code that never returns cannot be stopped. */
        bool late = waited % PATIENCE_MS == 0;
        pool->interrupting = pool->interrupting || late;
        pthread_mutex_unlock(&pool->lock);
        if (late) check(pyferry_interpreter_interrupt(pool->view), "interrupting what runs");
        pause_for_a_tick();
        pthread_mutex_lock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->started; i++) pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
}

static int below(int number) { return number * 20; } /* long enough to be stopped meanwhile */

/* The sum of the numbers below a number; but one does not end, and some cannot be computed. */
static void write_formula(struct job *job, int number) {
    if (number == 0) snprintf(job->formula, sizeof job->formula, "all(True for _ in iter(int, 1))");
    else if (number % 50 == 0) snprintf(job->formula, sizeof job->formula, "%d / 0", number);
    else snprintf(job->formula, sizeof job->formula, "sum(range(%d))", below(number));
}

static bool is_right(const struct job *job, int number) {
    long long n = below(number);
    return job->text != NULL && strtoll(job->text, NULL, 10) == n * (n - 1) / 2;
}

/* The last line of a traceback says what it was. */
static const char *last_line(const char *text) {
    if (text == NULL) return "no memory for the message";
    const char *end = strrchr(text, '\n');
    return end != NULL ? end + 1 : text;
}

static bool show(struct job *jobs) {
    int count[CALLED_OFF + 1] = {0}, wrong = 0;
    const char *error = "none";
    for (int i = 0; i < FORMULAS; i++) {
        if (jobs[i].outcome == FAILED && count[FAILED] == 0) error = last_line(jobs[i].text);
        if (jobs[i].outcome == DONE && !is_right(&jobs[i], i)) wrong++;
        count[jobs[i].outcome]++;
    }
    printf("%5d results, %s\n", count[DONE], wrong == 0 ? "all right" : "SOME WRONG");
    printf("%5d errors, the first: %s\n", count[FAILED], error);
    printf("%5d interrupted after it was given time to finish\n", count[INTERRUPTED]);
    printf("%5d called off before they began\n", count[CALLED_OFF]);
    printf("%s\n", count[QUEUED] == 0 ? "none lost" : "SOME LOST");
    return wrong == 0 && count[QUEUED] == 0;
}

static bool evaluate_formulas(pyferry_view *view, PyObject *function) {
    struct pool pool;
    struct job *jobs = calloc(FORMULAS, sizeof *jobs);
    if (jobs == NULL || !pool_start(&pool, view, function)) {
        fprintf(stderr, "thread_pool: no memory or no threads\n");
        free(jobs);
        return false;
    }
    printf("%d threads, %d formulas\n", pool.started, FORMULAS);
    for (int i = 0; i < FORMULAS; i++) {
        write_formula(&jobs[i], i);
        pool_submit(&pool, &jobs[i]);
    }
    while (!interrupted && pool_answered(&pool) < ENOUGH) pause_for_a_tick();
    int answered = pool_answered(&pool);
    pool_stop(&pool);
    printf("stopped after %d answers:\n", answered);
    bool good = show(jobs);
    for (int i = 0; i < FORMULAS; i++) free(jobs[i].text);
    free(jobs);
    return good;
}

/* The function in the interpreter's __main__, on this thread; NULL: it was shown why not. */
static PyObject *find_function(const pyferry_view *view) {
    pyferry_token token = PYFERRY_TOKEN_INIT;
    PyObject *function = NULL;
    if (!check(pyferry_attach(view, &token), "attaching")) return NULL;
    if (check(pyferry_exec(EVALUATING, "<thread_pool>"), "setting up the interpreter")) {
        PyObject *module = PyImport_AddModule("__main__"); /* borrowed */
        function = module != NULL ? PyObject_GetAttrString(module, "evaluate") : NULL;
        check(pyferry_take_exception(), "looking for the function");
    }
    check(pyferry_detach(&token), "detaching");
    return function;
}

/* What is kept of Python's has to be let go of while it runs. */
static bool let_go(const pyferry_view *view, PyObject *function) {
    pyferry_token token = PYFERRY_TOKEN_INIT;
    if (!check(pyferry_attach(view, &token), "attaching")) return false;
    Py_DECREF(function);
    return check(pyferry_detach(&token), "detaching");
}

int main(void) {
    /* A second Ctrl-C ends the program the hard way. */
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* each line when it is there, also into a file */

    pyferry_view *view = NULL;
    PyObject *function = NULL;
    if (!check(pyferry_runtime_start(NULL), "starting Python")) return EXIT_FAILURE;
    bool good = check(pyferry_view_main(&view), "looking for the interpreter") &&
                (function = find_function(view)) != NULL && evaluate_formulas(view, function);
    if (function != NULL) good = let_go(view, function) && good;
    pyferry_view_free(view);
    good = check(pyferry_runtime_stop(10000), "stopping Python") && good;
    if (interrupted) printf("interrupted\n");
    return !good ? EXIT_FAILURE : interrupted ? 130 : EXIT_SUCCESS;
}
