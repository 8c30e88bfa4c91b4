/*
 * Eight threads that Python never heard of parse its standard library, in several interpreters at once: what they manage in
 * some seconds (`quickstart 60`: in sixty), or with `quickstart all` the whole of it.
 *
 * Every file belongs to an interpreter by its number, so every thread moves between all of them. Half way one
 * interpreter is ended while threads still ask for it: they are told PYFERRY_STATUS_CLOSED, and go on in the next one.
 * In the end a plain python3 counts the same files, and has to come to the same numbers. Ctrl-C stops it all, cleanly.
 *
 * C99 and POSIX threads (on Windows mingw-w64 has them), no Python.h:
 *     cc -std=c99 -Iinclude c_examples/quickstart.c -o quickstart \
 *         -Ltarget/release -Wl,-rpath,$PWD/target/release -lpyferry -lpthread
 *     ./quickstart                                     # the python3 on PATH
 *     PYFERRY_PYTHON=/path/to/python3 ./quickstart     # any other, from 3.9 on: no need to build again
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* with -std=c99 the system's headers have nothing but C without it */
#endif

#include <pyferry.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 8, TICK_MS = 20, PATIENCE_MS = 300 };

/* What the threads and the plain python3 may take together, unless it is said otherwise. */
static const double SECONDS = 8;

/* Runs once in each interpreter, so that a file costs no more than a call of count(); and in the plain python3.
 * The whole library is in, test suite and all; a few of its files are wrong on purpose, and count as -1. */
static const char COUNTING[] =
    "import ast, collections, os, warnings  # collections for ast: an import that is interrupted can leave its lock\n"
    "warnings.simplefilter('ignore')  # the test suite is full of old habits\n"
    "def find_files():\n"
    "    found = []\n"
    "    for folder, folders, names in os.walk(os.path.dirname(os.__file__)):\n"
    "        folders[:] = [name for name in folders if name != 'site-packages']\n"
    "        found += [os.path.join(folder, name) for name in names if name.endswith('.py')]\n"
    "    return sorted(found)\n"
    "def count(number):\n"
    "    try:\n"
    "        with open(FILES[number], 'rb') as file:\n"
    "            return sum(1 for _ in ast.walk(ast.parse(file.read())))\n"
    "    except (SyntaxError, ValueError):\n"
    "        return -1\n"
    "FILES = find_files()\n";

/* What the plain python3 does before and after that. It dies without a word at Ctrl-C, and when the pipe is closed. */
static const char DIE_QUIETLY[] =
    "import signal\n"
    "for name in {'SIGINT', 'SIGPIPE'} & set(dir(signal)): signal.signal(getattr(signal, name), signal.SIG_DFL)\n";
static const char COUNT_THEM[] = "for number in range(%d): print(count(number), flush=True)\n";

struct interpreter {
    pyferry_view *view;
    bool ended;
    int files, refused;
    long nodes;
    double inside, waiting; /* seconds, over all threads */
};

struct job {
    pthread_mutex_t lock; /* for all that follows, while the threads run */
    struct interpreter *interpreters;
    int interpreter_count;
    double seconds;            /* that it all may take; 0: as long as all files take */
    int files, next, done, unparsable;
    double processor;          /* seconds of it, spent in scripts */
    int finished, told_closed; /* threads that are done; that were refused at least once */
    long *nodes;               /* of each file; -1: it does not parse */
    bool enough;               /* nobody takes another file, and that is all */
    bool stop, failed;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number) {
    (void)number;
    interrupted = 1;
}

/* By the environment, because then no shell has to be told of quotes. */
#ifdef _WIN32
#include <windows.h>

static const char PLAIN[] = "\"\"%QUICKSTART_PYTHON%\" -c \"import os; exec(os.environ['QUICKSTART_SOURCE'])\"\"";

static int setenv(const char *name, const char *value, int overwrite) {
    (void)overwrite;
    return _putenv_s(name, value);
}

static long count_cores(void) { return (long)GetActiveProcessorCount(ALL_PROCESSOR_GROUPS); }

/* Ctrl-C comes on a thread of its own; the second one ends the program. */
static void await_interrupt(void) { signal(SIGINT, on_interrupt); }
static void hold_interrupts(bool held) { (void)held; }
#else
static const char PLAIN[] = "exec \"$QUICKSTART_PYTHON\" -c \"$QUICKSTART_SOURCE\"";

static long count_cores(void) { return sysconf(_SC_NPROCESSORS_ONLN); }

/* A second Ctrl-C ends the program the hard way. */
static void await_interrupt(void) {
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
}

/* Threads that are started meanwhile inherit this, so Ctrl-C always comes to the main thread and wakes it. */
static void hold_interrupts(bool held) {
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(held ? SIG_BLOCK : SIG_UNBLOCK, &interrupt, NULL);
}
#endif

/* Every pyferry call that may fail goes through here: the status says which kind of failure, the message all else. */
static bool check(pyferry_status status, const char *doing) {
    char message[4096];
    if (status == PYFERRY_STATUS_OK) return true;
    pyferry_last_error(message, sizeof message);
    fprintf(stderr, "\nquickstart: %s: %s: %s\n", doing, pyferry_status_name(status), message);
    return false;
}

static bool complain(const char *about) {
    fprintf(stderr, "\nquickstart: %s: %s\n", about, strerror(errno));
    return false;
}

static double seconds_of(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double now(void) { return seconds_of(CLOCK_MONOTONIC); }

static void give_up(struct job *job) {
    pthread_mutex_lock(&job->lock);
    job->stop = job->failed = true;
    pthread_mutex_unlock(&job->lock);
}

/* Runs Python source in an interpreter, on this thread, if there is some, and then an expression whose value is a number:
 * pyferry_eval gives it as text. CLOSED is an answer here, not yet an error: the caller knows where else to go. */
static pyferry_status ask(const pyferry_view *view, const char *source, const char *expression, long *number,
                          double *waiting, double *inside) {
    pyferry_token token = PYFERRY_TOKEN_INIT;
    char text[32];
    double asked = now();
    pyferry_status status = pyferry_attach_labeled(view, "parse", &token);
    double came_in = now();
    *waiting = came_in - asked;
    *inside = 0;
    if (status != PYFERRY_STATUS_OK) return status;
    if (source != NULL) status = pyferry_exec(source, "<quickstart>");
    if (status == PYFERRY_STATUS_OK) status = pyferry_eval(expression, "<quickstart>", text, sizeof text, NULL);
    if (status == PYFERRY_STATUS_OK) *number = strtol(text, NULL, 10);
    *inside = now() - came_in;
    /* Whatever the script did: who attached must detach. Its own error is the one to tell of. */
    pyferry_status detached = pyferry_detach(&token);
    return status != PYFERRY_STATUS_OK ? status : detached;
}

/* Parses one file in its interpreter; in the next one if that has ended. `refused` is set if it has. */
static bool parse_file(struct job *job, int number, bool *refused) {
    char expression[64];
    snprintf(expression, sizeof expression, "count(%d)", number);
    for (int attempt = 0; attempt < job->interpreter_count; attempt++) {
        struct interpreter *there = &job->interpreters[(number + attempt) % job->interpreter_count];
        double waiting, inside, processor = seconds_of(CLOCK_THREAD_CPUTIME_ID);
        long nodes = 0;
        pyferry_status status = ask(there->view, NULL, expression, &nodes, &waiting, &inside);
        processor = seconds_of(CLOCK_THREAD_CPUTIME_ID) - processor;

        pthread_mutex_lock(&job->lock);
        there->waiting += waiting;
        there->inside += inside;
        job->processor += processor;
        bool stopped = job->stop; /* then the script was interrupted, and that is no error */
        if (status == PYFERRY_STATUS_CLOSED) {
            there->refused++;
            *refused = true;
        } else if (status == PYFERRY_STATUS_OK) {
            there->files++;
            job->done++;
            if (nodes < 0) job->unparsable++;
            else there->nodes += nodes;
            job->nodes[number] = nodes;
        }
        pthread_mutex_unlock(&job->lock);

        if (status == PYFERRY_STATUS_CLOSED) continue;
        /* In this order: what is no error is not shown. */
        return status == PYFERRY_STATUS_OK || (!stopped && check(status, "parsing a file"));
    }
    fprintf(stderr, "\nquickstart: every interpreter has ended\n");
    return false;
}

/* -1: none left, or not wanted any more. */
static int next_file(struct job *job) {
    pthread_mutex_lock(&job->lock);
    int number = job->stop || job->enough || job->next == job->files ? -1 : job->next++;
    pthread_mutex_unlock(&job->lock);
    return number;
}

static void *parse_files(void *argument) {
    struct job *job = argument;
    int number;
    bool refused = false;
    while ((number = next_file(job)) >= 0)
        if (!parse_file(job, number, &refused)) give_up(job);
    pthread_mutex_lock(&job->lock);
    job->told_closed += refused;
    job->finished++;
    pthread_mutex_unlock(&job->lock);
    return NULL; /* and pyferry cleans up what Python kept for this thread */
}

/* A line that is written over and over on a terminal; elsewhere one line for each quarter. */
static void show_progress(const char *who, int done, double share) {
    static int shown; /* quarters */
    int quarter = (int)(share * 4);
    if (isatty(STDOUT_FILENO)) printf("\r%s: %d files, %d %% ", who, done, (int)(share * 100));
    else if (quarter > 0 && quarter != shown) printf("%s: %d files, %d %%\n", who, done, quarter * 25);
    shown = quarter;
    fflush(stdout);
}

static void leave_progress_line(void) {
    if (isatty(STDOUT_FILENO)) putchar('\n');
}

/* A thread that is still in a script gets a KeyboardInterrupt there. */
static void interrupt_all(const struct job *job) {
    for (int i = 0; i < job->interpreter_count; i++)
        if (!job->interpreters[i].ended)
            check(pyferry_interpreter_interrupt(job->interpreters[i].view), "interrupting a script");
}

/* Threads are inside, and more of them ask for it. They finish what they do there; the others are told CLOSED. */
static bool end_while_in_use(struct interpreter *that, int done) {
    pyferry_status status = pyferry_interpreter_end(that->view, TICK_MS);
    /* Nobody new gets in, and the next call goes on with it: so Ctrl-C and the progress line are not kept waiting. */
    if (status == PYFERRY_STATUS_TIMEOUT) return true;
    if (!check(status, "ending an interpreter in use")) return false;
    that->ended = true;
    leave_progress_line();
    printf("ended interpreter %lld after %d files, while threads ask for it\n",
           (long long)pyferry_view_interpreter_id(that->view), done);
    return true;
}

/* How much of the work is done: of the files, or of the time for them. The plain python3 will take as long as all threads
 * together have had a processor; where the machine has other work, at least as long as they were at it. */
static double share_of_work(const struct job *job, double elapsed) {
    double of_files = job->files > 0 ? (double)job->done / job->files : 1;
    double of_time = (elapsed + (job->processor > elapsed ? job->processor : elapsed));
    double share = of_time > of_files * job->seconds && job->seconds > 0 ? of_time / job->seconds : of_files;
    return share < 1 ? share : 1;
}

/* The main thread's part: shows progress, ends an interpreter half way, sees to Ctrl-C. */
static void watch(struct job *job, int threads) {
    struct interpreter *victim = &job->interpreters[1];
    const struct timespec tick = {0, TICK_MS * 1000000};
    double start = now(), interrupt_at = 0;
    for (;;) {
        pthread_mutex_lock(&job->lock);
        double share = share_of_work(job, now() - start);
        if (share >= 1 && job->next >= THREADS) job->enough = true;
        if (interrupted) job->stop = true; /* nobody takes another file */
        bool stop = job->stop, half_way = share >= 0.5;
        int done = job->done, finished = job->finished;
        pthread_mutex_unlock(&job->lock);

        show_progress("parsed", done, share);
        if (finished == threads) break;
        if (!stop && half_way && !victim->ended) {
            if (!end_while_in_use(victim, done)) give_up(job);
            continue;
        }
        /* Most threads are back at once. The others are reminded now and then: a script can swallow an exception. */
        if (stop && interrupt_at > 0 && now() > interrupt_at) interrupt_all(job);
        if (stop && now() > interrupt_at) interrupt_at = now() + PATIENCE_MS / 1e3;
        nanosleep(&tick, NULL); /* Ctrl-C cuts it short, which is what we want */
    }
    leave_progress_line();
}

static void show_table(const struct job *job, double seconds) {
    struct interpreter sum = {0};
    printf("\n%11s %7s %13s %11s %12s\n", "interpreter", "files", "syntax nodes", "inside (s)", "waiting (s)");
    for (int i = 0; i < job->interpreter_count; i++) {
        const struct interpreter *row = &job->interpreters[i];
        printf("%11lld %7d %13ld %11.2f %12.2f", (long long)pyferry_view_interpreter_id(row->view), row->files,
               row->nodes, row->inside, row->waiting);
        if (row->refused > 0) printf("  ended: CLOSED %d times", row->refused);
        putchar('\n');
        sum.files += row->files;
        sum.nodes += row->nodes;
        sum.inside += row->inside;
        sum.waiting += row->waiting;
        sum.refused += row->refused;
    }
    printf("%11s %7d %13ld %11.2f %12.2f\n\n", "together", sum.files, sum.nodes, sum.inside, sum.waiting);
    /* "Inside" is from attach to detach, with all the waiting for a turn that Python threads do. */
    printf("%d of %d threads were told CLOSED, %d times in all, and went on in the next interpreter.\n",
           job->told_closed, THREADS, sum.refused);
    if (job->unparsable > 0) printf("%d files do not parse: they are there to test just that.\n", job->unparsable);
    printf("\n%d threads in %d interpreters: %ld syntax nodes in %d files, %.2f s\n", THREADS, job->interpreter_count,
           sum.nodes, sum.files, seconds);
}

static bool parse_library(struct job *job) {
    pthread_t threads[THREADS];
    double start = now();
    hold_interrupts(true);
    int started = 0;
    while (started < THREADS && pthread_create(&threads[started], NULL, parse_files, job) == 0) started++;
    hold_interrupts(false);
    if (started < THREADS) {
        fprintf(stderr, "quickstart: only %d threads could be started\n", started);
        give_up(job);
    }
    watch(job, started);
    for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
    if (job->failed || interrupted) return false;
    show_table(job, now() - start);
    return true;
}

/* One interpreter for each core that the threads can use and two more, each with the counting function in its __main__. */
static bool make_interpreters(struct job *job) {
    double waiting, inside;
    long cores = count_cores(), files = 0;
    int wanted = (int)(cores < 1 ? 1 : cores > THREADS ? THREADS : cores) + 2;
    job->interpreters = calloc((size_t)wanted, sizeof *job->interpreters);
    if (job->interpreters == NULL) return complain("preparing");
    bool good = true;
    while (good && !interrupted && job->interpreter_count < wanted) {
        struct interpreter *made = &job->interpreters[job->interpreter_count];
        good = check(pyferry_interpreter_new(NULL, &made->view), "making an interpreter");
        if (!good) break;
        job->interpreter_count++;
        good = check(ask(made->view, COUNTING, "len(FILES)", &files, &waiting, &inside), "setting up an interpreter");
    }
    job->files = (int)files;
    if (!good || interrupted) return false;
    job->nodes = calloc((size_t)files + 1, sizeof *job->nodes);
    if (job->nodes == NULL) return complain("preparing");
    printf("%d files for %d threads in %d interpreters\n", job->files, THREADS, wanted);
    return true;
}

/* Counts once more with a python3 of its own, and compares file by file. */
static bool compare_with_plain(const struct job *job, const char *python) {
    char count[sizeof COUNT_THEM + 16], source[sizeof DIE_QUIETLY + sizeof COUNTING + sizeof count], line[32];
    snprintf(count, sizeof count, COUNT_THEM, job->done);
    snprintf(source, sizeof source, "%s%s%s", DIE_QUIETLY, COUNTING, count);
    /* No other thread looks at the environment now. */
    if (setenv("QUICKSTART_PYTHON", python, 1) != 0 || setenv("QUICKSTART_SOURCE", source, 1) != 0)
        return complain("setenv");
    double start = now();
    fflush(stdout);
    FILE *plain = popen(PLAIN, "r");
    if (plain == NULL) return complain(python);
    int files = 0, different = 0;
    long total = 0;
    while (!interrupted && fgets(line, sizeof line, plain) != NULL) {
        long nodes = strtol(line, NULL, 10);
        if (files < job->done && job->nodes[files] != nodes) different++;
        if (nodes > 0) total += nodes;
        files++;
        show_progress("plain python3", files, (double)files / job->done);
    }
    leave_progress_line();
    int status = pclose(plain);
    if (interrupted) return false;
    bool equal = status == 0 && files == job->done && different == 0;
    printf("one plain python3: %ld syntax nodes in %d files, %.2f s: %s\n", total, files, now() - start,
           equal ? "equal, file by file" : "NOT EQUAL");
    if (!equal) fprintf(stderr, "quickstart: %d files differ; python3 ended with %d\n", different, status);
    return equal;
}

/* In any case, also after errors and Ctrl-C: everything that was made is ended. */
static bool clean_up(struct job *job) {
    for (int i = 0; i < job->interpreter_count; i++) {
        struct interpreter *that = &job->interpreters[i];
        if (!that->ended && !check(pyferry_interpreter_end(that->view, 10000), "ending an interpreter"))
            job->failed = true;
        pyferry_view_free(that->view);
    }
    free(job->interpreters);
    free(job->nodes);
    return check(pyferry_runtime_stop(10000), "stopping Python") && !job->failed;
}

int main(int argc, char **argv) {
    struct job job = {.lock = PTHREAD_MUTEX_INITIALIZER};
    bool all = argc == 2 && strcmp(argv[1], "all") == 0;
    job.seconds = all ? 0 : argc == 2 ? atof(argv[1]) : SECONDS;
    if (argc > 2 || (job.seconds <= 0 && !all)) {
        fprintf(stderr, "usage: quickstart [SECONDS | all]\n");
        return EXIT_FAILURE;
    }
    printf("%d threads parse Python's standard library, in several interpreters; one of these is ended meanwhile.\n"
           "Then a plain python3 counts the same files again. ",
           THREADS);
    if (all) printf("All files are wanted: a minute or so.\n\n");
    else printf("They parse what they can in about %.0f seconds, that count included.\n\n", job.seconds);
    fflush(stdout);
    await_interrupt();
    if (!check(pyferry_runtime_start(NULL), "starting Python")) return interrupted ? 130 : EXIT_FAILURE;
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    bool good = check(pyferry_runtime_get_info(&info), "asking for the runtime");
    if (good) {
        const char *gil = info.free_threaded ? "free-threaded" : info.own_gil ? "own GIL each" : "one GIL for all";
        int length = (int)strcspn(info.version, " "); /* "3.14.0 (main, ..." */
        printf("pyferry %s, Python %.*s (%s)\n%s\n\n", pyferry_version(), length, info.version, gil, info.libpython);
        good = make_interpreters(&job) && parse_library(&job) && compare_with_plain(&job, info.executable);
    }
    good = clean_up(&job) && good;
    if (interrupted) {
        printf("\ninterrupted: the threads are back, every interpreter and Python itself have ended\n");
        return 130;
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
