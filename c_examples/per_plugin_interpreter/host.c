/*
 * Plug-ins are loaded, unloaded and loaded again while others run, each with a Python interpreter of its own: with its own
 * modules and globals, and from Python 3.12 on with its own GIL.
 *
 * To unload one, the host first ends its interpreter: pyferry lets none of its threads in again (they are told CLOSED)
 * and waits for those inside. Only then nothing of Python refers to the plug-in's code, its threads can be joined, and
 * dlclose is safe. The last plug-in is given a script that never ends: the time limit passes, the message says who is
 * inside, and the host interrupts the script. Ctrl-C unloads all of them, cleanly.
 *
 * C99 and POSIX, no Python.h, in this folder (or with CMake, see CMakeLists.txt):
 *     cc -std=c99 -I../../include host.c -o host \
 *         -L../../target/release -Wl,-rpath,$PWD/../../target/release -lpyferry -lpthread -ldl
 *     for name in red green blue; do
 *         cc -std=c99 -I../../include -shared -fPIC plugin.c -o $name.so \
 *             -L../../target/release -Wl,-rpath,$PWD/../../target/release -lpyferry -lpthread
 *     done
 *     ./host ./red.so ./green.so ./blue.so
 *
 * One sees:
 *     ./red.so: loaded into interpreter 1
 *     ./green.so: loaded into interpreter 2
 *     ./blue.so: loaded into interpreter 3
 *     goodbye after 39 ticks
 *     ./red.so: unloaded, and the others ran 72 scripts meanwhile
 *     ./red.so: loaded into interpreter 4
 *     ...
 *     ./blue.so: still at work: interpreter 6 is still in use by thread 4711 "host" [posted script], in for 0.412 s; ...
 *     a script has ended: ... KeyboardInterrupt
 *     goodbye after 37 ticks
 *     every plug-in is unloaded
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* with -std=c99 the system's headers have nothing but C without it */
#endif

#include "plugin.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RUN_MS = 200, TICK_MS = 10, PATIENCE_MS = 200, LAST_PATIENCE_MS = 5000 };

struct slot {
    const char *path;
    void *library; /* NULL: not loaded */
    const struct plugin *plugin;
    pyferry_view *home;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number) {
    (void)number;
    interrupted = 1;
}

/* Every pyferry call that may fail goes through here: the status says which kind of failure, the message all else. */
static bool check(pyferry_status status, const char *who, const char *doing) {
    char message[4096];
    if (status == PYFERRY_STATUS_OK) return true;
    pyferry_last_error(message, sizeof message);
    fprintf(stderr, "%s: %s: %s: %s\n", who, doing, pyferry_status_name(status), message);
    return false;
}

static bool complain(const char *who, const char *about) {
    fprintf(stderr, "%s: %s\n", who, about);
    return false;
}

static void let_run(void) {
    const struct timespec tick = {0, TICK_MS * 1000000L};
    for (int ms = 0; ms < RUN_MS && !interrupted; ms += TICK_MS) nanosleep(&tick, NULL);
}

/* What a plug-in's interpreter has from the start. Its atexit functions run when it ends, whoever ends it. */
static bool set_up(const pyferry_view *home) {
    pyferry_token token = PYFERRY_TOKEN_INIT;
    pyferry_status status = pyferry_attach(home, &token);
    if (status != PYFERRY_STATUS_OK) return check(status, "host", "attaching");
    bool good = check(pyferry_exec("import atexit\n"
                                   "atexit.register(lambda: print(f'goodbye after {ticks} ticks', flush=True))\n",
                                   "<host>"),
                      "host", "setting up");
    return check(pyferry_detach(&token), "host", "detaching") && good;
}

static void forget(struct slot *slot) {
    pyferry_view_free(slot->home);
    slot->home = NULL;
    slot->library = NULL;
    slot->plugin = NULL;
}

static bool load(struct slot *slot) {
    if (!check(pyferry_interpreter_new(NULL, &slot->home), slot->path, "making its interpreter")) return false;
    slot->library = dlopen(slot->path, RTLD_NOW | RTLD_LOCAL);
    slot->plugin = slot->library != NULL ? dlsym(slot->library, "plugin") : NULL;
    bool good = slot->plugin != NULL || complain(slot->path, dlerror());
    if (good && slot->plugin->version != PLUGIN_VERSION) good = complain(slot->path, "is for another version of this host");
    good = good && set_up(slot->home) && (slot->plugin->start(slot->home) || complain(slot->path, "does not start"));
    if (good) {
        printf("%s: loaded into interpreter %lld\n", slot->path, (long long)pyferry_view_interpreter_id(slot->home));
        return true;
    }
    /* It may have left something of its own in the interpreter, which has to end before the code goes. */
    if (check(pyferry_interpreter_end(slot->home, LAST_PATIENCE_MS), slot->path, "ending its interpreter") &&
        slot->library != NULL)
        dlclose(slot->library);
    forget(slot);
    return false;
}

/* Interpreter, threads, code: in this order. */
static bool unload(struct slot *slot) {
    pyferry_status status = pyferry_interpreter_end(slot->home, PATIENCE_MS);
    if (status == PYFERRY_STATUS_TIMEOUT) {
        char message[1024];
        pyferry_last_error(message, sizeof message);
        printf("%s: still at work: %s\n", slot->path, message);
        check(pyferry_interpreter_interrupt(slot->home), slot->path, "interrupting it");
        status = pyferry_interpreter_end(slot->home, LAST_PATIENCE_MS); /* goes on with the first one's work */
    }
    /* Somebody is inside for good, in C code. It stays loaded: better that than code that runs and is not there. */
    if (!check(status, slot->path, "ending its interpreter")) return false;
    slot->plugin->join();
    if (dlclose(slot->library) != 0) return complain(slot->path, dlerror());
    forget(slot);
    return true;
}

static long count_others(const struct slot *slots, int count, int but) {
    long scripts = 0;
    for (int i = 0; i < count; i++)
        if (i != but && slots[i].plugin != NULL) scripts += slots[i].plugin->count();
    return scripts;
}

/* Each in turn, while the others run; every time its Python starts afresh. */
static bool reload(struct slot *slots, int count) {
    for (int i = 0; i < count && !interrupted; i++) {
        long before = count_others(slots, count, i);
        if (!unload(&slots[i])) return false;
        let_run(); /* time to build it anew */
        printf("%s: unloaded, and the others ran %ld scripts meanwhile\n", slots[i].path,
               count_others(slots, count, i) - before);
        if (!load(&slots[i])) return false;
    }
    return true;
}

int main(int argc, char **argv) {
    int count = argc - 1, loaded = 0;
    if (count == 0) return complain(argv[0], "which plug-ins? Give their .so files"), 2;
    /* A second Ctrl-C ends the program the hard way. */
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* in order with what Python prints, also into a file */

    struct slot *slots = calloc((size_t)count, sizeof *slots);
    if (slots == NULL) return complain(argv[0], "no memory"), EXIT_FAILURE;
    bool good = check(pyferry_runtime_start(NULL), "host", "starting Python");
    bool started = good;
    for (; good && loaded < count; loaded++) {
        slots[loaded].path = argv[1 + loaded];
        good = load(&slots[loaded]);
    }
    if (good) let_run();
    good = good && reload(slots, count);
    if (good && !interrupted) slots[count - 1].plugin->post("while True: pass");
    let_run();
    /* The one that runs away first. Up to Python 3.11 all interpreters share one GIL, and what the others do in Python may
     * have to wait for a script that never pauses: so a host must not wait for them before it has seen to that. */
    for (int i = loaded - 1; i >= 0; i--)
        if (slots[i].plugin != NULL) good = unload(&slots[i]) && good;
    if (started) good = check(pyferry_runtime_stop(LAST_PATIENCE_MS), "host", "stopping Python") && good;
    free(slots);
    puts(interrupted ? "interrupted: every plug-in is unloaded" : "every plug-in is unloaded");
    return !good ? EXIT_FAILURE : interrupted ? 130 : EXIT_SUCCESS;
}
