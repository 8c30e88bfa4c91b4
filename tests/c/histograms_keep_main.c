/* harness: mode=runtime */
/* harness: since=3.15 */
/* The counts of the main interpreter stay when those of the oldest interpreters go, also where another one was counted first. (The
   same on every Python: so it is run on the newest, for to make so many interpreters takes a while.) */
#include "use.h"

enum { MOST = 200 };

/* Whether waits of threads at one interpreter were counted. */
static bool is_counted(const pyferry_view *view)
{
    static pyferry_histogram all[MOST] = { PYFERRY_HISTOGRAM_INIT };
    size_t count = pyferry_histograms(all, MOST);
    CHECK(count <= MOST);
    for (size_t i = 0; i < count; i++)
        if (all[i].interpreter_id == pyferry_view_interpreter_id(view) && all[i].kind == PYFERRY_HISTOGRAM_WAIT)
            return true;
    return false;
}

int main(void)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.flags = PYFERRY_RUNTIME_NO_SITE;
    CHECK_OK(pyferry_runtime_start(&options));
    pyferry_view *main = main_view(), *first = new_interpreter();
    CHECK_OK(pyferry_histograms_start());
    check_works(first);
    check_works(main);
    for (int i = 0; i < 64; i++) {
        pyferry_view *view = new_interpreter();
        check_works(view);
        CHECK_OK(pyferry_interpreter_end(view, -1));
        pyferry_view_free(view);
    }
    /* Now all is counted. */
    CHECK_OK(pyferry_trace_stop());
    CHECK(!is_counted(first) && is_counted(main));
    pyferry_view_free(first);
    pyferry_view_free(main);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
