/* harness: mode=runtime */
/* harness: lib=start_in_constructor_plugin */
/* Python is started where a library is being loaded, and the dynamic loader waits for that with its lock held: an answer, and
   no deadlock. Afterwards it starts. In a constructor of the program nothing is held, and it starts there. */
#include "use.h"

#include <dlfcn.h>

static bool started_before_main;

__attribute__((constructor)) static void before_main(void)
{
    CHECK_OK(pyferry_runtime_start(NULL));
    pyferry_view *main = main_view();
    check_works(main);
    pyferry_view_free(main);
    CHECK_OK(pyferry_runtime_stop(-1));
    started_before_main = true;
}

int main(void)
{
    CHECK(started_before_main);
    CHECK(dlopen("libstart_in_constructor_plugin.so", RTLD_NOW) != NULL);
    CHECK_STATUS(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER);
    CHECK_OK(pyferry_runtime_start(NULL));
    pyferry_view *main = main_view();
    check_works(main);
    pyferry_view_free(main);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
