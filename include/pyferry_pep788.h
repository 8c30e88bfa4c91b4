/**
 * @file
 * PEP 788 on every Python: CPython 3.15's PyInterpreterView, PyInterpreterGuard, PyThreadState_Ensure and their kin, under
 * CPython's names and with its signatures, on 3.9 to 3.14 too, by way of pyferry.
 *
 *     #include <Python.h>
 *     #include <pyferry_pep788.h>
 *
 * From 3.15 on the names are CPython's own and this header adds nothing, unless PYFERRY_PEP788_ALWAYS is defined before: then
 * they are pyferry's there too. (They are as well where Py_LIMITED_API says that a module is for an older Python; it has to be
 * 0x03090000 or more.) Code that is written for 3.15 runs everywhere; docs/pep788.md has the few things that differ. Link with
 * pyferry. What one file opens another may close, where both were compiled with the same names.
 *
 * PYFERRY_PEP788_KEEP_STATES, defined before: a thread keeps its thread state, with its threading.local values and context
 * variables, from one PyThreadState_Ensure to the next, as pyferry_attach does: many times faster. Without, each
 * PyThreadState_Ensure that has none to come back to makes one, and PyThreadState_Release deletes it, as in CPython.
 *
 * Written by hand, for C99 to C23 and C++11 to C++23.
 */
#ifndef PYFERRY_PEP788_H
#define PYFERRY_PEP788_H

/* Python.h comes before the system's headers. */
#include <Python.h>

/* Whether Python.h declares these names itself. */
#if PY_VERSION_HEX >= 0x030f0000 && (!defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x030f0000)
#define PYFERRY_PEP788_IS_CPYTHONS 1
#else
#define PYFERRY_PEP788_IS_CPYTHONS 0
#endif

#if !PYFERRY_PEP788_IS_CPYTHONS || defined(PYFERRY_PEP788_ALWAYS)

/* No limited API before has PyInterpreterState_Get. */
#if defined(Py_LIMITED_API) && Py_LIMITED_API + 0 < 0x03090000
#error "pyferry_pep788.h is for CPython 3.9 and later: define Py_LIMITED_API as 0x03090000 or more."
#endif

#include <pyferry.h>

#include <stdlib.h>

#if PYFERRY_PEP788_IS_CPYTHONS
#define PyInterpreterView pyferry_PyInterpreterView
#define PyInterpreterView_FromCurrent pyferry_PyInterpreterView_FromCurrent
#define PyInterpreterView_FromMain pyferry_PyInterpreterView_FromMain
#define PyInterpreterView_Close pyferry_PyInterpreterView_Close
#define PyInterpreterGuard pyferry_PyInterpreterGuard
#define PyInterpreterGuard_FromCurrent pyferry_PyInterpreterGuard_FromCurrent
#define PyInterpreterGuard_FromView pyferry_PyInterpreterGuard_FromView
#define PyInterpreterGuard_Close pyferry_PyInterpreterGuard_Close
#define PyThreadStateToken pyferry_PyThreadStateToken
#define PyThreadState_Ensure pyferry_PyThreadState_Ensure
#define PyThreadState_EnsureFromView pyferry_PyThreadState_EnsureFromView
#define PyThreadState_Release pyferry_PyThreadState_Release
#endif

/** A weak handle to one interpreter. Any number of threads may use one at once. */
typedef struct PyInterpreterView PyInterpreterView;

/** A strong handle to one interpreter, which cannot finish shutting down while it is open. */
typedef struct PyInterpreterGuard PyInterpreterGuard;

/** What PyThreadState_Ensure gives and PyThreadState_Release takes back. */
typedef void PyThreadStateToken;

struct PyInterpreterView {
    /** NULL: the interpreter was not there yet, or in the last of its shutdown. */
    pyferry_view *view;
    /** The view is of whichever main interpreter there is when it is used, as in CPython, which goes by the number. */
    bool is_main;
};

/** What a PyThreadStateToken points to. */
struct pyferry_pep788_token {
    /** Empty where there was nothing to attach, or something to come back to. */
    pyferry_token attachment;
    /** The guard of PyThreadState_EnsureFromView, where no attachment holds a shutdown up instead. Else NULL. */
    pyferry_guard *guard;
    /** The thread has come back to a state of its own that it had let go of, and lets go of it again. */
    bool came_back;
};

/* ---- what is said where something fails ---- */

/* The last failure of this thread's as an exception. */
static inline void pyferry_pep788_raise(pyferry_status status)
{
    char text[1024];
    PyObject *kind = PyExc_RuntimeError;
    if (status == PYFERRY_STATUS_NO_MEMORY) {
        PyErr_NoMemory();
        return;
    }
#if PY_VERSION_HEX >= 0x030d0000 && (!defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x030d0000)
    if (status == PYFERRY_STATUS_CLOSED)
        kind = PyExc_PythonFinalizationError;
#endif
    pyferry_last_error(text, sizeof text);
    PyErr_SetString(kind, text);
}

/* To call these functions wrongly is fatal, as in CPython. */
static inline void pyferry_pep788_needs_attached(const char *message)
{
    if (!pyferry_is_attached(NULL))
        Py_FatalError(message);
}

/* ---- views ---- */

static inline PyInterpreterView *pyferry_pep788_view_of(pyferry_view *view, bool is_main)
{
    PyInterpreterView *made = (PyInterpreterView *)malloc(sizeof *made);
    if (made == NULL) {
        pyferry_view_free(view);
        return NULL;
    }
    made->view = view;
    made->is_main = is_main;
    return made;
}

/**
 * A view of the interpreter that this thread is attached to.
 *
 * An attached thread, also while the interpreter is shutting down.
 *
 * @return the view, to be closed with PyInterpreterView_Close. NULL with an exception set: out of memory, or pyferry cannot
 *         work here (pyferry_view_current).
 */
static inline PyInterpreterView *PyInterpreterView_FromCurrent(void)
{
    pyferry_view *view = NULL;
    pyferry_status status;
    PyInterpreterView *made;
    pyferry_pep788_needs_attached("PyInterpreterView_FromCurrent: this thread has no attached thread state");
    status = pyferry_view_current(&view);
    /* In the last of its shutdown an interpreter has a view, too, by which nobody gets in. */
    if (status != PYFERRY_STATUS_OK && status != PYFERRY_STATUS_CLOSED && status != PYFERRY_STATUS_NO_PYTHON) {
        pyferry_pep788_raise(status);
        return NULL;
    }
    made = pyferry_pep788_view_of(view, PyInterpreterState_GetID(PyInterpreterState_Get()) == 0);
    if (made == NULL)
        PyErr_NoMemory();
    return made;
}

/**
 * A view of the main interpreter.
 *
 * Any thread, attached or not, at any time: before Python is initialised, too. Up to Python 3.14 the first view, of those that
 * are taken while Python runs, is for a moment when nobody can be finalising it (pyferry_view_main).
 *
 * @return the view, to be closed with PyInterpreterView_Close. NULL, with no exception set: out of memory.
 */
static inline PyInterpreterView *PyInterpreterView_FromMain(void)
{
    pyferry_view *view = NULL;
    /* On failure (there is no main interpreter yet, say) each use of the view tries again. */
    pyferry_view_main(&view);
    return pyferry_pep788_view_of(view, true);
}

/**
 * Frees a view.
 *
 * Any thread, attached or not, at any time; once, and when no other thread uses it.
 *
 * @param view  what to free; not NULL
 */
static inline void PyInterpreterView_Close(PyInterpreterView *view)
{
    pyferry_view_free(view->view);
    free(view);
}

/* ---- guards ---- */

/* NULL: the interpreter lets nobody new in. */
static inline pyferry_guard *pyferry_pep788_open(const PyInterpreterView *view)
{
    pyferry_guard *guard = NULL;
    pyferry_view *main_now = NULL;
    if (view->view != NULL && pyferry_guard_open_while_held(view->view, &guard) == PYFERRY_STATUS_OK)
        return guard;
    if (view->is_main && pyferry_view_main(&main_now) == PYFERRY_STATUS_OK) {
        pyferry_guard_open_while_held(main_now, &guard);
        pyferry_view_free(main_now);
    }
    return guard;
}

/**
 * Opens a guard.
 *
 * Any thread, attached or not; any thread may use and close it. A guard that is never closed holds the interpreter's shutdown
 * up for ever.
 *
 * @param view  the interpreter to hold; not NULL, and still valid afterwards
 * @return the guard, to be closed with PyInterpreterGuard_Close. NULL, with no exception set: the interpreter has ended or is
 *         shutting down, is not there yet, or out of memory.
 */
static inline PyInterpreterGuard *PyInterpreterGuard_FromView(PyInterpreterView *view)
{
    return (PyInterpreterGuard *)pyferry_pep788_open(view);
}

/**
 * Opens a guard of the interpreter that this thread is attached to.
 *
 * An attached thread.
 *
 * @return the guard, to be closed with PyInterpreterGuard_Close. NULL, with an exception set: the interpreter is shutting down
 *         (PythonFinalizationError; up to 3.12 RuntimeError), or out of memory.
 */
static inline PyInterpreterGuard *PyInterpreterGuard_FromCurrent(void)
{
    pyferry_view *view = NULL;
    pyferry_guard *guard = NULL;
    pyferry_status status;
    pyferry_pep788_needs_attached("PyInterpreterGuard_FromCurrent: this thread has no attached thread state");
    status = pyferry_view_current(&view);
    if (status == PYFERRY_STATUS_OK)
        status = pyferry_guard_open_while_held(view, &guard);
    if (status != PYFERRY_STATUS_OK)
        pyferry_pep788_raise(status);
    pyferry_view_free(view);
    return (PyInterpreterGuard *)guard;
}

/**
 * Closes a guard. A shutdown that waits for it goes on.
 *
 * Any thread, attached or not, at any time; once.
 *
 * @param guard  what to close; not NULL
 */
static inline void PyInterpreterGuard_Close(PyInterpreterGuard *guard)
{
    pyferry_guard_close((pyferry_guard *)guard);
}

/* ---- thread states ---- */

/* Comes back to what this thread has let go of (Py_BEGIN_ALLOW_THREADS), if that is a state of this interpreter's. */
static inline bool pyferry_pep788_come_back(const pyferry_view *view)
{
#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x030a0000
    PyThreadState *state = PyGILState_GetThisThreadState();
    if (state != NULL
        && PyInterpreterState_GetID(PyThreadState_GetInterpreter(state)) == pyferry_view_interpreter_id(view)) {
        PyEval_RestoreThread(state);
        return true;
    }
#else
    (void)view;
#endif
    return false;
}

/* A shutdown waits for the guard alone or, where that is not the caller's but owned, for the token. */
static inline PyThreadStateToken *pyferry_pep788_ensure(pyferry_guard *guard, bool owned)
{
    struct pyferry_pep788_token *token = (struct pyferry_pep788_token *)calloc(1, sizeof *token);
    pyferry_view *view = NULL;
    bool is_in = false, holds = false;
    if (token != NULL && pyferry_guard_view(guard, &view) == PYFERRY_STATUS_OK) {
        is_in = pyferry_is_attached(view);
        if (!is_in && !pyferry_is_attached(NULL))
            is_in = token->came_back = pyferry_pep788_come_back(view);
        if (!is_in && owned)
            is_in = holds = pyferry_attach_guarded(guard, &token->attachment) == PYFERRY_STATUS_OK;
        else if (!is_in)
            is_in = pyferry_attach_unheld(guard, &token->attachment) == PYFERRY_STATUS_OK;
        pyferry_view_free(view);
    }
    if (is_in && owned && !holds)
        token->guard = guard;
    else if (owned)
        pyferry_guard_close(guard); /* the attachment holds a shutdown up instead, and ends with the thread at the latest */
    if (!is_in) {
        free(token);
        return NULL;
    }
    return token;
}

/**
 * Attaches this thread to a guard's interpreter, if it is not attached to it already: from here to the PyThreadState_Release it
 * may call Python.
 *
 * Any thread, attached or not, to whatever interpreter.
 *
 * @param guard  an open guard, which nobody closes during this call; not NULL
 * @return what PyThreadState_Release takes. NULL, with no exception set: out of memory.
 */
static inline PyThreadStateToken *PyThreadState_Ensure(PyInterpreterGuard *guard)
{
    return pyferry_pep788_ensure((pyferry_guard *)guard, false);
}

/**
 * As PyThreadState_Ensure, with a guard that PyThreadState_Release closes.
 *
 * Any thread, attached or not, to whatever interpreter.
 *
 * @param view  the interpreter; not NULL
 * @return what PyThreadState_Release takes. NULL, with no exception set: the interpreter has ended or is shutting down, is not
 *         there yet, or out of memory.
 */
static inline PyThreadStateToken *PyThreadState_EnsureFromView(PyInterpreterView *view)
{
    pyferry_guard *guard = pyferry_pep788_open(view);
    return guard == NULL ? NULL : pyferry_pep788_ensure(guard, true);
}

/**
 * Takes a PyThreadState_Ensure back: the thread is attached to what it was attached to before, or to nothing.
 *
 * The thread that called PyThreadState_Ensure; the last first. To do it once too often, in another order, or not attached is
 * fatal, where it is noticed.
 *
 * @param token  what PyThreadState_Ensure or PyThreadState_EnsureFromView gave; not NULL
 */
static inline void PyThreadState_Release(PyThreadStateToken *token)
{
    struct pyferry_pep788_token *taken = (struct pyferry_pep788_token *)token;
    if (taken->attachment.private_words[0] != 0) {
        pyferry_status status;
        /* An exception goes with the state, and nobody is told. */
        if (pyferry_is_attached(NULL))
            PyErr_Clear();
        status = pyferry_detach(&taken->attachment);
        if (status != PYFERRY_STATUS_OK && status != PYFERRY_STATUS_CLOSED)
            Py_FatalError("PyThreadState_Release: not the last PyThreadState_Ensure, or not attached");
#ifndef PYFERRY_PEP788_KEEP_STATES
        pyferry_thread_forget();
#endif
    } else {
        pyferry_pep788_needs_attached("PyThreadState_Release: this thread has no attached thread state");
        if (taken->came_back)
            PyEval_SaveThread();
    }
    pyferry_guard_close(taken->guard);
    free(taken);
}

#endif /* pyferry's */

#endif /* PYFERRY_PEP788_H */
