/* Ending the interpreter that first used "\\N{...}" leaves the others theirs (up to 3.11 CPython keeps one table for all). */
/* harness: mode=runtime */
/* What is freed is overwritten (free-threaded builds have no such allocator, and none of the trouble). */
/* harness: only=gil */
/* harness: env=PYTHONMALLOC=malloc_debug */
#include "use.h"

#define NAMES "compile(r\"'\\N{GREEK SMALL LETTER ZETA}'\", 'x', 'eval')"

int main(void)
{
    CHECK_OK(pyferry_runtime_start(NULL));
    pyferry_view *first = new_interpreter(), *second = new_interpreter();
    run_in(first, NAMES);
    CHECK_OK(pyferry_interpreter_end(first, -1));
    run_in(second, NAMES);
    CHECK_OK(pyferry_interpreter_end(second, -1));
    pyferry_view_free(first);
    pyferry_view_free(second);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
