/* harness: lib=first_view_in_constructor_plugin */
/* The first view is taken where a library is being loaded, and the dynamic loader waits for that with its lock held, on a thread
   that is attached and on one that is not: an answer, and no deadlock. On Windows, where no thread begins meanwhile, that is a
   refusal, and afterwards there is a view. */
#include "py.h"

#include <dlfcn.h>

static void load(bool attached)
{
    initialize_python();
    PyThreadState *state = attached ? NULL : PyEval_SaveThread();
    void *plugin = dlopen("libfirst_view_in_constructor_plugin.so", RTLD_NOW);
    CHECK(plugin != NULL);
    pyferry_status said = *(pyferry_status *)dlsym(plugin, "said");
    pyferry_view *view = *(pyferry_view **)dlsym(plugin, "view");
#ifdef _WIN32
    CHECK(said == PYFERRY_STATUS_WRONG_ORDER);
    view = main_view();
#else
    CHECK_OK(said);
#endif
    if (attached)
        state = PyEval_SaveThread();
    check_works(view);
    finish_python(state);
    check_closed(view);
    pyferry_view_free(view);
    CHECK(dlclose(plugin) == 0);
}

int main(void)
{
    load(false);
    load(true);
    return 0;
}
