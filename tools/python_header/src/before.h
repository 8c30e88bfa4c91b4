#ifndef PYFERRY_PYTHON_H
#define PYFERRY_PYTHON_H

/**
 * @file
 * CPython's own stable (limited) C API, without Python.h and without libpython: one program, compiled on a machine that
 * has no Python, uses it on CPython 3.9 to 3.15, with the GIL or free-threaded.
 *
 * Names and meaning are CPython's, and so is the documentation: https://docs.python.org/3/search.html?q=PyList_GetItem has
 * that of each. The comments here say what C needs to know in each line: what a function returns, how it fails, and whose the
 * references are. A **new** reference is the caller's, to be given back by Py_DECREF; a **borrowed** one lasts as long as
 * what it was taken from; a function that **steals** one takes the caller's over. What is passed is borrowed otherwise. "Since"
 * and "until" are the versions of CPython that have it in their limited API. Parameters are called a, b, c. Where nothing else
 * is said, this thread has to be attached.
 *
 * What is different here:
 *
 * - **A thread has to be attached** for nearly all of it, as always: by pyferry_attach, or by anybody else.
 * - **What came after 3.9** is NULL in a Python that does not have it, and must not be called there. Ask before:
 *   `if (PYFERRY_PYTHON_HAS(PyType_GetName))`. It can be asked of every function, variable and type that CPython
 *   exports, as soon as a Python was found.
 * - **What looks into objects** in Python.h (Py_INCREF, Py_TYPE, PyLong_Check, ...) calls CPython here, and is right on
 *   builds with a GIL, with immortal objects and without a GIL alike.
 * - **`#` in formats** (Py_BuildValue("y#", ...)) stands for a Py_ssize_t, as with PY_SSIZE_T_CLEAN.
 * - **Functions have addresses**, as in PyType_Slot arrays, but for those that take `...`. Types and exceptions have
 *   addresses once a Python was found: they cannot stand in what is initialised before main.
 * - **PyModuleDef** is larger than in Python.h, so that one serves all builds. Start it with PyModuleDef_HEAD_INIT; what
 *   CPython hands to a Py_mod_create function is not to be looked into. Module slots that this Python does not know
 *   (Py_mod_multiple_interpreters before 3.12, Py_mod_gil before 3.13) are taken out before it sees them.
 * - **PyObject has no fields**, as in CPython's own opaque ABI (PEP 803). An instance's data is by PyObject_GetTypeData and
 *   a negative `basicsize` in PyType_Spec, and its members are those with Py_RELATIVE_OFFSET, here on every Python.
 *
 * Left out: Py_SET_TYPE, Py_SET_SIZE and Py_SET_REFCNT, for which a PyObject would need fields, the same on every build; and
 * structmember.h's old names: Py_T_INT is T_INT, on every Python. What is not in the limited API, pyferry_symbol finds.
 *
 * When: the entries are looked up as soon as pyferry has found a Python: when the program or plug-in that includes this is
 * loaded and there is one already, else in the first call that finds it (pyferry_runtime_start, pyferry_view_main, ...).
 *
 * Include this or Python.h in a file, not both. One program may have files of both kinds.
 *
 * Made from pyo3-ffi's declarations, and by hand what C has macros for. Do not edit: make header.
 */

#ifdef Py_PYTHON_H
#error "Python.h and pyferry_python.h cannot be in one file, they declare the same names: use one of them. pyferry.h goes with both."
#endif
#if defined(__GNUC__)
/* A name that every Python.h mentions once, and nobody else. */
#define Py_ssize_clean_t \
    _Pragma("GCC error \"Python.h and pyferry_python.h cannot be in one file, they declare the same names: use one of them. pyferry.h goes with both.\"") \
    pyferry_python_ssize_clean_t
#endif

#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(_MSC_VER)
#include <intrin.h>
#endif

#include "pyferry.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One for all files of a program or plug-in, and not seen by others: of a variable that is declared nowhere else and has a value,
 * without which selectany does not hold. For Windows, nobody finds a variable that GCC calls weak. */
#if defined(_WIN32)
#define PYFERRY_PYTHON_ONCE_ __declspec(selectany)
#else
#define PYFERRY_PYTHON_ONCE_ __attribute__((weak, visibility("hidden")))
#endif

/* ---- Types ---- */

typedef ptrdiff_t Py_ssize_t;
typedef Py_ssize_t Py_hash_t;
typedef size_t Py_uhash_t;
typedef intptr_t Py_intptr_t;
typedef uintptr_t Py_uintptr_t;
typedef uint32_t Py_UCS4;
typedef uint16_t Py_UCS2;
typedef uint8_t Py_UCS1;
#define PY_LONG_LONG long long
#define PY_INT32_T int32_t
#define PY_INT64_T int64_t
#define PY_UINT32_T uint32_t
#define PY_UINT64_T uint64_t
#define PY_SSIZE_T_MAX PTRDIFF_MAX
#define PY_SSIZE_T_MIN PTRDIFF_MIN

typedef struct _object PyObject;
typedef struct PyVarObject PyVarObject;
typedef struct _typeobject PyTypeObject;
typedef struct PyLongObject PyLongObject;
typedef struct PyCodeObject PyCodeObject;
typedef struct _frame PyFrameObject;
typedef struct _ts PyThreadState;
typedef struct _is PyInterpreterState;
typedef struct _PyInterpreterGuard PyInterpreterGuard;
typedef struct _PyInterpreterView PyInterpreterView;
typedef struct _PyThreadStateToken PyThreadStateToken;
typedef struct _PyWeakReference PyWeakReference;
typedef struct PyLongWriter PyLongWriter;
typedef struct PyMutex PyMutex;
typedef struct _Py_tss_t Py_tss_t;
struct symtable;
typedef void *PyThread_type_lock;
typedef void (*PYFERRY_PYTHON_THREAD_)(void *);

typedef enum { PyGILState_LOCKED, PyGILState_UNLOCKED } PyGILState_STATE;
typedef enum { PYGEN_RETURN = 0, PYGEN_ERROR = -1, PYGEN_NEXT = 1 } PySendResult;
typedef enum { PY_LOCK_FAILURE = 0, PY_LOCK_ACQUIRED = 1, PY_LOCK_INTR } PyLockStatus;

typedef PyObject *(*unaryfunc)(PyObject *);
typedef PyObject *(*binaryfunc)(PyObject *, PyObject *);
typedef PyObject *(*ternaryfunc)(PyObject *, PyObject *, PyObject *);
typedef int (*inquiry)(PyObject *);
typedef Py_ssize_t (*lenfunc)(PyObject *);
typedef PyObject *(*ssizeargfunc)(PyObject *, Py_ssize_t);
typedef PyObject *(*ssizessizeargfunc)(PyObject *, Py_ssize_t, Py_ssize_t);
typedef int (*ssizeobjargproc)(PyObject *, Py_ssize_t, PyObject *);
typedef int (*ssizessizeobjargproc)(PyObject *, Py_ssize_t, Py_ssize_t, PyObject *);
typedef int (*objobjargproc)(PyObject *, PyObject *, PyObject *);
typedef int (*objobjproc)(PyObject *, PyObject *);
typedef int (*visitproc)(PyObject *, void *);
typedef int (*traverseproc)(PyObject *, visitproc, void *);
typedef void (*freefunc)(void *);
typedef void (*destructor)(PyObject *);
typedef PyObject *(*getattrfunc)(PyObject *, char *);
typedef PyObject *(*getattrofunc)(PyObject *, PyObject *);
typedef int (*setattrfunc)(PyObject *, char *, PyObject *);
typedef int (*setattrofunc)(PyObject *, PyObject *, PyObject *);
typedef PyObject *(*reprfunc)(PyObject *);
typedef Py_hash_t (*hashfunc)(PyObject *);
typedef PyObject *(*richcmpfunc)(PyObject *, PyObject *, int);
typedef PyObject *(*getiterfunc)(PyObject *);
typedef PyObject *(*iternextfunc)(PyObject *);
typedef PyObject *(*descrgetfunc)(PyObject *, PyObject *, PyObject *);
typedef int (*descrsetfunc)(PyObject *, PyObject *, PyObject *);
typedef int (*initproc)(PyObject *, PyObject *, PyObject *);
typedef PyObject *(*newfunc)(PyTypeObject *, PyObject *, PyObject *);
typedef PyObject *(*allocfunc)(PyTypeObject *, Py_ssize_t);
typedef PyObject *(*vectorcallfunc)(PyObject *, PyObject *const *, size_t, PyObject *);
typedef PySendResult (*sendfunc)(PyObject *, PyObject *, PyObject **);
typedef PyObject *(*getter)(PyObject *, void *);
typedef int (*setter)(PyObject *, PyObject *, void *);
typedef void (*PyCapsule_Destructor)(PyObject *);
typedef void (*PyOS_sighandler_t)(int);

typedef PyObject *(*PyCFunction)(PyObject *, PyObject *);
typedef PyObject *(*PyCFunctionWithKeywords)(PyObject *, PyObject *, PyObject *);
typedef PyObject *(*PyCFunctionFast)(PyObject *, PyObject *const *, Py_ssize_t);
typedef PyObject *(*PyCFunctionFastWithKeywords)(PyObject *, PyObject *const *, Py_ssize_t, PyObject *);
typedef PyObject *(*PyCMethod)(PyObject *, PyTypeObject *, PyObject *const *, size_t, PyObject *);
typedef PyCFunctionFast _PyCFunctionFast;
typedef PyCFunctionFastWithKeywords _PyCFunctionFastWithKeywords;

typedef struct PyMethodDef {
    const char *ml_name;
    PyCFunction ml_meth;
    int ml_flags;
    const char *ml_doc;
} PyMethodDef;

typedef struct PyGetSetDef {
    const char *name;
    getter get;
    setter set;
    const char *doc;
    void *closure;
} PyGetSetDef;

typedef struct PyMemberDef {
    const char *name;
    int type;
    Py_ssize_t offset;
    int flags;
    const char *doc;
} PyMemberDef;

typedef struct {
    int slot;
    void *pfunc;
} PyType_Slot;

typedef struct {
    const char *name;
    int basicsize;
    int itemsize;
    unsigned int flags;
    PyType_Slot *slots;
} PyType_Spec;

typedef struct PyStructSequence_Field {
    const char *name;
    const char *doc;
} PyStructSequence_Field;

typedef struct PyStructSequence_Desc {
    const char *name;
    const char *doc;
    PyStructSequence_Field *fields;
    int n_in_sequence;
} PyStructSequence_Desc;

typedef struct {
    void *buf;
    PyObject *obj;
    Py_ssize_t len;
    Py_ssize_t itemsize;
    int readonly;
    int ndim;
    char *format;
    Py_ssize_t *shape;
    Py_ssize_t *strides;
    Py_ssize_t *suboffsets;
    void *internal;
} Py_buffer;

typedef int (*getbufferproc)(PyObject *, Py_buffer *, int);
typedef void (*releasebufferproc)(PyObject *, Py_buffer *);

/* The head is a PyObject's of a free-threaded build, which is the longest, and starts as its PyObject_HEAD_INIT. Elsewhere
 * CPython's PyModuleDef begins in the middle of it: see below. */
typedef struct PyModuleDef_Base {
    struct {
        uintptr_t ob_tid;
        uint16_t ob_flags;
        uint8_t ob_mutex;
        uint8_t ob_gc_bits;
        uint32_t ob_ref_local;
        Py_ssize_t ob_ref_shared;
        PyTypeObject *ob_type;
    } ob_base;
    PyObject *(*m_init)(void);
    Py_ssize_t m_index;
    PyObject *m_copy;
} PyModuleDef_Base;
/* clang-format off */
#define PyModuleDef_HEAD_INIT {{0, 4, 0, 0, UINT32_MAX, 0, NULL}, NULL, 0, NULL}
/* clang-format on */

typedef struct PyModuleDef_Slot {
    int slot;
    void *value;
} PyModuleDef_Slot;

typedef struct PyModuleDef {
    PyModuleDef_Base m_base;
    const char *m_name;
    const char *m_doc;
    Py_ssize_t m_size;
    PyMethodDef *m_methods;
    PyModuleDef_Slot *m_slots;
    traverseproc m_traverse;
    inquiry m_clear;
    freefunc m_free;
} PyModuleDef;

struct _inittab {
    const char *name;
    PyObject *(*initfunc)(void);
};

typedef struct PyLongLayout {
    uint8_t bits_per_digit;
    uint8_t digit_size;
    int8_t digits_order;
    int8_t digit_endianness;
} PyLongLayout;

typedef struct PyLongExport {
    int64_t value;
    uint8_t negative;
    Py_ssize_t ndigits;
    const void *digits;
    Py_uintptr_t _reserved;
} PyLongExport;

typedef struct PyABIInfo {
    uint8_t abiinfo_major_version;
    uint8_t abiinfo_minor_version;
    uint16_t flags;
    uint32_t build_version;
    uint32_t abi_version;
} PyABIInfo;

/* What 3.15 can make modules and types of. */
typedef struct PySlot {
    uint16_t sl_id;
    uint16_t sl_flags;
    uint32_t sl_reserved;
    union {
        void *sl_ptr;
        void (*sl_func)(void);
        Py_ssize_t sl_size;
        int64_t sl_int64;
        uint64_t sl_uint64;
    } value;
} PySlot;

typedef struct PyCriticalSection {
    uintptr_t _cs_prev;
    PyMutex *_cs_mutex;
} PyCriticalSection;

typedef struct PyCriticalSection2 {
    PyCriticalSection _cs_base;
    PyMutex *_cs_mutex2;
} PyCriticalSection2;

#ifdef __cplusplus
#define PYFERRY_PYTHON_KEYWORDS_ const char *const *
#else
#define PYFERRY_PYTHON_KEYWORDS_ char *const *
#endif

#define PYTHON_API_VERSION 1013
#define PYTHON_API_STRING "1013"
#define PYTHON_ABI_VERSION 3
#define PYTHON_ABI_STRING "3"
#define PY_VECTORCALL_ARGUMENTS_OFFSET ((size_t)1 << (8 * sizeof(size_t) - 1))
#define PyBUF_MAX_NDIM 64
#define Py_UNICODE_REPLACEMENT_CHARACTER ((Py_UCS4)0xFFFD)
#define METH_METHOD 0x0200
/* With the flag that 3.9 wants; later ones take no notice of it. */
#define Py_TPFLAGS_DEFAULT (1UL << 18)
#define PyABIInfo_STABLE 0x0001
#define PyABIInfo_GIL 0x0002
#define PyABIInfo_FREETHREADED 0x0004
#define PyABIInfo_INTERNAL 0x0008
#define PyABIInfo_FREETHREADING_AGNOSTIC (PyABIInfo_GIL | PyABIInfo_FREETHREADED)
#define PySlot_OPTIONAL 0x0001
#define PySlot_STATIC 0x0002
#define PySlot_INTPTR 0x0004
#define Py_slot_invalid 0xffff

