/* A script that makes a text for which there is no memory ends neither pyferry_eval, nor what makes the message of an exception, nor so
   the host: the answer is MemoryError, or as much of the text as there is room for. */
/* harness: not-under=memcheck it limits the memory of the process */
/* harness: not-under=helgrind it limits the memory of the process */
/* harness: not-under=sanitizers it limits the memory of the process */
/* harness: not-under=arm64 it limits the memory of the process */
/* harness: not-on=windows it has no limit of memory */
/* Half of its time is the kernel's, page by page, where pages are not huge. */
/* harness: env=GLIBC_TUNABLES=glibc.malloc.hugetlb=1 */
#include "py.h"

#include <malloc.h>
#include <sys/resource.h>

#define LENGTH 17000000 /* each copy is a mapping of its own: CPython's allocator without the GIL makes one from 16 MiB on */

/* Room for so many halves of a copy more than there is now. */
static void limit(int halves)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%ld", &pages) == 1 && fclose(file) == 0);
    struct rlimit room;
    CHECK(getrlimit(RLIMIT_AS, &room) == 0);
    room.rlim_cur = halves < 0 ? room.rlim_max : (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + (rlim_t)halves * (LENGTH / 2);
    CHECK(setrlimit(RLIMIT_AS, &room) == 0);
}

/* Either all of it, or an exception that says why not. */
static void evaluate(const char *source, bool is_raised)
{
    char text[8];
    size_t length = 0;
    for (int halves = 1; halves < 12; halves += 2) {
        limit(halves);
        pyferry_status status = pyferry_eval(source, "level.py", text, sizeof text, &length);
        size_t said = pyferry_last_error(NULL, 0);
        limit(-1);
        CHECK(!PyErr_Occurred());
        if (status == PYFERRY_STATUS_OK)
            CHECK(!is_raised && length == LENGTH && strcmp(text, "xxxxxxx") == 0);
        else
            CHECK(status == PYFERRY_STATUS_PYTHON_ERROR && said > 0);
        if (status != PYFERRY_STATUS_OK && !is_raised)
            CHECK_SAYS("MemoryError");
        if (is_raised && said < LENGTH)
            CHECK(strstr(last_error(), "MemoryError") != NULL || strstr(last_error(), "level.py") != NULL);
        else if (is_raised)
            CHECK(said < 2 * LENGTH + 1000); /* 3.13 and later mark the whole line of a syntax error that has no end */
    }
}

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_token token = attach(main_interpreter);
    char source[256];
    CHECK(mallopt(M_MMAP_THRESHOLD, LENGTH / 4) == 1); /* else it goes up to 32 MiB by itself */
    snprintf(source, sizeof source, "'x' * %d", LENGTH);
    evaluate(source, false);
    static const char *const raised[] = {
        "ValueError('x' * %d)",
        "type('x' * %d, (Exception,), {})",
        "SyntaxError('m', ('x' * %d, 1, 1, 'abc'))",
        "SyntaxError('m', ('x' * %d, None, None, None))",
        "SyntaxError('m', ('f', 1, 1, 'x' * %d))",
        "eval(compile('1 / 0', 'x' * %d, 'eval'))",
    };
    for (size_t i = 0; i < COUNT(raised); i++) {
        if (left_out((int)i) || left_out((int)i / 2))
            continue;
        char exception[128];
        snprintf(exception, sizeof exception, raised[i], LENGTH);
        snprintf(source, sizeof source, "(_ for _ in ()).throw(%s)", exception);
        evaluate(source, true);
    }
    /* Columns that there are not take no memory either. */
    evaluate("(_ for _ in ()).throw(SyntaxError('m', ('f', 1, 10**15, 'abc')))", true);
    if (python_minor() >= 10) /* before that a syntax error has no end */
        evaluate("(_ for _ in ()).throw(SyntaxError('m', ('f', 1, 2, 'abc', 1, 10**15)))", true);
    detach(token);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
