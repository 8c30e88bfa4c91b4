/* harness: also=cache_off PYFERRY_CACHE=off */
/* A thread that goes from A to B and to A again is in A, B and A, each time on its own first state there. */
#include "py.h"

static pyferry_view *main_interpreter, *subs[2];

static PyThreadState *state_in(const pyferry_view *view)
{
    PyThreadState *state = PyThreadState_Get();
    CHECK(PyInterpreterState_GetID(PyThreadState_GetInterpreter(state)) == pyferry_view_interpreter_id(view));
    CHECK(is_in(pyferry_view_interpreter_id(view)) && pyferry_is_attached(view));
    return state;
}

static void *travel(void *unused)
{
    const pyferry_view *a = subs[0], *b = subs[1], *main = main_interpreter;
    bool attached = pyferry_is_attached(NULL);
    for (int round = 0; round < 3; round++) {
        pyferry_token tokens[5];
        tokens[0] = attach(a);
        PyThreadState *in_a = state_in(a);
        run("place = 'a'");
        tokens[1] = attach(b);
        PyThreadState *in_b = state_in(b);
        CHECK(!pyferry_is_attached(a) && in_b != in_a);
        run("place = 'b'");
        tokens[2] = attach(a);
        CHECK(state_in(a) == in_a);
        run("assert place == 'a'");
        tokens[3] = attach(main);
        PyThreadState *in_main = state_in(main);
        tokens[4] = attach(b);
        CHECK(state_in(b) == in_b);
        run("assert place == 'b'");
        detach(tokens[4]);
        CHECK(state_in(main) == in_main);
        detach(tokens[3]);
        CHECK(state_in(a) == in_a);
        detach(tokens[2]);
        CHECK(state_in(b) == in_b);
        detach(tokens[1]);
        CHECK(state_in(a) == in_a);
        run("assert place == 'a'");
        detach(tokens[0]);
        CHECK(pyferry_is_attached(NULL) == attached);
    }
    return unused;
}

/* A -> B -> A in the middle of running Python: frames, generators and exceptions of A stay what they are. */
static PyObject *go_round(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    travel(NULL);
    Py_RETURN_NONE;
}

static PyObject *round_trip(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    PyThreadState *before = PyThreadState_Get();
    pyferry_token to_b = attach(subs[1]), to_a = attach(subs[0]);
    run("depth = globals().get('depth', 0) + 1");
    detach(to_a);
    detach(to_b);
    CHECK(PyThreadState_Get() == before);
    Py_RETURN_NONE;
}

static PyMethodDef go = { "go_round", go_round, METH_NOARGS, NULL }, trip = { "round_trip", round_trip, METH_NOARGS, NULL };

static void *run_python_that_travels(void *unused)
{
    pyferry_token token = attach(subs[0]);
    define(&trip);
    run("def generate():\n"
        "    for i in range(100):\n"
        "        round_trip()\n"
        "        yield i\n"
        "def fall():\n"
        "    try:\n"
        "        1 / 0\n"
        "    except ZeroDivisionError:\n"
        "        round_trip()\n"
        "        raise\n"
        "assert sum(generate()) == 4950\n"
        "try:\n"
        "    fall()\n"
        "except ZeroDivisionError as error:\n"
        "    assert error.__traceback__ is not None\n"
        "else:\n"
        "    assert False\n"
        "def deep(n):\n"
        "    return round_trip() if n == 0 else deep(n - 1)\n"
        "deep(200)\n"
        "assert depth == 102, depth");
    detach(token);
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    subs[0] = new_interpreter();
    subs[1] = new_interpreter();
    on_new_thread(travel, NULL);
    travel(NULL);
    on_new_thread(run_python_that_travels, NULL);

    /* From inside main, on the thread that Python itself attached. */
    PyEval_RestoreThread(state);
    travel(NULL);
    CHECK(PyThreadState_Get() == state);
    define(&go);
    run("import threading\n"
        "go_round()\n"
        "threads = [threading.Thread(target=go_round) for _ in range(4)]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]");
    CHECK(PyThreadState_Get() == state);
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(subs[0]);
    pyferry_view_free(subs[1]);
    return 0;
}
