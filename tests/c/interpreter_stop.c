/* harness: mode=runtime */
/* A stop with patience interrupts, when that is over, the threads inside and the interpreter's own, again and again, and so ends an
   interpreter whose scripts catch one interrupt and go on. Without patience it interrupts nobody. Its time limit holds where a script
   catches them all, and the message says who stays, and at which line. The same for the whole runtime. */
#include "use.h"

static int begun[2];

static void *run_stubborn(void *view)
{
    pyferry_token token = attach(view);
    char source[500];
    snprintf(source, sizeof source,
             "import os\n"
             "caught = 0\n"
             "os.write(%d, b'x')\n"
             "def work():\n"
             "    global caught\n"
             "    while True:\n"
             "        try:\n"
             "            while True: pass\n"
             "        except KeyboardInterrupt:\n"
             "            caught += 1\n"
             "            if caught > 2: raise\n"
             "work()\n",
             begun[1]);
    CHECK_REFUSED(pyferry_exec(source, "mod.py"), PYFERRY_STATUS_PYTHON_ERROR, "KeyboardInterrupt");
    detach(token);
    return NULL;
}

static void wait_for_begin(void)
{
    char byte;
    CHECK(read(begun[0], &byte, 1) == 1);
}

/* A Python thread that catches two interrupts too, from when this returns. */
static void start_stubborn_thread(const pyferry_view *view)
{
    run_in(view, "import threading, time\n"
                 "begun = []\n"
                 "def stay():\n"
                 "    left = 2\n"
                 "    while left >= 0:\n"
                 "        try:\n"
                 "            begun.append(1)\n"
                 "            while True: time.sleep(0.001)\n"
                 "        except KeyboardInterrupt:\n"
                 "            left -= 1\n"
                 "threading.Thread(target=stay, name='stays', daemon=False).start()\n"
                 "while not begun: time.sleep(0.001)\n");
}

int main(void)
{
    CHECK(pipe(begun) == 0);
    start_runtime();
    pyferry_view *sub = new_interpreter(), *other = new_interpreter(), *main = main_view();
    CHECK_REFUSED(pyferry_interpreter_stop(sub, -2, -1), PYFERRY_STATUS_INVALID_ARGUMENT, "patience_ms");
    CHECK_REFUSED(pyferry_interpreter_stop(sub, 0, -2), PYFERRY_STATUS_INVALID_ARGUMENT, "timeout_ms");
    CHECK_REFUSED(pyferry_interpreter_stop(main, 0, 0), PYFERRY_STATUS_INVALID_ARGUMENT, "pyferry_runtime_stop");
    check_works(sub);

    start_stubborn_thread(sub);
    pthread_t script = thread_start(run_stubborn, sub);
    wait_for_begin();
    /* No patience at all is not the same as never. */
    CHECK_TIMES_OUT(pyferry_interpreter_stop(sub, -1, limit), "mod.py:8 in work");
    check_closed(sub);
    CHECK_OK(pyferry_interpreter_stop(sub, 50, -1));
    thread_join(script);
    check_closed(sub);

    /* One that catches every interrupt, until it is told to go. */
    run_in(other, "import os, threading, time\n"
                  "begun = []\n"
                  "def stay():\n"
                  "    begun.append(1)\n"
                  "    while not os.path.exists('go'):\n"
                  "        try:\n"
                  "            time.sleep(0.001)\n"
                  "        except KeyboardInterrupt:\n"
                  "            pass\n"
                  "def begin():\n"
                  "    while True:\n"
                  "        try: return stay()\n"
                  "        except KeyboardInterrupt: pass\n"
                  "threading.Thread(target=begin, name='stays-for-good', daemon=False).start()\n"
                  "while not begun: time.sleep(0.001)\n");
    double since = seconds();
    CHECK_TIMES_OUT(pyferry_interpreter_stop(other, 0, limit), "stays-for-good (at <string>:");
    CHECK(seconds() - since < 10 * slowdown());
    CHECK_TIMES_OUT(pyferry_runtime_stop_with(0, limit), "stays-for-good");
    fclose(fopen("go", "w"));
    CHECK_OK(pyferry_runtime_stop_with(0, -1));
    check_closed(other);
    CHECK_REFUSED(pyferry_runtime_stop_with(-2, -1), PYFERRY_STATUS_INVALID_ARGUMENT, "patience_ms");
    CHECK_REFUSED(pyferry_runtime_stop_with(0, -1), PYFERRY_STATUS_WRONG_ORDER, "pyferry_runtime_start");
    pyferry_view_free(main);
    /* Main's own, in another life. */
    start_runtime();
    main = main_view();
    start_stubborn_thread(main);
    script = thread_start(run_stubborn, main);
    wait_for_begin();
    CHECK_OK(pyferry_runtime_stop_with(20, -1));
    thread_join(script);
    pyferry_view_free(sub);
    pyferry_view_free(other);
    pyferry_view_free(main);
    return 0;
}
