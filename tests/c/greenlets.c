/* harness: with=greenlet */
/* Greenlets end attachments of one thread state in another order than they began: that is no error, with greenlets that C code
   switches in between, nested and on threads of the host's. What a suspended one has in `finally` is run by
   pyferry_thread_forget, on the thread itself. */
#include "py.h"

static pyferry_view *view;

/* Attaches, has Python switch to another greenlet, and detaches when this one goes on. */
static PyObject *visit_and_switch(PyObject *unused, PyObject *switch_away)
{
    (void)unused;
    pyferry_token token = attach(view), nested = attach(view);
    PyObject *result = PyObject_CallObject(switch_away, NULL);
    CHECK(pyferry_is_attached(view));
    detach(nested);
    detach(token);
    return result;
}

static PyMethodDef method = { "visit_and_switch", visit_and_switch, METH_O, NULL };

static const char source[] =
    "import greenlet\n"
    "order = []\n"
    "def work(name):\n"
    "    for step in range(3):\n"
    "        visit_and_switch(greenlet.getcurrent().parent.switch)\n"
    "        order.append(name)\n"
    "def run():\n"
    "    del order[:]\n"
    "    workers = [greenlet.greenlet(work) for name in 'abc']\n"
    "    for worker, name in zip(workers, 'abc'): worker.switch(name)\n"
    "    for step in range(3):\n"
    "        for worker in (workers, workers[::-1], workers[1:] + workers[:1])[step]: worker.switch()\n"
    "    assert all(worker.dead for worker in workers)\n"
    "    assert ''.join(order) == 'abccbabca', order\n";

static void *run_on_thread(void *unused)
{
    for (int i = 0; i < 5; i++) {
        pyferry_token token = attach(view);
        run("run()");
        detach(token);
        CHECK(!pyferry_is_attached(NULL));
    }
    return unused;
}

static void *leave_one_suspended(void *unused)
{
    run_in(view, "import threading\n"
                 "ended = []\n"
                 "here = threading.get_ident()\n"
                 "local = threading.local()\n"
                 "def wait():\n"
                 "    try: greenlet.getcurrent().parent.switch()\n"
                 "    finally: ended.append(threading.get_ident() == here)\n"
                 "local.kept = greenlet.greenlet(wait)\n"
                 "local.kept.switch()\n");
    CHECK_OK(pyferry_thread_forget());
    run_in(view, "assert ended == [True], ended");
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    pyferry_token token = attach(view);
    define(&method);
    run(source);
    run("run()");
    detach(token);
    on_new_thread(run_on_thread, NULL);
    on_new_thread(leave_one_suspended, NULL);
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
