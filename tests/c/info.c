/* harness: also=cache_off PYFERRY_CACHE=off */
/* What pyferry says of the Python that the host is linked with is what that Python says of itself. */
#include "py.h"

static bool is_file(const char *said, const char *path)
{
    char *resolved = path ? realpath(path, NULL) : NULL;
    CHECK(resolved != NULL);
    bool same = strcmp(said, resolved) == 0;
    free(resolved);
    return same;
}

static void *look(void *main)
{
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    CHECK_OK(pyferry_runtime_get_info(&info));
    CHECK(strcmp(info.version, Py_GetVersion()) == 0);
    CHECK(is_file(info.libpython, getenv("PYFERRY_TEST_LIBPYTHON")));
    CHECK(info.own_gil == (python_minor() >= 12));
    /* On the Pythons of this test the gilstate slot is there to be found. */
    CHECK((info.cache_off_reason == NULL) == states_are_kept());
    CHECK(info.reserved == 0);

    pyferry_token token = attach(main);
    run("import sys, sysconfig\n"
        "version = sys.hexversion >> 16\n"
        "debug = hasattr(sys, 'gettotalrefcount')\n"
        "free_threaded = bool(sysconfig.get_config_var('Py_GIL_DISABLED'))");
    CHECK(info.version_number == number("version"));
    CHECK(info.debug == number("debug"));
    CHECK(info.free_threaded == number("free_threaded"));
    const char *executable = PyUnicode_AsUTF8(PySys_GetObject("executable"));
    CHECK(strcmp(info.executable, executable) == 0);
    detach(token);
    return NULL;
}

/* A program built against an older, shorter struct: nothing is written behind its end. */
static void check_short_struct(void)
{
    pyferry_runtime_info info;
    memset(&info, 0x55, sizeof info);
    pyferry_runtime_info untouched = info;
    info.struct_size = offsetof(pyferry_runtime_info, executable);
    CHECK_OK(pyferry_runtime_get_info(&info));
    CHECK(info.struct_size == offsetof(pyferry_runtime_info, executable));
    CHECK(strcmp(info.version, Py_GetVersion()) == 0);
    CHECK(memcmp(&info.executable, &untouched.executable,
                 sizeof info - offsetof(pyferry_runtime_info, executable)) == 0);

    info.struct_size = 0;
    CHECK_REFUSED(pyferry_runtime_get_info(&info), PYFERRY_STATUS_INVALID_ARGUMENT, "PYFERRY_RUNTIME_INFO_INIT");
    info.struct_size = sizeof(size_t) - 1;
    CHECK_REFUSED(pyferry_runtime_get_info(&info), PYFERRY_STATUS_INVALID_ARGUMENT, "struct_size");
    info.struct_size = offsetof(pyferry_runtime_info, executable) + 4;
    CHECK_REFUSED(pyferry_runtime_get_info(&info), PYFERRY_STATUS_INVALID_ARGUMENT, "struct_size");
    CHECK(info.executable == untouched.executable);
    info.struct_size = SIZE_MAX;
    CHECK_REFUSED(pyferry_runtime_get_info(&info), PYFERRY_STATUS_INVALID_ARGUMENT, "struct_size");
}

int main(void)
{
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    look(main);
    on_new_thread(look, main);
    check_short_struct();
    finish_python(state);

    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    CHECK_REFUSED(pyferry_runtime_get_info(&info), PYFERRY_STATUS_NO_PYTHON, "not initialised");
    pyferry_view_free(main);
    return 0;
}
