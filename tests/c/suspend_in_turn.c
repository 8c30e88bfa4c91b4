/* Python threads that nobody waits for, and that let go by pyferry_suspend again and again, do not hold a shutdown up for ever: it
   waits for each once. */
#include "py.h"

enum { THREADS = 3 };

static pyferry_view *main_interpreter;
static int times;

static PyObject *let_go(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    pyferry_suspension out = suspend();
    __atomic_add_fetch(&times, 1, __ATOMIC_SEQ_CST);
    sleep_ms(1);
    pyferry_status status = pyferry_resume(&out);
    if (status != PYFERRY_STATUS_OK) {
        /* There is no Python to go back to. */
        CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
        for (;;)
            sleep_ms(1000);
    }
    Py_RETURN_NONE;
}

static PyMethodDef method = { "let_go", let_go, METH_NOARGS, NULL };

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_token token = attach(main_interpreter);
    define(&method);
    run("import threading\n"
        "def goes_on(let_go=let_go):\n"
        "    while True: let_go()\n"
        "for i in range(3): threading.Thread(target=goes_on, daemon=True).start()");
    detach(token);
    while (__atomic_load_n(&times, __ATOMIC_SEQ_CST) < 10 * THREADS)
        sleep_ms(1);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
