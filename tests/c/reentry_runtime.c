/* harness: mode=runtime */
/* Python code that runs while pyferry_runtime_start and pyferry_runtime_stop are at work, on pyferry's own thread, is answered. */
#include "use.h"

/* Each Python that is started imports it, also the one that is asked where its library is: if that asked again, there were no end. */
static const char site[] =
    "import atexit, ctypes, os\n"
    "with open('sites', 'a') as file: file.write('.')\n"
    "if os.path.getsize('sites') > 10: os._exit(3)\n"
    "pyferry = ctypes.PyDLL(os.environ['PYFERRY_TEST_LIBRARY'])\n"
    "pyferry.pyferry_status_name.restype = ctypes.c_char_p\n"
    "def calls(where):\n"
    "    with open(where, 'w') as file:\n"
    "        view = ctypes.c_void_p(); token = (ctypes.c_uint64 * 2)()\n"
    "        def call(name, *arguments):\n"
    "            status = pyferry.pyferry_status_name(getattr(pyferry, name)(*arguments)).decode()\n"
    "            file.write(status.replace('PYFERRY_STATUS_', '') + ' ')\n"
    "        call('pyferry_view_main', ctypes.byref(view))\n"
    "        call('pyferry_attach', view, token)\n"
    "        call('pyferry_detach', token)\n"
    "        call('pyferry_runtime_start', None)\n"
    "        call('pyferry_runtime_stop', ctypes.c_int64(0))\n"
    "        call('pyferry_runtime_stop', ctypes.c_int64(0))\n"
    "calls('in_site')\n"
    "atexit.register(calls, 'after_hook')\n";

static bool told(const char *where, const char *expected)
{
    char text[500] = "";
    FILE *file = fopen(where, "r");
    CHECK(file != NULL);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    if (strcmp(text, expected) != 0)
        fprintf(stderr, "%s: %s\n", where, text);
    return strcmp(text, expected) == 0;
}

int main(void)
{
    char here[4096];
    CHECK(getcwd(here, sizeof here) != NULL && setenv("PYTHONPATH", here, 1) == 0);
    write_file("sitecustomize.py", site);
    CHECK_OK(pyferry_runtime_start(NULL));
    CHECK(told("in_site", "OK OK OK OK OK WRONG_ORDER "));
    pyferry_view *main_interpreter = main_view();
    check_works(main_interpreter);
    run_in(main_interpreter, "import sitecustomize, atexit\n"
                             "atexit.register(sitecustomize.calls, 'before_hook')\n"
                             "sitecustomize.calls('in_exec')");
    CHECK(told("in_exec", "OK OK OK OK OK WRONG_THREAD "));
    check_works(main_interpreter);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK(told("before_hook", "OK OK OK CLOSED WRONG_THREAD WRONG_THREAD "));
    CHECK(told("after_hook", "OK OK OK CLOSED WRONG_THREAD WRONG_THREAD "));
    check_closed(main_interpreter);
    pyferry_view_free(main_interpreter);
    return 0;
}
