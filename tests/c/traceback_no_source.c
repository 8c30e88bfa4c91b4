/* What the message of a failed pyferry_exec names as a file is read for its lines only if it is one: a FIFO that nobody writes, or a
   device without an end, holds up neither the thread nor the interpreter. */
/* harness: not-on=windows it has no FIFOs in a folder */
#include "py.h"

#include <sys/stat.h>

#define FIFO "source.fifo"
#define LARGE "large.py"

/* Only the frame: no line of source below it. */
static void says_no_line(const char *filename)
{
    char want[256];
    CHECK_REFUSED(pyferry_exec("1 / 0", filename), PYFERRY_STATUS_PYTHON_ERROR, "ZeroDivisionError");
    snprintf(want, sizeof want, "  File \"%s\", line 1, in <module>\nZeroDivisionError: division by zero", filename);
    CHECK_SAYS(want);
    /* A file of a script's. */
    snprintf(want, sizeof want, "exec(compile('1 / 0', '%s', 'exec'))", filename);
    CHECK_REFUSED(pyferry_exec(want, NULL), PYFERRY_STATUS_PYTHON_ERROR, "ZeroDivisionError");
}

int main(void)
{
    unlink(FIFO);
    CHECK(mkfifo(FIFO, 0600) == 0);
    write_file(LARGE, "1 / 0 # as written\n");

    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_token token = attach(main_interpreter);
    CHECK_REFUSED(pyferry_exec("1 / 0", LARGE), PYFERRY_STATUS_PYTHON_ERROR, "\n    1 / 0 # as written\n");
    says_no_line(FIFO);
    says_no_line("/dev/zero");
    says_no_line("/");
    says_no_line("no such file");
    /* Larger than any source: 4 GiB on paper, none of which is read. */
    CHECK(truncate(LARGE, (off_t)4 << 30) == 0);
    says_no_line(LARGE);
    unlink(LARGE);
    detach(token);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
