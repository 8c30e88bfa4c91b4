/*
 * A host that is linked with libpython and starts it itself. Its worker threads go in and out with pyferry and call
 * Python's own C API in between; Python is finalised while they work.
 *
 * The main thread lets go of Python after starting it, and comes back for Py_FinalizeEx. That waits for the workers that
 * are inside; each gets PYFERRY_STATUS_CLOSED when it comes next, and stops. Without pyferry such a thread would be
 * killed, crash or hang, by Python's version. Ctrl-C begins the shutdown earlier.
 *
 * C11, linked with one Python, because Python.h is:
 *     cc -std=c11 -Iinclude $(python3-config --includes) c_examples/existing_python.c -o existing_python \
 *         $(python3-config --ldflags --embed) -Ltarget/release -Wl,-rpath,$PWD/target/release -lpyferry -lpthread
 *     ./existing_python
 *
 * One sees:
 *     4 workers in Python 3.14.5
 *     Python has ended
 *     worker 1: 10571 results, then PYFERRY_STATUS_CLOSED
 *     ...
 *     worker 5: 0 results, then PYFERRY_STATUS_CLOSED (it began after the end)
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h> /* first, as it asks to be */

#include <pyferry.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WORKERS = 4, RUN_MS = 500, TICK_MS = 10 };

struct worker {
    pthread_t thread;
    const pyferry_view *view;
    long results;
    bool failed;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number) {
    (void)number;
    interrupted = 1;
}

static bool check(pyferry_status status, const char *doing) {
    char message[4096];
    if (status == PYFERRY_STATUS_OK) return true;
    pyferry_last_error(message, sizeof message);
    fprintf(stderr, "existing_python: %s: %s: %s\n", doing, pyferry_status_name(status), message);
    return false;
}

/* Asks Python for the price of something. What a visit takes in Python it gives back before it detaches: then nothing
 * has to be released when Python is gone. False: Python raised, and the exception is printed. */
static bool ask_price(long amount, double *price) {
    PyObject *shop = PyImport_ImportModule("__main__");
    PyObject *result = shop != NULL ? PyObject_CallMethod(shop, "price", "l", amount) : NULL;
    if (result != NULL) *price = PyFloat_AsDouble(result);
    Py_XDECREF(result);
    Py_XDECREF(shop);
    if (PyErr_Occurred() == NULL) return true;
    PyErr_Print();
    return false;
}

static void *work(void *argument) {
    struct worker *me = argument;
    for (;;) {
        pyferry_token token = PYFERRY_TOKEN_INIT;
        pyferry_status status = pyferry_attach_labeled(me->view, "ask for a price", &token);
        if (status == PYFERRY_STATUS_CLOSED) return NULL; /* no error: Python shuts down, and this thread goes on */
        if (!check(status, "attaching")) break;
        double price = 0;
        bool good = ask_price(me->results + 1, &price);
        if (!check(pyferry_detach(&token), "detaching") || !good) break;
        me->results++; /* and here the host would do something with the price */
    }
    me->failed = true;
    return NULL;
}

static bool begin_work(struct worker *worker, const pyferry_view *view) {
    *worker = (struct worker){.view = view};
    int error = pthread_create(&worker->thread, NULL, work, worker);
    if (error != 0) fprintf(stderr, "existing_python: no thread: %s\n", strerror(error));
    return error == 0;
}

static bool end_work(struct worker *worker, int number, const char *remark) {
    pthread_join(worker->thread, NULL);
    if (!worker->failed)
        printf("worker %d: %ld results, then %s%s\n", number, worker->results,
               pyferry_status_name(PYFERRY_STATUS_CLOSED), remark);
    return !worker->failed;
}

/* On the main thread, which is attached since Py_InitializeEx. */
static bool set_up_shop(void) {
    return PyRun_SimpleString("def price(amount):\n"
                              "    return amount * 9.99 if amount < 100 else amount * 8.49\n") == 0;
}

int main(void) {
    struct worker workers[WORKERS], late;
    pyferry_view *view = NULL;
    int begun = 0;
    /* A second Ctrl-C ends the program the hard way. */
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* each line when it is there, also into a file */

    Py_InitializeEx(0); /* 0: the signals stay the host's */
    bool good = set_up_shop() && check(pyferry_view_main(&view), "looking for the interpreter");
    if (good) {
        printf("%d workers in Python %.*s\n", WORKERS, (int)strcspn(Py_GetVersion(), " "), Py_GetVersion());
        PyThreadState *main_state = PyEval_SaveThread(); /* or nobody else would get in */
        while (good && begun < WORKERS) begun += good = begin_work(&workers[begun], view);
        const struct timespec tick = {0, TICK_MS * 1000000L};
        for (int ms = 0; ms < RUN_MS && !interrupted; ms += TICK_MS) nanosleep(&tick, NULL);
        PyEval_RestoreThread(main_state);
    }
    if (Py_FinalizeEx() != 0) good = false; /* waits for the workers inside; here: Python could not flush its output */
    printf("Python has ended\n");
    for (int i = 0; i < begun; i++) good = end_work(&workers[i], i + 1, "") && good;
    if (good) good = begin_work(&late, view) && end_work(&late, WORKERS + 1, " (it began after the end)");
    pyferry_view_free(view); /* after the last thread that uses it */
    if (interrupted) printf("interrupted\n");
    return !good ? EXIT_FAILURE : interrupted ? 130 : EXIT_SUCCESS;
}
