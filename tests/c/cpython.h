/*
 * CPython for programs that are compiled once for all Pythons: the functions that they call, and types that are only names.
 * On each Python found a trial compares every declaration with that of Python.h; what is used and not here does not link.
 * Programs that need more, or ask the preprocessor which CPython they have, include <Python.h> before py.h, and are compiled
 * for each.
 */
#ifndef PYFERRY_TEST_CPYTHON_H
#define PYFERRY_TEST_CPYTHON_H

#ifdef PYFERRY_PYTHON_H
#error "pyferry_python.h declares all of this: include check.h in place of py.h."
#endif

#include <stdint.h>
#include <sys/types.h>

/* What not every Python has. (For Windows the harness gives all of them something.) */
#ifdef _WIN32
#define OPTIONAL
#else
#define OPTIONAL __attribute__((weak))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- types and constants ---- */

typedef struct _object PyObject;
typedef struct _ts PyThreadState;
typedef struct _is PyInterpreterState;
typedef PyObject *(*PyCFunction)(PyObject *, PyObject *);
typedef struct PyModuleDef PyModuleDef;

#ifndef Py_PYTHON_H
typedef struct PyMethodDef {
    const char *ml_name;
    PyCFunction ml_meth;
    int ml_flags;
    const char *ml_doc;
} PyMethodDef;
typedef struct PyModuleDef_Slot {
    int slot;
    void *value;
} PyModuleDef_Slot;
typedef struct {
    void *ctx;
    void *(*malloc)(void *ctx, size_t size);
    void *(*calloc)(void *ctx, size_t count, size_t size);
    void *(*realloc)(void *ctx, void *old, size_t size);
    void (*free)(void *ctx, void *old);
} PyMemAllocatorEx;
typedef enum { PYMEM_DOMAIN_RAW, PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ } PyMemAllocatorDomain;
typedef enum { PyGILState_LOCKED, PyGILState_UNLOCKED } PyGILState_STATE;
enum { METH_VARARGS = 1, METH_NOARGS = 4, METH_O = 8 };
enum { Py_file_input = 257 };
enum { Py_mod_multiple_interpreters = 3, Py_mod_gil = 4 };
#define Py_MOD_PER_INTERPRETER_GIL_SUPPORTED ((void *)2)
#define Py_MOD_GIL_NOT_USED ((void *)1)
/* Where m_name is, in words: behind PyModuleDef_Base, which begins with PyObject_HEAD. */
#define MODULE_DEF_NAME(is_free_threaded) ((is_free_threaded) ? 7 : 5)

#define Py_BEGIN_ALLOW_THREADS { PyThreadState *_save = PyEval_SaveThread();
#define Py_END_ALLOW_THREADS PyEval_RestoreThread(_save); }
#define Py_RETURN_NONE return Py_BuildValue("")
#define Py_DECREF(object) Py_DecRef((PyObject *)(object))
#define Py_XDECREF(object) Py_DecRef((PyObject *)(object))
#define PyCFunction_New(method, self) PyCFunction_NewEx(method, self, NULL)
#else /* the trial: what cannot be said again beside Python.h */
_Static_assert(offsetof(PyMethodDef, ml_name) == 0 && offsetof(PyMethodDef, ml_meth) == sizeof(void *)
                   && offsetof(PyMethodDef, ml_flags) == 2 * sizeof(void *)
                   && offsetof(PyMethodDef, ml_doc) == 3 * sizeof(void *) && sizeof(PyMethodDef) == 4 * sizeof(void *),
               "struct PyMethodDef");
_Static_assert(PyGILState_LOCKED == 0 && PyGILState_UNLOCKED == 1, "PyGILState_STATE");
_Static_assert(METH_VARARGS == 1 && METH_NOARGS == 4 && METH_O == 8, "METH_*");
_Static_assert(Py_file_input == 257, "Py_file_input");
#define WORD(struct, field, word) (offsetof(struct, field) == (word) * sizeof(void *))
#ifdef Py_GIL_DISABLED
#define NAME 7
_Static_assert((Py_mod_gil == 4 || PY_VERSION_HEX >= 0x030f0000) && (uintptr_t)Py_MOD_GIL_NOT_USED == 1, "Py_mod_gil");
#else
#define NAME 5
#endif /* Py_GIL_DISABLED */
_Static_assert(WORD(PyModuleDef, m_name, NAME) && WORD(PyModuleDef, m_doc, NAME + 1) && WORD(PyModuleDef, m_size, NAME + 2)
                   && WORD(PyModuleDef, m_methods, NAME + 3) && WORD(PyModuleDef, m_slots, NAME + 4)
                   && sizeof(PyModuleDef) <= 16 * sizeof(void *),
               "struct PyModuleDef");
_Static_assert(WORD(PyModuleDef_Slot, slot, 0) && WORD(PyModuleDef_Slot, value, 1), "struct PyModuleDef_Slot");
#if PY_VERSION_HEX >= 0x030c0000 /* 3.15 has new numbers for such slots, and takes the old ones */
_Static_assert((Py_mod_multiple_interpreters == 3 || PY_VERSION_HEX >= 0x030f0000)
                   && (uintptr_t)Py_MOD_PER_INTERPRETER_GIL_SUPPORTED == 2,
               "Py_mod_multiple_interpreters");
#endif /* 3.12 */
_Static_assert(WORD(PyMemAllocatorEx, ctx, 0) && WORD(PyMemAllocatorEx, malloc, 1) && WORD(PyMemAllocatorEx, calloc, 2)
                   && WORD(PyMemAllocatorEx, realloc, 3) && WORD(PyMemAllocatorEx, free, 4),
               "PyMemAllocatorEx");
_Static_assert(PYMEM_DOMAIN_RAW == 0 && PYMEM_DOMAIN_MEM == 1 && PYMEM_DOMAIN_OBJ == 2, "PyMemAllocatorDomain");
#endif

/* ---- the runtime ---- */

void Py_Initialize(void);
void Py_InitializeEx(int);
int Py_IsInitialized(void);
int Py_FinalizeEx(void);
int Py_AtExit(void (*)(void));
const char *Py_GetVersion(void);
int Py_AddPendingCall(int (*)(void *), void *);
int PySys_AddAuditHook(int (*)(const char *, PyObject *, void *), void *);
int PyImport_AppendInittab(const char *, PyObject *(*)(void));
void PyMem_GetAllocator(PyMemAllocatorDomain, PyMemAllocatorEx *);
void PyMem_SetAllocator(PyMemAllocatorDomain, PyMemAllocatorEx *);
void PyOS_BeforeFork(void);
void PyOS_AfterFork_Parent(void);
void PyOS_AfterFork_Child(void);

/* ---- interpreters ---- */

PyThreadState *Py_NewInterpreter(void);
void Py_EndInterpreter(PyThreadState *);
PyInterpreterState *PyInterpreterState_Get(void);
PyInterpreterState *PyInterpreterState_New(void);
int64_t PyInterpreterState_GetID(PyInterpreterState *);
PyObject *PyInterpreterState_GetDict(PyInterpreterState *);
PyThreadState *PyInterpreterState_ThreadHead(PyInterpreterState *);

/* ---- threads ---- */

PyThreadState *PyThreadState_New(PyInterpreterState *);
PyThreadState *PyThreadState_Get(void);
/* From 3.13 on; NULL before. */
OPTIONAL PyThreadState *PyThreadState_GetUnchecked(void);
#if PY_VERSION_HEX < 0x030d0000 /* it is 0 here, but in the trial */
/* Up to 3.12; NULL later. */
OPTIONAL PyThreadState *_PyThreadState_UncheckedGet(void);
#endif
PyThreadState *PyThreadState_Swap(PyThreadState *);
PyThreadState *PyThreadState_Next(PyThreadState *);
PyInterpreterState *PyThreadState_GetInterpreter(PyThreadState *);
int PyThreadState_SetAsyncExc(unsigned long, PyObject *);
void PyThreadState_Clear(PyThreadState *);
void PyThreadState_Delete(PyThreadState *);
void PyThreadState_DeleteCurrent(void);
PyThreadState *PyEval_SaveThread(void);
void PyEval_RestoreThread(PyThreadState *);
PyGILState_STATE PyGILState_Ensure(void);
void PyGILState_Release(PyGILState_STATE);
PyThreadState *PyGILState_GetThisThreadState(void);
unsigned long PyThread_get_thread_ident(void);

/* ---- objects ---- */

void Py_DecRef(PyObject *);
PyObject *Py_BuildValue(const char *, ...);
int PyRun_SimpleString(const char *);
PyObject *PyRun_String(const char *, int, PyObject *, PyObject *);
PyObject *PyImport_AddModule(const char *);
PyObject *PyImport_ImportModule(const char *);
PyObject *PyModule_GetDict(PyObject *);
PyObject *PyModuleDef_Init(PyModuleDef *);
PyObject *PySys_GetObject(const char *);
PyObject *PyCFunction_NewEx(PyMethodDef *, PyObject *, PyObject *);
PyObject *PyObject_CallNoArgs(PyObject *);
PyObject *PyObject_CallObject(PyObject *, PyObject *);
PyObject *PyObject_CallMethod(PyObject *, const char *, const char *, ...);
PyObject *PyObject_GetAttrString(PyObject *, const char *);
int PyObject_SetAttrString(PyObject *, const char *, PyObject *);
int PyDict_SetItemString(PyObject *, const char *, PyObject *);
PyObject *PyTuple_GetItem(PyObject *, ssize_t);
PyObject *PyCapsule_New(void *, const char *, void (*)(PyObject *));
PyObject *PyLong_FromLongLong(long long);
long PyLong_AsLong(PyObject *);
long long PyLong_AsLongLong(PyObject *);
PyObject *PyUnicode_FromString(const char *);
const char *PyUnicode_AsUTF8(PyObject *);
PyObject *PyList_New(ssize_t);

/* ---- exceptions ---- */

PyObject *PyErr_Occurred(void);
void PyErr_Clear(void);
void PyErr_SetNone(PyObject *);
void PyErr_SetObject(PyObject *, PyObject *);
void PyErr_SetString(PyObject *, const char *);
PyObject *PyErr_NoMemory(void);
int PyErr_ExceptionMatches(PyObject *);
extern PyObject *PyExc_ArithmeticError;
extern PyObject *PyExc_BufferError;
extern PyObject *PyExc_EOFError;
extern PyObject *PyExc_KeyError;
extern PyObject *PyExc_KeyboardInterrupt;
extern PyObject *PyExc_LookupError;
extern PyObject *PyExc_NameError;
extern PyObject *PyExc_OSError;
extern PyObject *PyExc_RuntimeError;
extern PyObject *PyExc_TypeError;
extern PyObject *PyExc_ValueError;
extern PyObject *PyExc_ZeroDivisionError;

#ifdef __cplusplus
}
#endif

#ifndef Py_PYTHON_H
/* What these programs cannot know when they are compiled. python_minor and its like in py.h ask at run time. */
#pragma GCC poison PY_VERSION_HEX PY_MINOR_VERSION Py_DEBUG Py_GIL_DISABLED
#endif

#endif
