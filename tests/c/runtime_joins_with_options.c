/* harness: mode=runtime */
/* Where Python runs already, the options of a start are ignored, whatever they are for; those that no library could take are refused. */
#include "use.h"

static void never_hears(int64_t interpreter, int32_t stream, const char *bytes, size_t length, void *data)
{
    (void)interpreter, (void)stream, (void)bytes, (void)length, (void)data;
    CHECK(false);
}

static void *join(void *unused)
{
    const char *arguments[] = { "other" }, *paths[] = { "elsewhere", NULL };
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.python = "/nowhere/python3";
    options.flags = PYFERRY_RUNTIME_ISOLATED | PYFERRY_RUNTIME_NO_SITE | PYFERRY_RUNTIME_PYTHON_SIGNALS | PYFERRY_RUNTIME_ON_THIS_THREAD;
    options.argc = 1;
    options.argv = arguments;
    options.search_paths = paths;
    options.stack_size = SIZE_MAX / 2;
    options.output = never_hears;
    CHECK_OK(pyferry_runtime_start(&options));
    pyferry_view *view = main_view();
    run_in(view, "import sys\n"
                 "assert sys.argv == [''] and 'elsewhere' not in sys.path and not sys.flags.isolated\n"
                 "print('on stdout')");
    CHECK_REFUSED(pyferry_runtime_pump(), PYFERRY_STATUS_WRONG_ORDER, "PYFERRY_RUNTIME_ON_THIS_THREAD");
    pyferry_view *sub = new_interpreter();
    run_in(sub, "import sys\nassert 'elsewhere' not in sys.path\nprint('on stdout')");
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
    pyferry_view_free(view);
    CHECK_OK(pyferry_runtime_stop(-1));

    options.flags = UINT32_C(1) << 4;
    CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_INVALID_ARGUMENT, "flags");
    options.flags = 0;
    options.argc = -1;
    CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_INVALID_ARGUMENT, "argc");
    options.argc = 0;
    options.stack_size = 1;
    CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_INVALID_ARGUMENT, "stack_size");
    return unused;
}

int main(void)
{
    CHECK_OK(pyferry_runtime_start(NULL));
    join(NULL);
    on_new_thread(join, NULL);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
