/* The site code of a Python that the host starts may call pyferry_runtime_start: it is counted there. 3.15 does not call itself
   initialised yet, and must be neither initialised once more nor asked where it is by a Python with the same site code. */
#include "py.h"

static const char site[] =
    "import ctypes, os\n"
    "with open('sites', 'a') as file: file.write('.')\n"
    "if os.path.getsize('sites') > 10: os._exit(3)\n"
    "pyferry = ctypes.PyDLL(os.environ['PYFERRY_TEST_LIBRARY'])\n"
    "status = pyferry.pyferry_runtime_start(None)\n";

int main(void)
{
    char here[4096];
    CHECK(getcwd(here, sizeof here) != NULL && setenv("PYTHONPATH", here, 1) == 0);
    write_file("sitecustomize.py", site);
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    run_in(main_interpreter, "import os, sitecustomize\n"
                             "assert sitecustomize.status == 0\n"
                             "assert os.path.getsize('sites') == 1");
    CHECK_OK(pyferry_runtime_stop(0));
    CHECK_STATUS(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER);
    check_works(main_interpreter);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
