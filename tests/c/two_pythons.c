/* harness: mode=dlopen */
/* Two libpythons in one process are refused, by every way in, with the paths of both in the message. */
#include "loaded.h"

static void check_both_named(const char *first, const char *second)
{
    char *real_first = realpath(first, NULL), *real_second = realpath(second, NULL);
    CHECK_SAYS(real_first);
    CHECK_SAYS(real_second);
    free(real_first);
    free(real_second);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    const char *second = "./python_of_another.so";
    copy_file(argv[1], second);
    struct loaded python = load_python(argv[1], RTLD_LOCAL);
    load_python(second, RTLD_LOCAL);
    python.initialize(0);

    pyferry_view *view = NULL;
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    CHECK_REFUSED(pyferry_view_main(&view), PYFERRY_STATUS_UNSUPPORTED, "two Pythons");
    check_both_named(argv[1], second);
    CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_UNSUPPORTED, "two Pythons");
    check_both_named(argv[1], second);
    CHECK_REFUSED(pyferry_view_current(&view), PYFERRY_STATUS_UNSUPPORTED, "two Pythons");
    CHECK_REFUSED(pyferry_interpreter_new(NULL, &view), PYFERRY_STATUS_UNSUPPORTED, "two Pythons");
    CHECK_REFUSED(pyferry_runtime_get_info(&info), PYFERRY_STATUS_UNSUPPORTED, "two Pythons");
    pyferry_suspension suspension = PYFERRY_SUSPENSION_INIT;
    CHECK_REFUSED(pyferry_suspend(&suspension), PYFERRY_STATUS_UNSUPPORTED, "two Pythons");
    CHECK_REFUSED(pyferry_exec("1", NULL), PYFERRY_STATUS_UNSUPPORTED, "two Pythons");
    CHECK_REFUSED(pyferry_eval("1", NULL, NULL, 0, NULL), PYFERRY_STATUS_UNSUPPORTED, "two Pythons");
    CHECK_REFUSED(pyferry_take_exception(), PYFERRY_STATUS_UNSUPPORTED, "two Pythons");
    CHECK_REFUSED(pyferry_runtime_pump(), PYFERRY_STATUS_UNSUPPORTED, "two Pythons");
    CHECK(pyferry_symbol("PyLong_FromLong") == NULL);
    CHECK_SAYS("two Pythons");
    CHECK(view == NULL && !pyferry_is_attached(NULL));
    CHECK_OK(pyferry_thread_forget());

    /* The host's own Python is as it was. */
    python.restore_thread(python.save_thread());
    CHECK(python.finalize() == 0);
    return 0;
}
