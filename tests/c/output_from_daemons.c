/* harness: mode=runtime */
/* The output callback of a host may let go (pyferry_suspend), also on a Python thread that nobody waits for and that Python's end
   overtakes there: CPython deals with that thread then, as it does wherever such a thread comes back too late. */
#include "use.h"

static int calls;

static void take_output(int64_t interpreter, int32_t stream, const char *bytes, size_t length, void *data)
{
    (void)interpreter, (void)stream, (void)bytes, (void)length, (void)data;
    pyferry_suspension out = suspend();
    __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    sleep_ms(2);
    pyferry_status status = pyferry_resume(&out);
    CHECK(status == PYFERRY_STATUS_OK || status == PYFERRY_STATUS_CLOSED);
}

static void stop_with_one(void)
{
    calls = 0;
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.output = take_output;
    CHECK_OK(pyferry_runtime_start(&options));
    pyferry_view *main = main_view();
    run_in(main, "import threading\n"
                 "def prints():\n"
                 "    while True: print('x', end='')\n"
                 "threading.Thread(target=prints, daemon=True).start()");
    while (__atomic_load_n(&calls, __ATOMIC_SEQ_CST) < 5)
        sleep_ms(1);
    CHECK_OK(pyferry_runtime_stop(-1));
    pyferry_view_free(main);
}

int main(void)
{
    for (int round = 0; round < (in_short() ? 3 : 8); round++)
        stop_with_one();
    return 0;
}
