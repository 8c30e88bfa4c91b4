/* harness: timeout=60 */
/* harness: since=3.15 */
/* harness: not-on=windows it is gdb's process, or none */
/* harness: not-under=memcheck gdb finds Valgrind there */
/* harness: not-under=helgrind gdb finds Valgrind there */
/* harness: not-under=arm64 gdb finds the emulator there */
/* `call pyferry_dump(2)` in gdb says who is inside, of a process that stands still. */
#include "py.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static int to, from;

/* Whether there is a gdb. */
static void *debug(void *found)
{
    char command[512];
    snprintf(command, sizeof command,
             "gdb -nx -batch -iex 'set debuginfod enabled off' -iex 'set auto-load off' -p %d -ex 'call pyferry_dump(%d)' 2>&1",
             (int)getpid(), to);
    int status = system(command);
    CHECK(WIFEXITED(status));
    *(bool *)found = WEXITSTATUS(status) != 127;
    return NULL;
}

int main(void)
{
    int ends[2];
    CHECK(pipe(ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    from = ends[0], to = ends[1];
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); /* where only a parent may */
    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    pyferry_token token;
    CHECK_OK(pyferry_attach_labeled(view, "looked at", &token));
    bool found = false;
    on_new_thread(debug, &found);
    detach(token);
    char text[4096] = "";
    ssize_t length = read(from, text, sizeof text - 1);
    if (found) {
        CHECK(length > 0);
        printf("%s", text);
        CHECK(strstr(text, "[looked at]: inside, attached, for ") != NULL);
    }
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
