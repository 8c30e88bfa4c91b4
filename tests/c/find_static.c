/* harness: mode=static */
/* A Python inside the executable is found there, slot and all, and no other is loaded. */
#include "py.h"

int main(void)
{
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    CHECK_OK(pyferry_runtime_get_info(&info));
    char *self = realpath("/proc/self/exe", NULL);
    CHECK(strcmp(info.libpython, self) == 0);
    CHECK(info.cache_off_reason == NULL);
    free(self);

    pyferry_view *sub = new_interpreter();
    on_new_thread(visit, main);
    on_new_thread(visit, sub);
    check_works(sub);

    /* start joins it. */
    CHECK_OK(pyferry_runtime_start(NULL));
    CHECK_OK(pyferry_runtime_stop(-1));
    check_works(main);
    finish_python(state);
    check_closed(main);
    pyferry_view_free(main);
    pyferry_view_free(sub);
    return 0;
}
