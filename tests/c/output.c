/* harness: mode=runtime */
/* harness: timeout=40 */
/* What scripts print goes to the host's callback: from site code on until the last atexit function, from every thread, by print
   and by exceptions that nobody catches, in each interpreter to its own or the runtime's; also where the process has no
   stdout and stderr at all. */
#include "use.h"

#include <fcntl.h>
#include <pthread.h>

enum { CAPACITY = 1 << 16 };

/* What was heard. */
struct heard {
    pthread_mutex_t lock;
    char text[3][CAPACITY];
    size_t length[3];
    int calls;
};

static struct heard of_runtime = { .lock = PTHREAD_MUTEX_INITIALIZER }, of_own = { .lock = PTHREAD_MUTEX_INITIALIZER };
static int64_t only_from = -1;

static void hear(int64_t interpreter, int32_t stream, const char *bytes, size_t length, void *data)
{
    struct heard *heard = data;
    CHECK(pyferry_is_attached(NULL) && length > 0 && (stream == 1 || stream == 2));
    pyferry_view *here = NULL;
    /* Before the first view of an interpreter, and in the last of its shutdown, there may be none. */
    if (pyferry_view_current(&here) == PYFERRY_STATUS_OK)
        CHECK(pyferry_view_interpreter_id(here) == interpreter);
    pyferry_view_free(here);
    CHECK(only_from < 0 || only_from == interpreter);
    pthread_mutex_lock(&heard->lock);
    CHECK(heard->length[stream] + length < CAPACITY);
    memcpy(heard->text[stream] + heard->length[stream], bytes, length);
    heard->length[stream] += length;
    heard->calls++;
    pthread_mutex_unlock(&heard->lock);
}

static void forget(struct heard *heard)
{
    heard->calls = 0;
    memset(heard->length, 0, sizeof heard->length);
    memset(heard->text, 0, sizeof heard->text);
}

static void check_heard(struct heard *heard, const char *out, const char *err)
{
    if (strcmp(heard->text[1], out) != 0 || (err == NULL) != (heard->length[2] == 0) ||
        (err != NULL && strstr(heard->text[2], err) == NULL)) {
        fprintf(stderr, "stdout: %s\ninstead of: %s\nstderr: %s\ninstead of: %s\n", heard->text[1], out, heard->text[2],
                err ? err : "nothing");
        CHECK(!"heard otherwise");
    }
    forget(heard);
}

static void check_streams(struct heard *heard)
{
    run("print('one', 2, end='!\\n')");
    check_heard(heard, "one 2!\n", NULL);
    run("print('caf\\xe9 \\u20ac \\udc80', flush=True)");
    check_heard(heard, "caf\303\251 \342\202\254 \\udc80\n", NULL);
    run("import sys\n"
        "sys.stdout.write('no newline')");
    check_heard(heard, "no newline", NULL);
    run("print('to stderr', file=sys.stderr); sys.stderr.writelines(['a', 'b'])");
    check_heard(heard, "", "to stderr\nab");
    run("sys.stdout.buffer.write(b'\\xff\\x00'); sys.stdout.buffer.flush(); sys.__stdout__.write('x')");
    CHECK(of_runtime.length[1] == 0 || of_runtime.length[1] == 3);
    CHECK(heard->length[1] == 3 && memcmp(heard->text[1], "\xff\0x", 3) == 0);
    forget(heard);
    run("import io\n"
        "for stream in sys.stdout, sys.stderr:\n"
        "    assert not stream.isatty() and stream.writable() and not stream.readable() and not stream.closed\n"
        "    assert stream.encoding == 'utf-8' and stream.errors == 'backslashreplace' and stream.mode == 'w'\n"
        "    try: stream.fileno()\n"
        "    except io.UnsupportedOperation: pass\n"
        "    else: assert False\n"
        "assert (sys.stdout.name, sys.stderr.name) == ('<stdout>', '<stderr>')\n"
        "assert sys.stdout is sys.__stdout__ and sys.stderr is sys.__stderr__\n"
        "sys.stdout.write('')");
    check_heard(heard, "", NULL);
    /* A script may put something else there, and put it back. */
    run("old, sys.stdout = sys.stdout, io.StringIO()\n"
        "print('not for you')\n"
        "sys.stdout = old");
    check_heard(heard, "", NULL);
    /* What nobody catches: in a thread, in a destructor, and a warning. Since 3.13 each interpreter has to import traceback for that. */
    static int which;
    if (left_out(which++))
        return;
    run("import threading\n"
        "thread = threading.Thread(target=lambda: 1 / 0)\n"
        "thread.start(); thread.join()");
    check_heard(heard, "", "ZeroDivisionError");
    run("class Bad:\n"
        "    def __del__(self): raise ValueError('in del')\n"
        "Bad()\n"
        "import gc; gc.collect()");
    check_heard(heard, "", "ValueError: in del");
    run("import warnings; warnings.warn('mind that')");
    check_heard(heard, "", "UserWarning: mind that");
}

/* ---- callbacks that do more than hear ---- */

static void raise_it(int64_t interpreter, int32_t stream, const char *bytes, size_t length, void *data)
{
    hear(interpreter, stream, bytes, length, data);
    if (length >= 5 && memcmp(bytes, "raise", 5) == 0) {
        void (*set)(void *, const char *);
        *(void **)&set = pyferry_symbol("PyErr_SetString");
        void **kind = pyferry_symbol("PyExc_LookupError");
        CHECK(set != NULL && kind != NULL);
        set(*kind, "the host is full");
    }
    if (length >= 5 && memcmp(bytes, "again", 5) == 0) {
        pyferry_view *here = current_view();
        pyferry_token token = attach(here);
        run("print('from within')");
        pyferry_suspension out = suspend();
        resume(out);
        detach(token);
        pyferry_view_free(here);
    }
}

static void check_callbacks_that_act(void)
{
    pyferry_interpreter_options options = PYFERRY_INTERPRETER_OPTIONS_INIT;
    options.output = raise_it;
    options.output_data = &of_own;
    pyferry_view *sub;
    CHECK_OK(pyferry_interpreter_new(&options, &sub));
    forget(&of_own);
    pyferry_token token = attach(sub);
    run("try: print('raise')\n"
        "except LookupError as raised: assert str(raised) == 'the host is full'\n"
        "else: assert False\n"
        "print('and on')");
    check_heard(&of_own, "raiseand on\n", NULL);
    run("print('again')");
    check_heard(&of_own, "againfrom within\n\n", NULL);
    detach(token);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    forget(&of_own);
    pyferry_view_free(sub);
}

/* ---- site code, atexit functions ---- */

/* What `site` imports as an interpreter begins. */
static void write_sitecustomize(void)
{
    static const char site[] = "import sys\n"
                               "print('site')\n"
                               "print('site error', file=sys.stderr)\n";
    char here[4096];
    CHECK(getcwd(here, sizeof here) != NULL && setenv("PYTHONPATH", here, 1) == 0);
    write_file("sitecustomize.py", site);
}

static void *print_many(void *view)
{
    for (int i = 0; i < 50; i++)
        run_in(view, "print('x' * 10)");
    return NULL;
}

static void register_last_words(void)
{
    run("import atexit\n"
        "atexit.register(print, 'last words')");
}

static void one_life(void)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.output = hear;
    options.output_data = &of_runtime;
    forget(&of_runtime);
    forget(&of_own);
    CHECK_OK(pyferry_runtime_start(&options));
    check_heard(&of_runtime, "site\n", "site error\n");
    pyferry_view *main = main_view();
    pyferry_token token = attach(main);
    check_streams(&of_runtime);
    detach(token);

    /* One that has no output of its own, and one that has. */
    pyferry_view *sub = new_interpreter();
    check_heard(&of_runtime, "site\n", "site error\n");
    token = attach(sub);
    check_streams(&of_runtime);
    register_last_words();
    detach(token);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    check_heard(&of_runtime, "last words\n", NULL);
    pyferry_view_free(sub);

    pyferry_interpreter_options own = PYFERRY_INTERPRETER_OPTIONS_INIT;
    own.output = hear;
    own.output_data = &of_own;
    CHECK_OK(pyferry_interpreter_new(&own, &sub));
    check_heard(&of_own, "site\n", "site error\n");
    only_from = pyferry_view_interpreter_id(sub);
    token = attach(sub);
    check_streams(&of_own);
    register_last_words();
    detach(token);
    only_from = -1;

    /* Threads at once: nothing is lost, and no call is cut. */
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        threads[i] = thread_start(print_many, i % 2 ? main : sub);
    for (int i = 0; i < 4; i++)
        thread_join(threads[i]);
    CHECK(of_runtime.length[1] == 2 * 50 * 11 && of_own.length[1] == 2 * 50 * 11);
    forget(&of_runtime);
    forget(&of_own);
    check_callbacks_that_act();

    token = attach(main);
    register_last_words();
    detach(token);
    CHECK_OK(pyferry_runtime_stop(-1));
    check_heard(&of_own, "last words\n", NULL);
    check_heard(&of_runtime, "last words\n", NULL);
    pyferry_view_free(sub);
    pyferry_view_free(main);
}

/* A start without one hears nothing of the last. */
static void life_without(void)
{
    int out = dup(1), err = dup(2), nothing = open("/dev/null", O_WRONLY);
    CHECK(out >= 0 && err >= 0 && nothing >= 0 && dup2(nothing, 1) == 1 && dup2(nothing, 2) == 2);
    forget(&of_runtime);
    CHECK_OK(pyferry_runtime_start(NULL));
    pyferry_view *main = main_view();
    run_in(main, "print('unheard')");
    /* But an interpreter's own. */
    pyferry_interpreter_options own = PYFERRY_INTERPRETER_OPTIONS_INIT;
    own.output = hear;
    own.output_data = &of_own;
    pyferry_view *sub;
    CHECK_OK(pyferry_interpreter_new(&own, &sub));
    CHECK(of_runtime.calls == 0);
    pyferry_token token = attach(sub);
    CHECK(dup2(err, 2) == 2);
    check_heard(&of_own, "site\n", "site error\n");
    check_streams(&of_own);
    CHECK(dup2(nothing, 2) == 2);
    detach(token);
    pyferry_view *other = new_interpreter();
    run_in(other, "print('unheard')");
    run_in(main, "print('unheard')");
    CHECK(of_runtime.calls == 0 && of_own.calls == 0);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK(of_runtime.calls == 0);
    CHECK(dup2(out, 1) == 1 && dup2(err, 2) == 2);
    close(out);
    close(err);
    close(nothing);
    pyferry_view_free(sub);
    pyferry_view_free(other);
    pyferry_view_free(main);
}

/* Where `site` is not imported, nothing comes before the streams are set. */
static void life_without_site(void)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.flags = PYFERRY_RUNTIME_NO_SITE;
    options.output = hear;
    options.output_data = &of_runtime;
    forget(&of_runtime);
    CHECK_OK(pyferry_runtime_start(&options));
    pyferry_view *views[] = { main_view(), new_interpreter() };
    for (int i = 0; i < 2; i++) {
        pyferry_token token = attach(views[i]);
        check_streams(&of_runtime);
        /* A script that imports it later changes nothing. */
        run("import sys\n"
            "before = sys.stdout\n"
            "import site\n"
            "assert sys.stdout is before");
        detach(token);
        pyferry_view_free(views[i]);
    }
    CHECK_OK(pyferry_runtime_stop(-1));
    check_heard(&of_runtime, "", NULL);
}

#ifndef _WIN32 /* where a program without a console has not even the numbers of files */
/* A program without a console: Python has no streams of its own. */
static void life_without_a_console(void)
{
    int out = dup(1), err = dup(2);
    close(0);
    close(1);
    close(2);
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.output = hear;
    options.output_data = &of_runtime;
    forget(&of_runtime);
    pyferry_status started = pyferry_runtime_start(&options);
    CHECK(dup2(err, 2) == 2 && dup2(out, 1) == 1);
    CHECK_OK(started);
    check_heard(&of_runtime, "site\n", "site error\n");
    pyferry_view *main = main_view();
    pyferry_token token = attach(main);
    check_streams(&of_runtime);
    detach(token);
    CHECK_OK(pyferry_runtime_stop(-1));
    pyferry_view_free(main);
}
#endif

int main(void)
{
    write_sitecustomize();
    one_life();
    life_without();
    if (!in_short())
        one_life();
    life_without_site();
#ifndef _WIN32
    life_without_a_console();
#endif
    return 0;
}
