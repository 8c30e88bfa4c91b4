/* Nested attachments of one state hold nothing, and end in any order among themselves, as greenlets and coroutines end them; also
   inside of Python code that runs since. What entered an interpreter, or let go of one, ends last in, first out. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;

enum { NESTED = 6 };

/* Every order of three, and some of six. */
static const int orders[][NESTED] = {
    { 0, 1, 2, 3, 4, 5 }, { 5, 4, 3, 2, 1, 0 }, { 3, 5, 0, 1, 4, 2 }, { 0, 2, 1, 5, 3, 4 }, { 4, 0, 5, 3, 1, 2 }, { 2, 1, 0, 4, 3, 5 },
};

static void end_in_order(const pyferry_view *view, const int order[])
{
    pyferry_token nested[NESTED], copies[NESTED];
    for (int i = 0; i < NESTED; i++)
        copies[i] = nested[i] = attach(view);
    for (int i = 0; i < NESTED; i++) {
        detach(nested[order[i]]);
        CHECK(pyferry_is_attached(view));
        CHECK_STATUS(pyferry_detach(&copies[order[i]]), PYFERRY_STATUS_STALE_TOKEN);
        run("assert sum([1, 2]) == 3");
        /* More may begin meanwhile. */
        detach(attach(view));
    }
}

static void *in_any_order(void *view)
{
    for (size_t i = 0; i < COUNT(orders); i++) {
        pyferry_token outer = attach(view);
        end_in_order(view, orders[i]);
        detach(outer);
        CHECK(!pyferry_is_attached(NULL));
    }
    PyGILState_STATE ensured = PyGILState_Ensure();
    end_in_order(main_interpreter, orders[2]);
    PyGILState_Release(ensured);
    return NULL;
}

static pyferry_token open_token, entered;

static PyObject *begin(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    open_token = attach(main_interpreter);
    Py_RETURN_NONE;
}

static PyObject *end(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    CHECK_REFUSED(pyferry_detach(&entered), PYFERRY_STATUS_WRONG_ORDER, "end those first");
    detach(open_token);
    Py_RETURN_NONE;
}

static PyMethodDef begin_method = { "begin", begin, METH_NOARGS, NULL }, end_method = { "end", end, METH_NOARGS, NULL };

/* A coroutine begins one in one call of Python's, and ends it in another. */
static void *in_a_coroutine(void *view)
{
    entered = attach(view);
    define(&begin_method);
    define(&end_method);
    run("class Once:\n    def __await__(self): yield\n"
        "async def work():\n    begin()\n    await Once()\n    end()\n"
        "work = work()\nwork.send(None)");
    pyferry_token later = attach(view);
    run("try: work.send(None)\nexcept StopIteration: pass");
    detach(later);
    detach(entered);
    return NULL;
}

static void *what_enters(void *view)
{
    pyferry_token outer = attach(view), nested = attach(view);
    CHECK_REFUSED(pyferry_detach(&outer), PYFERRY_STATUS_WRONG_ORDER, "end those first");
    pyferry_token elsewhere = attach(sub), back = attach(view), in_back = attach(view);
    CHECK_REFUSED(pyferry_detach(&nested), PYFERRY_STATUS_WRONG_ORDER, "end those first");
    CHECK_REFUSED(pyferry_detach(&back), PYFERRY_STATUS_WRONG_ORDER, "end those first");
    CHECK_REFUSED(pyferry_detach(&elsewhere), PYFERRY_STATUS_WRONG_ORDER, "end those first");
    detach(in_back);
    detach(back);
    detach(elsewhere);
    pyferry_suspension out = suspend();
    CHECK_REFUSED(pyferry_detach(&nested), PYFERRY_STATUS_WRONG_ORDER, "end those first");
    resume(out);
    pyferry_token other = attach(view);
    pyferry_token was = nested;
    detach(nested);
    CHECK_STATUS(pyferry_detach(&was), PYFERRY_STATUS_STALE_TOKEN);
    detach(other);
    detach(outer);
    return NULL;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    on_new_thread(in_any_order, main_interpreter);
    on_new_thread(in_any_order, sub);
    on_new_thread(in_a_coroutine, main_interpreter);
    on_new_thread(what_enters, main_interpreter);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
