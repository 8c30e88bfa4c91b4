/* harness: mode=runtime */
/* An end waits for the Python threads that the interpreter started, and says which it waited for in vain. */
#include "use.h"

int main(void)
{
    start_runtime();
    pyferry_view *sub = new_interpreter();
    run_in(sub, "import threading, os\n"
                "read, write = os.pipe()\n"
                "thread = threading.Thread(target=os.read, args=(read, 1), name='loader-3', daemon=False)\n"
                "thread.start()\n"
                "open('pipe', 'w').write(str(write))");
    CHECK_REFUSED(pyferry_interpreter_end(sub, 0), PYFERRY_STATUS_TIMEOUT, "loader-3");
    CHECK_TIMES_OUT(pyferry_interpreter_end(sub, limit), "loader-3");
    check_closed(sub);
    int write_end = -1;
    FILE *file = fopen("pipe", "r");
    CHECK(file != NULL && fscanf(file, "%d", &write_end) == 1 && fclose(file) == 0);
    CHECK(write(write_end, "x", 1) == 1);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    check_closed(sub);
    pyferry_view_free(sub);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
