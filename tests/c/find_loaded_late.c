/* harness: mode=dlopen */
/* "No Python" is no answer for ever: one that is loaded later, and initialised later still, is found then. */
#include "loaded.h"

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    pyferry_view *view = NULL;
    CHECK_REFUSED(pyferry_view_main(&view), PYFERRY_STATUS_NO_PYTHON, "no Python in this process");
    CHECK(!pyferry_is_attached(NULL));

    struct loaded python = load_python(argv[1], RTLD_LOCAL);
    CHECK_REFUSED(pyferry_view_main(&view), PYFERRY_STATUS_NO_PYTHON, "not initialised");
    const char *file = argv[1] + strlen(argv[1]);
    while (file[-1] != '/' && file[-1] != '\\')
        file--;
    CHECK_SAYS(file);
    CHECK(!pyferry_is_attached(NULL));
    CHECK(view == NULL);

    use_loaded_python(&python);
    return 0;
}
