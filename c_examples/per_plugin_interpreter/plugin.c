/*
 * A plug-in of per_plugin_interpreter.c: a thread that runs a script every few milliseconds, in the plug-in's own
 * interpreter, until that is closed. It keeps nothing of Python's: so nothing dangles when it is unloaded.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "plugin.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* for `next` and `scripts_run` */
static const char *next;
static long scripts_run;
static pthread_t thread;

/* A label says in reports what a thread does. It is not copied, and need not be: the host unloads the plug-in only when
 * the thread is out of the interpreter. */
static pyferry_status run(const pyferry_view *home, const char *script, const char *label) {
    pyferry_token token = PYFERRY_TOKEN_INIT;
    pyferry_status status = pyferry_attach_labeled(home, label, &token);
    if (status != PYFERRY_STATUS_OK) return status;
    status = pyferry_exec(script, "<plugin>");
    pyferry_status detached = pyferry_detach(&token);
    return status != PYFERRY_STATUS_OK ? status : detached;
}

static void *work(void *argument) {
    const pyferry_view *home = argument;
    const struct timespec pause = {0, 5000000};
    for (;;) {
        pthread_mutex_lock(&lock);
        const char *posted = next;
        next = NULL;
        pthread_mutex_unlock(&lock);
        pyferry_status status = posted != NULL ? run(home, posted, "posted script") : run(home, "ticks += 1", "tick");
        if (status == PYFERRY_STATUS_CLOSED) return NULL; /* the host wants us out */
        if (status != PYFERRY_STATUS_OK) {
            char message[2048];
            pyferry_last_error(message, sizeof message);
            printf("a script has ended: %s\n", message);
        }
        pthread_mutex_lock(&lock);
        scripts_run++;
        pthread_mutex_unlock(&lock);
        nanosleep(&pause, NULL);
    }
}

static bool start(const pyferry_view *home) {
    if (run(home, "ticks = 0", "start") != PYFERRY_STATUS_OK) return false;
    return pthread_create(&thread, NULL, work, (void *)home) == 0;
}

static void post(const char *script) {
    pthread_mutex_lock(&lock);
    next = script;
    pthread_mutex_unlock(&lock);
}

static long count(void) {
    pthread_mutex_lock(&lock);
    long ran = scripts_run;
    pthread_mutex_unlock(&lock);
    return ran;
}

static void join(void) {
    pthread_join(thread, NULL);
}

extern const struct plugin plugin; /* the host finds it by this name */
const struct plugin plugin = {PLUGIN_VERSION, start, post, count, join};
