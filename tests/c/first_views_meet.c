/* Two threads that take an interpreter's first view at once may make the module `atexit` at once: the one that finds that the
   other has just made it goes on with that, and both have a view. */
#include "py.h"

int main(void)
{
    Py_InitializeEx(0);
    run("import sys\n"
        "sys.modules.pop('atexit', None)\n"
        "bootstrap = sys.modules['_frozen_importlib']\n"
        "make = bootstrap._builtin_from_name\n"
        /* The other thread is through, and this one did not find what it was at putting in. */
        "def meets_another(name):\n"
        "    bootstrap._builtin_from_name = make\n"
        "    make(name)\n"
        "    raise KeyError(name)\n"
        "bootstrap._builtin_from_name = meets_another\n");
    pyferry_view *view = main_view();
    check_works(view);
    run("assert bootstrap._builtin_from_name is make");
    finish_python(PyEval_SaveThread());
    CHECK_STATUS(pyferry_attach(view, &(pyferry_token){ 0 }), PYFERRY_STATUS_CLOSED);
    pyferry_view_free(view);
    return 0;
}
