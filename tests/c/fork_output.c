/* harness: timeout=120 */
/* harness: leaks-not-checked=a child lacks the other threads, and with them what leads to their memory */
/* harness: not-on=windows it forks, and Windows has no fork */
/* What the scripts of a child print goes where its parent's went, by a child's own copy of the callback's data; and what was
   registered for the end of the interpreter is called in each process that finalises Python, once, and in no other. */
#include "fork.h"

struct heard {
    pid_t process;
    int lines, ends;
};

static struct heard heard;
static pyferry_view *main_interpreter;

static void hear(int64_t interpreter, int32_t stream, const char *bytes, size_t length, void *data)
{
    struct heard *here = data;
    CHECK(interpreter == 0 && pyferry_is_attached(main_interpreter));
    if (stream != 1) /* a debug build warns of the fork */
        return;
    here->process = getpid();
    here->lines += length == 1 && bytes[0] == '\n';
}

static void at_end(void *data)
{
    struct heard *here = data;
    CHECK(pyferry_is_attached(main_interpreter));
    CHECK_OK(pyferry_exec("print('ends')", "end.py"));
    here->ends++;
}

static void *visit_and_print(void *unused)
{
    run_in(main_interpreter, "print('from a new thread')");
    return unused;
}

/* On the thread that forked, which is attached. */
static void child(void)
{
    int before = heard.lines;
    CHECK_OK(pyferry_exec("print('in the child')", "child.py"));
    CHECK(heard.process == getpid() && heard.lines == before + 1);
    pyferry_suspension out = suspend();
    on_new_thread(visit_and_print, NULL);
    resume(out);
    CHECK(heard.lines == before + 2);
    CHECK_OK(pyferry_at_end(main_interpreter, at_end, &heard));
}

static void *fork_here(void *finalises)
{
    pyferry_token token = attach(main_interpreter);
    pid_t number = fork_in_python();
    if (number == 0) {
        child();
        if (finalises != NULL) {
            CHECK(Py_FinalizeEx() == 0);
            CHECK(heard.ends == 2);
        }
        _exit(0);
    }
    pyferry_suspension out = suspend();
    wait_for(number);
    resume(out);
    detach(token);
    return NULL;
}

int main(void)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.flags = PYFERRY_RUNTIME_ON_THIS_THREAD; /* a child of it can be finalised */
    options.output = hear;
    options.output_data = &heard;
    CHECK_OK(pyferry_runtime_start(&options));
    CHECK_OK(pyferry_view_main(&main_interpreter));
    CHECK_OK(pyferry_at_end(main_interpreter, at_end, &heard));
    fork_here(main_interpreter);
    fork_here(NULL);
    on_new_thread(fork_here, NULL);
    CHECK(heard.lines == 0 && heard.ends == 0);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK(heard.lines == 1 && heard.ends == 1);
    pyferry_view_free(main_interpreter);
    return 0;
}
