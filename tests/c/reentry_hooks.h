/* What CPython calls from within its own functions, PyThreadState_New among them: tracemalloc, and an allocator of
   PyMem_SetAllocator's that looks at the thread's state, and asks pyferry, as an audit hook does here. Trace functions and
   sys.monitoring beside. */
#ifndef PYFERRY_TEST_REENTRY_HOOKS_H
#define PYFERRY_TEST_REENTRY_HOOKS_H

#include "py.h"

#include <sys/wait.h>

/* ---- an allocator for all of CPython's memory ---- */

static PyMemAllocatorEx raw, memory, object;
static volatile bool hooked;
static _Thread_local bool inside;
static long calls;
/* Who is attached to it may always nest, wherever a hook runs. NULL where there is none yet, or no more. */
static const pyferry_view *volatile nests_in;

/* Any thread may ask this at any time, in the middle of any call. */
static void ask(void)
{
    pyferry_thread_info infos[4] = { PYFERRY_THREAD_INFO_INIT };
    pyferry_token empty = PYFERRY_TOKEN_INIT;
    pyferry_is_attached(NULL);
    pyferry_threads(infos, 4);
    CHECK_STATUS(pyferry_detach(&empty), PYFERRY_STATUS_STALE_TOKEN);
}

/* Comes back to CPython, where there is one to come to. */
static void come_back(void)
{
    inside = true;
    ask();
    if (Py_IsInitialized()) {
        PyGILState_STATE ensured = PyGILState_Ensure();
        CHECK(current_state() != NULL && current_state() == PyGILState_GetThisThreadState());
        PyGILState_Release(ensured);
        if (nests_in != NULL && pyferry_is_attached(nests_in))
            detach(attach(nests_in));
    }
    __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    inside = false;
}

/* Debug builds make more, and take longer for each. */
static unsigned int each;
/* From 3.15 on CPython's own slot dangles while it frees a state: PyGILState_Release, which frees one, crashes. */
static bool looks_at_frees;

static void look(const PyMemAllocatorEx *under)
{
    static _Thread_local unsigned int turn;
    /* Objects are many: not each. */
    if (hooked && !inside && (under == &raw || turn++ % each == 0))
        come_back();
}

static void *hook_malloc(void *allocator, size_t size)
{
    PyMemAllocatorEx *under = allocator;
    look(under);
    return under->malloc(under->ctx, size);
}

static void *hook_calloc(void *allocator, size_t count, size_t size)
{
    PyMemAllocatorEx *under = allocator;
    look(under);
    return under->calloc(under->ctx, count, size);
}

static void *hook_realloc(void *allocator, void *old, size_t size)
{
    PyMemAllocatorEx *under = allocator;
    look(under);
    return under->realloc(under->ctx, old, size);
}

static void hook_free(void *allocator, void *old)
{
    PyMemAllocatorEx *under = allocator;
    if (looks_at_frees)
        look(under);
    under->free(under->ctx, old);
}

static void set_allocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *under)
{
    PyMem_GetAllocator(domain, under);
    PyMemAllocatorEx hook = { under, hook_malloc, hook_calloc, hook_realloc, hook_free };
    PyMem_SetAllocator(domain, &hook);
}

/* ---- an audit hook, which CPython calls in interpreters that are half made, too ---- */

static volatile bool audited;

/* Before a fork pyferry takes each of its locks: none is held by a thread that is in CPython, or waits to be. */
static void fork_here(void)
{
    static int forks;
    int status;
    if (__atomic_fetch_add(&forks, 1, __ATOMIC_SEQ_CST) >= 100)
        return;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

static int audit(const char *event, PyObject *arguments, void *unused)
{
    (void)arguments, (void)unused;
    if (!audited || inside || PyGILState_GetThisThreadState() == NULL || current_state() == NULL)
        return 0;
    come_back();
    if (strcmp(event, "compile") == 0)
        fork_here();
    return 0;
}

/* ---- which one is on ---- */

enum hook { TRACEMALLOC, ALLOCATOR, AUDIT, TRACE, MONITORING, HOOKS };

/* As Python code does: it may let go, too. */
static PyObject *act(PyObject *unused, PyObject *arguments)
{
    (void)unused, (void)arguments;
    static _Thread_local unsigned int turn;
    pyferry_view *here = NULL;
    if (inside || turn++ % 16 != 0)
        Py_RETURN_NONE;
    come_back();
    inside = true;
    if (pyferry_view_current(&here) == PYFERRY_STATUS_OK) {
        pyferry_token token = attach(here);
        Py_BEGIN_ALLOW_THREADS
        pyferry_token back;
        pyferry_status status = pyferry_attach(here, &back);
        if (status == PYFERRY_STATUS_OK)
            detach(back);
        else
            CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
        Py_END_ALLOW_THREADS
        resume(suspend());
        detach(token);
        pyferry_view_free(here);
    }
    inside = false;
    Py_RETURN_NONE;
}
static PyMethodDef act_method = { "act", act, METH_VARARGS, NULL };

/* In the interpreter that is attached, on this thread and on those that its `threading` makes. */
static void trace_here(enum hook hook)
{
    if (hook != TRACE && hook != MONITORING)
        return;
    define(&act_method);
    if (hook == TRACE)
        run("import sys, threading\n"
            "def trace(frame, event, arg, act=act):\n"
            "    act()\n"
            "    return trace\n"
            "threading.settrace(trace); threading.setprofile(trace)\n"
            "sys.settrace(trace); sys.setprofile(trace)\n");
    else
        run("import sys\n"
            "m = getattr(sys, 'monitoring', None)\n"
            "if m is not None and m.get_tool(m.DEBUGGER_ID) is None:\n"
            "    m.use_tool_id(m.DEBUGGER_ID, 'here')\n"
            "    events = m.events.LINE, m.events.CALL, m.events.PY_START, m.events.PY_RETURN\n"
            "    m.set_events(m.DEBUGGER_ID, sum(events))\n"
            "    for event in events:\n"
            "        m.register_callback(m.DEBUGGER_ID, event, act)\n");
}

/* Up to 3.11 an interpreter that is made or ended under such hooks hangs by CPython's own doing. */
static bool can_make(enum hook hook)
{
    return python_minor() >= 12 || hook > AUDIT;
}

/* Before there is a Python. */
static void set_hooks(void)
{
    each = python_is_debug() ? 1024 : 256;
    looks_at_frees = python_minor() < 15;
    set_allocator(PYMEM_DOMAIN_RAW, &raw);
    set_allocator(PYMEM_DOMAIN_MEM, &memory);
    set_allocator(PYMEM_DOMAIN_OBJ, &object);
    CHECK(PySys_AddAuditHook(audit, NULL) == 0);
}

/* In a process of its own: up to 3.11 tracemalloc can be used in one life of Python only. */
static void in_process(void (*life)(enum hook, bool), enum hook hook, bool first)
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        life(hook, first);
        /* Not for want of calls. */
        CHECK(hook != ALLOCATOR || calls > 50);
        CHECK(hook != AUDIT || calls > 20);
        exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fprintf(stderr, "hook %d, %s: the child ended with status %#x\n", hook, first ? "first" : "late", (unsigned)status);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#endif
