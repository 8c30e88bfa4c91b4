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

/* ---- Constants ---- */

#define METH_CLASS 0x0010
#define METH_COEXIST 0x0040
#define METH_FASTCALL 0x0080
#define METH_KEYWORDS 0x0002
#define METH_NOARGS 0x0004
#define METH_O 0x0008
#define METH_STATIC 0x0020
#define METH_VARARGS 0x0001
#define PyBUF_ANY_CONTIGUOUS (0x0080 | PyBUF_STRIDES)
#define PyBUF_CONTIG (PyBUF_ND | PyBUF_WRITABLE)
#define PyBUF_CONTIG_RO PyBUF_ND
#define PyBUF_C_CONTIGUOUS (0x0020 | PyBUF_STRIDES)
#define PyBUF_FORMAT 0x0004
#define PyBUF_FULL ((PyBUF_INDIRECT | PyBUF_WRITABLE) | PyBUF_FORMAT)
#define PyBUF_FULL_RO (PyBUF_INDIRECT | PyBUF_FORMAT)
#define PyBUF_F_CONTIGUOUS (0x0040 | PyBUF_STRIDES)
#define PyBUF_INDIRECT (0x0100 | PyBUF_STRIDES)
#define PyBUF_ND 0x0008
#define PyBUF_READ 0x100
#define PyBUF_RECORDS ((PyBUF_STRIDES | PyBUF_WRITABLE) | PyBUF_FORMAT)
#define PyBUF_RECORDS_RO (PyBUF_STRIDES | PyBUF_FORMAT)
#define PyBUF_SIMPLE 0
#define PyBUF_STRIDED (PyBUF_STRIDES | PyBUF_WRITABLE)
#define PyBUF_STRIDED_RO PyBUF_STRIDES
#define PyBUF_STRIDES (0x0010 | PyBUF_ND)
#define PyBUF_WRITABLE 0x0001
#define PyBUF_WRITE 0x200
#define PyBUF_WRITEABLE PyBUF_WRITABLE
#define Py_ASNATIVEBYTES_ALLOW_INDEX 16
#define Py_ASNATIVEBYTES_BIG_ENDIAN 0
#define Py_ASNATIVEBYTES_DEFAULTS (-1)
#define Py_ASNATIVEBYTES_LITTLE_ENDIAN 1
#define Py_ASNATIVEBYTES_NATIVE_ENDIAN 3
#define Py_ASNATIVEBYTES_REJECT_NEGATIVE 8
#define Py_ASNATIVEBYTES_UNSIGNED_BUFFER 4
#define Py_AUDIT_READ 2
#define Py_CONSTANT_ELLIPSIS 3U
#define Py_CONSTANT_EMPTY_BYTES 8U
#define Py_CONSTANT_EMPTY_STR 7U
#define Py_CONSTANT_EMPTY_TUPLE 9U
#define Py_CONSTANT_FALSE 1U
#define Py_CONSTANT_NONE 0U
#define Py_CONSTANT_NOT_IMPLEMENTED 4U
#define Py_CONSTANT_ONE 6U
#define Py_CONSTANT_TRUE 2U
#define Py_CONSTANT_ZERO 5U
#define Py_DTSF_ADD_DOT_0 0x02
#define Py_DTSF_ALT 0x04
#define Py_DTSF_SIGN 0x01
#define Py_DTST_FINITE 0
#define Py_DTST_INFINITE 1
#define Py_DTST_NAN 2
#define Py_EQ 2
#define Py_GE 5
#define Py_GT 4
#define Py_HASH_EXTERNAL 0
#define Py_HASH_FNV 2
#define Py_HASH_SIPHASH13 3
#define Py_HASH_SIPHASH24 1
#define Py_LE 1
#define Py_LT 0
#define Py_MOD_GIL_NOT_USED ((void *)1)
#define Py_MOD_GIL_USED ((void *)0)
#define Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED ((void *)0)
#define Py_MOD_MULTIPLE_INTERPRETERS_SUPPORTED ((void *)1)
#define Py_MOD_PER_INTERPRETER_GIL_SUPPORTED ((void *)2)
#define Py_NE 3
#define Py_PRINT_RAW 1
#define Py_READONLY 1
#define Py_RELATIVE_OFFSET 8
#define Py_TPFLAGS_BASETYPE (1UL << 10UL)
#define Py_TPFLAGS_BASE_EXC_SUBCLASS (1UL << 30UL)
#define Py_TPFLAGS_BYTES_SUBCLASS (1UL << 27UL)
#define Py_TPFLAGS_DICT_SUBCLASS (1UL << 29UL)
#define Py_TPFLAGS_DISALLOW_INSTANTIATION (1UL << 7UL)
#define Py_TPFLAGS_HAVE_FINALIZE 1UL
#define Py_TPFLAGS_HAVE_GC (1UL << 14UL)
#define Py_TPFLAGS_HAVE_VECTORCALL (1UL << 11UL)
#define Py_TPFLAGS_HAVE_VERSION_TAG (1UL << 18UL)
#define Py_TPFLAGS_HEAPTYPE (1UL << 9UL)
#define Py_TPFLAGS_IMMUTABLETYPE (1UL << 8UL)
#define Py_TPFLAGS_IS_ABSTRACT (1UL << 20UL)
#define Py_TPFLAGS_ITEMS_AT_END (1UL << 23UL)
#define Py_TPFLAGS_LIST_SUBCLASS (1UL << 25UL)
#define Py_TPFLAGS_LONG_SUBCLASS (1UL << 24UL)
#define Py_TPFLAGS_METHOD_DESCRIPTOR (1UL << 17UL)
#define Py_TPFLAGS_READY (1UL << 12UL)
#define Py_TPFLAGS_READYING (1UL << 13UL)
#define Py_TPFLAGS_TUPLE_SUBCLASS (1UL << 26UL)
#define Py_TPFLAGS_TYPE_SUBCLASS (1UL << 31UL)
#define Py_TPFLAGS_UNICODE_SUBCLASS (1UL << 28UL)
#define Py_TPFLAGS_VALID_VERSION_TAG (1UL << 19UL)
#define Py_T_BOOL 14
#define Py_T_BYTE 8
#define Py_T_CHAR 7
#define Py_T_DOUBLE 4
#define Py_T_FLOAT 3
#define Py_T_INT 1
#define Py_T_LONG 2
#define Py_T_LONGLONG 17
#define Py_T_OBJECT_EX 16
#define Py_T_PYSSIZET 19
#define Py_T_SHORT 0
#define Py_T_STRING 5
#define Py_T_STRING_INPLACE 13
#define Py_T_UBYTE 9
#define Py_T_UINT 11
#define Py_T_ULONG 12
#define Py_T_ULONGLONG 18
#define Py_T_USHORT 10
#define Py_am_aiter 78
#define Py_am_anext 79
#define Py_am_await 77
#define Py_am_send 81
#define Py_bf_getbuffer 1
#define Py_bf_releasebuffer 2
#define Py_eval_input 258
#define Py_file_input 257
#define Py_fstring_input 800
#define Py_func_type_input 345
#define Py_mod_abi 109
#define Py_mod_create 1
#define Py_mod_doc 101
#define Py_mod_exec 2
#define Py_mod_gil 4
#define Py_mod_methods 103
#define Py_mod_multiple_interpreters 3
#define Py_mod_name 100
#define Py_mod_slots 94
#define Py_mod_state_clear 105
#define Py_mod_state_free 106
#define Py_mod_state_size 102
#define Py_mod_state_traverse 104
#define Py_mod_token 110
#define Py_mp_ass_subscript 3
#define Py_mp_length 4
#define Py_mp_subscript 5
#define Py_nb_absolute 6
#define Py_nb_add 7
#define Py_nb_and 8
#define Py_nb_bool 9
#define Py_nb_divmod 10
#define Py_nb_float 11
#define Py_nb_floor_divide 12
#define Py_nb_index 13
#define Py_nb_inplace_add 14
#define Py_nb_inplace_and 15
#define Py_nb_inplace_floor_divide 16
#define Py_nb_inplace_lshift 17
#define Py_nb_inplace_matrix_multiply 76
#define Py_nb_inplace_multiply 18
#define Py_nb_inplace_or 19
#define Py_nb_inplace_power 20
#define Py_nb_inplace_remainder 21
#define Py_nb_inplace_rshift 22
#define Py_nb_inplace_subtract 23
#define Py_nb_inplace_true_divide 24
#define Py_nb_inplace_xor 25
#define Py_nb_int 26
#define Py_nb_invert 27
#define Py_nb_lshift 28
#define Py_nb_matrix_multiply 75
#define Py_nb_multiply 29
#define Py_nb_negative 30
#define Py_nb_or 31
#define Py_nb_positive 32
#define Py_nb_power 33
#define Py_nb_remainder 34
#define Py_nb_rshift 35
#define Py_nb_subtract 36
#define Py_nb_true_divide 37
#define Py_nb_xor 38
#define Py_single_input 256
#define Py_slot_end 0
#define Py_slot_subslots 92
#define Py_sq_ass_item 39
#define Py_sq_concat 40
#define Py_sq_contains 41
#define Py_sq_inplace_concat 42
#define Py_sq_inplace_repeat 43
#define Py_sq_item 44
#define Py_sq_length 45
#define Py_sq_repeat 46
#define Py_tp_alloc 47
#define Py_tp_base 48
#define Py_tp_bases 49
#define Py_tp_basicsize 96
#define Py_tp_call 50
#define Py_tp_clear 51
#define Py_tp_dealloc 52
#define Py_tp_del 53
#define Py_tp_descr_get 54
#define Py_tp_descr_set 55
#define Py_tp_doc 56
#define Py_tp_extra_basicsize 97
#define Py_tp_finalize 80
#define Py_tp_flags 99
#define Py_tp_free 74
#define Py_tp_getattr 57
#define Py_tp_getattro 58
#define Py_tp_getset 73
#define Py_tp_hash 59
#define Py_tp_init 60
#define Py_tp_is_gc 61
#define Py_tp_itemsize 98
#define Py_tp_iter 62
#define Py_tp_iternext 63
#define Py_tp_members 72
#define Py_tp_metaclass 107
#define Py_tp_methods 64
#define Py_tp_module 108
#define Py_tp_name 95
#define Py_tp_new 65
#define Py_tp_repr 66
#define Py_tp_richcompare 67
#define Py_tp_setattr 68
#define Py_tp_setattro 69
#define Py_tp_slots 93
#define Py_tp_str 70
#define Py_tp_token 83
#define Py_tp_traverse 71
#define Py_tp_vectorcall 82

/* ---- The table: an entry for each function and variable, NULL where this CPython has none ---- */

struct pyferry_python_table {
    int (*p_PyABIInfo_Check)(PyABIInfo *, const char *); /* 3.15 */
    int (*p_PyAIter_Check)(PyObject *); /* 3.10 */
    int (*p_PyArg_Parse)(PyObject *, const char *, ...);
    int (*p_PyArg_ParseTuple)(PyObject *, const char *, ...);
    int (*p_PyArg_ParseTupleAndKeywords)(PyObject *, PyObject *, const char *, PYFERRY_PYTHON_KEYWORDS_, ...);
    int (*p_PyArg_UnpackTuple)(PyObject *, const char *, Py_ssize_t, Py_ssize_t, ...);
    int (*p_PyArg_VaParse)(PyObject *, const char *, va_list);
    int (*p_PyArg_VaParseTupleAndKeywords)(PyObject *, PyObject *, const char *, PYFERRY_PYTHON_KEYWORDS_, va_list);
    int (*p_PyArg_ValidateKeywordArguments)(PyObject *);
    PyTypeObject *p_PyBaseObject_Type;
    PyObject *(*p_PyBool_FromLong)(long);
    PyTypeObject *p_PyBool_Type;
    void (*p_PyBuffer_FillContiguousStrides)(int, Py_ssize_t *, Py_ssize_t *, int, char); /* 3.11 */
    int (*p_PyBuffer_FillInfo)(Py_buffer *, PyObject *, void *, Py_ssize_t, int, int); /* 3.11 */
    int (*p_PyBuffer_FromContiguous)(const Py_buffer *, const void *, Py_ssize_t, char); /* 3.11 */
    void *(*p_PyBuffer_GetPointer)(const Py_buffer *, const Py_ssize_t *); /* 3.11 */
    int (*p_PyBuffer_IsContiguous)(const Py_buffer *, char); /* 3.11 */
    void (*p_PyBuffer_Release)(Py_buffer *); /* 3.11 */
    Py_ssize_t (*p_PyBuffer_SizeFromFormat)(const char *); /* 3.11 */
    int (*p_PyBuffer_ToContiguous)(void *, const Py_buffer *, Py_ssize_t, char); /* 3.11 */
    PyTypeObject *p_PyByteArrayIter_Type;
    char *(*p_PyByteArray_AsString)(PyObject *);
    PyObject *(*p_PyByteArray_Concat)(PyObject *, PyObject *);
    PyObject *(*p_PyByteArray_FromObject)(PyObject *);
    PyObject *(*p_PyByteArray_FromStringAndSize)(const char *, Py_ssize_t);
    int (*p_PyByteArray_Resize)(PyObject *, Py_ssize_t);
    Py_ssize_t (*p_PyByteArray_Size)(PyObject *);
    PyTypeObject *p_PyByteArray_Type;
    PyTypeObject *p_PyBytesIter_Type;
    char *(*p_PyBytes_AsString)(PyObject *);
    int (*p_PyBytes_AsStringAndSize)(PyObject *, char **, Py_ssize_t *);
    void (*p_PyBytes_Concat)(PyObject **, PyObject *);
    void (*p_PyBytes_ConcatAndDel)(PyObject **, PyObject *);
    PyObject *(*p_PyBytes_DecodeEscape)(const char *, Py_ssize_t, const char *, Py_ssize_t, const char *);
    PyObject *(*p_PyBytes_FromFormat)(const char *, ...);
    PyObject *(*p_PyBytes_FromFormatV)(const char *, va_list);
    PyObject *(*p_PyBytes_FromObject)(PyObject *);
    PyObject *(*p_PyBytes_FromString)(const char *);
    PyObject *(*p_PyBytes_FromStringAndSize)(const char *, Py_ssize_t);
    PyObject *(*p_PyBytes_Repr)(PyObject *, int);
    Py_ssize_t (*p_PyBytes_Size)(PyObject *);
    PyTypeObject *p_PyBytes_Type;
    PyObject *(*p_PyCFunction_Call)(PyObject *, PyObject *, PyObject *); /* until 3.12 */
    int (*p_PyCFunction_GetFlags)(PyObject *);
    PyCFunction (*p_PyCFunction_GetFunction)(PyObject *);
    PyObject *(*p_PyCFunction_GetSelf)(PyObject *);
    PyObject *(*p_PyCFunction_New)(PyMethodDef *, PyObject *); /* 3.10 */
    PyObject *(*p_PyCFunction_NewEx)(PyMethodDef *, PyObject *, PyObject *);
    PyTypeObject *p_PyCFunction_Type;
    PyObject *(*p_PyCMethod_New)(PyMethodDef *, PyObject *, PyObject *, PyTypeObject *);
    PyObject *(*p_PyCallIter_New)(PyObject *, PyObject *);
    PyTypeObject *p_PyCallIter_Type;
    int (*p_PyCallable_Check)(PyObject *);
    void *(*p_PyCapsule_GetContext)(PyObject *);
    PyCapsule_Destructor (*p_PyCapsule_GetDestructor)(PyObject *);
    const char *(*p_PyCapsule_GetName)(PyObject *);
    void *(*p_PyCapsule_GetPointer)(PyObject *, const char *);
    void *(*p_PyCapsule_Import)(const char *, int);
    int (*p_PyCapsule_IsValid)(PyObject *, const char *);
    PyObject *(*p_PyCapsule_New)(void *, const char *, PyCapsule_Destructor);
    int (*p_PyCapsule_SetContext)(PyObject *, void *);
    int (*p_PyCapsule_SetDestructor)(PyObject *, PyCapsule_Destructor);
    int (*p_PyCapsule_SetName)(PyObject *, const char *);
    int (*p_PyCapsule_SetPointer)(PyObject *, void *);
    PyTypeObject *p_PyCapsule_Type;
    PyTypeObject *p_PyClassMethodDescr_Type;
    PyObject *(*p_PyCodec_BackslashReplaceErrors)(PyObject *);
    PyObject *(*p_PyCodec_Decode)(PyObject *, const char *, const char *);
    PyObject *(*p_PyCodec_Decoder)(const char *);
    PyObject *(*p_PyCodec_Encode)(PyObject *, const char *, const char *);
    PyObject *(*p_PyCodec_Encoder)(const char *);
    PyObject *(*p_PyCodec_IgnoreErrors)(PyObject *);
    PyObject *(*p_PyCodec_IncrementalDecoder)(const char *, const char *);
    PyObject *(*p_PyCodec_IncrementalEncoder)(const char *, const char *);
    int (*p_PyCodec_KnownEncoding)(const char *);
    PyObject *(*p_PyCodec_LookupError)(const char *);
    PyObject *(*p_PyCodec_NameReplaceErrors)(PyObject *);
    int (*p_PyCodec_Register)(PyObject *);
    int (*p_PyCodec_RegisterError)(const char *, PyObject *);
    PyObject *(*p_PyCodec_ReplaceErrors)(PyObject *);
    PyObject *(*p_PyCodec_StreamReader)(const char *, PyObject *, const char *);
    PyObject *(*p_PyCodec_StreamWriter)(const char *, PyObject *, const char *);
    PyObject *(*p_PyCodec_StrictErrors)(PyObject *);
    int (*p_PyCodec_Unregister)(PyObject *); /* 3.10 */
    PyObject *(*p_PyCodec_XMLCharRefReplaceErrors)(PyObject *);
    PyObject *(*p_PyComplex_FromDoubles)(double, double);
    double (*p_PyComplex_ImagAsDouble)(PyObject *);
    double (*p_PyComplex_RealAsDouble)(PyObject *);
    PyTypeObject *p_PyComplex_Type;
    void (*p_PyCriticalSection2_Begin)(PyCriticalSection2 *, PyObject *, PyObject *); /* 3.15 */
    void (*p_PyCriticalSection2_End)(PyCriticalSection2 *); /* 3.15 */
    void (*p_PyCriticalSection_Begin)(PyCriticalSection *, PyObject *); /* 3.15 */
    void (*p_PyCriticalSection_End)(PyCriticalSection *); /* 3.15 */
    PyObject *(*p_PyDescr_NewClassMethod)(PyTypeObject *, PyMethodDef *);
    PyObject *(*p_PyDescr_NewGetSet)(PyTypeObject *, PyGetSetDef *);
    PyObject *(*p_PyDescr_NewMember)(PyTypeObject *, PyMemberDef *);
    PyObject *(*p_PyDescr_NewMethod)(PyTypeObject *, PyMethodDef *);
    PyTypeObject *p_PyDictItems_Type;
    PyTypeObject *p_PyDictIterItem_Type;
    PyTypeObject *p_PyDictIterKey_Type;
    PyTypeObject *p_PyDictIterValue_Type;
    PyTypeObject *p_PyDictKeys_Type;
    PyObject *(*p_PyDictProxy_New)(PyObject *);
    PyTypeObject *p_PyDictProxy_Type;
    PyTypeObject *p_PyDictRevIterItem_Type;
    PyTypeObject *p_PyDictRevIterKey_Type;
    PyTypeObject *p_PyDictRevIterValue_Type;
    PyTypeObject *p_PyDictValues_Type;
    void (*p_PyDict_Clear)(PyObject *);
    int (*p_PyDict_Contains)(PyObject *, PyObject *);
    PyObject *(*p_PyDict_Copy)(PyObject *);
    int (*p_PyDict_DelItem)(PyObject *, PyObject *);
    int (*p_PyDict_DelItemString)(PyObject *, const char *);
    PyObject *(*p_PyDict_GetItem)(PyObject *, PyObject *);
    int (*p_PyDict_GetItemRef)(PyObject *, PyObject *, PyObject **); /* 3.13 */
    PyObject *(*p_PyDict_GetItemString)(PyObject *, const char *);
    int (*p_PyDict_GetItemStringRef)(PyObject *, const char *, PyObject **); /* 3.13 */
    PyObject *(*p_PyDict_GetItemWithError)(PyObject *, PyObject *);
    PyObject *(*p_PyDict_Items)(PyObject *);
    PyObject *(*p_PyDict_Keys)(PyObject *);
    int (*p_PyDict_Merge)(PyObject *, PyObject *, int);
    int (*p_PyDict_MergeFromSeq2)(PyObject *, PyObject *, int);
    PyObject *(*p_PyDict_New)(void);
    int (*p_PyDict_Next)(PyObject *, Py_ssize_t *, PyObject **, PyObject **);
    int (*p_PyDict_SetDefaultRef)(PyObject *, PyObject *, PyObject *, PyObject **); /* 3.15 */
    int (*p_PyDict_SetItem)(PyObject *, PyObject *, PyObject *);
    int (*p_PyDict_SetItemString)(PyObject *, const char *, PyObject *);
    Py_ssize_t (*p_PyDict_Size)(PyObject *);
    PyTypeObject *p_PyDict_Type;
    int (*p_PyDict_Update)(PyObject *, PyObject *);
    PyObject *(*p_PyDict_Values)(PyObject *);
    PyTypeObject *p_PyEllipsis_Type;
    PyTypeObject *p_PyEnum_Type;
    int (*p_PyErr_BadArgument)(void);
    void (*p_PyErr_BadInternalCall)(void);
    int (*p_PyErr_CheckSignals)(void);
    void (*p_PyErr_Clear)(void);
    void (*p_PyErr_Display)(PyObject *, PyObject *, PyObject *);
    void (*p_PyErr_DisplayException)(PyObject *); /* 3.12 */
    int (*p_PyErr_ExceptionMatches)(PyObject *);
    void (*p_PyErr_Fetch)(PyObject **, PyObject **, PyObject **);
    PyObject *(*p_PyErr_Format)(PyObject *, const char *, ...);
    PyObject *(*p_PyErr_FormatV)(PyObject *, const char *, va_list);
    void (*p_PyErr_GetExcInfo)(PyObject **, PyObject **, PyObject **);
    PyObject *(*p_PyErr_GetHandledException)(void); /* 3.11 */
    PyObject *(*p_PyErr_GetRaisedException)(void); /* 3.12 */
    int (*p_PyErr_GivenExceptionMatches)(PyObject *, PyObject *);
    PyObject *(*p_PyErr_NewException)(const char *, PyObject *, PyObject *);
    PyObject *(*p_PyErr_NewExceptionWithDoc)(const char *, const char *, PyObject *, PyObject *);
    PyObject *(*p_PyErr_NoMemory)(void);
    void (*p_PyErr_NormalizeException)(PyObject **, PyObject **, PyObject **);
    PyObject *(*p_PyErr_Occurred)(void);
    void (*p_PyErr_Print)(void);
    void (*p_PyErr_PrintEx)(int);
    PyObject *(*p_PyErr_ProgramText)(const char *, int);
    int (*p_PyErr_ResourceWarning)(PyObject *, Py_ssize_t, const char *, ...);
    void (*p_PyErr_Restore)(PyObject *, PyObject *, PyObject *);
    void (*p_PyErr_SetExcInfo)(PyObject *, PyObject *, PyObject *);
    PyObject *(*p_PyErr_SetFromErrno)(PyObject *);
    PyObject *(*p_PyErr_SetFromErrnoWithFilename)(PyObject *, const char *);
    PyObject *(*p_PyErr_SetFromErrnoWithFilenameObject)(PyObject *, PyObject *);
    PyObject *(*p_PyErr_SetFromErrnoWithFilenameObjects)(PyObject *, PyObject *, PyObject *);
    void (*p_PyErr_SetHandledException)(PyObject *); /* 3.11 */
    PyObject *(*p_PyErr_SetImportError)(PyObject *, PyObject *, PyObject *);
    PyObject *(*p_PyErr_SetImportErrorSubclass)(PyObject *, PyObject *, PyObject *, PyObject *);
    void (*p_PyErr_SetInterrupt)(void);
    int (*p_PyErr_SetInterruptEx)(int); /* 3.10 */
    void (*p_PyErr_SetNone)(PyObject *);
    void (*p_PyErr_SetObject)(PyObject *, PyObject *);
    void (*p_PyErr_SetRaisedException)(PyObject *); /* 3.12 */
    void (*p_PyErr_SetString)(PyObject *, const char *);
    void (*p_PyErr_SyntaxLocation)(const char *, int);
    void (*p_PyErr_SyntaxLocationEx)(const char *, int, int);
    int (*p_PyErr_WarnEx)(PyObject *, const char *, Py_ssize_t);
    int (*p_PyErr_WarnExplicit)(PyObject *, const char *, const char *, int, const char *, PyObject *);
    int (*p_PyErr_WarnFormat)(PyObject *, Py_ssize_t, const char *, ...);
    void (*p_PyErr_WriteUnraisable)(PyObject *);
    void (*p_PyEval_AcquireLock)(void); /* until 3.12 */
    void (*p_PyEval_AcquireThread)(PyThreadState *);
    PyObject *(*p_PyEval_CallFunction)(PyObject *, const char *, ...); /* until 3.12 */
    PyObject *(*p_PyEval_CallMethod)(PyObject *, const char *, const char *, ...); /* until 3.12 */
    PyObject *(*p_PyEval_CallObjectWithKeywords)(PyObject *, PyObject *, PyObject *); /* until 3.12 */
    PyObject *(*p_PyEval_EvalCode)(PyObject *, PyObject *, PyObject *);
    PyObject *(*p_PyEval_EvalCodeEx)(PyObject *, PyObject *, PyObject *, PyObject *const *, int, PyObject *const *, int, PyObject *const *, int, PyObject *, PyObject *);
    PyObject *(*p_PyEval_EvalFrame)(PyFrameObject *);
    PyObject *(*p_PyEval_EvalFrameEx)(PyFrameObject *, int);
    PyObject *(*p_PyEval_GetBuiltins)(void);
    PyFrameObject *(*p_PyEval_GetFrame)(void);
    PyObject *(*p_PyEval_GetFrameBuiltins)(void); /* 3.13 */
    PyObject *(*p_PyEval_GetFrameGlobals)(void); /* 3.13 */
    PyObject *(*p_PyEval_GetFrameLocals)(void); /* 3.13 */
    const char *(*p_PyEval_GetFuncDesc)(PyObject *);
    const char *(*p_PyEval_GetFuncName)(PyObject *);
    PyObject *(*p_PyEval_GetGlobals)(void);
    PyObject *(*p_PyEval_GetLocals)(void);
    void (*p_PyEval_InitThreads)(void);
    void (*p_PyEval_ReleaseLock)(void); /* until 3.12 */
    void (*p_PyEval_ReleaseThread)(PyThreadState *);
    void (*p_PyEval_RestoreThread)(PyThreadState *);
    PyThreadState *(*p_PyEval_SaveThread)(void);
    int (*p_PyEval_ThreadsInitialized)(void); /* until 3.12 */
    PyObject **p_PyExc_ArithmeticError;
    PyObject **p_PyExc_AssertionError;
    PyObject **p_PyExc_AttributeError;
    PyObject **p_PyExc_BaseException;
    PyObject **p_PyExc_BaseExceptionGroup; /* 3.11 */
    PyObject **p_PyExc_BlockingIOError;
    PyObject **p_PyExc_BrokenPipeError;
    PyObject **p_PyExc_BufferError;
    PyObject **p_PyExc_BytesWarning;
    PyObject **p_PyExc_ChildProcessError;
    PyObject **p_PyExc_ConnectionAbortedError;
    PyObject **p_PyExc_ConnectionError;
    PyObject **p_PyExc_ConnectionRefusedError;
    PyObject **p_PyExc_ConnectionResetError;
    PyObject **p_PyExc_DeprecationWarning;
    PyObject **p_PyExc_EOFError;
    PyObject **p_PyExc_EncodingWarning; /* 3.10 */
    PyObject **p_PyExc_EnvironmentError;
    PyObject **p_PyExc_Exception;
    PyObject **p_PyExc_FileExistsError;
    PyObject **p_PyExc_FileNotFoundError;
    PyObject **p_PyExc_FloatingPointError;
    PyObject **p_PyExc_FutureWarning;
    PyObject **p_PyExc_GeneratorExit;
    PyObject **p_PyExc_IOError;
    PyObject **p_PyExc_ImportError;
    PyObject **p_PyExc_ImportWarning;
    PyObject **p_PyExc_IndentationError;
    PyObject **p_PyExc_IndexError;
    PyObject **p_PyExc_InterruptedError;
    PyObject **p_PyExc_IsADirectoryError;
    PyObject **p_PyExc_KeyError;
    PyObject **p_PyExc_KeyboardInterrupt;
    PyObject **p_PyExc_LookupError;
    PyObject **p_PyExc_MemoryError;
    PyObject **p_PyExc_ModuleNotFoundError;
    PyObject **p_PyExc_NameError;
    PyObject **p_PyExc_NotADirectoryError;
    PyObject **p_PyExc_NotImplementedError;
    PyObject **p_PyExc_OSError;
    PyObject **p_PyExc_OverflowError;
    PyObject **p_PyExc_PendingDeprecationWarning;
    PyObject **p_PyExc_PermissionError;
    PyObject **p_PyExc_ProcessLookupError;
    PyObject **p_PyExc_RecursionError;
    PyObject **p_PyExc_ReferenceError;
    PyObject **p_PyExc_ResourceWarning;
    PyObject **p_PyExc_RuntimeError;
    PyObject **p_PyExc_RuntimeWarning;
    PyObject **p_PyExc_StopAsyncIteration;
    PyObject **p_PyExc_StopIteration;
    PyObject **p_PyExc_SyntaxError;
    PyObject **p_PyExc_SyntaxWarning;
    PyObject **p_PyExc_SystemError;
    PyObject **p_PyExc_SystemExit;
    PyObject **p_PyExc_TabError;
    PyObject **p_PyExc_TimeoutError;
    PyObject **p_PyExc_TypeError;
    PyObject **p_PyExc_UnboundLocalError;
    PyObject **p_PyExc_UnicodeDecodeError;
    PyObject **p_PyExc_UnicodeEncodeError;
    PyObject **p_PyExc_UnicodeError;
    PyObject **p_PyExc_UnicodeTranslateError;
    PyObject **p_PyExc_UnicodeWarning;
    PyObject **p_PyExc_UserWarning;
    PyObject **p_PyExc_ValueError;
    PyObject **p_PyExc_Warning;
    PyObject **p_PyExc_ZeroDivisionError;
    const char *(*p_PyExceptionClass_Name)(PyObject *);
    PyObject *(*p_PyException_GetArgs)(PyObject *); /* 3.12 */
    PyObject *(*p_PyException_GetCause)(PyObject *);
    PyObject *(*p_PyException_GetContext)(PyObject *);
    PyObject *(*p_PyException_GetTraceback)(PyObject *);
    void (*p_PyException_SetArgs)(PyObject *, PyObject *); /* 3.12 */
    void (*p_PyException_SetCause)(PyObject *, PyObject *);
    void (*p_PyException_SetContext)(PyObject *, PyObject *);
    int (*p_PyException_SetTraceback)(PyObject *, PyObject *);
    PyObject *(*p_PyFile_FromFd)(int, const char *, const char *, int, const char *, const char *, const char *, int);
    PyObject *(*p_PyFile_GetLine)(PyObject *, int);
    int (*p_PyFile_WriteObject)(PyObject *, PyObject *, int);
    int (*p_PyFile_WriteString)(const char *, PyObject *);
    PyTypeObject *p_PyFilter_Type;
    double (*p_PyFloat_AsDouble)(PyObject *);
    PyObject *(*p_PyFloat_FromDouble)(double);
    PyObject *(*p_PyFloat_FromString)(PyObject *);
    PyObject *(*p_PyFloat_GetInfo)(void);
    double (*p_PyFloat_GetMax)(void);
    double (*p_PyFloat_GetMin)(void);
    PyTypeObject *p_PyFloat_Type;
    PyCodeObject *(*p_PyFrame_GetCode)(PyFrameObject *); /* 3.10 */
    int (*p_PyFrame_GetLineNumber)(PyFrameObject *);
    PyObject *(*p_PyFrozenSet_New)(PyObject *);
    PyTypeObject *p_PyFrozenSet_Type;
    Py_ssize_t (*p_PyGC_Collect)(void);
    int (*p_PyGC_Disable)(void); /* 3.10 */
    int (*p_PyGC_Enable)(void); /* 3.10 */
    int (*p_PyGC_IsEnabled)(void); /* 3.10 */
    PyGILState_STATE (*p_PyGILState_Ensure)(void);
    PyThreadState *(*p_PyGILState_GetThisThreadState)(void);
    void (*p_PyGILState_Release)(PyGILState_STATE);
    PyTypeObject *p_PyGetSetDescr_Type;
    PyObject *(*p_PyImport_AddModule)(const char *);
    PyObject *(*p_PyImport_AddModuleObject)(PyObject *);
    PyObject *(*p_PyImport_AddModuleRef)(const char *); /* 3.13 */
    int (*p_PyImport_AppendInittab)(const char *, PyObject *(*)(void));
    PyObject *(*p_PyImport_ExecCodeModule)(const char *, PyObject *);
    PyObject *(*p_PyImport_ExecCodeModuleEx)(const char *, PyObject *, const char *);
    PyObject *(*p_PyImport_ExecCodeModuleObject)(PyObject *, PyObject *, PyObject *, PyObject *);
    PyObject *(*p_PyImport_ExecCodeModuleWithPathnames)(const char *, PyObject *, const char *, const char *);
    PyObject *(*p_PyImport_GetImporter)(PyObject *);
    long (*p_PyImport_GetMagicNumber)(void);
    const char *(*p_PyImport_GetMagicTag)(void);
    PyObject *(*p_PyImport_GetModule)(PyObject *);
    PyObject *(*p_PyImport_GetModuleDict)(void);
    PyObject *(*p_PyImport_Import)(PyObject *);
    int (*p_PyImport_ImportFrozenModule)(const char *);
    int (*p_PyImport_ImportFrozenModuleObject)(PyObject *);
    PyObject *(*p_PyImport_ImportModule)(const char *);
    PyObject *(*p_PyImport_ImportModuleLevel)(const char *, PyObject *, PyObject *, PyObject *, int);
    PyObject *(*p_PyImport_ImportModuleLevelObject)(PyObject *, PyObject *, PyObject *, PyObject *, int);
    PyObject *(*p_PyImport_ImportModuleNoBlock)(const char *); /* until 3.14 */
    PyObject *(*p_PyImport_ReloadModule)(PyObject *);
    int (*p_PyIndex_Check)(PyObject *);
    void (*p_PyInterpreterGuard_Close)(PyInterpreterGuard *); /* 3.15 */
    PyInterpreterGuard *(*p_PyInterpreterGuard_FromCurrent)(void); /* 3.15 */
    PyInterpreterGuard *(*p_PyInterpreterGuard_FromView)(PyInterpreterView *); /* 3.15 */
    void (*p_PyInterpreterState_Clear)(PyInterpreterState *);
    void (*p_PyInterpreterState_Delete)(PyInterpreterState *);
    PyInterpreterState *(*p_PyInterpreterState_Get)(void);
    PyObject *(*p_PyInterpreterState_GetDict)(PyInterpreterState *);
    int64_t (*p_PyInterpreterState_GetID)(PyInterpreterState *);
    PyInterpreterState *(*p_PyInterpreterState_New)(void);
    void (*p_PyInterpreterView_Close)(PyInterpreterView *); /* 3.15 */
    PyInterpreterView *(*p_PyInterpreterView_FromCurrent)(void); /* 3.15 */
    PyInterpreterView *(*p_PyInterpreterView_FromMain)(void); /* 3.15 */
    int (*p_PyIter_Check)(PyObject *);
    PyObject *(*p_PyIter_Next)(PyObject *);
    int (*p_PyIter_NextItem)(PyObject *, PyObject **); /* 3.14 */
    PySendResult (*p_PyIter_Send)(PyObject *, PyObject *, PyObject **); /* 3.10 */
    PyTypeObject *p_PyListIter_Type;
    PyTypeObject *p_PyListRevIter_Type;
    int (*p_PyList_Append)(PyObject *, PyObject *);
    PyObject *(*p_PyList_AsTuple)(PyObject *);
    int (*p_PyList_Clear)(PyObject *); /* 3.13 */
    int (*p_PyList_Extend)(PyObject *, PyObject *); /* 3.13 */
    PyObject *(*p_PyList_GetItem)(PyObject *, Py_ssize_t);
    PyObject *(*p_PyList_GetItemRef)(PyObject *, Py_ssize_t); /* 3.13 */
    PyObject *(*p_PyList_GetSlice)(PyObject *, Py_ssize_t, Py_ssize_t);
    int (*p_PyList_Insert)(PyObject *, Py_ssize_t, PyObject *);
    PyObject *(*p_PyList_New)(Py_ssize_t);
    int (*p_PyList_Reverse)(PyObject *);
    int (*p_PyList_SetItem)(PyObject *, Py_ssize_t, PyObject *);
    int (*p_PyList_SetSlice)(PyObject *, Py_ssize_t, Py_ssize_t, PyObject *);
    Py_ssize_t (*p_PyList_Size)(PyObject *);
    int (*p_PyList_Sort)(PyObject *);
    PyTypeObject *p_PyList_Type;
    PyTypeObject *p_PyLongRangeIter_Type;
    PyLongWriter *(*p_PyLongWriter_Create)(int, Py_ssize_t, void **); /* 3.15 */
    void (*p_PyLongWriter_Discard)(PyLongWriter *); /* 3.15 */
    PyObject *(*p_PyLongWriter_Finish)(PyLongWriter *); /* 3.15 */
    double (*p_PyLong_AsDouble)(PyObject *);
    int (*p_PyLong_AsInt)(PyObject *); /* 3.13 */
    int (*p_PyLong_AsInt32)(PyObject *, int32_t *); /* 3.14 */
    int (*p_PyLong_AsInt64)(PyObject *, int64_t *); /* 3.14 */
    long (*p_PyLong_AsLong)(PyObject *);
    long (*p_PyLong_AsLongAndOverflow)(PyObject *, int *);
    long long (*p_PyLong_AsLongLong)(PyObject *);
    long long (*p_PyLong_AsLongLongAndOverflow)(PyObject *, int *);
    Py_ssize_t (*p_PyLong_AsNativeBytes)(PyObject *, void *, Py_ssize_t, int); /* 3.14 */
    size_t (*p_PyLong_AsSize_t)(PyObject *);
    Py_ssize_t (*p_PyLong_AsSsize_t)(PyObject *);
    int (*p_PyLong_AsUInt32)(PyObject *, uint32_t *); /* 3.14 */
    int (*p_PyLong_AsUInt64)(PyObject *, uint64_t *); /* 3.14 */
    unsigned long (*p_PyLong_AsUnsignedLong)(PyObject *);
    unsigned long long (*p_PyLong_AsUnsignedLongLong)(PyObject *);
    unsigned long long (*p_PyLong_AsUnsignedLongLongMask)(PyObject *);
    unsigned long (*p_PyLong_AsUnsignedLongMask)(PyObject *);
    void *(*p_PyLong_AsVoidPtr)(PyObject *);
    int (*p_PyLong_Export)(PyObject *, PyLongExport *); /* 3.15 */
    void (*p_PyLong_FreeExport)(PyLongExport *); /* 3.15 */
    PyObject *(*p_PyLong_FromDouble)(double);
    PyObject *(*p_PyLong_FromInt32)(int32_t); /* 3.14 */
    PyObject *(*p_PyLong_FromInt64)(int64_t); /* 3.14 */
    PyObject *(*p_PyLong_FromLong)(long);
    PyObject *(*p_PyLong_FromLongLong)(long long);
    PyObject *(*p_PyLong_FromNativeBytes)(const void *, size_t, int); /* 3.14 */
    PyObject *(*p_PyLong_FromSize_t)(size_t);
    PyObject *(*p_PyLong_FromSsize_t)(Py_ssize_t);
    PyObject *(*p_PyLong_FromString)(const char *, char **, int);
    PyObject *(*p_PyLong_FromUInt32)(uint32_t); /* 3.14 */
    PyObject *(*p_PyLong_FromUInt64)(uint64_t); /* 3.14 */
    PyObject *(*p_PyLong_FromUnsignedLong)(unsigned long);
    PyObject *(*p_PyLong_FromUnsignedLongLong)(unsigned long long);
    PyObject *(*p_PyLong_FromUnsignedNativeBytes)(const void *, size_t, int); /* 3.14 */
    PyObject *(*p_PyLong_FromVoidPtr)(void *);
    PyObject *(*p_PyLong_GetInfo)(void);
    const PyLongLayout *(*p_PyLong_GetNativeLayout)(void); /* 3.15 */
    PyTypeObject *p_PyLong_Type;
    PyTypeObject *p_PyMap_Type;
    int (*p_PyMapping_Check)(PyObject *);
    PyObject *(*p_PyMapping_GetItemString)(PyObject *, const char *);
    int (*p_PyMapping_GetOptionalItem)(PyObject *, PyObject *, PyObject **); /* 3.13 */
    int (*p_PyMapping_GetOptionalItemString)(PyObject *, const char *, PyObject **); /* 3.13 */
    int (*p_PyMapping_HasKey)(PyObject *, PyObject *);
    int (*p_PyMapping_HasKeyString)(PyObject *, const char *);
    int (*p_PyMapping_HasKeyStringWithError)(PyObject *, const char *); /* 3.13 */
    int (*p_PyMapping_HasKeyWithError)(PyObject *, PyObject *); /* 3.13 */
    PyObject *(*p_PyMapping_Items)(PyObject *);
    PyObject *(*p_PyMapping_Keys)(PyObject *);
    Py_ssize_t (*p_PyMapping_Length)(PyObject *);
    int (*p_PyMapping_SetItemString)(PyObject *, const char *, PyObject *);
    Py_ssize_t (*p_PyMapping_Size)(PyObject *);
    PyObject *(*p_PyMapping_Values)(PyObject *);
    void *(*p_PyMem_Calloc)(size_t, size_t);
    void (*p_PyMem_Free)(void *);
    void *(*p_PyMem_Malloc)(size_t);
    void *(*p_PyMem_RawCalloc)(size_t, size_t); /* 3.13 */
    void (*p_PyMem_RawFree)(void *); /* 3.13 */
    void *(*p_PyMem_RawMalloc)(size_t); /* 3.13 */
    void *(*p_PyMem_RawRealloc)(void *, size_t); /* 3.13 */
    void *(*p_PyMem_Realloc)(void *, size_t);
    PyTypeObject *p_PyMemberDescr_Type;
    PyObject *(*p_PyMember_GetOne)(const char *, PyMemberDef *);
    int (*p_PyMember_SetOne)(char *, PyMemberDef *, PyObject *);
    PyObject *(*p_PyMemoryView_FromBuffer)(const Py_buffer *); /* 3.11 */
    PyObject *(*p_PyMemoryView_FromMemory)(char *, Py_ssize_t, int);
    PyObject *(*p_PyMemoryView_FromObject)(PyObject *);
    PyObject *(*p_PyMemoryView_GetContiguous)(PyObject *, int, char);
    PyTypeObject *p_PyMemoryView_Type;
    PyTypeObject *p_PyMethodDescr_Type;
    PyObject *(*p_PyModuleDef_Init)(PyModuleDef *);
    PyTypeObject *p_PyModuleDef_Type;
    int (*p_PyModule_Add)(PyObject *, const char *, PyObject *); /* 3.13 */
    int (*p_PyModule_AddFunctions)(PyObject *, PyMethodDef *);
    int (*p_PyModule_AddIntConstant)(PyObject *, const char *, long);
    int (*p_PyModule_AddObject)(PyObject *, const char *, PyObject *);
    int (*p_PyModule_AddObjectRef)(PyObject *, const char *, PyObject *); /* 3.10 */
    int (*p_PyModule_AddStringConstant)(PyObject *, const char *, const char *);
    int (*p_PyModule_AddType)(PyObject *, PyTypeObject *); /* 3.10 */
    PyObject *(*p_PyModule_Create2)(PyModuleDef *, int);
    int (*p_PyModule_Exec)(PyObject *); /* 3.15 */
    int (*p_PyModule_ExecDef)(PyObject *, PyModuleDef *);
    PyObject *(*p_PyModule_FromDefAndSpec2)(PyModuleDef *, PyObject *, int);
    PyObject *(*p_PyModule_FromSlotsAndSpec)(const PySlot *, PyObject *); /* 3.15 */
    PyModuleDef *(*p_PyModule_GetDef)(PyObject *);
    PyObject *(*p_PyModule_GetDict)(PyObject *);
    const char *(*p_PyModule_GetFilename)(PyObject *);
    PyObject *(*p_PyModule_GetFilenameObject)(PyObject *);
    const char *(*p_PyModule_GetName)(PyObject *);
    PyObject *(*p_PyModule_GetNameObject)(PyObject *);
    void *(*p_PyModule_GetState)(PyObject *);
    int (*p_PyModule_GetStateSize)(PyObject *, Py_ssize_t *); /* 3.15 */
    void *(*p_PyModule_GetState_DuringGC)(PyObject *); /* 3.15 */
    int (*p_PyModule_GetToken)(PyObject *, void **); /* 3.15 */
    int (*p_PyModule_GetToken_DuringGC)(PyObject *, void **); /* 3.15 */
    PyObject *(*p_PyModule_New)(const char *);
    PyObject *(*p_PyModule_NewObject)(PyObject *);
    int (*p_PyModule_SetDocString)(PyObject *, const char *);
    PyTypeObject *p_PyModule_Type;
    PyObject *(*p_PyNumber_Absolute)(PyObject *);
    PyObject *(*p_PyNumber_Add)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_And)(PyObject *, PyObject *);
    Py_ssize_t (*p_PyNumber_AsSsize_t)(PyObject *, PyObject *);
    int (*p_PyNumber_Check)(PyObject *);
    PyObject *(*p_PyNumber_Divmod)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_Float)(PyObject *);
    PyObject *(*p_PyNumber_FloorDivide)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_InPlaceAdd)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_InPlaceAnd)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_InPlaceFloorDivide)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_InPlaceLshift)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_InPlaceMatrixMultiply)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_InPlaceMultiply)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_InPlaceOr)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_InPlacePower)(PyObject *, PyObject *, PyObject *);
    PyObject *(*p_PyNumber_InPlaceRemainder)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_InPlaceRshift)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_InPlaceSubtract)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_InPlaceTrueDivide)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_InPlaceXor)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_Index)(PyObject *);
    PyObject *(*p_PyNumber_Invert)(PyObject *);
    PyObject *(*p_PyNumber_Long)(PyObject *);
    PyObject *(*p_PyNumber_Lshift)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_MatrixMultiply)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_Multiply)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_Negative)(PyObject *);
    PyObject *(*p_PyNumber_Or)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_Positive)(PyObject *);
    PyObject *(*p_PyNumber_Power)(PyObject *, PyObject *, PyObject *);
    PyObject *(*p_PyNumber_Remainder)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_Rshift)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_Subtract)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_ToBase)(PyObject *, int);
    PyObject *(*p_PyNumber_TrueDivide)(PyObject *, PyObject *);
    PyObject *(*p_PyNumber_Xor)(PyObject *, PyObject *);
    void (*p_PyOS_AfterFork)(void);
    void (*p_PyOS_AfterFork_Child)(void);
    void (*p_PyOS_AfterFork_Parent)(void);
    void (*p_PyOS_BeforeFork)(void);
    PyObject *(*p_PyOS_FSPath)(PyObject *);
    void (*p_PyOS_InitInterrupts)(void); /* until 3.9 */
    int (**p_PyOS_InputHook)(void);
    int (*p_PyOS_InterruptOccurred)(void);
    char *(*p_PyOS_double_to_string)(double, char, int, int, int *);
    PyOS_sighandler_t (*p_PyOS_getsig)(int);
    int (*p_PyOS_mystricmp)(const char *, const char *);
    int (*p_PyOS_mystrnicmp)(const char *, const char *, Py_ssize_t);
    PyOS_sighandler_t (*p_PyOS_setsig)(int, PyOS_sighandler_t);
    int (*p_PyOS_snprintf)(char *, size_t, const char *, ...);
    double (*p_PyOS_string_to_double)(const char *, char **, PyObject *);
    long (*p_PyOS_strtol)(const char *, char **, int);
    unsigned long (*p_PyOS_strtoul)(const char *, char **, int);
    int (*p_PyOS_vsnprintf)(char *, size_t, const char *, va_list);
    PyObject *(*p_PyObject_ASCII)(PyObject *);
    int (*p_PyObject_AsFileDescriptor)(PyObject *);
    PyObject *(*p_PyObject_Bytes)(PyObject *);
    PyObject *(*p_PyObject_Call)(PyObject *, PyObject *, PyObject *);
    int (*p_PyObject_CallFinalizerFromDealloc)(PyObject *); /* 3.15 */
    PyObject *(*p_PyObject_CallFunction)(PyObject *, const char *, ...);
    PyObject *(*p_PyObject_CallFunctionObjArgs)(PyObject *, ...);
    PyObject *(*p_PyObject_CallMethod)(PyObject *, const char *, const char *, ...);
    PyObject *(*p_PyObject_CallMethodObjArgs)(PyObject *, PyObject *, ...);
    PyObject *(*p_PyObject_CallNoArgs)(PyObject *); /* 3.10 */
    PyObject *(*p_PyObject_CallObject)(PyObject *, PyObject *);
    void *(*p_PyObject_Calloc)(size_t, size_t);
    int (*p_PyObject_CheckBuffer)(PyObject *); /* 3.11 */
    void (*p_PyObject_ClearWeakRefs)(PyObject *);
    int (*p_PyObject_CopyData)(PyObject *, PyObject *); /* 3.11 */
    int (*p_PyObject_DelAttr)(PyObject *, PyObject *); /* 3.13 */
    int (*p_PyObject_DelAttrString)(PyObject *, const char *); /* 3.13 */
    int (*p_PyObject_DelItem)(PyObject *, PyObject *);
    int (*p_PyObject_DelItemString)(PyObject *, const char *);
    PyObject *(*p_PyObject_Dir)(PyObject *);
    PyObject *(*p_PyObject_Format)(PyObject *, PyObject *);
    void (*p_PyObject_Free)(void *);
    void (*p_PyObject_GC_Del)(void *);
    int (*p_PyObject_GC_IsFinalized)(PyObject *);
    int (*p_PyObject_GC_IsTracked)(PyObject *);
    void (*p_PyObject_GC_Track)(void *);
    void (*p_PyObject_GC_UnTrack)(void *);
    PyObject *(*p_PyObject_GenericGetAttr)(PyObject *, PyObject *);
    PyObject *(*p_PyObject_GenericGetDict)(PyObject *, void *); /* 3.10 */
    int (*p_PyObject_GenericSetAttr)(PyObject *, PyObject *, PyObject *);
    int (*p_PyObject_GenericSetDict)(PyObject *, PyObject *, void *);
    PyObject *(*p_PyObject_GetAIter)(PyObject *); /* 3.10 */
    PyObject *(*p_PyObject_GetAttr)(PyObject *, PyObject *);
    PyObject *(*p_PyObject_GetAttrString)(PyObject *, const char *);
    int (*p_PyObject_GetBuffer)(PyObject *, Py_buffer *, int); /* 3.11 */
    PyObject *(*p_PyObject_GetItem)(PyObject *, PyObject *);
    PyObject *(*p_PyObject_GetIter)(PyObject *);
    int (*p_PyObject_GetOptionalAttr)(PyObject *, PyObject *, PyObject **); /* 3.13 */
    int (*p_PyObject_GetOptionalAttrString)(PyObject *, const char *, PyObject **); /* 3.13 */
    void *(*p_PyObject_GetTypeData)(PyObject *, PyTypeObject *); /* 3.12 */
    void *(*p_PyObject_GetTypeData_DuringGC)(PyObject *, PyTypeObject *); /* 3.15 */
    int (*p_PyObject_HasAttr)(PyObject *, PyObject *);
    int (*p_PyObject_HasAttrString)(PyObject *, const char *);
    int (*p_PyObject_HasAttrStringWithError)(PyObject *, const char *); /* 3.13 */
    int (*p_PyObject_HasAttrWithError)(PyObject *, PyObject *); /* 3.13 */
    Py_hash_t (*p_PyObject_Hash)(PyObject *);
    Py_hash_t (*p_PyObject_HashNotImplemented)(PyObject *);
    PyObject *(*p_PyObject_Init)(PyObject *, PyTypeObject *);
    PyVarObject *(*p_PyObject_InitVar)(PyVarObject *, PyTypeObject *, Py_ssize_t);
    int (*p_PyObject_IsInstance)(PyObject *, PyObject *);
    int (*p_PyObject_IsSubclass)(PyObject *, PyObject *);
    int (*p_PyObject_IsTrue)(PyObject *);
    Py_ssize_t (*p_PyObject_Length)(PyObject *);
    void *(*p_PyObject_Malloc)(size_t);
    int (*p_PyObject_Not)(PyObject *);
    void *(*p_PyObject_Realloc)(void *, size_t);
    PyObject *(*p_PyObject_Repr)(PyObject *);
    PyObject *(*p_PyObject_RichCompare)(PyObject *, PyObject *, int);
    int (*p_PyObject_RichCompareBool)(PyObject *, PyObject *, int);
    PyObject *(*p_PyObject_SelfIter)(PyObject *);
    int (*p_PyObject_SetAttr)(PyObject *, PyObject *, PyObject *);
    int (*p_PyObject_SetAttrString)(PyObject *, const char *, PyObject *);
    int (*p_PyObject_SetItem)(PyObject *, PyObject *, PyObject *);
    Py_ssize_t (*p_PyObject_Size)(PyObject *);
    PyObject *(*p_PyObject_Str)(PyObject *);
    PyObject *(*p_PyObject_Type)(PyObject *);
    PyObject *(*p_PyObject_Vectorcall)(PyObject *, PyObject *const *, size_t, PyObject *); /* 3.12 */
    PyObject *(*p_PyObject_VectorcallMethod)(PyObject *, PyObject *const *, size_t, PyObject *); /* 3.12 */
    PyTypeObject *p_PyProperty_Type;
    PyTypeObject *p_PyRangeIter_Type;
    PyTypeObject *p_PyRange_Type;
    PyTypeObject *p_PyReversed_Type;
    PyObject *(*p_PySeqIter_New)(PyObject *);
    PyTypeObject *p_PySeqIter_Type;
    int (*p_PySequence_Check)(PyObject *);
    PyObject *(*p_PySequence_Concat)(PyObject *, PyObject *);
    int (*p_PySequence_Contains)(PyObject *, PyObject *);
    Py_ssize_t (*p_PySequence_Count)(PyObject *, PyObject *);
    int (*p_PySequence_DelItem)(PyObject *, Py_ssize_t);
    int (*p_PySequence_DelSlice)(PyObject *, Py_ssize_t, Py_ssize_t);
    PyObject *(*p_PySequence_Fast)(PyObject *, const char *);
    PyObject *(*p_PySequence_GetItem)(PyObject *, Py_ssize_t);
    PyObject *(*p_PySequence_GetSlice)(PyObject *, Py_ssize_t, Py_ssize_t);
    int (*p_PySequence_In)(PyObject *, PyObject *);
    PyObject *(*p_PySequence_InPlaceConcat)(PyObject *, PyObject *);
    PyObject *(*p_PySequence_InPlaceRepeat)(PyObject *, Py_ssize_t);
    Py_ssize_t (*p_PySequence_Index)(PyObject *, PyObject *);
    Py_ssize_t (*p_PySequence_Length)(PyObject *);
    PyObject *(*p_PySequence_List)(PyObject *);
    PyObject *(*p_PySequence_Repeat)(PyObject *, Py_ssize_t);
    int (*p_PySequence_SetItem)(PyObject *, Py_ssize_t, PyObject *);
    int (*p_PySequence_SetSlice)(PyObject *, Py_ssize_t, Py_ssize_t, PyObject *);
    Py_ssize_t (*p_PySequence_Size)(PyObject *);
    PyObject *(*p_PySequence_Tuple)(PyObject *);
    PyTypeObject *p_PySetIter_Type;
    int (*p_PySet_Add)(PyObject *, PyObject *);
    int (*p_PySet_Clear)(PyObject *);
    int (*p_PySet_Contains)(PyObject *, PyObject *);
    int (*p_PySet_Discard)(PyObject *, PyObject *);
    PyObject *(*p_PySet_New)(PyObject *);
    PyObject *(*p_PySet_Pop)(PyObject *);
    Py_ssize_t (*p_PySet_Size)(PyObject *);
    PyTypeObject *p_PySet_Type;
    Py_ssize_t (*p_PySlice_AdjustIndices)(Py_ssize_t, Py_ssize_t *, Py_ssize_t *, Py_ssize_t);
    int (*p_PySlice_GetIndices)(PyObject *, Py_ssize_t, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *);
    int (*p_PySlice_GetIndicesEx)(PyObject *, Py_ssize_t, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *);
    PyObject *(*p_PySlice_New)(PyObject *, PyObject *, PyObject *);
    PyTypeObject *p_PySlice_Type;
    int (*p_PySlice_Unpack)(PyObject *, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *);
    int (*p_PyState_AddModule)(PyObject *, PyModuleDef *);
    PyObject *(*p_PyState_FindModule)(PyModuleDef *);
    int (*p_PyState_RemoveModule)(PyModuleDef *);
    PyObject *(*p_PyStructSequence_GetItem)(PyObject *, Py_ssize_t);
    PyObject *(*p_PyStructSequence_New)(PyTypeObject *);
    PyTypeObject *(*p_PyStructSequence_NewType)(PyStructSequence_Desc *);
    void (*p_PyStructSequence_SetItem)(PyObject *, Py_ssize_t, PyObject *);
    const char *const *p_PyStructSequence_UnnamedField; /* 3.11 */
    PyTypeObject *p_PySuper_Type;
    void (*p_PySys_AddWarnOption)(const wchar_t *);
    void (*p_PySys_AddWarnOptionUnicode)(PyObject *);
    void (*p_PySys_AddXOption)(const wchar_t *);
    int (*p_PySys_Audit)(const char *, const char *, ...); /* 3.13 */
    int (*p_PySys_AuditTuple)(const char *, PyObject *); /* 3.13 */
    void (*p_PySys_FormatStderr)(const char *, ...);
    void (*p_PySys_FormatStdout)(const char *, ...);
    PyObject *(*p_PySys_GetAttr)(PyObject *); /* 3.15 */
    PyObject *(*p_PySys_GetAttrString)(const char *); /* 3.15 */
    PyObject *(*p_PySys_GetObject)(const char *);
    int (*p_PySys_GetOptionalAttr)(PyObject *, PyObject **); /* 3.15 */
    int (*p_PySys_GetOptionalAttrString)(const char *, PyObject **); /* 3.15 */
    PyObject *(*p_PySys_GetXOptions)(void);
    int (*p_PySys_HasWarnOptions)(void);
    void (*p_PySys_ResetWarnOptions)(void); /* until 3.14 */
    void (*p_PySys_SetArgv)(int, wchar_t **);
    void (*p_PySys_SetArgvEx)(int, wchar_t **, int);
    int (*p_PySys_SetObject)(const char *, PyObject *);
    void (*p_PySys_SetPath)(const wchar_t *);
    void (*p_PySys_WriteStderr)(const char *, ...);
    void (*p_PySys_WriteStdout)(const char *, ...);
    void (*p_PyThreadState_Clear)(PyThreadState *);
    void (*p_PyThreadState_Delete)(PyThreadState *);
    PyThreadStateToken *(*p_PyThreadState_Ensure)(PyInterpreterGuard *); /* 3.15 */
    PyThreadStateToken *(*p_PyThreadState_EnsureFromView)(PyInterpreterView *); /* 3.15 */
    PyThreadState *(*p_PyThreadState_Get)(void);
    PyObject *(*p_PyThreadState_GetDict)(void);
    PyFrameObject *(*p_PyThreadState_GetFrame)(PyThreadState *); /* 3.10 */
    uint64_t (*p_PyThreadState_GetID)(PyThreadState *); /* 3.10 */
    PyInterpreterState *(*p_PyThreadState_GetInterpreter)(PyThreadState *); /* 3.10 */
    PyThreadState *(*p_PyThreadState_New)(PyInterpreterState *);
    void (*p_PyThreadState_Release)(PyThreadStateToken *); /* 3.15 */
    int (*p_PyThreadState_SetAsyncExc)(unsigned long, PyObject *);
    PyThreadState *(*p_PyThreadState_Swap)(PyThreadState *);
    PyObject *(*p_PyThread_GetInfo)(void);
    void (*p_PyThread_ReInitTLS)(void);
    int (*p_PyThread_acquire_lock)(PyThread_type_lock, int);
    PyLockStatus (*p_PyThread_acquire_lock_timed)(PyThread_type_lock, long long, int);
    PyThread_type_lock (*p_PyThread_allocate_lock)(void);
    int (*p_PyThread_create_key)(void);
    void (*p_PyThread_delete_key)(int);
    void (*p_PyThread_delete_key_value)(int);
    void (*p_PyThread_free_lock)(PyThread_type_lock);
    void *(*p_PyThread_get_key_value)(int);
    size_t (*p_PyThread_get_stacksize)(void);
    unsigned long (*p_PyThread_get_thread_ident)(void);
    unsigned long (*p_PyThread_get_thread_native_id)(void);
    void (*p_PyThread_init_thread)(void);
    void (*p_PyThread_release_lock)(PyThread_type_lock);
    int (*p_PyThread_set_key_value)(int, void *);
    int (*p_PyThread_set_stacksize)(size_t);
    unsigned long (*p_PyThread_start_new_thread)(PYFERRY_PYTHON_THREAD_, void *);
    Py_tss_t *(*p_PyThread_tss_alloc)(void);
    int (*p_PyThread_tss_create)(Py_tss_t *);
    void (*p_PyThread_tss_delete)(Py_tss_t *);
    void (*p_PyThread_tss_free)(Py_tss_t *);
    void *(*p_PyThread_tss_get)(Py_tss_t *);
    int (*p_PyThread_tss_is_created)(Py_tss_t *);
    int (*p_PyThread_tss_set)(Py_tss_t *, void *);
    int (*p_PyTraceBack_Here)(PyFrameObject *);
    int (*p_PyTraceBack_Print)(PyObject *, PyObject *);
    PyTypeObject *p_PyTraceBack_Type;
    PyTypeObject *p_PyTupleIter_Type;
    PyObject *(*p_PyTuple_GetItem)(PyObject *, Py_ssize_t);
    PyObject *(*p_PyTuple_GetSlice)(PyObject *, Py_ssize_t, Py_ssize_t);
    PyObject *(*p_PyTuple_New)(Py_ssize_t);
    PyObject *(*p_PyTuple_Pack)(Py_ssize_t, ...);
    int (*p_PyTuple_SetItem)(PyObject *, Py_ssize_t, PyObject *);
    Py_ssize_t (*p_PyTuple_Size)(PyObject *);
    PyTypeObject *p_PyTuple_Type;
    unsigned int (*p_PyType_ClearCache)(void);
    int (*p_PyType_Freeze)(PyTypeObject *); /* 3.14 */
    PyObject *(*p_PyType_FromMetaclass)(PyTypeObject *, PyObject *, PyType_Spec *, PyObject *); /* 3.12 */
    PyObject *(*p_PyType_FromModuleAndSpec)(PyObject *, PyType_Spec *, PyObject *); /* 3.10 */
    PyObject *(*p_PyType_FromSlots)(PySlot *); /* 3.15 */
    PyObject *(*p_PyType_FromSpec)(PyType_Spec *);
    PyObject *(*p_PyType_FromSpecWithBases)(PyType_Spec *, PyObject *);
    PyObject *(*p_PyType_GenericAlloc)(PyTypeObject *, Py_ssize_t);
    PyObject *(*p_PyType_GenericNew)(PyTypeObject *, PyObject *, PyObject *);
    int (*p_PyType_GetBaseByToken)(PyTypeObject *, void *, PyTypeObject **); /* 3.14 */
    int (*p_PyType_GetBaseByToken_DuringGC)(PyTypeObject *, void *, PyTypeObject **); /* 3.15 */
    unsigned long (*p_PyType_GetFlags)(PyTypeObject *);
    PyObject *(*p_PyType_GetFullyQualifiedName)(PyTypeObject *); /* 3.13 */
    PyObject *(*p_PyType_GetModule)(PyTypeObject *); /* 3.10 */
    PyObject *(*p_PyType_GetModuleByDef)(PyTypeObject *, PyModuleDef *); /* 3.13 */
    PyObject *(*p_PyType_GetModuleByToken)(PyTypeObject *, const void *); /* 3.15 */
    PyObject *(*p_PyType_GetModuleByToken_DuringGC)(PyTypeObject *, const void *); /* 3.15 */
    PyObject *(*p_PyType_GetModuleName)(PyTypeObject *); /* 3.13 */
    void *(*p_PyType_GetModuleState)(PyTypeObject *); /* 3.10 */
    void *(*p_PyType_GetModuleState_DuringGC)(PyTypeObject *); /* 3.15 */
    PyObject *(*p_PyType_GetModule_DuringGC)(PyTypeObject *); /* 3.15 */
    PyObject *(*p_PyType_GetName)(PyTypeObject *); /* 3.11 */
    PyObject *(*p_PyType_GetQualName)(PyTypeObject *); /* 3.11 */
    void *(*p_PyType_GetSlot)(PyTypeObject *, int);
    Py_ssize_t (*p_PyType_GetTypeDataSize)(PyTypeObject *); /* 3.12 */
    int (*p_PyType_IsSubtype)(PyTypeObject *, PyTypeObject *);
    void (*p_PyType_Modified)(PyTypeObject *);
    int (*p_PyType_Ready)(PyTypeObject *);
    PyTypeObject *p_PyType_Type;
    PyObject *(*p_PyUnicodeDecodeError_Create)(const char *, const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t, const char *);
    PyObject *(*p_PyUnicodeDecodeError_GetEncoding)(PyObject *);
    int (*p_PyUnicodeDecodeError_GetEnd)(PyObject *, Py_ssize_t *);
    PyObject *(*p_PyUnicodeDecodeError_GetObject)(PyObject *);
    PyObject *(*p_PyUnicodeDecodeError_GetReason)(PyObject *);
    int (*p_PyUnicodeDecodeError_GetStart)(PyObject *, Py_ssize_t *);
    int (*p_PyUnicodeDecodeError_SetEnd)(PyObject *, Py_ssize_t);
    int (*p_PyUnicodeDecodeError_SetReason)(PyObject *, const char *);
    int (*p_PyUnicodeDecodeError_SetStart)(PyObject *, Py_ssize_t);
    PyObject *(*p_PyUnicodeEncodeError_GetEncoding)(PyObject *);
    int (*p_PyUnicodeEncodeError_GetEnd)(PyObject *, Py_ssize_t *);
    PyObject *(*p_PyUnicodeEncodeError_GetObject)(PyObject *);
    PyObject *(*p_PyUnicodeEncodeError_GetReason)(PyObject *);
    int (*p_PyUnicodeEncodeError_GetStart)(PyObject *, Py_ssize_t *);
    int (*p_PyUnicodeEncodeError_SetEnd)(PyObject *, Py_ssize_t);
    int (*p_PyUnicodeEncodeError_SetReason)(PyObject *, const char *);
    int (*p_PyUnicodeEncodeError_SetStart)(PyObject *, Py_ssize_t);
    PyTypeObject *p_PyUnicodeIter_Type;
    int (*p_PyUnicodeTranslateError_GetEnd)(PyObject *, Py_ssize_t *);
    PyObject *(*p_PyUnicodeTranslateError_GetObject)(PyObject *);
    PyObject *(*p_PyUnicodeTranslateError_GetReason)(PyObject *);
    int (*p_PyUnicodeTranslateError_GetStart)(PyObject *, Py_ssize_t *);
    int (*p_PyUnicodeTranslateError_SetEnd)(PyObject *, Py_ssize_t);
    int (*p_PyUnicodeTranslateError_SetReason)(PyObject *, const char *);
    int (*p_PyUnicodeTranslateError_SetStart)(PyObject *, Py_ssize_t);
    void (*p_PyUnicode_Append)(PyObject **, PyObject *);
    void (*p_PyUnicode_AppendAndDel)(PyObject **, PyObject *);
    PyObject *(*p_PyUnicode_AsASCIIString)(PyObject *);
    PyObject *(*p_PyUnicode_AsCharmapString)(PyObject *, PyObject *);
    PyObject *(*p_PyUnicode_AsDecodedObject)(PyObject *, const char *, const char *); /* until 3.14 */
    PyObject *(*p_PyUnicode_AsDecodedUnicode)(PyObject *, const char *, const char *); /* until 3.14 */
    PyObject *(*p_PyUnicode_AsEncodedObject)(PyObject *, const char *, const char *); /* until 3.14 */
    PyObject *(*p_PyUnicode_AsEncodedString)(PyObject *, const char *, const char *);
    PyObject *(*p_PyUnicode_AsEncodedUnicode)(PyObject *, const char *, const char *); /* until 3.14 */
    PyObject *(*p_PyUnicode_AsLatin1String)(PyObject *);
    PyObject *(*p_PyUnicode_AsRawUnicodeEscapeString)(PyObject *);
    Py_UCS4 *(*p_PyUnicode_AsUCS4)(PyObject *, Py_UCS4 *, Py_ssize_t, int);
    Py_UCS4 *(*p_PyUnicode_AsUCS4Copy)(PyObject *);
    PyObject *(*p_PyUnicode_AsUTF16String)(PyObject *);
    PyObject *(*p_PyUnicode_AsUTF32String)(PyObject *);
    const char *(*p_PyUnicode_AsUTF8AndSize)(PyObject *, Py_ssize_t *); /* 3.10 */
    PyObject *(*p_PyUnicode_AsUTF8String)(PyObject *);
    PyObject *(*p_PyUnicode_AsUnicodeEscapeString)(PyObject *);
    Py_ssize_t (*p_PyUnicode_AsWideChar)(PyObject *, wchar_t *, Py_ssize_t);
    wchar_t *(*p_PyUnicode_AsWideCharString)(PyObject *, Py_ssize_t *);
    PyObject *(*p_PyUnicode_BuildEncodingMap)(PyObject *);
    int (*p_PyUnicode_Compare)(PyObject *, PyObject *);
    int (*p_PyUnicode_CompareWithASCIIString)(PyObject *, const char *);
    PyObject *(*p_PyUnicode_Concat)(PyObject *, PyObject *);
    int (*p_PyUnicode_Contains)(PyObject *, PyObject *);
    Py_ssize_t (*p_PyUnicode_Count)(PyObject *, PyObject *, Py_ssize_t, Py_ssize_t);
    PyObject *(*p_PyUnicode_Decode)(const char *, Py_ssize_t, const char *, const char *);
    PyObject *(*p_PyUnicode_DecodeASCII)(const char *, Py_ssize_t, const char *);
    PyObject *(*p_PyUnicode_DecodeCharmap)(const char *, Py_ssize_t, PyObject *, const char *);
    PyObject *(*p_PyUnicode_DecodeFSDefault)(const char *);
    PyObject *(*p_PyUnicode_DecodeFSDefaultAndSize)(const char *, Py_ssize_t);
    PyObject *(*p_PyUnicode_DecodeLatin1)(const char *, Py_ssize_t, const char *);
    PyObject *(*p_PyUnicode_DecodeLocale)(const char *, const char *);
    PyObject *(*p_PyUnicode_DecodeLocaleAndSize)(const char *, Py_ssize_t, const char *);
    PyObject *(*p_PyUnicode_DecodeRawUnicodeEscape)(const char *, Py_ssize_t, const char *);
    PyObject *(*p_PyUnicode_DecodeUTF16)(const char *, Py_ssize_t, const char *, int *);
    PyObject *(*p_PyUnicode_DecodeUTF16Stateful)(const char *, Py_ssize_t, const char *, int *, Py_ssize_t *);
    PyObject *(*p_PyUnicode_DecodeUTF32)(const char *, Py_ssize_t, const char *, int *);
    PyObject *(*p_PyUnicode_DecodeUTF32Stateful)(const char *, Py_ssize_t, const char *, int *, Py_ssize_t *);
    PyObject *(*p_PyUnicode_DecodeUTF7)(const char *, Py_ssize_t, const char *);
    PyObject *(*p_PyUnicode_DecodeUTF7Stateful)(const char *, Py_ssize_t, const char *, Py_ssize_t *);
    PyObject *(*p_PyUnicode_DecodeUTF8)(const char *, Py_ssize_t, const char *);
    PyObject *(*p_PyUnicode_DecodeUTF8Stateful)(const char *, Py_ssize_t, const char *, Py_ssize_t *);
    PyObject *(*p_PyUnicode_DecodeUnicodeEscape)(const char *, Py_ssize_t, const char *);
    PyObject *(*p_PyUnicode_EncodeFSDefault)(PyObject *);
    PyObject *(*p_PyUnicode_EncodeLocale)(PyObject *, const char *);
    int (*p_PyUnicode_Equal)(PyObject *, PyObject *); /* 3.14 */
    int (*p_PyUnicode_EqualToUTF8)(PyObject *, const char *); /* 3.13 */
    int (*p_PyUnicode_EqualToUTF8AndSize)(PyObject *, const char *, Py_ssize_t); /* 3.13 */
    int (*p_PyUnicode_FSConverter)(PyObject *, void *);
    int (*p_PyUnicode_FSDecoder)(PyObject *, void *);
    Py_ssize_t (*p_PyUnicode_Find)(PyObject *, PyObject *, Py_ssize_t, Py_ssize_t, int);
    Py_ssize_t (*p_PyUnicode_FindChar)(PyObject *, Py_UCS4, Py_ssize_t, Py_ssize_t, int);
    PyObject *(*p_PyUnicode_Format)(PyObject *, PyObject *);
    PyObject *(*p_PyUnicode_FromEncodedObject)(PyObject *, const char *, const char *);
    PyObject *(*p_PyUnicode_FromFormat)(const char *, ...);
    PyObject *(*p_PyUnicode_FromFormatV)(const char *, va_list);
    PyObject *(*p_PyUnicode_FromObject)(PyObject *);
    PyObject *(*p_PyUnicode_FromOrdinal)(int);
    PyObject *(*p_PyUnicode_FromString)(const char *);
    PyObject *(*p_PyUnicode_FromStringAndSize)(const char *, Py_ssize_t);
    PyObject *(*p_PyUnicode_FromWideChar)(const wchar_t *, Py_ssize_t);
    const char *(*p_PyUnicode_GetDefaultEncoding)(void);
    Py_ssize_t (*p_PyUnicode_GetLength)(PyObject *);
    Py_ssize_t (*p_PyUnicode_GetSize)(PyObject *); /* until 3.11 */
    PyObject *(*p_PyUnicode_InternFromString)(const char *);
    void (*p_PyUnicode_InternImmortal)(PyObject **); /* until 3.11 */
    void (*p_PyUnicode_InternInPlace)(PyObject **);
    int (*p_PyUnicode_IsIdentifier)(PyObject *);
    PyObject *(*p_PyUnicode_Join)(PyObject *, PyObject *);
    PyObject *(*p_PyUnicode_Partition)(PyObject *, PyObject *);
    PyObject *(*p_PyUnicode_RPartition)(PyObject *, PyObject *);
    PyObject *(*p_PyUnicode_RSplit)(PyObject *, PyObject *, Py_ssize_t);
    Py_UCS4 (*p_PyUnicode_ReadChar)(PyObject *, Py_ssize_t);
    PyObject *(*p_PyUnicode_Replace)(PyObject *, PyObject *, PyObject *, Py_ssize_t);
    int (*p_PyUnicode_Resize)(PyObject **, Py_ssize_t);
    PyObject *(*p_PyUnicode_RichCompare)(PyObject *, PyObject *, int);
    PyObject *(*p_PyUnicode_Split)(PyObject *, PyObject *, Py_ssize_t);
    PyObject *(*p_PyUnicode_Splitlines)(PyObject *, int);
    PyObject *(*p_PyUnicode_Substring)(PyObject *, Py_ssize_t, Py_ssize_t);
    Py_ssize_t (*p_PyUnicode_Tailmatch)(PyObject *, PyObject *, Py_ssize_t, Py_ssize_t, int);
    PyObject *(*p_PyUnicode_Translate)(PyObject *, PyObject *, const char *);
    PyTypeObject *p_PyUnicode_Type;
    int (*p_PyUnicode_WriteChar)(PyObject *, Py_ssize_t, Py_UCS4);
    PyObject *(*p_PyVectorcall_Call)(PyObject *, PyObject *, PyObject *); /* 3.12 */
    Py_ssize_t (*p_PyVectorcall_NARGS)(size_t); /* 3.12 */
    PyObject *(*p_PyWeakref_GetObject)(PyObject *); /* until 3.14 */
    int (*p_PyWeakref_GetRef)(PyObject *, PyObject **); /* 3.13 */
    PyObject *(*p_PyWeakref_NewProxy)(PyObject *, PyObject *);
    PyObject *(*p_PyWeakref_NewRef)(PyObject *, PyObject *);
    PyTypeObject *p_PyWrapperDescr_Type;
    PyObject *(*p_PyWrapper_New)(PyObject *, PyObject *);
    PyTypeObject *p_PyZip_Type;
    int (*p_Py_AddPendingCall)(int (*)(void *), void *);
    int (*p_Py_AtExit)(void (*)(void));
    PyObject *(*p_Py_BuildValue)(const char *, ...);
    int (*p_Py_BytesMain)(int, char **);
    PyObject *(*p_Py_CompileString)(const char *, const char *, int);
    void (*p_Py_DecRef)(PyObject *);
    wchar_t *(*p_Py_DecodeLocale)(const char *, size_t *);
    char *(*p_Py_EncodeLocale)(const wchar_t *, size_t *);
    void (*p_Py_EndInterpreter)(PyThreadState *);
    int (*p_Py_EnterRecursiveCall)(const char *);
    void (*p_Py_Exit)(int);
    void (*p_Py_FatalError)(const char *);
    const char **p_Py_FileSystemDefaultEncodeErrors;
    const char **p_Py_FileSystemDefaultEncoding;
    void (*p_Py_Finalize)(void);
    int (*p_Py_FinalizeEx)(void);
    PyObject *(*p_Py_GenericAlias)(PyObject *, PyObject *);
    PyTypeObject *p_Py_GenericAliasType;
    const char *(*p_Py_GetBuildInfo)(void);
    const char *(*p_Py_GetCompiler)(void);
    PyObject *(*p_Py_GetConstant)(unsigned int); /* 3.13 */
    PyObject *(*p_Py_GetConstantBorrowed)(unsigned int); /* 3.13 */
    const char *(*p_Py_GetCopyright)(void);
    wchar_t *(*p_Py_GetExecPrefix)(void); /* until 3.14 */
    wchar_t *(*p_Py_GetPath)(void); /* until 3.14 */
    const char *(*p_Py_GetPlatform)(void);
    wchar_t *(*p_Py_GetPrefix)(void); /* until 3.14 */
    wchar_t *(*p_Py_GetProgramFullPath)(void); /* until 3.14 */
    wchar_t *(*p_Py_GetProgramName)(void); /* until 3.14 */
    wchar_t *(*p_Py_GetPythonHome)(void); /* until 3.14 */
    int (*p_Py_GetRecursionLimit)(void);
    const char *(*p_Py_GetVersion)(void);
    int *p_Py_HasFileSystemDefaultEncoding;
    int (*p_Py_IS_TYPE)(PyObject *, PyTypeObject *); /* 3.15 */
    void (*p_Py_IncRef)(PyObject *);
    void (*p_Py_Initialize)(void);
    void (*p_Py_InitializeEx)(int);
    int (*p_Py_Is)(PyObject *, PyObject *); /* 3.10 */
    int (*p_Py_IsFalse)(PyObject *); /* 3.10 */
    int (*p_Py_IsFinalizing)(void); /* 3.13 */
    int (*p_Py_IsInitialized)(void);
    int (*p_Py_IsNone)(PyObject *); /* 3.10 */
    int (*p_Py_IsTrue)(PyObject *); /* 3.10 */
    void (*p_Py_LeaveRecursiveCall)(void);
    int (*p_Py_Main)(int, wchar_t **);
    int (*p_Py_MakePendingCalls)(void);
    PyThreadState *(*p_Py_NewInterpreter)(void);
    PyObject *(*p_Py_NewRef)(PyObject *); /* 3.10 */
    uint32_t (*p_Py_PACK_FULL_VERSION)(int, int, int, int, int); /* 3.14 */
    uint32_t (*p_Py_PACK_VERSION)(int, int); /* 3.14 */
    Py_ssize_t (*p_Py_REFCNT)(PyObject *); /* 3.14 */
    int (*p_Py_ReprEnter)(PyObject *);
    void (*p_Py_ReprLeave)(PyObject *);
    Py_ssize_t (*p_Py_SIZE)(PyObject *); /* 3.15 */
    void (*p_Py_SetPath)(const wchar_t *); /* until 3.12 */
    void (*p_Py_SetProgramName)(const wchar_t *);
    void (*p_Py_SetPythonHome)(const wchar_t *);
    void (*p_Py_SetRecursionLimit)(int);
    struct symtable *(*p_Py_SymtableString)(const char *, const char *, int); /* until 3.9 */
    PyTypeObject *(*p_Py_TYPE)(PyObject *); /* 3.14 */
    int *p_Py_UTF8Mode;
    PyObject *(*p_Py_VaBuildValue)(const char *, va_list);
    const unsigned long *p_Py_Version; /* 3.11 */
    PyObject *(*p_Py_XNewRef)(PyObject *); /* 3.10 */
    void (*p__PyErr_BadInternalCall)(const char *, int);
    PyObject *(*p__PyObject_GC_New)(PyTypeObject *);
    PyVarObject *(*p__PyObject_GC_NewVar)(PyTypeObject *, Py_ssize_t);
    PyVarObject *(*p__PyObject_GC_Resize)(PyVarObject *, Py_ssize_t);
    PyObject *(*p__PyObject_New)(PyTypeObject *);
    PyVarObject *(*p__PyObject_NewVar)(PyTypeObject *, Py_ssize_t);
    PyTypeObject *p__PyWeakref_CallableProxyType;
    PyTypeObject *p__PyWeakref_ProxyType;
    PyTypeObject *p__PyWeakref_RefType;
    void (*p__Py_Dealloc)(PyObject *);
    void (*p__Py_DecRef)(PyObject *); /* 3.10 */
    PyObject *p__Py_EllipsisObject; /* until 3.12 */
    PyLongObject *p__Py_FalseStruct; /* until 3.12 */
    void (*p__Py_IncRef)(PyObject *); /* 3.10 */
    PyObject *p__Py_NoneStruct; /* until 3.12 */
    PyObject *p__Py_NotImplementedStruct; /* until 3.12 */
    PyLongObject *p__Py_TrueStruct; /* until 3.12 */
};

/** The table of this program or plug-in. Use the names below; they stand for its entries. */
#ifdef __cplusplus
PYFERRY_PYTHON_ONCE_ struct pyferry_python_table pyferry_python_ = {};
#else
PYFERRY_PYTHON_ONCE_ struct pyferry_python_table pyferry_python_ = {0};
#endif

/** Whether the CPython in use has this function, variable or type: 0 before one was found. */
#define PYFERRY_PYTHON_HAS(name) (pyferry_python_.p_##name != NULL)

/* The symbols, in the table's order: each ends in a 0, each list of them in a second. No longer than C99 allows. */
PYFERRY_PYTHON_ONCE_ const char *pyferry_python_names_[] = {
    "PyABIInfo_Check\0"
    "PyAIter_Check\0"
    "_PyArg_Parse_SizeT|PyArg_Parse\0"
    "_PyArg_ParseTuple_SizeT|PyArg_ParseTuple\0"
    "_PyArg_ParseTupleAndKeywords_SizeT|PyArg_ParseTupleAndKeywords\0"
    "PyArg_UnpackTuple\0"
    "_PyArg_VaParse_SizeT|PyArg_VaParse\0"
    "_PyArg_VaParseTupleAndKeywords_SizeT|PyArg_VaParseTupleAndKeywords\0"
    "PyArg_ValidateKeywordArguments\0"
    "PyBaseObject_Type\0"
    "PyBool_FromLong\0"
    "PyBool_Type\0"
    "PyBuffer_FillContiguousStrides\0"
    "PyBuffer_FillInfo\0"
    "PyBuffer_FromContiguous\0"
    "PyBuffer_GetPointer\0"
    "PyBuffer_IsContiguous\0"
    "PyBuffer_Release\0"
    "PyBuffer_SizeFromFormat\0"
    "PyBuffer_ToContiguous\0"
    "PyByteArrayIter_Type\0"
    "PyByteArray_AsString\0"
    "PyByteArray_Concat\0"
    "PyByteArray_FromObject\0"
    "PyByteArray_FromStringAndSize\0"
    "PyByteArray_Resize\0"
    "PyByteArray_Size\0"
    "PyByteArray_Type\0"
    "PyBytesIter_Type\0"
    "PyBytes_AsString\0"
    "PyBytes_AsStringAndSize\0"
    "PyBytes_Concat\0"
    "PyBytes_ConcatAndDel\0"
    "PyBytes_DecodeEscape\0"
    "PyBytes_FromFormat\0"
    "PyBytes_FromFormatV\0"
    "PyBytes_FromObject\0"
    "PyBytes_FromString\0"
    "PyBytes_FromStringAndSize\0"
    "PyBytes_Repr\0"
    "PyBytes_Size\0"
    "PyBytes_Type\0"
    "PyCFunction_Call\0"
    "PyCFunction_GetFlags\0"
    "PyCFunction_GetFunction\0"
    "PyCFunction_GetSelf\0"
    "PyCFunction_New\0"
    "PyCFunction_NewEx\0"
    "PyCFunction_Type\0"
    "PyCMethod_New\0"
    "PyCallIter_New\0"
    "PyCallIter_Type\0"
    "PyCallable_Check\0"
    "PyCapsule_GetContext\0"
    "PyCapsule_GetDestructor\0"
    "PyCapsule_GetName\0"
    "PyCapsule_GetPointer\0"
    "PyCapsule_Import\0"
    "PyCapsule_IsValid\0"
    "PyCapsule_New\0"
    "PyCapsule_SetContext\0"
    "PyCapsule_SetDestructor\0"
    "PyCapsule_SetName\0"
    "PyCapsule_SetPointer\0"
    "PyCapsule_Type\0"
    "PyClassMethodDescr_Type\0"
    "PyCodec_BackslashReplaceErrors\0"
    "PyCodec_Decode\0"
    "PyCodec_Decoder\0"
    "PyCodec_Encode\0"
    "PyCodec_Encoder\0"
    "PyCodec_IgnoreErrors\0"
    "PyCodec_IncrementalDecoder\0"
    "PyCodec_IncrementalEncoder\0"
    "PyCodec_KnownEncoding\0"
    "PyCodec_LookupError\0"
    "PyCodec_NameReplaceErrors\0"
    "PyCodec_Register\0"
    "PyCodec_RegisterError\0"
    "PyCodec_ReplaceErrors\0"
    "PyCodec_StreamReader\0"
    "PyCodec_StreamWriter\0"
    "PyCodec_StrictErrors\0"
    "PyCodec_Unregister\0"
    "PyCodec_XMLCharRefReplaceErrors\0"
    "PyComplex_FromDoubles\0"
    "PyComplex_ImagAsDouble\0"
    "PyComplex_RealAsDouble\0"
    "PyComplex_Type\0"
    "PyCriticalSection2_Begin\0"
    "PyCriticalSection2_End\0"
    "PyCriticalSection_Begin\0"
    "PyCriticalSection_End\0"
    "PyDescr_NewClassMethod\0"
    "PyDescr_NewGetSet\0"
    "PyDescr_NewMember\0"
    "PyDescr_NewMethod\0"
    "PyDictItems_Type\0"
    "PyDictIterItem_Type\0"
    "PyDictIterKey_Type\0"
    "PyDictIterValue_Type\0"
    "PyDictKeys_Type\0"
    "PyDictProxy_New\0"
    "PyDictProxy_Type\0"
    "PyDictRevIterItem_Type\0"
    "PyDictRevIterKey_Type\0"
    "PyDictRevIterValue_Type\0"
    "PyDictValues_Type\0"
    "PyDict_Clear\0"
    "PyDict_Contains\0"
    "PyDict_Copy\0"
    "PyDict_DelItem\0"
    "PyDict_DelItemString\0"
    "PyDict_GetItem\0"
    "PyDict_GetItemRef\0"
    "PyDict_GetItemString\0"
    "PyDict_GetItemStringRef\0"
    "PyDict_GetItemWithError\0"
    "PyDict_Items\0"
    "PyDict_Keys\0"
    "PyDict_Merge\0"
    "PyDict_MergeFromSeq2\0"
    "PyDict_New\0"
    "PyDict_Next\0"
    "PyDict_SetDefaultRef\0"
    "PyDict_SetItem\0"
    "PyDict_SetItemString\0"
    "PyDict_Size\0"
    "PyDict_Type\0"
    "PyDict_Update\0"
    "PyDict_Values\0"
    "PyEllipsis_Type\0"
    "PyEnum_Type\0"
    "PyErr_BadArgument\0"
    "PyErr_BadInternalCall\0"
    "PyErr_CheckSignals\0"
    "PyErr_Clear\0"
    "PyErr_Display\0"
    "PyErr_DisplayException\0"
    "PyErr_ExceptionMatches\0"
    "PyErr_Fetch\0"
    "PyErr_Format\0"
    "PyErr_FormatV\0"
    "PyErr_GetExcInfo\0"
    "PyErr_GetHandledException\0"
    "PyErr_GetRaisedException\0"
    "PyErr_GivenExceptionMatches\0"
    "PyErr_NewException\0"
    "PyErr_NewExceptionWithDoc\0"
    "PyErr_NoMemory\0"
    "PyErr_NormalizeException\0"
    "PyErr_Occurred\0"
    "PyErr_Print\0"
    "PyErr_PrintEx\0"
    "PyErr_ProgramText\0"
    "PyErr_ResourceWarning\0"
    "PyErr_Restore\0"
    "PyErr_SetExcInfo\0"
    "PyErr_SetFromErrno\0"
    "PyErr_SetFromErrnoWithFilename\0"
    "PyErr_SetFromErrnoWithFilenameObject\0"
    "PyErr_SetFromErrnoWithFilenameObjects\0"
    "PyErr_SetHandledException\0"
    "PyErr_SetImportError\0"
    "PyErr_SetImportErrorSubclass\0"
    "PyErr_SetInterrupt\0"
    "PyErr_SetInterruptEx\0"
    "PyErr_SetNone\0"
    "PyErr_SetObject\0"
    "PyErr_SetRaisedException\0"
    "PyErr_SetString\0"
    "PyErr_SyntaxLocation\0"
    "PyErr_SyntaxLocationEx\0"
    "PyErr_WarnEx\0"
    "PyErr_WarnExplicit\0"
    "PyErr_WarnFormat\0"
    "PyErr_WriteUnraisable\0"
    "PyEval_AcquireLock\0"
    "PyEval_AcquireThread\0"
    "PyEval_CallFunction\0"
    "PyEval_CallMethod\0"
    "PyEval_CallObjectWithKeywords\0"
    "PyEval_EvalCode\0"
    "PyEval_EvalCodeEx\0"
    "PyEval_EvalFrame\0"
    "PyEval_EvalFrameEx\0"
    "PyEval_GetBuiltins\0"
    "PyEval_GetFrame\0"
    "PyEval_GetFrameBuiltins\0"
    "PyEval_GetFrameGlobals\0"
    "PyEval_GetFrameLocals\0"
    "PyEval_GetFuncDesc\0"
    "PyEval_GetFuncName\0"
    "PyEval_GetGlobals\0"
    "PyEval_GetLocals\0"
    "PyEval_InitThreads\0"
    "PyEval_ReleaseLock\0"
    "PyEval_ReleaseThread\0"
    "PyEval_RestoreThread\0"
    "PyEval_SaveThread\0"
    "PyEval_ThreadsInitialized\0"
    "PyExc_ArithmeticError\0"
    ,
    "PyExc_AssertionError\0"
    "PyExc_AttributeError\0"
    "PyExc_BaseException\0"
    "PyExc_BaseExceptionGroup\0"
    "PyExc_BlockingIOError\0"
    "PyExc_BrokenPipeError\0"
    "PyExc_BufferError\0"
    "PyExc_BytesWarning\0"
    "PyExc_ChildProcessError\0"
    "PyExc_ConnectionAbortedError\0"
    "PyExc_ConnectionError\0"
    "PyExc_ConnectionRefusedError\0"
    "PyExc_ConnectionResetError\0"
    "PyExc_DeprecationWarning\0"
    "PyExc_EOFError\0"
    "PyExc_EncodingWarning\0"
    "PyExc_EnvironmentError\0"
    "PyExc_Exception\0"
    "PyExc_FileExistsError\0"
    "PyExc_FileNotFoundError\0"
    "PyExc_FloatingPointError\0"
    "PyExc_FutureWarning\0"
    "PyExc_GeneratorExit\0"
    "PyExc_IOError\0"
    "PyExc_ImportError\0"
    "PyExc_ImportWarning\0"
    "PyExc_IndentationError\0"
    "PyExc_IndexError\0"
    "PyExc_InterruptedError\0"
    "PyExc_IsADirectoryError\0"
    "PyExc_KeyError\0"
    "PyExc_KeyboardInterrupt\0"
    "PyExc_LookupError\0"
    "PyExc_MemoryError\0"
    "PyExc_ModuleNotFoundError\0"
    "PyExc_NameError\0"
    "PyExc_NotADirectoryError\0"
    "PyExc_NotImplementedError\0"
    "PyExc_OSError\0"
    "PyExc_OverflowError\0"
    "PyExc_PendingDeprecationWarning\0"
    "PyExc_PermissionError\0"
    "PyExc_ProcessLookupError\0"
    "PyExc_RecursionError\0"
    "PyExc_ReferenceError\0"
    "PyExc_ResourceWarning\0"
    "PyExc_RuntimeError\0"
    "PyExc_RuntimeWarning\0"
    "PyExc_StopAsyncIteration\0"
    "PyExc_StopIteration\0"
    "PyExc_SyntaxError\0"
    "PyExc_SyntaxWarning\0"
    "PyExc_SystemError\0"
    "PyExc_SystemExit\0"
    "PyExc_TabError\0"
    "PyExc_TimeoutError\0"
    "PyExc_TypeError\0"
    "PyExc_UnboundLocalError\0"
    "PyExc_UnicodeDecodeError\0"
    "PyExc_UnicodeEncodeError\0"
    "PyExc_UnicodeError\0"
    "PyExc_UnicodeTranslateError\0"
    "PyExc_UnicodeWarning\0"
    "PyExc_UserWarning\0"
    "PyExc_ValueError\0"
    "PyExc_Warning\0"
    "PyExc_ZeroDivisionError\0"
    "PyExceptionClass_Name\0"
    "PyException_GetArgs\0"
    "PyException_GetCause\0"
    "PyException_GetContext\0"
    "PyException_GetTraceback\0"
    "PyException_SetArgs\0"
    "PyException_SetCause\0"
    "PyException_SetContext\0"
    "PyException_SetTraceback\0"
    "PyFile_FromFd\0"
    "PyFile_GetLine\0"
    "PyFile_WriteObject\0"
    "PyFile_WriteString\0"
    "PyFilter_Type\0"
    "PyFloat_AsDouble\0"
    "PyFloat_FromDouble\0"
    "PyFloat_FromString\0"
    "PyFloat_GetInfo\0"
    "PyFloat_GetMax\0"
    "PyFloat_GetMin\0"
    "PyFloat_Type\0"
    "PyFrame_GetCode\0"
    "PyFrame_GetLineNumber\0"
    "PyFrozenSet_New\0"
    "PyFrozenSet_Type\0"
    "PyGC_Collect\0"
    "PyGC_Disable\0"
    "PyGC_Enable\0"
    "PyGC_IsEnabled\0"
    "PyGILState_Ensure\0"
    "PyGILState_GetThisThreadState\0"
    "PyGILState_Release\0"
    "PyGetSetDescr_Type\0"
    "PyImport_AddModule\0"
    "PyImport_AddModuleObject\0"
    "PyImport_AddModuleRef\0"
    "PyImport_AppendInittab\0"
    "PyImport_ExecCodeModule\0"
    "PyImport_ExecCodeModuleEx\0"
    "PyImport_ExecCodeModuleObject\0"
    "PyImport_ExecCodeModuleWithPathnames\0"
    "PyImport_GetImporter\0"
    "PyImport_GetMagicNumber\0"
    "PyImport_GetMagicTag\0"
    "PyImport_GetModule\0"
    "PyImport_GetModuleDict\0"
    "PyImport_Import\0"
    "PyImport_ImportFrozenModule\0"
    "PyImport_ImportFrozenModuleObject\0"
    "PyImport_ImportModule\0"
    "PyImport_ImportModuleLevel\0"
    "PyImport_ImportModuleLevelObject\0"
    "PyImport_ImportModuleNoBlock\0"
    "PyImport_ReloadModule\0"
    "PyIndex_Check\0"
    "PyInterpreterGuard_Close\0"
    "PyInterpreterGuard_FromCurrent\0"
    "PyInterpreterGuard_FromView\0"
    "PyInterpreterState_Clear\0"
    "PyInterpreterState_Delete\0"
    "PyInterpreterState_Get\0"
    "PyInterpreterState_GetDict\0"
    "PyInterpreterState_GetID\0"
    "PyInterpreterState_New\0"
    "PyInterpreterView_Close\0"
    "PyInterpreterView_FromCurrent\0"
    "PyInterpreterView_FromMain\0"
    "PyIter_Check\0"
    "PyIter_Next\0"
    "PyIter_NextItem\0"
    "PyIter_Send\0"
    "PyListIter_Type\0"
    "PyListRevIter_Type\0"
    "PyList_Append\0"
    "PyList_AsTuple\0"
    "PyList_Clear\0"
    "PyList_Extend\0"
    "PyList_GetItem\0"
    "PyList_GetItemRef\0"
    "PyList_GetSlice\0"
    "PyList_Insert\0"
    "PyList_New\0"
    "PyList_Reverse\0"
    "PyList_SetItem\0"
    "PyList_SetSlice\0"
    "PyList_Size\0"
    "PyList_Sort\0"
    "PyList_Type\0"
    "PyLongRangeIter_Type\0"
    "PyLongWriter_Create\0"
    "PyLongWriter_Discard\0"
    "PyLongWriter_Finish\0"
    "PyLong_AsDouble\0"
    "PyLong_AsInt\0"
    "PyLong_AsInt32\0"
    "PyLong_AsInt64\0"
    "PyLong_AsLong\0"
    "PyLong_AsLongAndOverflow\0"
    "PyLong_AsLongLong\0"
    "PyLong_AsLongLongAndOverflow\0"
    "PyLong_AsNativeBytes\0"
    "PyLong_AsSize_t\0"
    "PyLong_AsSsize_t\0"
    "PyLong_AsUInt32\0"
    "PyLong_AsUInt64\0"
    "PyLong_AsUnsignedLong\0"
    "PyLong_AsUnsignedLongLong\0"
    "PyLong_AsUnsignedLongLongMask\0"
    "PyLong_AsUnsignedLongMask\0"
    "PyLong_AsVoidPtr\0"
    "PyLong_Export\0"
    "PyLong_FreeExport\0"
    "PyLong_FromDouble\0"
    "PyLong_FromInt32\0"
    "PyLong_FromInt64\0"
    "PyLong_FromLong\0"
    "PyLong_FromLongLong\0"
    "PyLong_FromNativeBytes\0"
    "PyLong_FromSize_t\0"
    "PyLong_FromSsize_t\0"
    "PyLong_FromString\0"
    "PyLong_FromUInt32\0"
    "PyLong_FromUInt64\0"
    "PyLong_FromUnsignedLong\0"
    "PyLong_FromUnsignedLongLong\0"
    "PyLong_FromUnsignedNativeBytes\0"
    "PyLong_FromVoidPtr\0"
    "PyLong_GetInfo\0"
    "PyLong_GetNativeLayout\0"
    "PyLong_Type\0"
    "PyMap_Type\0"
    "PyMapping_Check\0"
    "PyMapping_GetItemString\0"
    "PyMapping_GetOptionalItem\0"
    ,
    "PyMapping_GetOptionalItemString\0"
    "PyMapping_HasKey\0"
    "PyMapping_HasKeyString\0"
    "PyMapping_HasKeyStringWithError\0"
    "PyMapping_HasKeyWithError\0"
    "PyMapping_Items\0"
    "PyMapping_Keys\0"
    "PyMapping_Length\0"
    "PyMapping_SetItemString\0"
    "PyMapping_Size\0"
    "PyMapping_Values\0"
    "PyMem_Calloc\0"
    "PyMem_Free\0"
    "PyMem_Malloc\0"
    "PyMem_RawCalloc\0"
    "PyMem_RawFree\0"
    "PyMem_RawMalloc\0"
    "PyMem_RawRealloc\0"
    "PyMem_Realloc\0"
    "PyMemberDescr_Type\0"
    "PyMember_GetOne\0"
    "PyMember_SetOne\0"
    "PyMemoryView_FromBuffer\0"
    "PyMemoryView_FromMemory\0"
    "PyMemoryView_FromObject\0"
    "PyMemoryView_GetContiguous\0"
    "PyMemoryView_Type\0"
    "PyMethodDescr_Type\0"
    "PyModuleDef_Init\0"
    "PyModuleDef_Type\0"
    "PyModule_Add\0"
    "PyModule_AddFunctions\0"
    "PyModule_AddIntConstant\0"
    "PyModule_AddObject\0"
    "PyModule_AddObjectRef\0"
    "PyModule_AddStringConstant\0"
    "PyModule_AddType\0"
    "PyModule_Create2\0"
    "PyModule_Exec\0"
    "PyModule_ExecDef\0"
    "PyModule_FromDefAndSpec2\0"
    "PyModule_FromSlotsAndSpec\0"
    "PyModule_GetDef\0"
    "PyModule_GetDict\0"
    "PyModule_GetFilename\0"
    "PyModule_GetFilenameObject\0"
    "PyModule_GetName\0"
    "PyModule_GetNameObject\0"
    "PyModule_GetState\0"
    "PyModule_GetStateSize\0"
    "PyModule_GetState_DuringGC\0"
    "PyModule_GetToken\0"
    "PyModule_GetToken_DuringGC\0"
    "PyModule_New\0"
    "PyModule_NewObject\0"
    "PyModule_SetDocString\0"
    "PyModule_Type\0"
    "PyNumber_Absolute\0"
    "PyNumber_Add\0"
    "PyNumber_And\0"
    "PyNumber_AsSsize_t\0"
    "PyNumber_Check\0"
    "PyNumber_Divmod\0"
    "PyNumber_Float\0"
    "PyNumber_FloorDivide\0"
    "PyNumber_InPlaceAdd\0"
    "PyNumber_InPlaceAnd\0"
    "PyNumber_InPlaceFloorDivide\0"
    "PyNumber_InPlaceLshift\0"
    "PyNumber_InPlaceMatrixMultiply\0"
    "PyNumber_InPlaceMultiply\0"
    "PyNumber_InPlaceOr\0"
    "PyNumber_InPlacePower\0"
    "PyNumber_InPlaceRemainder\0"
    "PyNumber_InPlaceRshift\0"
    "PyNumber_InPlaceSubtract\0"
    "PyNumber_InPlaceTrueDivide\0"
    "PyNumber_InPlaceXor\0"
    "PyNumber_Index\0"
    "PyNumber_Invert\0"
    "PyNumber_Long\0"
    "PyNumber_Lshift\0"
    "PyNumber_MatrixMultiply\0"
    "PyNumber_Multiply\0"
    "PyNumber_Negative\0"
    "PyNumber_Or\0"
    "PyNumber_Positive\0"
    "PyNumber_Power\0"
    "PyNumber_Remainder\0"
    "PyNumber_Rshift\0"
    "PyNumber_Subtract\0"
    "PyNumber_ToBase\0"
    "PyNumber_TrueDivide\0"
    "PyNumber_Xor\0"
    "PyOS_AfterFork\0"
    "PyOS_AfterFork_Child\0"
    "PyOS_AfterFork_Parent\0"
    "PyOS_BeforeFork\0"
    "PyOS_FSPath\0"
    "PyOS_InitInterrupts\0"
    "PyOS_InputHook\0"
    "PyOS_InterruptOccurred\0"
    "PyOS_double_to_string\0"
    "PyOS_getsig\0"
    "PyOS_mystricmp\0"
    "PyOS_mystrnicmp\0"
    "PyOS_setsig\0"
    "PyOS_snprintf\0"
    "PyOS_string_to_double\0"
    "PyOS_strtol\0"
    "PyOS_strtoul\0"
    "PyOS_vsnprintf\0"
    "PyObject_ASCII\0"
    "PyObject_AsFileDescriptor\0"
    "PyObject_Bytes\0"
    "PyObject_Call\0"
    "PyObject_CallFinalizerFromDealloc\0"
    "_PyObject_CallFunction_SizeT|PyObject_CallFunction\0"
    "PyObject_CallFunctionObjArgs\0"
    "_PyObject_CallMethod_SizeT|PyObject_CallMethod\0"
    "PyObject_CallMethodObjArgs\0"
    "PyObject_CallNoArgs\0"
    "PyObject_CallObject\0"
    "PyObject_Calloc\0"
    "PyObject_CheckBuffer\0"
    "PyObject_ClearWeakRefs\0"
    "PyObject_CopyData\0"
    "PyObject_DelAttr\0"
    "PyObject_DelAttrString\0"
    "PyObject_DelItem\0"
    "PyObject_DelItemString\0"
    "PyObject_Dir\0"
    "PyObject_Format\0"
    "PyObject_Free\0"
    "PyObject_GC_Del\0"
    "PyObject_GC_IsFinalized\0"
    "PyObject_GC_IsTracked\0"
    "PyObject_GC_Track\0"
    "PyObject_GC_UnTrack\0"
    "PyObject_GenericGetAttr\0"
    "PyObject_GenericGetDict\0"
    "PyObject_GenericSetAttr\0"
    "PyObject_GenericSetDict\0"
    "PyObject_GetAIter\0"
    "PyObject_GetAttr\0"
    "PyObject_GetAttrString\0"
    "PyObject_GetBuffer\0"
    "PyObject_GetItem\0"
    "PyObject_GetIter\0"
    "PyObject_GetOptionalAttr\0"
    "PyObject_GetOptionalAttrString\0"
    "PyObject_GetTypeData\0"
    "PyObject_GetTypeData_DuringGC\0"
    "PyObject_HasAttr\0"
    "PyObject_HasAttrString\0"
    "PyObject_HasAttrStringWithError\0"
    "PyObject_HasAttrWithError\0"
    "PyObject_Hash\0"
    "PyObject_HashNotImplemented\0"
    "PyObject_Init\0"
    "PyObject_InitVar\0"
    "PyObject_IsInstance\0"
    "PyObject_IsSubclass\0"
    "PyObject_IsTrue\0"
    "PyObject_Length\0"
    "PyObject_Malloc\0"
    "PyObject_Not\0"
    "PyObject_Realloc\0"
    "PyObject_Repr\0"
    "PyObject_RichCompare\0"
    "PyObject_RichCompareBool\0"
    "PyObject_SelfIter\0"
    "PyObject_SetAttr\0"
    "PyObject_SetAttrString\0"
    "PyObject_SetItem\0"
    "PyObject_Size\0"
    "PyObject_Str\0"
    "PyObject_Type\0"
    "PyObject_Vectorcall\0"
    "PyObject_VectorcallMethod\0"
    "PyProperty_Type\0"
    "PyRangeIter_Type\0"
    "PyRange_Type\0"
    "PyReversed_Type\0"
    "PySeqIter_New\0"
    "PySeqIter_Type\0"
    "PySequence_Check\0"
    "PySequence_Concat\0"
    "PySequence_Contains\0"
    "PySequence_Count\0"
    "PySequence_DelItem\0"
    "PySequence_DelSlice\0"
    "PySequence_Fast\0"
    "PySequence_GetItem\0"
    "PySequence_GetSlice\0"
    "PySequence_In\0"
    "PySequence_InPlaceConcat\0"
    "PySequence_InPlaceRepeat\0"
    "PySequence_Index\0"
    "PySequence_Length\0"
    "PySequence_List\0"
    "PySequence_Repeat\0"
    "PySequence_SetItem\0"
    "PySequence_SetSlice\0"
    "PySequence_Size\0"
    "PySequence_Tuple\0"
    "PySetIter_Type\0"
    "PySet_Add\0"
    "PySet_Clear\0"
    "PySet_Contains\0"
    "PySet_Discard\0"
    "PySet_New\0"
    "PySet_Pop\0"
    ,
    "PySet_Size\0"
    "PySet_Type\0"
    "PySlice_AdjustIndices\0"
    "PySlice_GetIndices\0"
    "PySlice_GetIndicesEx\0"
    "PySlice_New\0"
    "PySlice_Type\0"
    "PySlice_Unpack\0"
    "PyState_AddModule\0"
    "PyState_FindModule\0"
    "PyState_RemoveModule\0"
    "PyStructSequence_GetItem\0"
    "PyStructSequence_New\0"
    "PyStructSequence_NewType\0"
    "PyStructSequence_SetItem\0"
    "PyStructSequence_UnnamedField\0"
    "PySuper_Type\0"
    "PySys_AddWarnOption\0"
    "PySys_AddWarnOptionUnicode\0"
    "PySys_AddXOption\0"
    "PySys_Audit\0"
    "PySys_AuditTuple\0"
    "PySys_FormatStderr\0"
    "PySys_FormatStdout\0"
    "PySys_GetAttr\0"
    "PySys_GetAttrString\0"
    "PySys_GetObject\0"
    "PySys_GetOptionalAttr\0"
    "PySys_GetOptionalAttrString\0"
    "PySys_GetXOptions\0"
    "PySys_HasWarnOptions\0"
    "PySys_ResetWarnOptions\0"
    "PySys_SetArgv\0"
    "PySys_SetArgvEx\0"
    "PySys_SetObject\0"
    "PySys_SetPath\0"
    "PySys_WriteStderr\0"
    "PySys_WriteStdout\0"
    "PyThreadState_Clear\0"
    "PyThreadState_Delete\0"
    "PyThreadState_Ensure\0"
    "PyThreadState_EnsureFromView\0"
    "PyThreadState_Get\0"
    "PyThreadState_GetDict\0"
    "PyThreadState_GetFrame\0"
    "PyThreadState_GetID\0"
    "PyThreadState_GetInterpreter\0"
    "PyThreadState_New\0"
    "PyThreadState_Release\0"
    "PyThreadState_SetAsyncExc\0"
    "PyThreadState_Swap\0"
    "PyThread_GetInfo\0"
    "PyThread_ReInitTLS\0"
    "PyThread_acquire_lock\0"
    "PyThread_acquire_lock_timed\0"
    "PyThread_allocate_lock\0"
    "PyThread_create_key\0"
    "PyThread_delete_key\0"
    "PyThread_delete_key_value\0"
    "PyThread_free_lock\0"
    "PyThread_get_key_value\0"
    "PyThread_get_stacksize\0"
    "PyThread_get_thread_ident\0"
    "PyThread_get_thread_native_id\0"
    "PyThread_init_thread\0"
    "PyThread_release_lock\0"
    "PyThread_set_key_value\0"
    "PyThread_set_stacksize\0"
    "PyThread_start_new_thread\0"
    "PyThread_tss_alloc\0"
    "PyThread_tss_create\0"
    "PyThread_tss_delete\0"
    "PyThread_tss_free\0"
    "PyThread_tss_get\0"
    "PyThread_tss_is_created\0"
    "PyThread_tss_set\0"
    "PyTraceBack_Here\0"
    "PyTraceBack_Print\0"
    "PyTraceBack_Type\0"
    "PyTupleIter_Type\0"
    "PyTuple_GetItem\0"
    "PyTuple_GetSlice\0"
    "PyTuple_New\0"
    "PyTuple_Pack\0"
    "PyTuple_SetItem\0"
    "PyTuple_Size\0"
    "PyTuple_Type\0"
    "PyType_ClearCache\0"
    "PyType_Freeze\0"
    "PyType_FromMetaclass\0"
    "PyType_FromModuleAndSpec\0"
    "PyType_FromSlots\0"
    "PyType_FromSpec\0"
    "PyType_FromSpecWithBases\0"
    "PyType_GenericAlloc\0"
    "PyType_GenericNew\0"
    "PyType_GetBaseByToken\0"
    "PyType_GetBaseByToken_DuringGC\0"
    "PyType_GetFlags\0"
    "PyType_GetFullyQualifiedName\0"
    "PyType_GetModule\0"
    "PyType_GetModuleByDef\0"
    "PyType_GetModuleByToken\0"
    "PyType_GetModuleByToken_DuringGC\0"
    "PyType_GetModuleName\0"
    "PyType_GetModuleState\0"
    "PyType_GetModuleState_DuringGC\0"
    "PyType_GetModule_DuringGC\0"
    "PyType_GetName\0"
    "PyType_GetQualName\0"
    "PyType_GetSlot\0"
    "PyType_GetTypeDataSize\0"
    "PyType_IsSubtype\0"
    "PyType_Modified\0"
    "PyType_Ready\0"
    "PyType_Type\0"
    "PyUnicodeDecodeError_Create\0"
    "PyUnicodeDecodeError_GetEncoding\0"
    "PyUnicodeDecodeError_GetEnd\0"
    "PyUnicodeDecodeError_GetObject\0"
    "PyUnicodeDecodeError_GetReason\0"
    "PyUnicodeDecodeError_GetStart\0"
    "PyUnicodeDecodeError_SetEnd\0"
    "PyUnicodeDecodeError_SetReason\0"
    "PyUnicodeDecodeError_SetStart\0"
    "PyUnicodeEncodeError_GetEncoding\0"
    "PyUnicodeEncodeError_GetEnd\0"
    "PyUnicodeEncodeError_GetObject\0"
    "PyUnicodeEncodeError_GetReason\0"
    "PyUnicodeEncodeError_GetStart\0"
    "PyUnicodeEncodeError_SetEnd\0"
    "PyUnicodeEncodeError_SetReason\0"
    "PyUnicodeEncodeError_SetStart\0"
    "PyUnicodeIter_Type\0"
    "PyUnicodeTranslateError_GetEnd\0"
    "PyUnicodeTranslateError_GetObject\0"
    "PyUnicodeTranslateError_GetReason\0"
    "PyUnicodeTranslateError_GetStart\0"
    "PyUnicodeTranslateError_SetEnd\0"
    "PyUnicodeTranslateError_SetReason\0"
    "PyUnicodeTranslateError_SetStart\0"
    "PyUnicode_Append\0"
    "PyUnicode_AppendAndDel\0"
    "PyUnicode_AsASCIIString\0"
    "PyUnicode_AsCharmapString\0"
    "PyUnicode_AsDecodedObject\0"
    "PyUnicode_AsDecodedUnicode\0"
    "PyUnicode_AsEncodedObject\0"
    "PyUnicode_AsEncodedString\0"
    "PyUnicode_AsEncodedUnicode\0"
    "PyUnicode_AsLatin1String\0"
    "PyUnicode_AsRawUnicodeEscapeString\0"
    "PyUnicode_AsUCS4\0"
    "PyUnicode_AsUCS4Copy\0"
    "PyUnicode_AsUTF16String\0"
    "PyUnicode_AsUTF32String\0"
    "PyUnicode_AsUTF8AndSize\0"
    "PyUnicode_AsUTF8String\0"
    "PyUnicode_AsUnicodeEscapeString\0"
    "PyUnicode_AsWideChar\0"
    "PyUnicode_AsWideCharString\0"
    "PyUnicode_BuildEncodingMap\0"
    "PyUnicode_Compare\0"
    "PyUnicode_CompareWithASCIIString\0"
    "PyUnicode_Concat\0"
    "PyUnicode_Contains\0"
    "PyUnicode_Count\0"
    "PyUnicode_Decode\0"
    "PyUnicode_DecodeASCII\0"
    "PyUnicode_DecodeCharmap\0"
    "PyUnicode_DecodeFSDefault\0"
    "PyUnicode_DecodeFSDefaultAndSize\0"
    "PyUnicode_DecodeLatin1\0"
    "PyUnicode_DecodeLocale\0"
    "PyUnicode_DecodeLocaleAndSize\0"
    "PyUnicode_DecodeRawUnicodeEscape\0"
    "PyUnicode_DecodeUTF16\0"
    "PyUnicode_DecodeUTF16Stateful\0"
    "PyUnicode_DecodeUTF32\0"
    "PyUnicode_DecodeUTF32Stateful\0"
    "PyUnicode_DecodeUTF7\0"
    "PyUnicode_DecodeUTF7Stateful\0"
    ,
    "PyUnicode_DecodeUTF8\0"
    "PyUnicode_DecodeUTF8Stateful\0"
    "PyUnicode_DecodeUnicodeEscape\0"
    "PyUnicode_EncodeFSDefault\0"
    "PyUnicode_EncodeLocale\0"
    "PyUnicode_Equal\0"
    "PyUnicode_EqualToUTF8\0"
    "PyUnicode_EqualToUTF8AndSize\0"
    "PyUnicode_FSConverter\0"
    "PyUnicode_FSDecoder\0"
    "PyUnicode_Find\0"
    "PyUnicode_FindChar\0"
    "PyUnicode_Format\0"
    "PyUnicode_FromEncodedObject\0"
    "PyUnicode_FromFormat\0"
    "PyUnicode_FromFormatV\0"
    "PyUnicode_FromObject\0"
    "PyUnicode_FromOrdinal\0"
    "PyUnicode_FromString\0"
    "PyUnicode_FromStringAndSize\0"
    "PyUnicode_FromWideChar\0"
    "PyUnicode_GetDefaultEncoding\0"
    "PyUnicode_GetLength\0"
    "PyUnicode_GetSize\0"
    "PyUnicode_InternFromString\0"
    "PyUnicode_InternImmortal\0"
    "PyUnicode_InternInPlace\0"
    "PyUnicode_IsIdentifier\0"
    "PyUnicode_Join\0"
    "PyUnicode_Partition\0"
    "PyUnicode_RPartition\0"
    "PyUnicode_RSplit\0"
    "PyUnicode_ReadChar\0"
    "PyUnicode_Replace\0"
    "PyUnicode_Resize\0"
    "PyUnicode_RichCompare\0"
    "PyUnicode_Split\0"
    "PyUnicode_Splitlines\0"
    "PyUnicode_Substring\0"
    "PyUnicode_Tailmatch\0"
    "PyUnicode_Translate\0"
    "PyUnicode_Type\0"
    "PyUnicode_WriteChar\0"
    "PyVectorcall_Call\0"
    "PyVectorcall_NARGS\0"
    "PyWeakref_GetObject\0"
    "PyWeakref_GetRef\0"
    "PyWeakref_NewProxy\0"
    "PyWeakref_NewRef\0"
    "PyWrapperDescr_Type\0"
    "PyWrapper_New\0"
    "PyZip_Type\0"
    "Py_AddPendingCall\0"
    "Py_AtExit\0"
    "_Py_BuildValue_SizeT|Py_BuildValue\0"
    "Py_BytesMain\0"
    "Py_CompileString\0"
    "Py_DecRef\0"
    "Py_DecodeLocale\0"
    "Py_EncodeLocale\0"
    "Py_EndInterpreter\0"
    "Py_EnterRecursiveCall\0"
    "Py_Exit\0"
    "Py_FatalError\0"
    "Py_FileSystemDefaultEncodeErrors\0"
    "Py_FileSystemDefaultEncoding\0"
    "Py_Finalize\0"
    "Py_FinalizeEx\0"
    "Py_GenericAlias\0"
    "Py_GenericAliasType\0"
    "Py_GetBuildInfo\0"
    "Py_GetCompiler\0"
    "Py_GetConstant\0"
    "Py_GetConstantBorrowed\0"
    "Py_GetCopyright\0"
    "Py_GetExecPrefix\0"
    "Py_GetPath\0"
    "Py_GetPlatform\0"
    "Py_GetPrefix\0"
    "Py_GetProgramFullPath\0"
    "Py_GetProgramName\0"
    "Py_GetPythonHome\0"
    "Py_GetRecursionLimit\0"
    "Py_GetVersion\0"
    "Py_HasFileSystemDefaultEncoding\0"
    "Py_IS_TYPE\0"
    "Py_IncRef\0"
    "Py_Initialize\0"
    "Py_InitializeEx\0"
    "Py_Is\0"
    "Py_IsFalse\0"
    "Py_IsFinalizing\0"
    "Py_IsInitialized\0"
    "Py_IsNone\0"
    "Py_IsTrue\0"
    "Py_LeaveRecursiveCall\0"
    "Py_Main\0"
    "Py_MakePendingCalls\0"
    "Py_NewInterpreter\0"
    "Py_NewRef\0"
    "Py_PACK_FULL_VERSION\0"
    "Py_PACK_VERSION\0"
    "Py_REFCNT\0"
    "Py_ReprEnter\0"
    "Py_ReprLeave\0"
    "Py_SIZE\0"
    "Py_SetPath\0"
    "Py_SetProgramName\0"
    "Py_SetPythonHome\0"
    "Py_SetRecursionLimit\0"
    "Py_SymtableString\0"
    "Py_TYPE\0"
    "Py_UTF8Mode\0"
    "_Py_VaBuildValue_SizeT|Py_VaBuildValue\0"
    "Py_Version\0"
    "Py_XNewRef\0"
    "_PyErr_BadInternalCall\0"
    "_PyObject_GC_New\0"
    "_PyObject_GC_NewVar\0"
    "_PyObject_GC_Resize\0"
    "_PyObject_New\0"
    "_PyObject_NewVar\0"
    "_PyWeakref_CallableProxyType\0"
    "_PyWeakref_ProxyType\0"
    "_PyWeakref_RefType\0"
    "_Py_Dealloc\0"
    "_Py_DecRef\0"
    "_Py_EllipsisObject\0"
    "_Py_FalseStruct\0"
    "_Py_IncRef\0"
    "_Py_NoneStruct\0"
    "_Py_NotImplementedStruct\0"
    "_Py_TrueStruct\0"
    , NULL};

/* ---- Functions ---- */

/** 0; -1: an exception is set. Since 3.15. */
static inline int PyABIInfo_Check(PyABIInfo *a, const char *b) { return pyferry_python_.p_PyABIInfo_Check(a, b); }
/** 1 or 0; cannot fail. Since 3.10. */
static inline int PyAIter_Check(PyObject *a) { return pyferry_python_.p_PyAIter_Check(a); }
/** 1; 0: an exception is set. Objects are borrowed. */
#define PyArg_Parse (*pyferry_python_.p_PyArg_Parse)
/** 1; 0: an exception is set. Objects are borrowed. */
#define PyArg_ParseTuple (*pyferry_python_.p_PyArg_ParseTuple)
/** 1; 0: an exception is set. Objects are borrowed. */
#define PyArg_ParseTupleAndKeywords (*pyferry_python_.p_PyArg_ParseTupleAndKeywords)
/** 1; 0: an exception is set. Objects are borrowed. */
#define PyArg_UnpackTuple (*pyferry_python_.p_PyArg_UnpackTuple)
/** 1; 0: an exception is set. Objects are borrowed. */
static inline int PyArg_VaParse(PyObject *a, const char *b, va_list c) { return pyferry_python_.p_PyArg_VaParse(a, b, c); }
/** 1; 0: an exception is set. Objects are borrowed. */
static inline int PyArg_VaParseTupleAndKeywords(PyObject *a, PyObject *b, const char *c, PYFERRY_PYTHON_KEYWORDS_ d, va_list e) { return pyferry_python_.p_PyArg_VaParseTupleAndKeywords(a, b, c, d, e); }
/** 1; 0: an exception is set. */
static inline int PyArg_ValidateKeywordArguments(PyObject *a) { return pyferry_python_.p_PyArg_ValidateKeywordArguments(a); }
/** A new reference; cannot fail. */
static inline PyObject *PyBool_FromLong(long a) { return pyferry_python_.p_PyBool_FromLong(a); }
/** Cannot fail. Since 3.11. */
static inline void PyBuffer_FillContiguousStrides(int a, Py_ssize_t *b, Py_ssize_t *c, int d, char e) { pyferry_python_.p_PyBuffer_FillContiguousStrides(a, b, c, d, e); }
/** 0; -1: an exception is set. Since 3.11. */
static inline int PyBuffer_FillInfo(Py_buffer *a, PyObject *b, void *c, Py_ssize_t d, int e, int f) { return pyferry_python_.p_PyBuffer_FillInfo(a, b, c, d, e, f); }
/** 0; -1: an exception is set. Since 3.11. */
static inline int PyBuffer_FromContiguous(const Py_buffer *a, const void *b, Py_ssize_t c, char d) { return pyferry_python_.p_PyBuffer_FromContiguous(a, b, c, d); }
/** As long as the object lives; NULL: an exception is set. Since 3.11. */
static inline void *PyBuffer_GetPointer(const Py_buffer *a, const Py_ssize_t *b) { return pyferry_python_.p_PyBuffer_GetPointer(a, b); }
/** 1 or 0; cannot fail. Since 3.11. */
static inline int PyBuffer_IsContiguous(const Py_buffer *a, char b) { return pyferry_python_.p_PyBuffer_IsContiguous(a, b); }
/** Gives back the reference that PyObject_GetBuffer took. Since 3.11. */
static inline void PyBuffer_Release(Py_buffer *a) { pyferry_python_.p_PyBuffer_Release(a); }
/** -1: an exception is set. Since 3.11. */
static inline Py_ssize_t PyBuffer_SizeFromFormat(const char *a) { return pyferry_python_.p_PyBuffer_SizeFromFormat(a); }
/** 0; -1: an exception is set. Since 3.11. */
static inline int PyBuffer_ToContiguous(void *a, const Py_buffer *b, Py_ssize_t c, char d) { return pyferry_python_.p_PyBuffer_ToContiguous(a, b, c, d); }
/** As long as the object lives; NULL: an exception is set. */
static inline char *PyByteArray_AsString(PyObject *a) { return pyferry_python_.p_PyByteArray_AsString(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyByteArray_Concat(PyObject *a, PyObject *b) { return pyferry_python_.p_PyByteArray_Concat(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyByteArray_FromObject(PyObject *a) { return pyferry_python_.p_PyByteArray_FromObject(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyByteArray_FromStringAndSize(const char *a, Py_ssize_t b) { return pyferry_python_.p_PyByteArray_FromStringAndSize(a, b); }
/** 0; -1: an exception is set. */
static inline int PyByteArray_Resize(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PyByteArray_Resize(a, b); }
/** -1: an exception is set. */
static inline Py_ssize_t PyByteArray_Size(PyObject *a) { return pyferry_python_.p_PyByteArray_Size(a); }
/** As long as the object lives; NULL: an exception is set. */
static inline char *PyBytes_AsString(PyObject *a) { return pyferry_python_.p_PyBytes_AsString(a); }
/** 0, and what b points to lives as long as the object; -1: an exception is set. */
static inline int PyBytes_AsStringAndSize(PyObject *a, char **b, Py_ssize_t *c) { return pyferry_python_.p_PyBytes_AsStringAndSize(a, b, c); }
/** Replaces the reference at a; NULL there afterwards: an exception is set. */
static inline void PyBytes_Concat(PyObject **a, PyObject *b) { pyferry_python_.p_PyBytes_Concat(a, b); }
/** Replaces the reference at a, and steals one to b; NULL at a afterwards: an exception is set. */
static inline void PyBytes_ConcatAndDel(PyObject **a, PyObject *b) { pyferry_python_.p_PyBytes_ConcatAndDel(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyBytes_DecodeEscape(const char *a, Py_ssize_t b, const char *c, Py_ssize_t d, const char *e) { return pyferry_python_.p_PyBytes_DecodeEscape(a, b, c, d, e); }
/** A new reference; NULL: an exception is set. */
#define PyBytes_FromFormat (*pyferry_python_.p_PyBytes_FromFormat)
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyBytes_FromFormatV(const char *a, va_list b) { return pyferry_python_.p_PyBytes_FromFormatV(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyBytes_FromObject(PyObject *a) { return pyferry_python_.p_PyBytes_FromObject(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyBytes_FromString(const char *a) { return pyferry_python_.p_PyBytes_FromString(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyBytes_FromStringAndSize(const char *a, Py_ssize_t b) { return pyferry_python_.p_PyBytes_FromStringAndSize(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyBytes_Repr(PyObject *a, int b) { return pyferry_python_.p_PyBytes_Repr(a, b); }
/** -1: an exception is set. */
static inline Py_ssize_t PyBytes_Size(PyObject *a) { return pyferry_python_.p_PyBytes_Size(a); }
/** A new reference; NULL: an exception is set. Until 3.12. */
static inline PyObject *PyCFunction_Call(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyCFunction_Call(a, b, c); }
/** -1 and PyErr_Occurred(): an exception is set. */
static inline int PyCFunction_GetFlags(PyObject *a) { return pyferry_python_.p_PyCFunction_GetFlags(a); }
/** NULL: there is none, or, if PyErr_Occurred(), an exception is set. */
static inline PyCFunction PyCFunction_GetFunction(PyObject *a) { return pyferry_python_.p_PyCFunction_GetFunction(a); }
/** A borrowed reference; NULL: there is none, and no exception is set. */
static inline PyObject *PyCFunction_GetSelf(PyObject *a) { return pyferry_python_.p_PyCFunction_GetSelf(a); }
/** A new reference; NULL: an exception is set. The PyMethodDef is not copied, and has to outlive it. */
static inline PyObject *PyCFunction_NewEx(PyMethodDef *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyCFunction_NewEx(a, b, c); }
/** A new reference; NULL: an exception is set. The PyMethodDef is not copied, and has to outlive it. */
static inline PyObject *PyCMethod_New(PyMethodDef *a, PyObject *b, PyObject *c, PyTypeObject *d) { return pyferry_python_.p_PyCMethod_New(a, b, c, d); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCallIter_New(PyObject *a, PyObject *b) { return pyferry_python_.p_PyCallIter_New(a, b); }
/** 1 or 0; cannot fail. */
static inline int PyCallable_Check(PyObject *a) { return pyferry_python_.p_PyCallable_Check(a); }
/** NULL: there is none, or, if PyErr_Occurred(), an exception is set. */
static inline void *PyCapsule_GetContext(PyObject *a) { return pyferry_python_.p_PyCapsule_GetContext(a); }
/** NULL: there is none, or, if PyErr_Occurred(), an exception is set. */
static inline PyCapsule_Destructor PyCapsule_GetDestructor(PyObject *a) { return pyferry_python_.p_PyCapsule_GetDestructor(a); }
/** NULL: there is none, or, if PyErr_Occurred(), an exception is set. */
static inline const char *PyCapsule_GetName(PyObject *a) { return pyferry_python_.p_PyCapsule_GetName(a); }
/** NULL: an exception is set. */
static inline void *PyCapsule_GetPointer(PyObject *a, const char *b) { return pyferry_python_.p_PyCapsule_GetPointer(a, b); }
/** NULL: an exception is set. */
static inline void *PyCapsule_Import(const char *a, int b) { return pyferry_python_.p_PyCapsule_Import(a, b); }
/** 1 or 0; cannot fail. */
static inline int PyCapsule_IsValid(PyObject *a, const char *b) { return pyferry_python_.p_PyCapsule_IsValid(a, b); }
/** A new reference; NULL: an exception is set. The name is not copied, and has to outlive it. */
static inline PyObject *PyCapsule_New(void *a, const char *b, PyCapsule_Destructor c) { return pyferry_python_.p_PyCapsule_New(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyCapsule_SetContext(PyObject *a, void *b) { return pyferry_python_.p_PyCapsule_SetContext(a, b); }
/** 0; -1: an exception is set. */
static inline int PyCapsule_SetDestructor(PyObject *a, PyCapsule_Destructor b) { return pyferry_python_.p_PyCapsule_SetDestructor(a, b); }
/** 0; -1: an exception is set. */
static inline int PyCapsule_SetName(PyObject *a, const char *b) { return pyferry_python_.p_PyCapsule_SetName(a, b); }
/** 0; -1: an exception is set. */
static inline int PyCapsule_SetPointer(PyObject *a, void *b) { return pyferry_python_.p_PyCapsule_SetPointer(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_BackslashReplaceErrors(PyObject *a) { return pyferry_python_.p_PyCodec_BackslashReplaceErrors(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_Decode(PyObject *a, const char *b, const char *c) { return pyferry_python_.p_PyCodec_Decode(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_Decoder(const char *a) { return pyferry_python_.p_PyCodec_Decoder(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_Encode(PyObject *a, const char *b, const char *c) { return pyferry_python_.p_PyCodec_Encode(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_Encoder(const char *a) { return pyferry_python_.p_PyCodec_Encoder(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_IgnoreErrors(PyObject *a) { return pyferry_python_.p_PyCodec_IgnoreErrors(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_IncrementalDecoder(const char *a, const char *b) { return pyferry_python_.p_PyCodec_IncrementalDecoder(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_IncrementalEncoder(const char *a, const char *b) { return pyferry_python_.p_PyCodec_IncrementalEncoder(a, b); }
/** 1 or 0; cannot fail. */
static inline int PyCodec_KnownEncoding(const char *a) { return pyferry_python_.p_PyCodec_KnownEncoding(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_LookupError(const char *a) { return pyferry_python_.p_PyCodec_LookupError(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_NameReplaceErrors(PyObject *a) { return pyferry_python_.p_PyCodec_NameReplaceErrors(a); }
/** 0; -1: an exception is set. */
static inline int PyCodec_Register(PyObject *a) { return pyferry_python_.p_PyCodec_Register(a); }
/** 0; -1: an exception is set. */
static inline int PyCodec_RegisterError(const char *a, PyObject *b) { return pyferry_python_.p_PyCodec_RegisterError(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_ReplaceErrors(PyObject *a) { return pyferry_python_.p_PyCodec_ReplaceErrors(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_StreamReader(const char *a, PyObject *b, const char *c) { return pyferry_python_.p_PyCodec_StreamReader(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_StreamWriter(const char *a, PyObject *b, const char *c) { return pyferry_python_.p_PyCodec_StreamWriter(a, b, c); }
/** Always NULL, with an exception set: return it. */
static inline PyObject *PyCodec_StrictErrors(PyObject *a) { return pyferry_python_.p_PyCodec_StrictErrors(a); }
/** 0; -1: an exception is set. Since 3.10. */
static inline int PyCodec_Unregister(PyObject *a) { return pyferry_python_.p_PyCodec_Unregister(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyCodec_XMLCharRefReplaceErrors(PyObject *a) { return pyferry_python_.p_PyCodec_XMLCharRefReplaceErrors(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyComplex_FromDoubles(double a, double b) { return pyferry_python_.p_PyComplex_FromDoubles(a, b); }
/** -1.0 and PyErr_Occurred(): an exception is set. */
static inline double PyComplex_ImagAsDouble(PyObject *a) { return pyferry_python_.p_PyComplex_ImagAsDouble(a); }
/** -1.0 and PyErr_Occurred(): an exception is set. */
static inline double PyComplex_RealAsDouble(PyObject *a) { return pyferry_python_.p_PyComplex_RealAsDouble(a); }
/** Cannot fail. Since 3.15. */
static inline void PyCriticalSection2_Begin(PyCriticalSection2 *a, PyObject *b, PyObject *c) { pyferry_python_.p_PyCriticalSection2_Begin(a, b, c); }
/** Cannot fail. Since 3.15. */
static inline void PyCriticalSection2_End(PyCriticalSection2 *a) { pyferry_python_.p_PyCriticalSection2_End(a); }
/** Cannot fail. Since 3.15. */
static inline void PyCriticalSection_Begin(PyCriticalSection *a, PyObject *b) { pyferry_python_.p_PyCriticalSection_Begin(a, b); }
/** Cannot fail. Since 3.15. */
static inline void PyCriticalSection_End(PyCriticalSection *a) { pyferry_python_.p_PyCriticalSection_End(a); }
/** A new reference; NULL: an exception is set. The PyMethodDef is not copied, and has to outlive it. */
static inline PyObject *PyDescr_NewClassMethod(PyTypeObject *a, PyMethodDef *b) { return pyferry_python_.p_PyDescr_NewClassMethod(a, b); }
/** A new reference; NULL: an exception is set. The definition is not copied, and has to outlive it. */
static inline PyObject *PyDescr_NewGetSet(PyTypeObject *a, PyGetSetDef *b) { return pyferry_python_.p_PyDescr_NewGetSet(a, b); }
/** A new reference; NULL: an exception is set. The definition is not copied, and has to outlive it. */
static inline PyObject *PyDescr_NewMember(PyTypeObject *a, PyMemberDef *b) { return pyferry_python_.p_PyDescr_NewMember(a, b); }
/** A new reference; NULL: an exception is set. The PyMethodDef is not copied, and has to outlive it. */
static inline PyObject *PyDescr_NewMethod(PyTypeObject *a, PyMethodDef *b) { return pyferry_python_.p_PyDescr_NewMethod(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyDictProxy_New(PyObject *a) { return pyferry_python_.p_PyDictProxy_New(a); }
/** Cannot fail. */
static inline void PyDict_Clear(PyObject *a) { pyferry_python_.p_PyDict_Clear(a); }
/** 1 or 0; -1: an exception is set. */
static inline int PyDict_Contains(PyObject *a, PyObject *b) { return pyferry_python_.p_PyDict_Contains(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyDict_Copy(PyObject *a) { return pyferry_python_.p_PyDict_Copy(a); }
/** 0; -1: an exception is set. */
static inline int PyDict_DelItem(PyObject *a, PyObject *b) { return pyferry_python_.p_PyDict_DelItem(a, b); }
/** 0; -1: an exception is set. */
static inline int PyDict_DelItemString(PyObject *a, const char *b) { return pyferry_python_.p_PyDict_DelItemString(a, b); }
/** A borrowed reference; NULL: there is no such key, or an error, which is dropped. Prefer PyDict_GetItemWithError. */
static inline PyObject *PyDict_GetItem(PyObject *a, PyObject *b) { return pyferry_python_.p_PyDict_GetItem(a, b); }
/** 1, and a new reference at c; 0: it is not there, and NULL; -1: an exception is set, and NULL. Since 3.13. */
static inline int PyDict_GetItemRef(PyObject *a, PyObject *b, PyObject **c) { return pyferry_python_.p_PyDict_GetItemRef(a, b, c); }
/** A borrowed reference; NULL: there is no such key, or an error, which is dropped. Prefer PyDict_GetItemWithError. */
static inline PyObject *PyDict_GetItemString(PyObject *a, const char *b) { return pyferry_python_.p_PyDict_GetItemString(a, b); }
/** 1, and a new reference at c; 0: it is not there, and NULL; -1: an exception is set, and NULL. Since 3.13. */
static inline int PyDict_GetItemStringRef(PyObject *a, const char *b, PyObject **c) { return pyferry_python_.p_PyDict_GetItemStringRef(a, b, c); }
/** A borrowed reference; NULL: there is no such key, or, if PyErr_Occurred(), an exception is set. */
static inline PyObject *PyDict_GetItemWithError(PyObject *a, PyObject *b) { return pyferry_python_.p_PyDict_GetItemWithError(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyDict_Items(PyObject *a) { return pyferry_python_.p_PyDict_Items(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyDict_Keys(PyObject *a) { return pyferry_python_.p_PyDict_Keys(a); }
/** 0; -1: an exception is set. */
static inline int PyDict_Merge(PyObject *a, PyObject *b, int c) { return pyferry_python_.p_PyDict_Merge(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyDict_MergeFromSeq2(PyObject *a, PyObject *b, int c) { return pyferry_python_.p_PyDict_MergeFromSeq2(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyDict_New(void) { return pyferry_python_.p_PyDict_New(); }
/** 1, and borrowed references at c and d; 0: at the end. Cannot fail. */
static inline int PyDict_Next(PyObject *a, Py_ssize_t *b, PyObject **c, PyObject **d) { return pyferry_python_.p_PyDict_Next(a, b, c, d); }
/** 1: it was there; 0: c is there now; a new reference to what is there at d. -1: an exception is set. Since 3.15. */
static inline int PyDict_SetDefaultRef(PyObject *a, PyObject *b, PyObject *c, PyObject **d) { return pyferry_python_.p_PyDict_SetDefaultRef(a, b, c, d); }
/** 0; -1: an exception is set. */
static inline int PyDict_SetItem(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyDict_SetItem(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyDict_SetItemString(PyObject *a, const char *b, PyObject *c) { return pyferry_python_.p_PyDict_SetItemString(a, b, c); }
/** -1: an exception is set. */
static inline Py_ssize_t PyDict_Size(PyObject *a) { return pyferry_python_.p_PyDict_Size(a); }
/** 0; -1: an exception is set. */
static inline int PyDict_Update(PyObject *a, PyObject *b) { return pyferry_python_.p_PyDict_Update(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyDict_Values(PyObject *a) { return pyferry_python_.p_PyDict_Values(a); }
/** Always 0, with TypeError set. */
static inline int PyErr_BadArgument(void) { return pyferry_python_.p_PyErr_BadArgument(); }
/** Sets an exception. */
static inline void PyErr_BadInternalCall(void) { pyferry_python_.p_PyErr_BadInternalCall(); }
/** 0; -1: an exception is set. */
static inline int PyErr_CheckSignals(void) { return pyferry_python_.p_PyErr_CheckSignals(); }
/** Cannot fail. */
static inline void PyErr_Clear(void) { pyferry_python_.p_PyErr_Clear(); }
/** Cannot fail. */
static inline void PyErr_Display(PyObject *a, PyObject *b, PyObject *c) { pyferry_python_.p_PyErr_Display(a, b, c); }
/** Cannot fail. Since 3.12. */
static inline void PyErr_DisplayException(PyObject *a) { pyferry_python_.p_PyErr_DisplayException(a); }
/** 1 or 0; cannot fail. */
static inline int PyErr_ExceptionMatches(PyObject *a) { return pyferry_python_.p_PyErr_ExceptionMatches(a); }
/** Gives new references to what was set, or NULL, and clears it. */
static inline void PyErr_Fetch(PyObject **a, PyObject **b, PyObject **c) { pyferry_python_.p_PyErr_Fetch(a, b, c); }
/** Always NULL, with an exception set: return it. */
#define PyErr_Format (*pyferry_python_.p_PyErr_Format)
/** Always NULL, with an exception set: return it. */
static inline PyObject *PyErr_FormatV(PyObject *a, const char *b, va_list c) { return pyferry_python_.p_PyErr_FormatV(a, b, c); }
/** Gives new references, or NULL. */
static inline void PyErr_GetExcInfo(PyObject **a, PyObject **b, PyObject **c) { pyferry_python_.p_PyErr_GetExcInfo(a, b, c); }
/** A new reference; NULL: there is none, and no exception is set. Since 3.11. */
static inline PyObject *PyErr_GetHandledException(void) { return pyferry_python_.p_PyErr_GetHandledException(); }
/** A new reference to the exception that was set, which is so no longer; NULL: none was. Since 3.12. */
static inline PyObject *PyErr_GetRaisedException(void) { return pyferry_python_.p_PyErr_GetRaisedException(); }
/** 1 or 0; cannot fail. */
static inline int PyErr_GivenExceptionMatches(PyObject *a, PyObject *b) { return pyferry_python_.p_PyErr_GivenExceptionMatches(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyErr_NewException(const char *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyErr_NewException(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyErr_NewExceptionWithDoc(const char *a, const char *b, PyObject *c, PyObject *d) { return pyferry_python_.p_PyErr_NewExceptionWithDoc(a, b, c, d); }
/** Always NULL, with an exception set: return it. */
static inline PyObject *PyErr_NoMemory(void) { return pyferry_python_.p_PyErr_NoMemory(); }
/** Replaces the references by those of an exception that was made. */
static inline void PyErr_NormalizeException(PyObject **a, PyObject **b, PyObject **c) { pyferry_python_.p_PyErr_NormalizeException(a, b, c); }
/** A borrowed reference to the type of the exception that is set; NULL: none is. */
static inline PyObject *PyErr_Occurred(void) { return pyferry_python_.p_PyErr_Occurred(); }
/** Shows the exception that is set, and clears it; SystemExit ends the process. */
static inline void PyErr_Print(void) { pyferry_python_.p_PyErr_Print(); }
/** Shows the exception that is set, and clears it; SystemExit ends the process. */
static inline void PyErr_PrintEx(int a) { pyferry_python_.p_PyErr_PrintEx(a); }
/** A new reference; NULL: there is none, and no exception is set. */
static inline PyObject *PyErr_ProgramText(const char *a, int b) { return pyferry_python_.p_PyErr_ProgramText(a, b); }
/** 0; -1: an exception is set. */
#define PyErr_ResourceWarning (*pyferry_python_.p_PyErr_ResourceWarning)
/** Steals references to all three, each of which may be NULL. */
static inline void PyErr_Restore(PyObject *a, PyObject *b, PyObject *c) { pyferry_python_.p_PyErr_Restore(a, b, c); }
/** Steals references to all three, each of which may be NULL. */
static inline void PyErr_SetExcInfo(PyObject *a, PyObject *b, PyObject *c) { pyferry_python_.p_PyErr_SetExcInfo(a, b, c); }
/** Always NULL, with an exception set: return it. */
static inline PyObject *PyErr_SetFromErrno(PyObject *a) { return pyferry_python_.p_PyErr_SetFromErrno(a); }
/** Always NULL, with an exception set: return it. */
static inline PyObject *PyErr_SetFromErrnoWithFilename(PyObject *a, const char *b) { return pyferry_python_.p_PyErr_SetFromErrnoWithFilename(a, b); }
/** Always NULL, with an exception set: return it. */
static inline PyObject *PyErr_SetFromErrnoWithFilenameObject(PyObject *a, PyObject *b) { return pyferry_python_.p_PyErr_SetFromErrnoWithFilenameObject(a, b); }
/** Always NULL, with an exception set: return it. */
static inline PyObject *PyErr_SetFromErrnoWithFilenameObjects(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyErr_SetFromErrnoWithFilenameObjects(a, b, c); }
/** Cannot fail. Since 3.11. */
static inline void PyErr_SetHandledException(PyObject *a) { pyferry_python_.p_PyErr_SetHandledException(a); }
/** Always NULL, with an exception set: return it. */
static inline PyObject *PyErr_SetImportError(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyErr_SetImportError(a, b, c); }
/** Always NULL, with an exception set: return it. */
static inline PyObject *PyErr_SetImportErrorSubclass(PyObject *a, PyObject *b, PyObject *c, PyObject *d) { return pyferry_python_.p_PyErr_SetImportErrorSubclass(a, b, c, d); }
/** Cannot fail. */
static inline void PyErr_SetInterrupt(void) { pyferry_python_.p_PyErr_SetInterrupt(); }
/** 0; -1: that is no signal. No exception is set here. Since 3.10. */
static inline int PyErr_SetInterruptEx(int a) { return pyferry_python_.p_PyErr_SetInterruptEx(a); }
/** Sets an exception. */
static inline void PyErr_SetNone(PyObject *a) { pyferry_python_.p_PyErr_SetNone(a); }
/** Sets an exception. */
static inline void PyErr_SetObject(PyObject *a, PyObject *b) { pyferry_python_.p_PyErr_SetObject(a, b); }
/** Steals a reference to a. Since 3.12. */
static inline void PyErr_SetRaisedException(PyObject *a) { pyferry_python_.p_PyErr_SetRaisedException(a); }
/** Sets an exception. */
static inline void PyErr_SetString(PyObject *a, const char *b) { pyferry_python_.p_PyErr_SetString(a, b); }
/** Cannot fail. */
static inline void PyErr_SyntaxLocation(const char *a, int b) { pyferry_python_.p_PyErr_SyntaxLocation(a, b); }
/** Cannot fail. */
static inline void PyErr_SyntaxLocationEx(const char *a, int b, int c) { pyferry_python_.p_PyErr_SyntaxLocationEx(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyErr_WarnEx(PyObject *a, const char *b, Py_ssize_t c) { return pyferry_python_.p_PyErr_WarnEx(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyErr_WarnExplicit(PyObject *a, const char *b, const char *c, int d, const char *e, PyObject *f) { return pyferry_python_.p_PyErr_WarnExplicit(a, b, c, d, e, f); }
/** 0; -1: an exception is set. */
#define PyErr_WarnFormat (*pyferry_python_.p_PyErr_WarnFormat)
/** Reports the exception that is set as one of a destructor's, and clears it. */
static inline void PyErr_WriteUnraisable(PyObject *a) { pyferry_python_.p_PyErr_WriteUnraisable(a); }
/** Cannot fail. Until 3.12. */
static inline void PyEval_AcquireLock(void) { pyferry_python_.p_PyEval_AcquireLock(); }
/** Attaches this thread by a state. Prefer pyferry_attach: this does not return once Python is finalising. */
static inline void PyEval_AcquireThread(PyThreadState *a) { pyferry_python_.p_PyEval_AcquireThread(a); }
/** A new reference; NULL: an exception is set. Until 3.12. */
#define PyEval_CallFunction (*pyferry_python_.p_PyEval_CallFunction)
/** A new reference; NULL: an exception is set. Until 3.12. */
#define PyEval_CallMethod (*pyferry_python_.p_PyEval_CallMethod)
/** A new reference; NULL: an exception is set. Until 3.12. */
static inline PyObject *PyEval_CallObjectWithKeywords(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyEval_CallObjectWithKeywords(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyEval_EvalCode(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyEval_EvalCode(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyEval_EvalCodeEx(PyObject *a, PyObject *b, PyObject *c, PyObject *const *d, int e, PyObject *const *f, int g, PyObject *const *h, int i, PyObject *j, PyObject *k) { return pyferry_python_.p_PyEval_EvalCodeEx(a, b, c, d, e, f, g, h, i, j, k); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyEval_EvalFrame(PyFrameObject *a) { return pyferry_python_.p_PyEval_EvalFrame(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyEval_EvalFrameEx(PyFrameObject *a, int b) { return pyferry_python_.p_PyEval_EvalFrameEx(a, b); }
/** A borrowed reference; cannot fail. */
static inline PyObject *PyEval_GetBuiltins(void) { return pyferry_python_.p_PyEval_GetBuiltins(); }
/** A borrowed reference; NULL: there is none, and no exception is set. */
static inline PyFrameObject *PyEval_GetFrame(void) { return pyferry_python_.p_PyEval_GetFrame(); }
/** A new reference; NULL: an exception is set. Since 3.13. */
static inline PyObject *PyEval_GetFrameBuiltins(void) { return pyferry_python_.p_PyEval_GetFrameBuiltins(); }
/** A new reference; NULL: an exception is set. Since 3.13. */
static inline PyObject *PyEval_GetFrameGlobals(void) { return pyferry_python_.p_PyEval_GetFrameGlobals(); }
/** A new reference; NULL: an exception is set. Since 3.13. */
static inline PyObject *PyEval_GetFrameLocals(void) { return pyferry_python_.p_PyEval_GetFrameLocals(); }
/** As long as the object lives; NULL: an exception is set. */
static inline const char *PyEval_GetFuncDesc(PyObject *a) { return pyferry_python_.p_PyEval_GetFuncDesc(a); }
/** As long as the object lives; NULL: an exception is set. */
static inline const char *PyEval_GetFuncName(PyObject *a) { return pyferry_python_.p_PyEval_GetFuncName(a); }
/** A borrowed reference; NULL: there is none, and no exception is set. */
static inline PyObject *PyEval_GetGlobals(void) { return pyferry_python_.p_PyEval_GetGlobals(); }
/** A borrowed reference; NULL: there is no Python frame, which may have set an exception. */
static inline PyObject *PyEval_GetLocals(void) { return pyferry_python_.p_PyEval_GetLocals(); }
/** Cannot fail. */
static inline void PyEval_InitThreads(void) { pyferry_python_.p_PyEval_InitThreads(); }
/** Cannot fail. Until 3.12. */
static inline void PyEval_ReleaseLock(void) { pyferry_python_.p_PyEval_ReleaseLock(); }
/** Cannot fail. */
static inline void PyEval_ReleaseThread(PyThreadState *a) { pyferry_python_.p_PyEval_ReleaseThread(a); }
/** Attaches this thread by a state. Prefer pyferry_attach: this does not return once Python is finalising. */
static inline void PyEval_RestoreThread(PyThreadState *a) { pyferry_python_.p_PyEval_RestoreThread(a); }
/** Lets go; the state is for PyEval_RestoreThread. pyferry_suspend is the same and more. */
static inline PyThreadState *PyEval_SaveThread(void) { return pyferry_python_.p_PyEval_SaveThread(); }
/** 1 or 0; cannot fail. Until 3.12. */
static inline int PyEval_ThreadsInitialized(void) { return pyferry_python_.p_PyEval_ThreadsInitialized(); }
/** As long as the object lives; NULL: an exception is set. */
static inline const char *PyExceptionClass_Name(PyObject *a) { return pyferry_python_.p_PyExceptionClass_Name(a); }
/** A new reference; NULL: an exception is set. Since 3.12. */
static inline PyObject *PyException_GetArgs(PyObject *a) { return pyferry_python_.p_PyException_GetArgs(a); }
/** A new reference; NULL: there is none, and no exception is set. */
static inline PyObject *PyException_GetCause(PyObject *a) { return pyferry_python_.p_PyException_GetCause(a); }
/** A new reference; NULL: there is none, and no exception is set. */
static inline PyObject *PyException_GetContext(PyObject *a) { return pyferry_python_.p_PyException_GetContext(a); }
/** A new reference; NULL: there is none, and no exception is set. */
static inline PyObject *PyException_GetTraceback(PyObject *a) { return pyferry_python_.p_PyException_GetTraceback(a); }
/** Cannot fail. Since 3.12. */
static inline void PyException_SetArgs(PyObject *a, PyObject *b) { pyferry_python_.p_PyException_SetArgs(a, b); }
/** Steals a reference to b, which may be NULL. */
static inline void PyException_SetCause(PyObject *a, PyObject *b) { pyferry_python_.p_PyException_SetCause(a, b); }
/** Steals a reference to b, which may be NULL. */
static inline void PyException_SetContext(PyObject *a, PyObject *b) { pyferry_python_.p_PyException_SetContext(a, b); }
/** 0; -1: an exception is set. */
static inline int PyException_SetTraceback(PyObject *a, PyObject *b) { return pyferry_python_.p_PyException_SetTraceback(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyFile_FromFd(int a, const char *b, const char *c, int d, const char *e, const char *f, const char *g, int h) { return pyferry_python_.p_PyFile_FromFd(a, b, c, d, e, f, g, h); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyFile_GetLine(PyObject *a, int b) { return pyferry_python_.p_PyFile_GetLine(a, b); }
/** 0; -1: an exception is set. */
static inline int PyFile_WriteObject(PyObject *a, PyObject *b, int c) { return pyferry_python_.p_PyFile_WriteObject(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyFile_WriteString(const char *a, PyObject *b) { return pyferry_python_.p_PyFile_WriteString(a, b); }
/** -1.0 and PyErr_Occurred(): an exception is set. */
static inline double PyFloat_AsDouble(PyObject *a) { return pyferry_python_.p_PyFloat_AsDouble(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyFloat_FromDouble(double a) { return pyferry_python_.p_PyFloat_FromDouble(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyFloat_FromString(PyObject *a) { return pyferry_python_.p_PyFloat_FromString(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyFloat_GetInfo(void) { return pyferry_python_.p_PyFloat_GetInfo(); }
/** A number; cannot fail. */
static inline double PyFloat_GetMax(void) { return pyferry_python_.p_PyFloat_GetMax(); }
/** A number; cannot fail. */
static inline double PyFloat_GetMin(void) { return pyferry_python_.p_PyFloat_GetMin(); }
/** A new reference; cannot fail. Since 3.10. */
static inline PyCodeObject *PyFrame_GetCode(PyFrameObject *a) { return pyferry_python_.p_PyFrame_GetCode(a); }
/** A number; cannot fail. */
static inline int PyFrame_GetLineNumber(PyFrameObject *a) { return pyferry_python_.p_PyFrame_GetLineNumber(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyFrozenSet_New(PyObject *a) { return pyferry_python_.p_PyFrozenSet_New(a); }
/** How many objects were found; errors are reported, not set. */
static inline Py_ssize_t PyGC_Collect(void) { return pyferry_python_.p_PyGC_Collect(); }
/** Whether it was enabled. Since 3.10. */
static inline int PyGC_Disable(void) { return pyferry_python_.p_PyGC_Disable(); }
/** Whether it was enabled. Since 3.10. */
static inline int PyGC_Enable(void) { return pyferry_python_.p_PyGC_Enable(); }
/** 1 or 0; cannot fail. Since 3.10. */
static inline int PyGC_IsEnabled(void) { return pyferry_python_.p_PyGC_IsEnabled(); }
/** Attaches to whichever interpreter this thread had last, or to main. Prefer pyferry_attach: this does not return once Python is finalising. */
static inline PyGILState_STATE PyGILState_Ensure(void) { return pyferry_python_.p_PyGILState_Ensure(); }
/** NULL: this thread has none. */
static inline PyThreadState *PyGILState_GetThisThreadState(void) { return pyferry_python_.p_PyGILState_GetThisThreadState(); }
/** Cannot fail. */
static inline void PyGILState_Release(PyGILState_STATE a) { pyferry_python_.p_PyGILState_Release(a); }
/** A borrowed reference; NULL: an exception is set. */
static inline PyObject *PyImport_AddModule(const char *a) { return pyferry_python_.p_PyImport_AddModule(a); }
/** A borrowed reference; NULL: an exception is set. */
static inline PyObject *PyImport_AddModuleObject(PyObject *a) { return pyferry_python_.p_PyImport_AddModuleObject(a); }
/** A new reference; NULL: an exception is set. Since 3.13. */
static inline PyObject *PyImport_AddModuleRef(const char *a) { return pyferry_python_.p_PyImport_AddModuleRef(a); }
/** 0; -1: no memory, and no exception is set. Before Python is initialised. */
static inline int PyImport_AppendInittab(const char *a, PyObject *(*b)(void)) { return pyferry_python_.p_PyImport_AppendInittab(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyImport_ExecCodeModule(const char *a, PyObject *b) { return pyferry_python_.p_PyImport_ExecCodeModule(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyImport_ExecCodeModuleEx(const char *a, PyObject *b, const char *c) { return pyferry_python_.p_PyImport_ExecCodeModuleEx(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyImport_ExecCodeModuleObject(PyObject *a, PyObject *b, PyObject *c, PyObject *d) { return pyferry_python_.p_PyImport_ExecCodeModuleObject(a, b, c, d); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyImport_ExecCodeModuleWithPathnames(const char *a, PyObject *b, const char *c, const char *d) { return pyferry_python_.p_PyImport_ExecCodeModuleWithPathnames(a, b, c, d); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyImport_GetImporter(PyObject *a) { return pyferry_python_.p_PyImport_GetImporter(a); }
/** -1: an exception is set. */
static inline long PyImport_GetMagicNumber(void) { return pyferry_python_.p_PyImport_GetMagicNumber(); }
/** A string that lasts as long as the process. */
static inline const char *PyImport_GetMagicTag(void) { return pyferry_python_.p_PyImport_GetMagicTag(); }
/** A new reference; NULL: it is not imported, or, if PyErr_Occurred(), an exception is set. */
static inline PyObject *PyImport_GetModule(PyObject *a) { return pyferry_python_.p_PyImport_GetModule(a); }
/** A borrowed reference; cannot fail. */
static inline PyObject *PyImport_GetModuleDict(void) { return pyferry_python_.p_PyImport_GetModuleDict(); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyImport_Import(PyObject *a) { return pyferry_python_.p_PyImport_Import(a); }
/** 1; 0: there is no such module; -1: an exception is set. */
static inline int PyImport_ImportFrozenModule(const char *a) { return pyferry_python_.p_PyImport_ImportFrozenModule(a); }
/** 1; 0: there is no such module; -1: an exception is set. */
static inline int PyImport_ImportFrozenModuleObject(PyObject *a) { return pyferry_python_.p_PyImport_ImportFrozenModuleObject(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyImport_ImportModule(const char *a) { return pyferry_python_.p_PyImport_ImportModule(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyImport_ImportModuleLevel(const char *a, PyObject *b, PyObject *c, PyObject *d, int e) { return pyferry_python_.p_PyImport_ImportModuleLevel(a, b, c, d, e); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyImport_ImportModuleLevelObject(PyObject *a, PyObject *b, PyObject *c, PyObject *d, int e) { return pyferry_python_.p_PyImport_ImportModuleLevelObject(a, b, c, d, e); }
/** A new reference; NULL: an exception is set. Until 3.14. */
static inline PyObject *PyImport_ImportModuleNoBlock(const char *a) { return pyferry_python_.p_PyImport_ImportModuleNoBlock(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyImport_ReloadModule(PyObject *a) { return pyferry_python_.p_PyImport_ReloadModule(a); }
/** 1 or 0; cannot fail. */
static inline int PyIndex_Check(PyObject *a) { return pyferry_python_.p_PyIndex_Check(a); }
/** Cannot fail. Any thread, attached or not. Since 3.15. */
static inline void PyInterpreterGuard_Close(PyInterpreterGuard *a) { pyferry_python_.p_PyInterpreterGuard_Close(a); }
/** A guard for PyInterpreterGuard_Close; NULL: an exception is set. Since 3.15. */
static inline PyInterpreterGuard *PyInterpreterGuard_FromCurrent(void) { return pyferry_python_.p_PyInterpreterGuard_FromCurrent(); }
/** A guard for PyInterpreterGuard_Close; NULL: the interpreter is shutting down or has ended, or no memory. Any thread, attached or not. Since 3.15. */
static inline PyInterpreterGuard *PyInterpreterGuard_FromView(PyInterpreterView *a) { return pyferry_python_.p_PyInterpreterGuard_FromView(a); }
/** Cannot fail. */
static inline void PyInterpreterState_Clear(PyInterpreterState *a) { pyferry_python_.p_PyInterpreterState_Clear(a); }
/** Cannot fail. */
static inline void PyInterpreterState_Delete(PyInterpreterState *a) { pyferry_python_.p_PyInterpreterState_Delete(a); }
/** Of the attached thread; where it is none, that is a fatal error. */
static inline PyInterpreterState *PyInterpreterState_Get(void) { return pyferry_python_.p_PyInterpreterState_Get(); }
/** A borrowed reference; NULL: there is none, and no exception is set. */
static inline PyObject *PyInterpreterState_GetDict(PyInterpreterState *a) { return pyferry_python_.p_PyInterpreterState_GetDict(a); }
/** -1: an exception is set. */
static inline int64_t PyInterpreterState_GetID(PyInterpreterState *a) { return pyferry_python_.p_PyInterpreterState_GetID(a); }
/** An interpreter with no state in it; NULL: no memory. */
static inline PyInterpreterState *PyInterpreterState_New(void) { return pyferry_python_.p_PyInterpreterState_New(); }
/** Cannot fail. Any thread, attached or not. Since 3.15. */
static inline void PyInterpreterView_Close(PyInterpreterView *a) { pyferry_python_.p_PyInterpreterView_Close(a); }
/** A view for PyInterpreterView_Close; NULL: an exception is set. Since 3.15. */
static inline PyInterpreterView *PyInterpreterView_FromCurrent(void) { return pyferry_python_.p_PyInterpreterView_FromCurrent(); }
/** A view for PyInterpreterView_Close; NULL: no memory. Any thread, attached or not. Since 3.15. */
static inline PyInterpreterView *PyInterpreterView_FromMain(void) { return pyferry_python_.p_PyInterpreterView_FromMain(); }
/** 1 or 0; cannot fail. */
static inline int PyIter_Check(PyObject *a) { return pyferry_python_.p_PyIter_Check(a); }
/** A new reference; NULL: at the end, or, if PyErr_Occurred(), an exception is set. */
static inline PyObject *PyIter_Next(PyObject *a) { return pyferry_python_.p_PyIter_Next(a); }
/** 1, and a new reference at b; 0: there is none, and NULL; -1: an exception is set, and NULL. Since 3.14. */
static inline int PyIter_NextItem(PyObject *a, PyObject **b) { return pyferry_python_.p_PyIter_NextItem(a, b); }
/** PYGEN_RETURN or PYGEN_NEXT, and a new reference at c; PYGEN_ERROR: an exception is set. Since 3.10. */
static inline PySendResult PyIter_Send(PyObject *a, PyObject *b, PyObject **c) { return pyferry_python_.p_PyIter_Send(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyList_Append(PyObject *a, PyObject *b) { return pyferry_python_.p_PyList_Append(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyList_AsTuple(PyObject *a) { return pyferry_python_.p_PyList_AsTuple(a); }
/** 0; -1: an exception is set. Since 3.13. */
static inline int PyList_Clear(PyObject *a) { return pyferry_python_.p_PyList_Clear(a); }
/** 0; -1: an exception is set. Since 3.13. */
static inline int PyList_Extend(PyObject *a, PyObject *b) { return pyferry_python_.p_PyList_Extend(a, b); }
/** A borrowed reference; NULL: an exception is set. */
static inline PyObject *PyList_GetItem(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PyList_GetItem(a, b); }
/** A new reference; NULL: an exception is set. Since 3.13. */
static inline PyObject *PyList_GetItemRef(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PyList_GetItemRef(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyList_GetSlice(PyObject *a, Py_ssize_t b, Py_ssize_t c) { return pyferry_python_.p_PyList_GetSlice(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyList_Insert(PyObject *a, Py_ssize_t b, PyObject *c) { return pyferry_python_.p_PyList_Insert(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyList_New(Py_ssize_t a) { return pyferry_python_.p_PyList_New(a); }
/** 0; -1: an exception is set. */
static inline int PyList_Reverse(PyObject *a) { return pyferry_python_.p_PyList_Reverse(a); }
/** 0; -1: an exception is set. Steals a reference to c, also where it fails. */
static inline int PyList_SetItem(PyObject *a, Py_ssize_t b, PyObject *c) { return pyferry_python_.p_PyList_SetItem(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyList_SetSlice(PyObject *a, Py_ssize_t b, Py_ssize_t c, PyObject *d) { return pyferry_python_.p_PyList_SetSlice(a, b, c, d); }
/** -1: an exception is set. */
static inline Py_ssize_t PyList_Size(PyObject *a) { return pyferry_python_.p_PyList_Size(a); }
/** 0; -1: an exception is set. */
static inline int PyList_Sort(PyObject *a) { return pyferry_python_.p_PyList_Sort(a); }
/** NULL: an exception is set. Since 3.15. */
static inline PyLongWriter *PyLongWriter_Create(int a, Py_ssize_t b, void **c) { return pyferry_python_.p_PyLongWriter_Create(a, b, c); }
/** Cannot fail. Since 3.15. */
static inline void PyLongWriter_Discard(PyLongWriter *a) { pyferry_python_.p_PyLongWriter_Discard(a); }
/** A new reference; NULL: an exception is set. The writer is gone in either case. Since 3.15. */
static inline PyObject *PyLongWriter_Finish(PyLongWriter *a) { return pyferry_python_.p_PyLongWriter_Finish(a); }
/** -1.0 and PyErr_Occurred(): an exception is set. */
static inline double PyLong_AsDouble(PyObject *a) { return pyferry_python_.p_PyLong_AsDouble(a); }
/** -1 and PyErr_Occurred(): an exception is set. Since 3.13. */
static inline int PyLong_AsInt(PyObject *a) { return pyferry_python_.p_PyLong_AsInt(a); }
/** 0; -1: an exception is set. Since 3.14. */
static inline int PyLong_AsInt32(PyObject *a, int32_t *b) { return pyferry_python_.p_PyLong_AsInt32(a, b); }
/** 0; -1: an exception is set. Since 3.14. */
static inline int PyLong_AsInt64(PyObject *a, int64_t *b) { return pyferry_python_.p_PyLong_AsInt64(a, b); }
/** -1 and PyErr_Occurred(): an exception is set. */
static inline long PyLong_AsLong(PyObject *a) { return pyferry_python_.p_PyLong_AsLong(a); }
/** -1 and PyErr_Occurred(): an exception is set. What does not fit is told by b. */
static inline long PyLong_AsLongAndOverflow(PyObject *a, int *b) { return pyferry_python_.p_PyLong_AsLongAndOverflow(a, b); }
/** -1 and PyErr_Occurred(): an exception is set. */
static inline long long PyLong_AsLongLong(PyObject *a) { return pyferry_python_.p_PyLong_AsLongLong(a); }
/** -1 and PyErr_Occurred(): an exception is set. What does not fit is told by b. */
static inline long long PyLong_AsLongLongAndOverflow(PyObject *a, int *b) { return pyferry_python_.p_PyLong_AsLongLongAndOverflow(a, b); }
/** How many bytes it takes, which may be more than c; -1: an exception is set. Since 3.14. */
static inline Py_ssize_t PyLong_AsNativeBytes(PyObject *a, void *b, Py_ssize_t c, int d) { return pyferry_python_.p_PyLong_AsNativeBytes(a, b, c, d); }
/** (type)-1 and PyErr_Occurred(): an exception is set. */
static inline size_t PyLong_AsSize_t(PyObject *a) { return pyferry_python_.p_PyLong_AsSize_t(a); }
/** -1 and PyErr_Occurred(): an exception is set. */
static inline Py_ssize_t PyLong_AsSsize_t(PyObject *a) { return pyferry_python_.p_PyLong_AsSsize_t(a); }
/** 0; -1: an exception is set. Since 3.14. */
static inline int PyLong_AsUInt32(PyObject *a, uint32_t *b) { return pyferry_python_.p_PyLong_AsUInt32(a, b); }
/** 0; -1: an exception is set. Since 3.14. */
static inline int PyLong_AsUInt64(PyObject *a, uint64_t *b) { return pyferry_python_.p_PyLong_AsUInt64(a, b); }
/** (type)-1 and PyErr_Occurred(): an exception is set. */
static inline unsigned long PyLong_AsUnsignedLong(PyObject *a) { return pyferry_python_.p_PyLong_AsUnsignedLong(a); }
/** (type)-1 and PyErr_Occurred(): an exception is set. */
static inline unsigned long long PyLong_AsUnsignedLongLong(PyObject *a) { return pyferry_python_.p_PyLong_AsUnsignedLongLong(a); }
/** -1 and PyErr_Occurred(): an exception is set; what does not fit is cut off. */
static inline unsigned long long PyLong_AsUnsignedLongLongMask(PyObject *a) { return pyferry_python_.p_PyLong_AsUnsignedLongLongMask(a); }
/** -1 and PyErr_Occurred(): an exception is set; what does not fit is cut off. */
static inline unsigned long PyLong_AsUnsignedLongMask(PyObject *a) { return pyferry_python_.p_PyLong_AsUnsignedLongMask(a); }
/** NULL: an exception is set. */
static inline void *PyLong_AsVoidPtr(PyObject *a) { return pyferry_python_.p_PyLong_AsVoidPtr(a); }
/** 0; -1: an exception is set. Since 3.15. */
static inline int PyLong_Export(PyObject *a, PyLongExport *b) { return pyferry_python_.p_PyLong_Export(a, b); }
/** Cannot fail. Since 3.15. */
static inline void PyLong_FreeExport(PyLongExport *a) { pyferry_python_.p_PyLong_FreeExport(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyLong_FromDouble(double a) { return pyferry_python_.p_PyLong_FromDouble(a); }
/** A new reference; NULL: an exception is set. Since 3.14. */
static inline PyObject *PyLong_FromInt32(int32_t a) { return pyferry_python_.p_PyLong_FromInt32(a); }
/** A new reference; NULL: an exception is set. Since 3.14. */
static inline PyObject *PyLong_FromInt64(int64_t a) { return pyferry_python_.p_PyLong_FromInt64(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyLong_FromLong(long a) { return pyferry_python_.p_PyLong_FromLong(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyLong_FromLongLong(long long a) { return pyferry_python_.p_PyLong_FromLongLong(a); }
/** A new reference; NULL: an exception is set. Since 3.14. */
static inline PyObject *PyLong_FromNativeBytes(const void *a, size_t b, int c) { return pyferry_python_.p_PyLong_FromNativeBytes(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyLong_FromSize_t(size_t a) { return pyferry_python_.p_PyLong_FromSize_t(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyLong_FromSsize_t(Py_ssize_t a) { return pyferry_python_.p_PyLong_FromSsize_t(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyLong_FromString(const char *a, char **b, int c) { return pyferry_python_.p_PyLong_FromString(a, b, c); }
/** A new reference; NULL: an exception is set. Since 3.14. */
static inline PyObject *PyLong_FromUInt32(uint32_t a) { return pyferry_python_.p_PyLong_FromUInt32(a); }
/** A new reference; NULL: an exception is set. Since 3.14. */
static inline PyObject *PyLong_FromUInt64(uint64_t a) { return pyferry_python_.p_PyLong_FromUInt64(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyLong_FromUnsignedLong(unsigned long a) { return pyferry_python_.p_PyLong_FromUnsignedLong(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyLong_FromUnsignedLongLong(unsigned long long a) { return pyferry_python_.p_PyLong_FromUnsignedLongLong(a); }
/** A new reference; NULL: an exception is set. Since 3.14. */
static inline PyObject *PyLong_FromUnsignedNativeBytes(const void *a, size_t b, int c) { return pyferry_python_.p_PyLong_FromUnsignedNativeBytes(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyLong_FromVoidPtr(void *a) { return pyferry_python_.p_PyLong_FromVoidPtr(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyLong_GetInfo(void) { return pyferry_python_.p_PyLong_GetInfo(); }
/** A string that lasts as long as the process. Since 3.15. */
static inline const PyLongLayout *PyLong_GetNativeLayout(void) { return pyferry_python_.p_PyLong_GetNativeLayout(); }
/** 1 or 0; cannot fail. */
static inline int PyMapping_Check(PyObject *a) { return pyferry_python_.p_PyMapping_Check(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyMapping_GetItemString(PyObject *a, const char *b) { return pyferry_python_.p_PyMapping_GetItemString(a, b); }
/** 1, and a new reference at c; 0: it is not there, and NULL; -1: an exception is set, and NULL. Since 3.13. */
static inline int PyMapping_GetOptionalItem(PyObject *a, PyObject *b, PyObject **c) { return pyferry_python_.p_PyMapping_GetOptionalItem(a, b, c); }
/** 1, and a new reference at c; 0: it is not there, and NULL; -1: an exception is set, and NULL. Since 3.13. */
static inline int PyMapping_GetOptionalItemString(PyObject *a, const char *b, PyObject **c) { return pyferry_python_.p_PyMapping_GetOptionalItemString(a, b, c); }
/** 1 or 0; an error is 0, and is dropped. */
static inline int PyMapping_HasKey(PyObject *a, PyObject *b) { return pyferry_python_.p_PyMapping_HasKey(a, b); }
/** 1 or 0; an error is 0, and is dropped. */
static inline int PyMapping_HasKeyString(PyObject *a, const char *b) { return pyferry_python_.p_PyMapping_HasKeyString(a, b); }
/** 1 or 0; -1: an exception is set. Since 3.13. */
static inline int PyMapping_HasKeyStringWithError(PyObject *a, const char *b) { return pyferry_python_.p_PyMapping_HasKeyStringWithError(a, b); }
/** 1 or 0; -1: an exception is set. Since 3.13. */
static inline int PyMapping_HasKeyWithError(PyObject *a, PyObject *b) { return pyferry_python_.p_PyMapping_HasKeyWithError(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyMapping_Items(PyObject *a) { return pyferry_python_.p_PyMapping_Items(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyMapping_Keys(PyObject *a) { return pyferry_python_.p_PyMapping_Keys(a); }
/** -1: an exception is set. */
static inline Py_ssize_t PyMapping_Length(PyObject *a) { return pyferry_python_.p_PyMapping_Length(a); }
/** 0; -1: an exception is set. */
static inline int PyMapping_SetItemString(PyObject *a, const char *b, PyObject *c) { return pyferry_python_.p_PyMapping_SetItemString(a, b, c); }
/** -1: an exception is set. */
static inline Py_ssize_t PyMapping_Size(PyObject *a) { return pyferry_python_.p_PyMapping_Size(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyMapping_Values(PyObject *a) { return pyferry_python_.p_PyMapping_Values(a); }
/** NULL: no memory, and no exception is set. Attached. */
static inline void *PyMem_Calloc(size_t a, size_t b) { return pyferry_python_.p_PyMem_Calloc(a, b); }
/** Cannot fail. */
static inline void PyMem_Free(void *a) { pyferry_python_.p_PyMem_Free(a); }
/** NULL: no memory, and no exception is set. Attached. */
static inline void *PyMem_Malloc(size_t a) { return pyferry_python_.p_PyMem_Malloc(a); }
/** NULL: no memory. Any thread, attached or not. Since 3.13. */
static inline void *PyMem_RawCalloc(size_t a, size_t b) { return pyferry_python_.p_PyMem_RawCalloc(a, b); }
/** Any thread, attached or not. Since 3.13. */
static inline void PyMem_RawFree(void *a) { pyferry_python_.p_PyMem_RawFree(a); }
/** NULL: no memory. Any thread, attached or not. Since 3.13. */
static inline void *PyMem_RawMalloc(size_t a) { return pyferry_python_.p_PyMem_RawMalloc(a); }
/** NULL: no memory. Any thread, attached or not. Since 3.13. */
static inline void *PyMem_RawRealloc(void *a, size_t b) { return pyferry_python_.p_PyMem_RawRealloc(a, b); }
/** NULL: no memory, and no exception is set. Attached. */
static inline void *PyMem_Realloc(void *a, size_t b) { return pyferry_python_.p_PyMem_Realloc(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyMember_GetOne(const char *a, PyMemberDef *b) { return pyferry_python_.p_PyMember_GetOne(a, b); }
/** 0; -1: an exception is set. */
static inline int PyMember_SetOne(char *a, PyMemberDef *b, PyObject *c) { return pyferry_python_.p_PyMember_SetOne(a, b, c); }
/** A new reference; NULL: an exception is set. The memory is not copied, and has to outlive it. Since 3.11. */
static inline PyObject *PyMemoryView_FromBuffer(const Py_buffer *a) { return pyferry_python_.p_PyMemoryView_FromBuffer(a); }
/** A new reference; NULL: an exception is set. The memory is not copied, and has to outlive it. */
static inline PyObject *PyMemoryView_FromMemory(char *a, Py_ssize_t b, int c) { return pyferry_python_.p_PyMemoryView_FromMemory(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyMemoryView_FromObject(PyObject *a) { return pyferry_python_.p_PyMemoryView_FromObject(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyMemoryView_GetContiguous(PyObject *a, int b, char c) { return pyferry_python_.p_PyMemoryView_GetContiguous(a, b, c); }
/** 0; -1: an exception is set. Steals a reference to c, which may be NULL with an exception set, also where it fails. Since 3.13. */
static inline int PyModule_Add(PyObject *a, const char *b, PyObject *c) { return pyferry_python_.p_PyModule_Add(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyModule_AddFunctions(PyObject *a, PyMethodDef *b) { return pyferry_python_.p_PyModule_AddFunctions(a, b); }
/** 0; -1: an exception is set. */
static inline int PyModule_AddIntConstant(PyObject *a, const char *b, long c) { return pyferry_python_.p_PyModule_AddIntConstant(a, b, c); }
/** 0, and steals a reference to c; -1: an exception is set, and c is the caller's. */
static inline int PyModule_AddObject(PyObject *a, const char *b, PyObject *c) { return pyferry_python_.p_PyModule_AddObject(a, b, c); }
/** 0; -1: an exception is set. Since 3.10. */
static inline int PyModule_AddObjectRef(PyObject *a, const char *b, PyObject *c) { return pyferry_python_.p_PyModule_AddObjectRef(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyModule_AddStringConstant(PyObject *a, const char *b, const char *c) { return pyferry_python_.p_PyModule_AddStringConstant(a, b, c); }
/** 0; -1: an exception is set. Since 3.10. */
static inline int PyModule_AddType(PyObject *a, PyTypeObject *b) { return pyferry_python_.p_PyModule_AddType(a, b); }
/** 0; -1: an exception is set. Since 3.15. */
static inline int PyModule_Exec(PyObject *a) { return pyferry_python_.p_PyModule_Exec(a); }
/** A new reference; NULL: an exception is set. Since 3.15. */
static inline PyObject *PyModule_FromSlotsAndSpec(const PySlot *a, PyObject *b) { return pyferry_python_.p_PyModule_FromSlotsAndSpec(a, b); }
/** A borrowed reference; NULL: an exception is set. */
static inline PyObject *PyModule_GetDict(PyObject *a) { return pyferry_python_.p_PyModule_GetDict(a); }
/** As long as the object lives; NULL: an exception is set. */
static inline const char *PyModule_GetFilename(PyObject *a) { return pyferry_python_.p_PyModule_GetFilename(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyModule_GetFilenameObject(PyObject *a) { return pyferry_python_.p_PyModule_GetFilenameObject(a); }
/** As long as the object lives; NULL: an exception is set. */
static inline const char *PyModule_GetName(PyObject *a) { return pyferry_python_.p_PyModule_GetName(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyModule_GetNameObject(PyObject *a) { return pyferry_python_.p_PyModule_GetNameObject(a); }
/** NULL: there is none, or, if PyErr_Occurred(), an exception is set. */
static inline void *PyModule_GetState(PyObject *a) { return pyferry_python_.p_PyModule_GetState(a); }
/** 0; -1: an exception is set. Since 3.15. */
static inline int PyModule_GetStateSize(PyObject *a, Py_ssize_t *b) { return pyferry_python_.p_PyModule_GetStateSize(a, b); }
/** NULL: there is none, or, if PyErr_Occurred(), an exception is set. Since 3.15. */
static inline void *PyModule_GetState_DuringGC(PyObject *a) { return pyferry_python_.p_PyModule_GetState_DuringGC(a); }
/** 0; -1: an exception is set. Since 3.15. */
static inline int PyModule_GetToken(PyObject *a, void **b) { return pyferry_python_.p_PyModule_GetToken(a, b); }
/** 0; -1: an exception is set. Since 3.15. */
static inline int PyModule_GetToken_DuringGC(PyObject *a, void **b) { return pyferry_python_.p_PyModule_GetToken_DuringGC(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyModule_New(const char *a) { return pyferry_python_.p_PyModule_New(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyModule_NewObject(PyObject *a) { return pyferry_python_.p_PyModule_NewObject(a); }
/** 0; -1: an exception is set. */
static inline int PyModule_SetDocString(PyObject *a, const char *b) { return pyferry_python_.p_PyModule_SetDocString(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Absolute(PyObject *a) { return pyferry_python_.p_PyNumber_Absolute(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Add(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_Add(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_And(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_And(a, b); }
/** -1 and PyErr_Occurred(): an exception is set. */
static inline Py_ssize_t PyNumber_AsSsize_t(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_AsSsize_t(a, b); }
/** 1 or 0; cannot fail. */
static inline int PyNumber_Check(PyObject *a) { return pyferry_python_.p_PyNumber_Check(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Divmod(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_Divmod(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Float(PyObject *a) { return pyferry_python_.p_PyNumber_Float(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_FloorDivide(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_FloorDivide(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_InPlaceAdd(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_InPlaceAdd(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_InPlaceAnd(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_InPlaceAnd(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_InPlaceFloorDivide(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_InPlaceFloorDivide(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_InPlaceLshift(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_InPlaceLshift(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_InPlaceMatrixMultiply(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_InPlaceMatrixMultiply(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_InPlaceMultiply(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_InPlaceMultiply(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_InPlaceOr(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_InPlaceOr(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_InPlacePower(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyNumber_InPlacePower(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_InPlaceRemainder(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_InPlaceRemainder(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_InPlaceRshift(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_InPlaceRshift(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_InPlaceSubtract(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_InPlaceSubtract(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_InPlaceTrueDivide(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_InPlaceTrueDivide(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_InPlaceXor(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_InPlaceXor(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Index(PyObject *a) { return pyferry_python_.p_PyNumber_Index(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Invert(PyObject *a) { return pyferry_python_.p_PyNumber_Invert(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Long(PyObject *a) { return pyferry_python_.p_PyNumber_Long(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Lshift(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_Lshift(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_MatrixMultiply(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_MatrixMultiply(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Multiply(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_Multiply(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Negative(PyObject *a) { return pyferry_python_.p_PyNumber_Negative(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Or(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_Or(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Positive(PyObject *a) { return pyferry_python_.p_PyNumber_Positive(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Power(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyNumber_Power(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Remainder(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_Remainder(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Rshift(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_Rshift(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Subtract(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_Subtract(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_ToBase(PyObject *a, int b) { return pyferry_python_.p_PyNumber_ToBase(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_TrueDivide(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_TrueDivide(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyNumber_Xor(PyObject *a, PyObject *b) { return pyferry_python_.p_PyNumber_Xor(a, b); }
/** Cannot fail. */
static inline void PyOS_AfterFork(void) { pyferry_python_.p_PyOS_AfterFork(); }
/** Cannot fail. */
static inline void PyOS_AfterFork_Child(void) { pyferry_python_.p_PyOS_AfterFork_Child(); }
/** Cannot fail. */
static inline void PyOS_AfterFork_Parent(void) { pyferry_python_.p_PyOS_AfterFork_Parent(); }
/** Cannot fail. */
static inline void PyOS_BeforeFork(void) { pyferry_python_.p_PyOS_BeforeFork(); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyOS_FSPath(PyObject *a) { return pyferry_python_.p_PyOS_FSPath(a); }
/** Cannot fail. Until 3.9. */
static inline void PyOS_InitInterrupts(void) { pyferry_python_.p_PyOS_InitInterrupts(); }
/** 1 or 0; cannot fail. */
static inline int PyOS_InterruptOccurred(void) { return pyferry_python_.p_PyOS_InterruptOccurred(); }
/** To be freed with PyMem_Free; NULL: an exception is set. */
static inline char *PyOS_double_to_string(double a, char b, int c, int d, int *e) { return pyferry_python_.p_PyOS_double_to_string(a, b, c, d, e); }
/** The handler that was there before. */
static inline PyOS_sighandler_t PyOS_getsig(int a) { return pyferry_python_.p_PyOS_getsig(a); }
/** As strcmp and strncmp, whatever the case. */
static inline int PyOS_mystricmp(const char *a, const char *b) { return pyferry_python_.p_PyOS_mystricmp(a, b); }
/** As strcmp and strncmp, whatever the case. */
static inline int PyOS_mystrnicmp(const char *a, const char *b, Py_ssize_t c) { return pyferry_python_.p_PyOS_mystrnicmp(a, b, c); }
/** The handler that was there before. */
static inline PyOS_sighandler_t PyOS_setsig(int a, PyOS_sighandler_t b) { return pyferry_python_.p_PyOS_setsig(a, b); }
/** As vsnprintf and snprintf. */
#define PyOS_snprintf (*pyferry_python_.p_PyOS_snprintf)
/** -1.0 and PyErr_Occurred(): an exception is set. */
static inline double PyOS_string_to_double(const char *a, char **b, PyObject *c) { return pyferry_python_.p_PyOS_string_to_double(a, b, c); }
/** As strtol and strtoul. */
static inline long PyOS_strtol(const char *a, char **b, int c) { return pyferry_python_.p_PyOS_strtol(a, b, c); }
/** As strtol and strtoul. */
static inline unsigned long PyOS_strtoul(const char *a, char **b, int c) { return pyferry_python_.p_PyOS_strtoul(a, b, c); }
/** As vsnprintf and snprintf. */
static inline int PyOS_vsnprintf(char *a, size_t b, const char *c, va_list d) { return pyferry_python_.p_PyOS_vsnprintf(a, b, c, d); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_ASCII(PyObject *a) { return pyferry_python_.p_PyObject_ASCII(a); }
/** A file descriptor; -1: an exception is set. */
static inline int PyObject_AsFileDescriptor(PyObject *a) { return pyferry_python_.p_PyObject_AsFileDescriptor(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_Bytes(PyObject *a) { return pyferry_python_.p_PyObject_Bytes(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_Call(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyObject_Call(a, b, c); }
/** 0; -1: the object lives on. Since 3.15. */
static inline int PyObject_CallFinalizerFromDealloc(PyObject *a) { return pyferry_python_.p_PyObject_CallFinalizerFromDealloc(a); }
/** A new reference; NULL: an exception is set. */
#define PyObject_CallFunction (*pyferry_python_.p_PyObject_CallFunction)
/** A new reference; NULL: an exception is set. */
#define PyObject_CallFunctionObjArgs (*pyferry_python_.p_PyObject_CallFunctionObjArgs)
/** A new reference; NULL: an exception is set. */
#define PyObject_CallMethod (*pyferry_python_.p_PyObject_CallMethod)
/** A new reference; NULL: an exception is set. */
#define PyObject_CallMethodObjArgs (*pyferry_python_.p_PyObject_CallMethodObjArgs)
/** A new reference; NULL: an exception is set. Since 3.10. */
static inline PyObject *PyObject_CallNoArgs(PyObject *a) { return pyferry_python_.p_PyObject_CallNoArgs(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_CallObject(PyObject *a, PyObject *b) { return pyferry_python_.p_PyObject_CallObject(a, b); }
/** NULL: no memory, and no exception is set. Attached. */
static inline void *PyObject_Calloc(size_t a, size_t b) { return pyferry_python_.p_PyObject_Calloc(a, b); }
/** 1 or 0; cannot fail. Since 3.11. */
static inline int PyObject_CheckBuffer(PyObject *a) { return pyferry_python_.p_PyObject_CheckBuffer(a); }
/** Cannot fail. */
static inline void PyObject_ClearWeakRefs(PyObject *a) { pyferry_python_.p_PyObject_ClearWeakRefs(a); }
/** 0; -1: an exception is set. Since 3.11. */
static inline int PyObject_CopyData(PyObject *a, PyObject *b) { return pyferry_python_.p_PyObject_CopyData(a, b); }
/** 0; -1: an exception is set. */
static inline int PyObject_DelItem(PyObject *a, PyObject *b) { return pyferry_python_.p_PyObject_DelItem(a, b); }
/** 0; -1: an exception is set. */
static inline int PyObject_DelItemString(PyObject *a, const char *b) { return pyferry_python_.p_PyObject_DelItemString(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_Dir(PyObject *a) { return pyferry_python_.p_PyObject_Dir(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_Format(PyObject *a, PyObject *b) { return pyferry_python_.p_PyObject_Format(a, b); }
/** Cannot fail. */
static inline void PyObject_Free(void *a) { pyferry_python_.p_PyObject_Free(a); }
/** Cannot fail. */
static inline void PyObject_GC_Del(void *a) { pyferry_python_.p_PyObject_GC_Del(a); }
/** 1 or 0; cannot fail. */
static inline int PyObject_GC_IsFinalized(PyObject *a) { return pyferry_python_.p_PyObject_GC_IsFinalized(a); }
/** 1 or 0; cannot fail. */
static inline int PyObject_GC_IsTracked(PyObject *a) { return pyferry_python_.p_PyObject_GC_IsTracked(a); }
/** Cannot fail. */
static inline void PyObject_GC_Track(void *a) { pyferry_python_.p_PyObject_GC_Track(a); }
/** Cannot fail. */
static inline void PyObject_GC_UnTrack(void *a) { pyferry_python_.p_PyObject_GC_UnTrack(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_GenericGetAttr(PyObject *a, PyObject *b) { return pyferry_python_.p_PyObject_GenericGetAttr(a, b); }
/** A new reference; NULL: an exception is set. Since 3.10. */
static inline PyObject *PyObject_GenericGetDict(PyObject *a, void *b) { return pyferry_python_.p_PyObject_GenericGetDict(a, b); }
/** 0; -1: an exception is set. */
static inline int PyObject_GenericSetAttr(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyObject_GenericSetAttr(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyObject_GenericSetDict(PyObject *a, PyObject *b, void *c) { return pyferry_python_.p_PyObject_GenericSetDict(a, b, c); }
/** A new reference; NULL: an exception is set. Since 3.10. */
static inline PyObject *PyObject_GetAIter(PyObject *a) { return pyferry_python_.p_PyObject_GetAIter(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_GetAttr(PyObject *a, PyObject *b) { return pyferry_python_.p_PyObject_GetAttr(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_GetAttrString(PyObject *a, const char *b) { return pyferry_python_.p_PyObject_GetAttrString(a, b); }
/** 0, and b has to be given to PyBuffer_Release; -1: an exception is set. Since 3.11. */
static inline int PyObject_GetBuffer(PyObject *a, Py_buffer *b, int c) { return pyferry_python_.p_PyObject_GetBuffer(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_GetItem(PyObject *a, PyObject *b) { return pyferry_python_.p_PyObject_GetItem(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_GetIter(PyObject *a) { return pyferry_python_.p_PyObject_GetIter(a); }
/** 1, and a new reference at c; 0: it is not there, and NULL; -1: an exception is set, and NULL. Since 3.13. */
static inline int PyObject_GetOptionalAttr(PyObject *a, PyObject *b, PyObject **c) { return pyferry_python_.p_PyObject_GetOptionalAttr(a, b, c); }
/** 1, and a new reference at c; 0: it is not there, and NULL; -1: an exception is set, and NULL. Since 3.13. */
static inline int PyObject_GetOptionalAttrString(PyObject *a, const char *b, PyObject **c) { return pyferry_python_.p_PyObject_GetOptionalAttrString(a, b, c); }
/** As long as the object lives; NULL: an exception is set. Since 3.15. */
static inline void *PyObject_GetTypeData_DuringGC(PyObject *a, PyTypeObject *b) { return pyferry_python_.p_PyObject_GetTypeData_DuringGC(a, b); }
/** 1 or 0; an error is 0, and is dropped. */
static inline int PyObject_HasAttr(PyObject *a, PyObject *b) { return pyferry_python_.p_PyObject_HasAttr(a, b); }
/** 1 or 0; an error is 0, and is dropped. */
static inline int PyObject_HasAttrString(PyObject *a, const char *b) { return pyferry_python_.p_PyObject_HasAttrString(a, b); }
/** 1 or 0; -1: an exception is set. Since 3.13. */
static inline int PyObject_HasAttrStringWithError(PyObject *a, const char *b) { return pyferry_python_.p_PyObject_HasAttrStringWithError(a, b); }
/** 1 or 0; -1: an exception is set. Since 3.13. */
static inline int PyObject_HasAttrWithError(PyObject *a, PyObject *b) { return pyferry_python_.p_PyObject_HasAttrWithError(a, b); }
/** -1: an exception is set. */
static inline Py_hash_t PyObject_Hash(PyObject *a) { return pyferry_python_.p_PyObject_Hash(a); }
/** Always -1, with TypeError set. */
static inline Py_hash_t PyObject_HashNotImplemented(PyObject *a) { return pyferry_python_.p_PyObject_HashNotImplemented(a); }
/** The object itself, borrowed. */
static inline PyObject *PyObject_Init(PyObject *a, PyTypeObject *b) { return pyferry_python_.p_PyObject_Init(a, b); }
/** The object itself, borrowed. */
static inline PyVarObject *PyObject_InitVar(PyVarObject *a, PyTypeObject *b, Py_ssize_t c) { return pyferry_python_.p_PyObject_InitVar(a, b, c); }
/** 1 or 0; -1: an exception is set. */
static inline int PyObject_IsInstance(PyObject *a, PyObject *b) { return pyferry_python_.p_PyObject_IsInstance(a, b); }
/** 1 or 0; -1: an exception is set. */
static inline int PyObject_IsSubclass(PyObject *a, PyObject *b) { return pyferry_python_.p_PyObject_IsSubclass(a, b); }
/** 1 or 0; -1: an exception is set. */
static inline int PyObject_IsTrue(PyObject *a) { return pyferry_python_.p_PyObject_IsTrue(a); }
/** -1: an exception is set. */
static inline Py_ssize_t PyObject_Length(PyObject *a) { return pyferry_python_.p_PyObject_Length(a); }
/** NULL: no memory, and no exception is set. Attached. */
static inline void *PyObject_Malloc(size_t a) { return pyferry_python_.p_PyObject_Malloc(a); }
/** 1 or 0; -1: an exception is set. */
static inline int PyObject_Not(PyObject *a) { return pyferry_python_.p_PyObject_Not(a); }
/** NULL: no memory, and no exception is set. Attached. */
static inline void *PyObject_Realloc(void *a, size_t b) { return pyferry_python_.p_PyObject_Realloc(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_Repr(PyObject *a) { return pyferry_python_.p_PyObject_Repr(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_RichCompare(PyObject *a, PyObject *b, int c) { return pyferry_python_.p_PyObject_RichCompare(a, b, c); }
/** 1 or 0; -1: an exception is set. */
static inline int PyObject_RichCompareBool(PyObject *a, PyObject *b, int c) { return pyferry_python_.p_PyObject_RichCompareBool(a, b, c); }
/** A new reference; cannot fail. */
static inline PyObject *PyObject_SelfIter(PyObject *a) { return pyferry_python_.p_PyObject_SelfIter(a); }
/** 0; -1: an exception is set. */
static inline int PyObject_SetAttr(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyObject_SetAttr(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyObject_SetAttrString(PyObject *a, const char *b, PyObject *c) { return pyferry_python_.p_PyObject_SetAttrString(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyObject_SetItem(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyObject_SetItem(a, b, c); }
/** -1: an exception is set. */
static inline Py_ssize_t PyObject_Size(PyObject *a) { return pyferry_python_.p_PyObject_Size(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_Str(PyObject *a) { return pyferry_python_.p_PyObject_Str(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyObject_Type(PyObject *a) { return pyferry_python_.p_PyObject_Type(a); }
/** A new reference; NULL: an exception is set. Since 3.12. */
static inline PyObject *PyObject_Vectorcall(PyObject *a, PyObject *const *b, size_t c, PyObject *d) { return pyferry_python_.p_PyObject_Vectorcall(a, b, c, d); }
/** A new reference; NULL: an exception is set. Since 3.12. */
static inline PyObject *PyObject_VectorcallMethod(PyObject *a, PyObject *const *b, size_t c, PyObject *d) { return pyferry_python_.p_PyObject_VectorcallMethod(a, b, c, d); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PySeqIter_New(PyObject *a) { return pyferry_python_.p_PySeqIter_New(a); }
/** 1 or 0; cannot fail. */
static inline int PySequence_Check(PyObject *a) { return pyferry_python_.p_PySequence_Check(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PySequence_Concat(PyObject *a, PyObject *b) { return pyferry_python_.p_PySequence_Concat(a, b); }
/** 1 or 0; -1: an exception is set. */
static inline int PySequence_Contains(PyObject *a, PyObject *b) { return pyferry_python_.p_PySequence_Contains(a, b); }
/** -1: an exception is set. */
static inline Py_ssize_t PySequence_Count(PyObject *a, PyObject *b) { return pyferry_python_.p_PySequence_Count(a, b); }
/** 0; -1: an exception is set. */
static inline int PySequence_DelItem(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PySequence_DelItem(a, b); }
/** 0; -1: an exception is set. */
static inline int PySequence_DelSlice(PyObject *a, Py_ssize_t b, Py_ssize_t c) { return pyferry_python_.p_PySequence_DelSlice(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PySequence_Fast(PyObject *a, const char *b) { return pyferry_python_.p_PySequence_Fast(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PySequence_GetItem(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PySequence_GetItem(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PySequence_GetSlice(PyObject *a, Py_ssize_t b, Py_ssize_t c) { return pyferry_python_.p_PySequence_GetSlice(a, b, c); }
/** 1 or 0; -1: an exception is set. */
static inline int PySequence_In(PyObject *a, PyObject *b) { return pyferry_python_.p_PySequence_In(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PySequence_InPlaceConcat(PyObject *a, PyObject *b) { return pyferry_python_.p_PySequence_InPlaceConcat(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PySequence_InPlaceRepeat(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PySequence_InPlaceRepeat(a, b); }
/** -1: an exception is set. */
static inline Py_ssize_t PySequence_Index(PyObject *a, PyObject *b) { return pyferry_python_.p_PySequence_Index(a, b); }
/** -1: an exception is set. */
static inline Py_ssize_t PySequence_Length(PyObject *a) { return pyferry_python_.p_PySequence_Length(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PySequence_List(PyObject *a) { return pyferry_python_.p_PySequence_List(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PySequence_Repeat(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PySequence_Repeat(a, b); }
/** 0; -1: an exception is set. */
static inline int PySequence_SetItem(PyObject *a, Py_ssize_t b, PyObject *c) { return pyferry_python_.p_PySequence_SetItem(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PySequence_SetSlice(PyObject *a, Py_ssize_t b, Py_ssize_t c, PyObject *d) { return pyferry_python_.p_PySequence_SetSlice(a, b, c, d); }
/** -1: an exception is set. */
static inline Py_ssize_t PySequence_Size(PyObject *a) { return pyferry_python_.p_PySequence_Size(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PySequence_Tuple(PyObject *a) { return pyferry_python_.p_PySequence_Tuple(a); }
/** 0; -1: an exception is set. */
static inline int PySet_Add(PyObject *a, PyObject *b) { return pyferry_python_.p_PySet_Add(a, b); }
/** 0; -1: an exception is set. */
static inline int PySet_Clear(PyObject *a) { return pyferry_python_.p_PySet_Clear(a); }
/** 1 or 0; -1: an exception is set. */
static inline int PySet_Contains(PyObject *a, PyObject *b) { return pyferry_python_.p_PySet_Contains(a, b); }
/** 1 or 0; -1: an exception is set. */
static inline int PySet_Discard(PyObject *a, PyObject *b) { return pyferry_python_.p_PySet_Discard(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PySet_New(PyObject *a) { return pyferry_python_.p_PySet_New(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PySet_Pop(PyObject *a) { return pyferry_python_.p_PySet_Pop(a); }
/** -1: an exception is set. */
static inline Py_ssize_t PySet_Size(PyObject *a) { return pyferry_python_.p_PySet_Size(a); }
/** The slice's length; cannot fail. */
static inline Py_ssize_t PySlice_AdjustIndices(Py_ssize_t a, Py_ssize_t *b, Py_ssize_t *c, Py_ssize_t d) { return pyferry_python_.p_PySlice_AdjustIndices(a, b, c, d); }
/** 0; -1: no slice, or no integers in it; an exception need not be set. */
static inline int PySlice_GetIndices(PyObject *a, Py_ssize_t b, Py_ssize_t *c, Py_ssize_t *d, Py_ssize_t *e) { return pyferry_python_.p_PySlice_GetIndices(a, b, c, d, e); }
/** 0; -1: an exception is set. */
static inline int PySlice_GetIndicesEx(PyObject *a, Py_ssize_t b, Py_ssize_t *c, Py_ssize_t *d, Py_ssize_t *e, Py_ssize_t *f) { return pyferry_python_.p_PySlice_GetIndicesEx(a, b, c, d, e, f); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PySlice_New(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PySlice_New(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PySlice_Unpack(PyObject *a, Py_ssize_t *b, Py_ssize_t *c, Py_ssize_t *d) { return pyferry_python_.p_PySlice_Unpack(a, b, c, d); }
/** A borrowed reference; cannot fail. */
static inline PyObject *PyStructSequence_GetItem(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PyStructSequence_GetItem(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyStructSequence_New(PyTypeObject *a) { return pyferry_python_.p_PyStructSequence_New(a); }
/** A new reference; NULL: an exception is set. */
static inline PyTypeObject *PyStructSequence_NewType(PyStructSequence_Desc *a) { return pyferry_python_.p_PyStructSequence_NewType(a); }
/** Steals a reference to c. */
static inline void PyStructSequence_SetItem(PyObject *a, Py_ssize_t b, PyObject *c) { pyferry_python_.p_PyStructSequence_SetItem(a, b, c); }
/** Cannot fail. */
static inline void PySys_AddWarnOption(const wchar_t *a) { pyferry_python_.p_PySys_AddWarnOption(a); }
/** Cannot fail. */
static inline void PySys_AddWarnOptionUnicode(PyObject *a) { pyferry_python_.p_PySys_AddWarnOptionUnicode(a); }
/** Cannot fail. */
static inline void PySys_AddXOption(const wchar_t *a) { pyferry_python_.p_PySys_AddXOption(a); }
/** 0; -1: an exception is set. Since 3.13. */
#define PySys_Audit (*pyferry_python_.p_PySys_Audit)
/** 0; -1: an exception is set. Since 3.13. */
static inline int PySys_AuditTuple(const char *a, PyObject *b) { return pyferry_python_.p_PySys_AuditTuple(a, b); }
/** Cannot fail. */
#define PySys_FormatStderr (*pyferry_python_.p_PySys_FormatStderr)
/** Cannot fail. */
#define PySys_FormatStdout (*pyferry_python_.p_PySys_FormatStdout)
/** A new reference; NULL: an exception is set. Since 3.15. */
static inline PyObject *PySys_GetAttr(PyObject *a) { return pyferry_python_.p_PySys_GetAttr(a); }
/** A new reference; NULL: an exception is set. Since 3.15. */
static inline PyObject *PySys_GetAttrString(const char *a) { return pyferry_python_.p_PySys_GetAttrString(a); }
/** A borrowed reference; NULL: there is none, and no exception is set. */
static inline PyObject *PySys_GetObject(const char *a) { return pyferry_python_.p_PySys_GetObject(a); }
/** 1, and a new reference at b; 0: there is none, and NULL; -1: an exception is set, and NULL. Since 3.15. */
static inline int PySys_GetOptionalAttr(PyObject *a, PyObject **b) { return pyferry_python_.p_PySys_GetOptionalAttr(a, b); }
/** 1, and a new reference at b; 0: there is none, and NULL; -1: an exception is set, and NULL. Since 3.15. */
static inline int PySys_GetOptionalAttrString(const char *a, PyObject **b) { return pyferry_python_.p_PySys_GetOptionalAttrString(a, b); }
/** A borrowed reference; NULL: an exception is set. */
static inline PyObject *PySys_GetXOptions(void) { return pyferry_python_.p_PySys_GetXOptions(); }
/** 1 or 0; cannot fail. */
static inline int PySys_HasWarnOptions(void) { return pyferry_python_.p_PySys_HasWarnOptions(); }
/** Cannot fail. Until 3.14. */
static inline void PySys_ResetWarnOptions(void) { pyferry_python_.p_PySys_ResetWarnOptions(); }
/** Cannot fail. */
static inline void PySys_SetArgv(int a, wchar_t **b) { pyferry_python_.p_PySys_SetArgv(a, b); }
/** Cannot fail. */
static inline void PySys_SetArgvEx(int a, wchar_t **b, int c) { pyferry_python_.p_PySys_SetArgvEx(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PySys_SetObject(const char *a, PyObject *b) { return pyferry_python_.p_PySys_SetObject(a, b); }
/** Cannot fail. */
static inline void PySys_SetPath(const wchar_t *a) { pyferry_python_.p_PySys_SetPath(a); }
/** Cannot fail. */
#define PySys_WriteStderr (*pyferry_python_.p_PySys_WriteStderr)
/** Cannot fail. */
#define PySys_WriteStdout (*pyferry_python_.p_PySys_WriteStdout)
/** Cannot fail. */
static inline void PyThreadState_Clear(PyThreadState *a) { pyferry_python_.p_PyThreadState_Clear(a); }
/** Cannot fail. */
static inline void PyThreadState_Delete(PyThreadState *a) { pyferry_python_.p_PyThreadState_Delete(a); }
/** A token for PyThreadState_Release; NULL: it failed, this thread is as it was, and no exception is set. Any thread, attached or not. Since 3.15. */
static inline PyThreadStateToken *PyThreadState_Ensure(PyInterpreterGuard *a) { return pyferry_python_.p_PyThreadState_Ensure(a); }
/** A token for PyThreadState_Release; NULL: it failed, this thread is as it was, and no exception is set. Any thread, attached or not. Since 3.15. */
static inline PyThreadStateToken *PyThreadState_EnsureFromView(PyInterpreterView *a) { return pyferry_python_.p_PyThreadState_EnsureFromView(a); }
/** Of the attached thread; where it is none, that is a fatal error. */
static inline PyThreadState *PyThreadState_Get(void) { return pyferry_python_.p_PyThreadState_Get(); }
/** A borrowed reference; NULL: there is none, and no exception is set. */
static inline PyObject *PyThreadState_GetDict(void) { return pyferry_python_.p_PyThreadState_GetDict(); }
/** A new reference; NULL: there is none, and no exception is set. Since 3.10. */
static inline PyFrameObject *PyThreadState_GetFrame(PyThreadState *a) { return pyferry_python_.p_PyThreadState_GetFrame(a); }
/** A number; cannot fail. Since 3.10. */
static inline uint64_t PyThreadState_GetID(PyThreadState *a) { return pyferry_python_.p_PyThreadState_GetID(a); }
/** Borrowed: it is the state's. Since 3.10. */
static inline PyInterpreterState *PyThreadState_GetInterpreter(PyThreadState *a) { return pyferry_python_.p_PyThreadState_GetInterpreter(a); }
/** A state of this interpreter's, not attached; NULL: no memory. */
static inline PyThreadState *PyThreadState_New(PyInterpreterState *a) { return pyferry_python_.p_PyThreadState_New(a); }
/** Cannot fail. Since 3.15. */
static inline void PyThreadState_Release(PyThreadStateToken *a) { pyferry_python_.p_PyThreadState_Release(a); }
/** How many threads were hit: 0 or 1. */
static inline int PyThreadState_SetAsyncExc(unsigned long a, PyObject *b) { return pyferry_python_.p_PyThreadState_SetAsyncExc(a, b); }
/** The state that was attached before, or NULL. */
static inline PyThreadState *PyThreadState_Swap(PyThreadState *a) { return pyferry_python_.p_PyThreadState_Swap(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyThread_GetInfo(void) { return pyferry_python_.p_PyThread_GetInfo(); }
/** Cannot fail. */
static inline void PyThread_ReInitTLS(void) { pyferry_python_.p_PyThread_ReInitTLS(); }
/** 1: taken; 0: not. Let go of the interpreter around a wait. */
static inline int PyThread_acquire_lock(PyThread_type_lock a, int b) { return pyferry_python_.p_PyThread_acquire_lock(a, b); }
/** PY_LOCK_ACQUIRED, _FAILURE or _INTR. Let go of the interpreter around a wait. */
static inline PyLockStatus PyThread_acquire_lock_timed(PyThread_type_lock a, long long b, int c) { return pyferry_python_.p_PyThread_acquire_lock_timed(a, b, c); }
/** NULL: no memory. Any thread, attached or not. */
static inline PyThread_type_lock PyThread_allocate_lock(void) { return pyferry_python_.p_PyThread_allocate_lock(); }
/** A key; -1: the system has no more. */
static inline int PyThread_create_key(void) { return pyferry_python_.p_PyThread_create_key(); }
/** Cannot fail. */
static inline void PyThread_delete_key(int a) { pyferry_python_.p_PyThread_delete_key(a); }
/** Cannot fail. */
static inline void PyThread_delete_key_value(int a) { pyferry_python_.p_PyThread_delete_key_value(a); }
/** Any thread, attached or not. */
static inline void PyThread_free_lock(PyThread_type_lock a) { pyferry_python_.p_PyThread_free_lock(a); }
/** NULL: this thread has set none. Any thread, attached or not. */
static inline void *PyThread_get_key_value(int a) { return pyferry_python_.p_PyThread_get_key_value(a); }
/** A number; cannot fail. */
static inline size_t PyThread_get_stacksize(void) { return pyferry_python_.p_PyThread_get_stacksize(); }
/** A number; cannot fail. */
static inline unsigned long PyThread_get_thread_ident(void) { return pyferry_python_.p_PyThread_get_thread_ident(); }
/** A number; cannot fail. */
static inline unsigned long PyThread_get_thread_native_id(void) { return pyferry_python_.p_PyThread_get_thread_native_id(); }
/** Cannot fail. */
static inline void PyThread_init_thread(void) { pyferry_python_.p_PyThread_init_thread(); }
/** Any thread, attached or not. */
static inline void PyThread_release_lock(PyThread_type_lock a) { pyferry_python_.p_PyThread_release_lock(a); }
/** 0; -1: the system has no more. Any thread, attached or not. */
static inline int PyThread_set_key_value(int a, void *b) { return pyferry_python_.p_PyThread_set_key_value(a, b); }
/** 0; -1: not so much; -2: this system cannot. No exception is set. */
static inline int PyThread_set_stacksize(size_t a) { return pyferry_python_.p_PyThread_set_stacksize(a); }
/** The thread's number; (unsigned long)-1: none could be started. */
static inline unsigned long PyThread_start_new_thread(PYFERRY_PYTHON_THREAD_ a, void *b) { return pyferry_python_.p_PyThread_start_new_thread(a, b); }
/** NULL: no memory. Any thread, attached or not. */
static inline Py_tss_t *PyThread_tss_alloc(void) { return pyferry_python_.p_PyThread_tss_alloc(); }
/** 0; -1: the system has no more. Any thread, attached or not. */
static inline int PyThread_tss_create(Py_tss_t *a) { return pyferry_python_.p_PyThread_tss_create(a); }
/** Any thread, attached or not. */
static inline void PyThread_tss_delete(Py_tss_t *a) { pyferry_python_.p_PyThread_tss_delete(a); }
/** Any thread, attached or not. */
static inline void PyThread_tss_free(Py_tss_t *a) { pyferry_python_.p_PyThread_tss_free(a); }
/** NULL: this thread has set none. Any thread, attached or not. */
static inline void *PyThread_tss_get(Py_tss_t *a) { return pyferry_python_.p_PyThread_tss_get(a); }
/** 1 or 0; cannot fail. */
static inline int PyThread_tss_is_created(Py_tss_t *a) { return pyferry_python_.p_PyThread_tss_is_created(a); }
/** 0; -1: the system has no more. Any thread, attached or not. */
static inline int PyThread_tss_set(Py_tss_t *a, void *b) { return pyferry_python_.p_PyThread_tss_set(a, b); }
/** 0; -1: an exception is set. */
static inline int PyTraceBack_Here(PyFrameObject *a) { return pyferry_python_.p_PyTraceBack_Here(a); }
/** 0; -1: an exception is set. */
static inline int PyTraceBack_Print(PyObject *a, PyObject *b) { return pyferry_python_.p_PyTraceBack_Print(a, b); }
/** A borrowed reference; NULL: an exception is set. */
static inline PyObject *PyTuple_GetItem(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PyTuple_GetItem(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyTuple_GetSlice(PyObject *a, Py_ssize_t b, Py_ssize_t c) { return pyferry_python_.p_PyTuple_GetSlice(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyTuple_New(Py_ssize_t a) { return pyferry_python_.p_PyTuple_New(a); }
/** A new reference; NULL: an exception is set. */
#define PyTuple_Pack (*pyferry_python_.p_PyTuple_Pack)
/** 0; -1: an exception is set. Steals a reference to c, also where it fails. */
static inline int PyTuple_SetItem(PyObject *a, Py_ssize_t b, PyObject *c) { return pyferry_python_.p_PyTuple_SetItem(a, b, c); }
/** -1: an exception is set. */
static inline Py_ssize_t PyTuple_Size(PyObject *a) { return pyferry_python_.p_PyTuple_Size(a); }
/** A number; cannot fail. */
static inline unsigned int PyType_ClearCache(void) { return pyferry_python_.p_PyType_ClearCache(); }
/** 0; -1: an exception is set. Since 3.14. */
static inline int PyType_Freeze(PyTypeObject *a) { return pyferry_python_.p_PyType_Freeze(a); }
/** A new reference; NULL: an exception is set. Since 3.15. */
static inline PyObject *PyType_FromSlots(PySlot *a) { return pyferry_python_.p_PyType_FromSlots(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyType_GenericAlloc(PyTypeObject *a, Py_ssize_t b) { return pyferry_python_.p_PyType_GenericAlloc(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyType_GenericNew(PyTypeObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyType_GenericNew(a, b, c); }
/** 1, and a new reference at c; 0: it is not there, and NULL; -1: an exception is set, and NULL. Since 3.14. */
static inline int PyType_GetBaseByToken(PyTypeObject *a, void *b, PyTypeObject **c) { return pyferry_python_.p_PyType_GetBaseByToken(a, b, c); }
/** 1, and a new reference at c; 0: it is not there, and NULL; -1: an exception is set, and NULL. Since 3.15. */
static inline int PyType_GetBaseByToken_DuringGC(PyTypeObject *a, void *b, PyTypeObject **c) { return pyferry_python_.p_PyType_GetBaseByToken_DuringGC(a, b, c); }
/** A number; cannot fail. */
static inline unsigned long PyType_GetFlags(PyTypeObject *a) { return pyferry_python_.p_PyType_GetFlags(a); }
/** A new reference; NULL: an exception is set. Since 3.13. */
static inline PyObject *PyType_GetFullyQualifiedName(PyTypeObject *a) { return pyferry_python_.p_PyType_GetFullyQualifiedName(a); }
/** A borrowed reference; NULL: an exception is set. Since 3.10. */
static inline PyObject *PyType_GetModule(PyTypeObject *a) { return pyferry_python_.p_PyType_GetModule(a); }
/** A new reference; NULL: an exception is set. Since 3.15. */
static inline PyObject *PyType_GetModuleByToken(PyTypeObject *a, const void *b) { return pyferry_python_.p_PyType_GetModuleByToken(a, b); }
/** A borrowed reference; NULL: an exception is set. Since 3.15. */
static inline PyObject *PyType_GetModuleByToken_DuringGC(PyTypeObject *a, const void *b) { return pyferry_python_.p_PyType_GetModuleByToken_DuringGC(a, b); }
/** A new reference; NULL: an exception is set. Since 3.13. */
static inline PyObject *PyType_GetModuleName(PyTypeObject *a) { return pyferry_python_.p_PyType_GetModuleName(a); }
/** NULL: there is none, or, if PyErr_Occurred(), an exception is set. Since 3.10. */
static inline void *PyType_GetModuleState(PyTypeObject *a) { return pyferry_python_.p_PyType_GetModuleState(a); }
/** NULL: there is none, or, if PyErr_Occurred(), an exception is set. Since 3.15. */
static inline void *PyType_GetModuleState_DuringGC(PyTypeObject *a) { return pyferry_python_.p_PyType_GetModuleState_DuringGC(a); }
/** A borrowed reference; NULL: an exception is set. Since 3.15. */
static inline PyObject *PyType_GetModule_DuringGC(PyTypeObject *a) { return pyferry_python_.p_PyType_GetModule_DuringGC(a); }
/** A new reference; NULL: an exception is set. Since 3.11. */
static inline PyObject *PyType_GetName(PyTypeObject *a) { return pyferry_python_.p_PyType_GetName(a); }
/** A new reference; NULL: an exception is set. Since 3.11. */
static inline PyObject *PyType_GetQualName(PyTypeObject *a) { return pyferry_python_.p_PyType_GetQualName(a); }
/** NULL: there is none, or, if PyErr_Occurred(), an exception is set. */
static inline void *PyType_GetSlot(PyTypeObject *a, int b) { return pyferry_python_.p_PyType_GetSlot(a, b); }
/** A number; cannot fail. Since 3.12. */
static inline Py_ssize_t PyType_GetTypeDataSize(PyTypeObject *a) { return pyferry_python_.p_PyType_GetTypeDataSize(a); }
/** 1 or 0; cannot fail. */
static inline int PyType_IsSubtype(PyTypeObject *a, PyTypeObject *b) { return pyferry_python_.p_PyType_IsSubtype(a, b); }
/** Cannot fail. */
static inline void PyType_Modified(PyTypeObject *a) { pyferry_python_.p_PyType_Modified(a); }
/** 0; -1: an exception is set. */
static inline int PyType_Ready(PyTypeObject *a) { return pyferry_python_.p_PyType_Ready(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicodeDecodeError_Create(const char *a, const char *b, Py_ssize_t c, Py_ssize_t d, Py_ssize_t e, const char *f) { return pyferry_python_.p_PyUnicodeDecodeError_Create(a, b, c, d, e, f); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicodeDecodeError_GetEncoding(PyObject *a) { return pyferry_python_.p_PyUnicodeDecodeError_GetEncoding(a); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeDecodeError_GetEnd(PyObject *a, Py_ssize_t *b) { return pyferry_python_.p_PyUnicodeDecodeError_GetEnd(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicodeDecodeError_GetObject(PyObject *a) { return pyferry_python_.p_PyUnicodeDecodeError_GetObject(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicodeDecodeError_GetReason(PyObject *a) { return pyferry_python_.p_PyUnicodeDecodeError_GetReason(a); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeDecodeError_GetStart(PyObject *a, Py_ssize_t *b) { return pyferry_python_.p_PyUnicodeDecodeError_GetStart(a, b); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeDecodeError_SetEnd(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PyUnicodeDecodeError_SetEnd(a, b); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeDecodeError_SetReason(PyObject *a, const char *b) { return pyferry_python_.p_PyUnicodeDecodeError_SetReason(a, b); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeDecodeError_SetStart(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PyUnicodeDecodeError_SetStart(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicodeEncodeError_GetEncoding(PyObject *a) { return pyferry_python_.p_PyUnicodeEncodeError_GetEncoding(a); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeEncodeError_GetEnd(PyObject *a, Py_ssize_t *b) { return pyferry_python_.p_PyUnicodeEncodeError_GetEnd(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicodeEncodeError_GetObject(PyObject *a) { return pyferry_python_.p_PyUnicodeEncodeError_GetObject(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicodeEncodeError_GetReason(PyObject *a) { return pyferry_python_.p_PyUnicodeEncodeError_GetReason(a); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeEncodeError_GetStart(PyObject *a, Py_ssize_t *b) { return pyferry_python_.p_PyUnicodeEncodeError_GetStart(a, b); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeEncodeError_SetEnd(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PyUnicodeEncodeError_SetEnd(a, b); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeEncodeError_SetReason(PyObject *a, const char *b) { return pyferry_python_.p_PyUnicodeEncodeError_SetReason(a, b); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeEncodeError_SetStart(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PyUnicodeEncodeError_SetStart(a, b); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeTranslateError_GetEnd(PyObject *a, Py_ssize_t *b) { return pyferry_python_.p_PyUnicodeTranslateError_GetEnd(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicodeTranslateError_GetObject(PyObject *a) { return pyferry_python_.p_PyUnicodeTranslateError_GetObject(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicodeTranslateError_GetReason(PyObject *a) { return pyferry_python_.p_PyUnicodeTranslateError_GetReason(a); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeTranslateError_GetStart(PyObject *a, Py_ssize_t *b) { return pyferry_python_.p_PyUnicodeTranslateError_GetStart(a, b); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeTranslateError_SetEnd(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PyUnicodeTranslateError_SetEnd(a, b); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeTranslateError_SetReason(PyObject *a, const char *b) { return pyferry_python_.p_PyUnicodeTranslateError_SetReason(a, b); }
/** 0; -1: an exception is set. */
static inline int PyUnicodeTranslateError_SetStart(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PyUnicodeTranslateError_SetStart(a, b); }
/** Replaces the reference at a; NULL there afterwards: an exception is set. */
static inline void PyUnicode_Append(PyObject **a, PyObject *b) { pyferry_python_.p_PyUnicode_Append(a, b); }
/** Replaces the reference at a, and steals one to b; NULL at a afterwards: an exception is set. */
static inline void PyUnicode_AppendAndDel(PyObject **a, PyObject *b) { pyferry_python_.p_PyUnicode_AppendAndDel(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_AsASCIIString(PyObject *a) { return pyferry_python_.p_PyUnicode_AsASCIIString(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_AsCharmapString(PyObject *a, PyObject *b) { return pyferry_python_.p_PyUnicode_AsCharmapString(a, b); }
/** A new reference; NULL: an exception is set. Until 3.14. */
static inline PyObject *PyUnicode_AsDecodedObject(PyObject *a, const char *b, const char *c) { return pyferry_python_.p_PyUnicode_AsDecodedObject(a, b, c); }
/** A new reference; NULL: an exception is set. Until 3.14. */
static inline PyObject *PyUnicode_AsDecodedUnicode(PyObject *a, const char *b, const char *c) { return pyferry_python_.p_PyUnicode_AsDecodedUnicode(a, b, c); }
/** A new reference; NULL: an exception is set. Until 3.14. */
static inline PyObject *PyUnicode_AsEncodedObject(PyObject *a, const char *b, const char *c) { return pyferry_python_.p_PyUnicode_AsEncodedObject(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_AsEncodedString(PyObject *a, const char *b, const char *c) { return pyferry_python_.p_PyUnicode_AsEncodedString(a, b, c); }
/** A new reference; NULL: an exception is set. Until 3.14. */
static inline PyObject *PyUnicode_AsEncodedUnicode(PyObject *a, const char *b, const char *c) { return pyferry_python_.p_PyUnicode_AsEncodedUnicode(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_AsLatin1String(PyObject *a) { return pyferry_python_.p_PyUnicode_AsLatin1String(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_AsRawUnicodeEscapeString(PyObject *a) { return pyferry_python_.p_PyUnicode_AsRawUnicodeEscapeString(a); }
/** NULL: an exception is set. */
static inline Py_UCS4 *PyUnicode_AsUCS4(PyObject *a, Py_UCS4 *b, Py_ssize_t c, int d) { return pyferry_python_.p_PyUnicode_AsUCS4(a, b, c, d); }
/** To be freed with PyMem_Free; NULL: an exception is set. */
static inline Py_UCS4 *PyUnicode_AsUCS4Copy(PyObject *a) { return pyferry_python_.p_PyUnicode_AsUCS4Copy(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_AsUTF16String(PyObject *a) { return pyferry_python_.p_PyUnicode_AsUTF16String(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_AsUTF32String(PyObject *a) { return pyferry_python_.p_PyUnicode_AsUTF32String(a); }
/** As long as the object lives; NULL: an exception is set. Since 3.10. */
static inline const char *PyUnicode_AsUTF8AndSize(PyObject *a, Py_ssize_t *b) { return pyferry_python_.p_PyUnicode_AsUTF8AndSize(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_AsUTF8String(PyObject *a) { return pyferry_python_.p_PyUnicode_AsUTF8String(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_AsUnicodeEscapeString(PyObject *a) { return pyferry_python_.p_PyUnicode_AsUnicodeEscapeString(a); }
/** -1: an exception is set. */
static inline Py_ssize_t PyUnicode_AsWideChar(PyObject *a, wchar_t *b, Py_ssize_t c) { return pyferry_python_.p_PyUnicode_AsWideChar(a, b, c); }
/** To be freed with PyMem_Free; NULL: an exception is set. */
static inline wchar_t *PyUnicode_AsWideCharString(PyObject *a, Py_ssize_t *b) { return pyferry_python_.p_PyUnicode_AsWideCharString(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_BuildEncodingMap(PyObject *a) { return pyferry_python_.p_PyUnicode_BuildEncodingMap(a); }
/** -1, 0 or 1; -1 and PyErr_Occurred(): an exception is set. */
static inline int PyUnicode_Compare(PyObject *a, PyObject *b) { return pyferry_python_.p_PyUnicode_Compare(a, b); }
/** -1, 0 or 1; cannot fail. */
static inline int PyUnicode_CompareWithASCIIString(PyObject *a, const char *b) { return pyferry_python_.p_PyUnicode_CompareWithASCIIString(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_Concat(PyObject *a, PyObject *b) { return pyferry_python_.p_PyUnicode_Concat(a, b); }
/** 1 or 0; -1: an exception is set. */
static inline int PyUnicode_Contains(PyObject *a, PyObject *b) { return pyferry_python_.p_PyUnicode_Contains(a, b); }
/** -1: an exception is set. */
static inline Py_ssize_t PyUnicode_Count(PyObject *a, PyObject *b, Py_ssize_t c, Py_ssize_t d) { return pyferry_python_.p_PyUnicode_Count(a, b, c, d); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_Decode(const char *a, Py_ssize_t b, const char *c, const char *d) { return pyferry_python_.p_PyUnicode_Decode(a, b, c, d); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeASCII(const char *a, Py_ssize_t b, const char *c) { return pyferry_python_.p_PyUnicode_DecodeASCII(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeCharmap(const char *a, Py_ssize_t b, PyObject *c, const char *d) { return pyferry_python_.p_PyUnicode_DecodeCharmap(a, b, c, d); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeFSDefault(const char *a) { return pyferry_python_.p_PyUnicode_DecodeFSDefault(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeFSDefaultAndSize(const char *a, Py_ssize_t b) { return pyferry_python_.p_PyUnicode_DecodeFSDefaultAndSize(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeLatin1(const char *a, Py_ssize_t b, const char *c) { return pyferry_python_.p_PyUnicode_DecodeLatin1(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeLocale(const char *a, const char *b) { return pyferry_python_.p_PyUnicode_DecodeLocale(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeLocaleAndSize(const char *a, Py_ssize_t b, const char *c) { return pyferry_python_.p_PyUnicode_DecodeLocaleAndSize(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeRawUnicodeEscape(const char *a, Py_ssize_t b, const char *c) { return pyferry_python_.p_PyUnicode_DecodeRawUnicodeEscape(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeUTF16(const char *a, Py_ssize_t b, const char *c, int *d) { return pyferry_python_.p_PyUnicode_DecodeUTF16(a, b, c, d); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeUTF16Stateful(const char *a, Py_ssize_t b, const char *c, int *d, Py_ssize_t *e) { return pyferry_python_.p_PyUnicode_DecodeUTF16Stateful(a, b, c, d, e); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeUTF32(const char *a, Py_ssize_t b, const char *c, int *d) { return pyferry_python_.p_PyUnicode_DecodeUTF32(a, b, c, d); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeUTF32Stateful(const char *a, Py_ssize_t b, const char *c, int *d, Py_ssize_t *e) { return pyferry_python_.p_PyUnicode_DecodeUTF32Stateful(a, b, c, d, e); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeUTF7(const char *a, Py_ssize_t b, const char *c) { return pyferry_python_.p_PyUnicode_DecodeUTF7(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeUTF7Stateful(const char *a, Py_ssize_t b, const char *c, Py_ssize_t *d) { return pyferry_python_.p_PyUnicode_DecodeUTF7Stateful(a, b, c, d); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeUTF8(const char *a, Py_ssize_t b, const char *c) { return pyferry_python_.p_PyUnicode_DecodeUTF8(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeUTF8Stateful(const char *a, Py_ssize_t b, const char *c, Py_ssize_t *d) { return pyferry_python_.p_PyUnicode_DecodeUTF8Stateful(a, b, c, d); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_DecodeUnicodeEscape(const char *a, Py_ssize_t b, const char *c) { return pyferry_python_.p_PyUnicode_DecodeUnicodeEscape(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_EncodeFSDefault(PyObject *a) { return pyferry_python_.p_PyUnicode_EncodeFSDefault(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_EncodeLocale(PyObject *a, const char *b) { return pyferry_python_.p_PyUnicode_EncodeLocale(a, b); }
/** 1 or 0; -1: an exception is set. Since 3.14. */
static inline int PyUnicode_Equal(PyObject *a, PyObject *b) { return pyferry_python_.p_PyUnicode_Equal(a, b); }
/** 1 or 0; cannot fail. Since 3.13. */
static inline int PyUnicode_EqualToUTF8(PyObject *a, const char *b) { return pyferry_python_.p_PyUnicode_EqualToUTF8(a, b); }
/** 1 or 0; cannot fail. Since 3.13. */
static inline int PyUnicode_EqualToUTF8AndSize(PyObject *a, const char *b, Py_ssize_t c) { return pyferry_python_.p_PyUnicode_EqualToUTF8AndSize(a, b, c); }
/** For "O&" formats: gives a new reference at b, and returns not 0; 0: an exception is set. */
static inline int PyUnicode_FSConverter(PyObject *a, void *b) { return pyferry_python_.p_PyUnicode_FSConverter(a, b); }
/** For "O&" formats: gives a new reference at b, and returns not 0; 0: an exception is set. */
static inline int PyUnicode_FSDecoder(PyObject *a, void *b) { return pyferry_python_.p_PyUnicode_FSDecoder(a, b); }
/** -1: not found; -2: an exception is set. */
static inline Py_ssize_t PyUnicode_Find(PyObject *a, PyObject *b, Py_ssize_t c, Py_ssize_t d, int e) { return pyferry_python_.p_PyUnicode_Find(a, b, c, d, e); }
/** -1: not found; -2: an exception is set. */
static inline Py_ssize_t PyUnicode_FindChar(PyObject *a, Py_UCS4 b, Py_ssize_t c, Py_ssize_t d, int e) { return pyferry_python_.p_PyUnicode_FindChar(a, b, c, d, e); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_Format(PyObject *a, PyObject *b) { return pyferry_python_.p_PyUnicode_Format(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_FromEncodedObject(PyObject *a, const char *b, const char *c) { return pyferry_python_.p_PyUnicode_FromEncodedObject(a, b, c); }
/** A new reference; NULL: an exception is set. */
#define PyUnicode_FromFormat (*pyferry_python_.p_PyUnicode_FromFormat)
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_FromFormatV(const char *a, va_list b) { return pyferry_python_.p_PyUnicode_FromFormatV(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_FromObject(PyObject *a) { return pyferry_python_.p_PyUnicode_FromObject(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_FromOrdinal(int a) { return pyferry_python_.p_PyUnicode_FromOrdinal(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_FromString(const char *a) { return pyferry_python_.p_PyUnicode_FromString(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_FromStringAndSize(const char *a, Py_ssize_t b) { return pyferry_python_.p_PyUnicode_FromStringAndSize(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_FromWideChar(const wchar_t *a, Py_ssize_t b) { return pyferry_python_.p_PyUnicode_FromWideChar(a, b); }
/** A string that lasts as long as the process. */
static inline const char *PyUnicode_GetDefaultEncoding(void) { return pyferry_python_.p_PyUnicode_GetDefaultEncoding(); }
/** -1: an exception is set. */
static inline Py_ssize_t PyUnicode_GetLength(PyObject *a) { return pyferry_python_.p_PyUnicode_GetLength(a); }
/** -1: an exception is set. Until 3.11. */
static inline Py_ssize_t PyUnicode_GetSize(PyObject *a) { return pyferry_python_.p_PyUnicode_GetSize(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_InternFromString(const char *a) { return pyferry_python_.p_PyUnicode_InternFromString(a); }
/** Replaces the reference at a by one to its interned equal. Until 3.11. */
static inline void PyUnicode_InternImmortal(PyObject **a) { pyferry_python_.p_PyUnicode_InternImmortal(a); }
/** Replaces the reference at a by one to its interned equal. */
static inline void PyUnicode_InternInPlace(PyObject **a) { pyferry_python_.p_PyUnicode_InternInPlace(a); }
/** 1 or 0; cannot fail. */
static inline int PyUnicode_IsIdentifier(PyObject *a) { return pyferry_python_.p_PyUnicode_IsIdentifier(a); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_Join(PyObject *a, PyObject *b) { return pyferry_python_.p_PyUnicode_Join(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_Partition(PyObject *a, PyObject *b) { return pyferry_python_.p_PyUnicode_Partition(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_RPartition(PyObject *a, PyObject *b) { return pyferry_python_.p_PyUnicode_RPartition(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_RSplit(PyObject *a, PyObject *b, Py_ssize_t c) { return pyferry_python_.p_PyUnicode_RSplit(a, b, c); }
/** (type)-1 and PyErr_Occurred(): an exception is set. */
static inline Py_UCS4 PyUnicode_ReadChar(PyObject *a, Py_ssize_t b) { return pyferry_python_.p_PyUnicode_ReadChar(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_Replace(PyObject *a, PyObject *b, PyObject *c, Py_ssize_t d) { return pyferry_python_.p_PyUnicode_Replace(a, b, c, d); }
/** 0, and the reference at a is replaced; -1: an exception is set. */
static inline int PyUnicode_Resize(PyObject **a, Py_ssize_t b) { return pyferry_python_.p_PyUnicode_Resize(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_RichCompare(PyObject *a, PyObject *b, int c) { return pyferry_python_.p_PyUnicode_RichCompare(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_Split(PyObject *a, PyObject *b, Py_ssize_t c) { return pyferry_python_.p_PyUnicode_Split(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_Splitlines(PyObject *a, int b) { return pyferry_python_.p_PyUnicode_Splitlines(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_Substring(PyObject *a, Py_ssize_t b, Py_ssize_t c) { return pyferry_python_.p_PyUnicode_Substring(a, b, c); }
/** 1 or 0; -1: an exception is set. */
static inline Py_ssize_t PyUnicode_Tailmatch(PyObject *a, PyObject *b, Py_ssize_t c, Py_ssize_t d, int e) { return pyferry_python_.p_PyUnicode_Tailmatch(a, b, c, d, e); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyUnicode_Translate(PyObject *a, PyObject *b, const char *c) { return pyferry_python_.p_PyUnicode_Translate(a, b, c); }
/** 0; -1: an exception is set. */
static inline int PyUnicode_WriteChar(PyObject *a, Py_ssize_t b, Py_UCS4 c) { return pyferry_python_.p_PyUnicode_WriteChar(a, b, c); }
/** A new reference; NULL: an exception is set. Since 3.12. */
static inline PyObject *PyVectorcall_Call(PyObject *a, PyObject *b, PyObject *c) { return pyferry_python_.p_PyVectorcall_Call(a, b, c); }
/** A borrowed reference, Py_None where the object is gone; NULL: an exception is set. Until 3.14. */
static inline PyObject *PyWeakref_GetObject(PyObject *a) { return pyferry_python_.p_PyWeakref_GetObject(a); }
/** 1, and a new reference at b; 0: there is none, and NULL; -1: an exception is set, and NULL. Since 3.13. */
static inline int PyWeakref_GetRef(PyObject *a, PyObject **b) { return pyferry_python_.p_PyWeakref_GetRef(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyWeakref_NewProxy(PyObject *a, PyObject *b) { return pyferry_python_.p_PyWeakref_NewProxy(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyWeakref_NewRef(PyObject *a, PyObject *b) { return pyferry_python_.p_PyWeakref_NewRef(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *PyWrapper_New(PyObject *a, PyObject *b) { return pyferry_python_.p_PyWrapper_New(a, b); }
/** 0; -1: no more can be had, and no exception is set. Any thread, attached or not. */
static inline int Py_AddPendingCall(int (*a)(void *), void *b) { return pyferry_python_.p_Py_AddPendingCall(a, b); }
/** 0; -1: no more can be had, and no exception is set. Called when Python is gone; pyferry_at_end's while it is whole. */
static inline int Py_AtExit(void (*a)(void)) { return pyferry_python_.p_Py_AtExit(a); }
/** A new reference; NULL: an exception is set. */
#define Py_BuildValue (*pyferry_python_.p_Py_BuildValue)
/** The exit status. */
static inline int Py_BytesMain(int a, char **b) { return pyferry_python_.p_Py_BytesMain(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *Py_CompileString(const char *a, const char *b, int c) { return pyferry_python_.p_Py_CompileString(a, b, c); }
/** May run Python code of any kind, where it was the last reference. */
static inline void Py_DecRef(PyObject *a) { pyferry_python_.p_Py_DecRef(a); }
/** To be freed with PyMem_RawFree; NULL: no memory, or not to be decoded, with no exception set. */
static inline wchar_t *Py_DecodeLocale(const char *a, size_t *b) { return pyferry_python_.p_Py_DecodeLocale(a, b); }
/** To be freed with PyMem_Free; NULL: no memory, or not to be encoded, with no exception set. */
static inline char *Py_EncodeLocale(const wchar_t *a, size_t *b) { return pyferry_python_.p_Py_EncodeLocale(a, b); }
/** Ends the interpreter of the state that is attached; none is then. Waits for pyferry's threads. Prefer pyferry_interpreter_end. */
static inline void Py_EndInterpreter(PyThreadState *a) { pyferry_python_.p_Py_EndInterpreter(a); }
/** 0; else an exception is set. */
static inline int Py_EnterRecursiveCall(const char *a) { return pyferry_python_.p_Py_EnterRecursiveCall(a); }
/** Finalises Python, which waits for pyferry's threads, and ends the process. */
static inline void Py_Exit(int a) { pyferry_python_.p_Py_Exit(a); }
/** Ends the process at once, with the traceback of all threads. */
static inline void Py_FatalError(const char *a) { pyferry_python_.p_Py_FatalError(a); }
/** On the thread that initialised Python. Waits for pyferry's threads. */
static inline void Py_Finalize(void) { pyferry_python_.p_Py_Finalize(); }
/** 0; -1: an error while it ended. No exception is set. Waits for pyferry's threads. On the thread that initialised Python. */
static inline int Py_FinalizeEx(void) { return pyferry_python_.p_Py_FinalizeEx(); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *Py_GenericAlias(PyObject *a, PyObject *b) { return pyferry_python_.p_Py_GenericAlias(a, b); }
/** A string that lasts as long as the process. */
static inline const char *Py_GetBuildInfo(void) { return pyferry_python_.p_Py_GetBuildInfo(); }
/** A string that lasts as long as the process. */
static inline const char *Py_GetCompiler(void) { return pyferry_python_.p_Py_GetCompiler(); }
/** A new reference; NULL: an exception is set. Since 3.13. */
static inline PyObject *Py_GetConstant(unsigned int a) { return pyferry_python_.p_Py_GetConstant(a); }
/** A borrowed reference; NULL: an exception is set. Since 3.13. */
static inline PyObject *Py_GetConstantBorrowed(unsigned int a) { return pyferry_python_.p_Py_GetConstantBorrowed(a); }
/** A string that lasts as long as the process. */
static inline const char *Py_GetCopyright(void) { return pyferry_python_.p_Py_GetCopyright(); }
/** As long as Python runs; NULL before it does. Until 3.14. */
static inline wchar_t *Py_GetExecPrefix(void) { return pyferry_python_.p_Py_GetExecPrefix(); }
/** As long as Python runs; NULL before it does. Until 3.14. */
static inline wchar_t *Py_GetPath(void) { return pyferry_python_.p_Py_GetPath(); }
/** A string that lasts as long as the process. */
static inline const char *Py_GetPlatform(void) { return pyferry_python_.p_Py_GetPlatform(); }
/** As long as Python runs; NULL before it does. Until 3.14. */
static inline wchar_t *Py_GetPrefix(void) { return pyferry_python_.p_Py_GetPrefix(); }
/** As long as Python runs; NULL before it does. Until 3.14. */
static inline wchar_t *Py_GetProgramFullPath(void) { return pyferry_python_.p_Py_GetProgramFullPath(); }
/** As long as Python runs; NULL before it does. Until 3.14. */
static inline wchar_t *Py_GetProgramName(void) { return pyferry_python_.p_Py_GetProgramName(); }
/** As long as Python runs; NULL before it does. Until 3.14. */
static inline wchar_t *Py_GetPythonHome(void) { return pyferry_python_.p_Py_GetPythonHome(); }
/** A number; cannot fail. */
static inline int Py_GetRecursionLimit(void) { return pyferry_python_.p_Py_GetRecursionLimit(); }
/** A string that lasts as long as the process. */
static inline const char *Py_GetVersion(void) { return pyferry_python_.p_Py_GetVersion(); }
/** Cannot fail. */
static inline void Py_IncRef(PyObject *a) { pyferry_python_.p_Py_IncRef(a); }
/** Where it fails, that is a fatal error: prefer pyferry_runtime_start. */
static inline void Py_Initialize(void) { pyferry_python_.p_Py_Initialize(); }
/** Where it fails, that is a fatal error: prefer pyferry_runtime_start. */
static inline void Py_InitializeEx(int a) { pyferry_python_.p_Py_InitializeEx(a); }
/** 1 or 0; cannot fail. Since 3.13. */
static inline int Py_IsFinalizing(void) { return pyferry_python_.p_Py_IsFinalizing(); }
/** 1 or 0; cannot fail. */
static inline int Py_IsInitialized(void) { return pyferry_python_.p_Py_IsInitialized(); }
/** Cannot fail. */
static inline void Py_LeaveRecursiveCall(void) { pyferry_python_.p_Py_LeaveRecursiveCall(); }
/** The exit status. */
static inline int Py_Main(int a, wchar_t **b) { return pyferry_python_.p_Py_Main(a, b); }
/** 0; -1: an exception is set. */
static inline int Py_MakePendingCalls(void) { return pyferry_python_.p_Py_MakePendingCalls(); }
/** Its state, attached; NULL: it could not be made, and no exception is set. Prefer pyferry_interpreter_new. */
static inline PyThreadState *Py_NewInterpreter(void) { return pyferry_python_.p_Py_NewInterpreter(); }
/** A number; cannot fail. Since 3.14. */
static inline uint32_t Py_PACK_FULL_VERSION(int a, int b, int c, int d, int e) { return pyferry_python_.p_Py_PACK_FULL_VERSION(a, b, c, d, e); }
/** A number; cannot fail. Since 3.14. */
static inline uint32_t Py_PACK_VERSION(int a, int b) { return pyferry_python_.p_Py_PACK_VERSION(a, b); }
/** 0; 1: it is being shown already; -1: an exception is set. */
static inline int Py_ReprEnter(PyObject *a) { return pyferry_python_.p_Py_ReprEnter(a); }
/** Cannot fail. */
static inline void Py_ReprLeave(PyObject *a) { pyferry_python_.p_Py_ReprLeave(a); }
/** Cannot fail. Until 3.12. */
static inline void Py_SetPath(const wchar_t *a) { pyferry_python_.p_Py_SetPath(a); }
/** Cannot fail. */
static inline void Py_SetProgramName(const wchar_t *a) { pyferry_python_.p_Py_SetProgramName(a); }
/** Cannot fail. */
static inline void Py_SetPythonHome(const wchar_t *a) { pyferry_python_.p_Py_SetPythonHome(a); }
/** Cannot fail. */
static inline void Py_SetRecursionLimit(int a) { pyferry_python_.p_Py_SetRecursionLimit(a); }
/** NULL: an exception is set. Until 3.9. */
static inline struct symtable *Py_SymtableString(const char *a, const char *b, int c) { return pyferry_python_.p_Py_SymtableString(a, b, c); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *Py_VaBuildValue(const char *a, va_list b) { return pyferry_python_.p_Py_VaBuildValue(a, b); }
/** Sets an exception. */
static inline void _PyErr_BadInternalCall(const char *a, int b) { pyferry_python_.p__PyErr_BadInternalCall(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *_PyObject_GC_New(PyTypeObject *a) { return pyferry_python_.p__PyObject_GC_New(a); }
/** A new reference; NULL: an exception is set. */
static inline PyVarObject *_PyObject_GC_NewVar(PyTypeObject *a, Py_ssize_t b) { return pyferry_python_.p__PyObject_GC_NewVar(a, b); }
/** Replaces a; NULL: an exception is set, and a is as it was. */
static inline PyVarObject *_PyObject_GC_Resize(PyVarObject *a, Py_ssize_t b) { return pyferry_python_.p__PyObject_GC_Resize(a, b); }
/** A new reference; NULL: an exception is set. */
static inline PyObject *_PyObject_New(PyTypeObject *a) { return pyferry_python_.p__PyObject_New(a); }
/** A new reference; NULL: an exception is set. */
static inline PyVarObject *_PyObject_NewVar(PyTypeObject *a, Py_ssize_t b) { return pyferry_python_.p__PyObject_NewVar(a, b); }
/** Cannot fail. */
static inline void _Py_Dealloc(PyObject *a) { pyferry_python_.p__Py_Dealloc(a); }
/** May run Python code of any kind, where it was the last reference. Since 3.10. */
static inline void _Py_DecRef(PyObject *a) { pyferry_python_.p__Py_DecRef(a); }
/** Cannot fail. Since 3.10. */
static inline void _Py_IncRef(PyObject *a) { pyferry_python_.p__Py_IncRef(a); }

/* ---- Variables ---- */

#define PyBaseObject_Type (*pyferry_python_.p_PyBaseObject_Type)
#define PyBool_Type (*pyferry_python_.p_PyBool_Type)
#define PyByteArrayIter_Type (*pyferry_python_.p_PyByteArrayIter_Type)
#define PyByteArray_Type (*pyferry_python_.p_PyByteArray_Type)
#define PyBytesIter_Type (*pyferry_python_.p_PyBytesIter_Type)
#define PyBytes_Type (*pyferry_python_.p_PyBytes_Type)
#define PyCFunction_Type (*pyferry_python_.p_PyCFunction_Type)
#define PyCallIter_Type (*pyferry_python_.p_PyCallIter_Type)
#define PyCapsule_Type (*pyferry_python_.p_PyCapsule_Type)
#define PyClassMethodDescr_Type (*pyferry_python_.p_PyClassMethodDescr_Type)
#define PyComplex_Type (*pyferry_python_.p_PyComplex_Type)
#define PyDictItems_Type (*pyferry_python_.p_PyDictItems_Type)
#define PyDictIterItem_Type (*pyferry_python_.p_PyDictIterItem_Type)
#define PyDictIterKey_Type (*pyferry_python_.p_PyDictIterKey_Type)
#define PyDictIterValue_Type (*pyferry_python_.p_PyDictIterValue_Type)
#define PyDictKeys_Type (*pyferry_python_.p_PyDictKeys_Type)
#define PyDictProxy_Type (*pyferry_python_.p_PyDictProxy_Type)
#define PyDictRevIterItem_Type (*pyferry_python_.p_PyDictRevIterItem_Type)
#define PyDictRevIterKey_Type (*pyferry_python_.p_PyDictRevIterKey_Type)
#define PyDictRevIterValue_Type (*pyferry_python_.p_PyDictRevIterValue_Type)
#define PyDictValues_Type (*pyferry_python_.p_PyDictValues_Type)
#define PyDict_Type (*pyferry_python_.p_PyDict_Type)
#define PyEllipsis_Type (*pyferry_python_.p_PyEllipsis_Type)
#define PyEnum_Type (*pyferry_python_.p_PyEnum_Type)
#define PyExc_ArithmeticError (*pyferry_python_.p_PyExc_ArithmeticError)
#define PyExc_AssertionError (*pyferry_python_.p_PyExc_AssertionError)
#define PyExc_AttributeError (*pyferry_python_.p_PyExc_AttributeError)
#define PyExc_BaseException (*pyferry_python_.p_PyExc_BaseException)
#define PyExc_BaseExceptionGroup (*pyferry_python_.p_PyExc_BaseExceptionGroup)
#define PyExc_BlockingIOError (*pyferry_python_.p_PyExc_BlockingIOError)
#define PyExc_BrokenPipeError (*pyferry_python_.p_PyExc_BrokenPipeError)
#define PyExc_BufferError (*pyferry_python_.p_PyExc_BufferError)
#define PyExc_BytesWarning (*pyferry_python_.p_PyExc_BytesWarning)
#define PyExc_ChildProcessError (*pyferry_python_.p_PyExc_ChildProcessError)
#define PyExc_ConnectionAbortedError (*pyferry_python_.p_PyExc_ConnectionAbortedError)
#define PyExc_ConnectionError (*pyferry_python_.p_PyExc_ConnectionError)
#define PyExc_ConnectionRefusedError (*pyferry_python_.p_PyExc_ConnectionRefusedError)
#define PyExc_ConnectionResetError (*pyferry_python_.p_PyExc_ConnectionResetError)
#define PyExc_DeprecationWarning (*pyferry_python_.p_PyExc_DeprecationWarning)
#define PyExc_EOFError (*pyferry_python_.p_PyExc_EOFError)
#define PyExc_EncodingWarning (*pyferry_python_.p_PyExc_EncodingWarning)
#define PyExc_EnvironmentError (*pyferry_python_.p_PyExc_EnvironmentError)
#define PyExc_Exception (*pyferry_python_.p_PyExc_Exception)
#define PyExc_FileExistsError (*pyferry_python_.p_PyExc_FileExistsError)
#define PyExc_FileNotFoundError (*pyferry_python_.p_PyExc_FileNotFoundError)
#define PyExc_FloatingPointError (*pyferry_python_.p_PyExc_FloatingPointError)
#define PyExc_FutureWarning (*pyferry_python_.p_PyExc_FutureWarning)
#define PyExc_GeneratorExit (*pyferry_python_.p_PyExc_GeneratorExit)
#define PyExc_IOError (*pyferry_python_.p_PyExc_IOError)
#define PyExc_ImportError (*pyferry_python_.p_PyExc_ImportError)
#define PyExc_ImportWarning (*pyferry_python_.p_PyExc_ImportWarning)
#define PyExc_IndentationError (*pyferry_python_.p_PyExc_IndentationError)
#define PyExc_IndexError (*pyferry_python_.p_PyExc_IndexError)
#define PyExc_InterruptedError (*pyferry_python_.p_PyExc_InterruptedError)
#define PyExc_IsADirectoryError (*pyferry_python_.p_PyExc_IsADirectoryError)
#define PyExc_KeyError (*pyferry_python_.p_PyExc_KeyError)
#define PyExc_KeyboardInterrupt (*pyferry_python_.p_PyExc_KeyboardInterrupt)
#define PyExc_LookupError (*pyferry_python_.p_PyExc_LookupError)
#define PyExc_MemoryError (*pyferry_python_.p_PyExc_MemoryError)
#define PyExc_ModuleNotFoundError (*pyferry_python_.p_PyExc_ModuleNotFoundError)
#define PyExc_NameError (*pyferry_python_.p_PyExc_NameError)
#define PyExc_NotADirectoryError (*pyferry_python_.p_PyExc_NotADirectoryError)
#define PyExc_NotImplementedError (*pyferry_python_.p_PyExc_NotImplementedError)
#define PyExc_OSError (*pyferry_python_.p_PyExc_OSError)
#define PyExc_OverflowError (*pyferry_python_.p_PyExc_OverflowError)
#define PyExc_PendingDeprecationWarning (*pyferry_python_.p_PyExc_PendingDeprecationWarning)
#define PyExc_PermissionError (*pyferry_python_.p_PyExc_PermissionError)
#define PyExc_ProcessLookupError (*pyferry_python_.p_PyExc_ProcessLookupError)
#define PyExc_RecursionError (*pyferry_python_.p_PyExc_RecursionError)
#define PyExc_ReferenceError (*pyferry_python_.p_PyExc_ReferenceError)
#define PyExc_ResourceWarning (*pyferry_python_.p_PyExc_ResourceWarning)
#define PyExc_RuntimeError (*pyferry_python_.p_PyExc_RuntimeError)
#define PyExc_RuntimeWarning (*pyferry_python_.p_PyExc_RuntimeWarning)
#define PyExc_StopAsyncIteration (*pyferry_python_.p_PyExc_StopAsyncIteration)
#define PyExc_StopIteration (*pyferry_python_.p_PyExc_StopIteration)
#define PyExc_SyntaxError (*pyferry_python_.p_PyExc_SyntaxError)
#define PyExc_SyntaxWarning (*pyferry_python_.p_PyExc_SyntaxWarning)
#define PyExc_SystemError (*pyferry_python_.p_PyExc_SystemError)
#define PyExc_SystemExit (*pyferry_python_.p_PyExc_SystemExit)
#define PyExc_TabError (*pyferry_python_.p_PyExc_TabError)
#define PyExc_TimeoutError (*pyferry_python_.p_PyExc_TimeoutError)
#define PyExc_TypeError (*pyferry_python_.p_PyExc_TypeError)
#define PyExc_UnboundLocalError (*pyferry_python_.p_PyExc_UnboundLocalError)
#define PyExc_UnicodeDecodeError (*pyferry_python_.p_PyExc_UnicodeDecodeError)
#define PyExc_UnicodeEncodeError (*pyferry_python_.p_PyExc_UnicodeEncodeError)
#define PyExc_UnicodeError (*pyferry_python_.p_PyExc_UnicodeError)
#define PyExc_UnicodeTranslateError (*pyferry_python_.p_PyExc_UnicodeTranslateError)
#define PyExc_UnicodeWarning (*pyferry_python_.p_PyExc_UnicodeWarning)
#define PyExc_UserWarning (*pyferry_python_.p_PyExc_UserWarning)
#define PyExc_ValueError (*pyferry_python_.p_PyExc_ValueError)
#define PyExc_Warning (*pyferry_python_.p_PyExc_Warning)
#define PyExc_ZeroDivisionError (*pyferry_python_.p_PyExc_ZeroDivisionError)
#define PyFilter_Type (*pyferry_python_.p_PyFilter_Type)
#define PyFloat_Type (*pyferry_python_.p_PyFloat_Type)
#define PyFrozenSet_Type (*pyferry_python_.p_PyFrozenSet_Type)
#define PyGetSetDescr_Type (*pyferry_python_.p_PyGetSetDescr_Type)
#define PyListIter_Type (*pyferry_python_.p_PyListIter_Type)
#define PyListRevIter_Type (*pyferry_python_.p_PyListRevIter_Type)
#define PyList_Type (*pyferry_python_.p_PyList_Type)
#define PyLongRangeIter_Type (*pyferry_python_.p_PyLongRangeIter_Type)
#define PyLong_Type (*pyferry_python_.p_PyLong_Type)
#define PyMap_Type (*pyferry_python_.p_PyMap_Type)
#define PyMemberDescr_Type (*pyferry_python_.p_PyMemberDescr_Type)
#define PyMemoryView_Type (*pyferry_python_.p_PyMemoryView_Type)
#define PyMethodDescr_Type (*pyferry_python_.p_PyMethodDescr_Type)
#define PyModuleDef_Type (*pyferry_python_.p_PyModuleDef_Type)
#define PyModule_Type (*pyferry_python_.p_PyModule_Type)
#define PyOS_InputHook (*pyferry_python_.p_PyOS_InputHook)
#define PyProperty_Type (*pyferry_python_.p_PyProperty_Type)
#define PyRangeIter_Type (*pyferry_python_.p_PyRangeIter_Type)
#define PyRange_Type (*pyferry_python_.p_PyRange_Type)
#define PyReversed_Type (*pyferry_python_.p_PyReversed_Type)
#define PySeqIter_Type (*pyferry_python_.p_PySeqIter_Type)
#define PySetIter_Type (*pyferry_python_.p_PySetIter_Type)
#define PySet_Type (*pyferry_python_.p_PySet_Type)
#define PySlice_Type (*pyferry_python_.p_PySlice_Type)
#define PyStructSequence_UnnamedField (*pyferry_python_.p_PyStructSequence_UnnamedField)
#define PySuper_Type (*pyferry_python_.p_PySuper_Type)
#define PyTraceBack_Type (*pyferry_python_.p_PyTraceBack_Type)
#define PyTupleIter_Type (*pyferry_python_.p_PyTupleIter_Type)
#define PyTuple_Type (*pyferry_python_.p_PyTuple_Type)
#define PyType_Type (*pyferry_python_.p_PyType_Type)
#define PyUnicodeIter_Type (*pyferry_python_.p_PyUnicodeIter_Type)
#define PyUnicode_Type (*pyferry_python_.p_PyUnicode_Type)
#define PyWrapperDescr_Type (*pyferry_python_.p_PyWrapperDescr_Type)
#define PyZip_Type (*pyferry_python_.p_PyZip_Type)
#define Py_FileSystemDefaultEncodeErrors (*pyferry_python_.p_Py_FileSystemDefaultEncodeErrors)
#define Py_FileSystemDefaultEncoding (*pyferry_python_.p_Py_FileSystemDefaultEncoding)
#define Py_GenericAliasType (*pyferry_python_.p_Py_GenericAliasType)
#define Py_HasFileSystemDefaultEncoding (*pyferry_python_.p_Py_HasFileSystemDefaultEncoding)
#define Py_UTF8Mode (*pyferry_python_.p_Py_UTF8Mode)
#define Py_Version (*pyferry_python_.p_Py_Version)
#define _PyWeakref_CallableProxyType (*pyferry_python_.p__PyWeakref_CallableProxyType)
#define _PyWeakref_ProxyType (*pyferry_python_.p__PyWeakref_ProxyType)
#define _PyWeakref_RefType (*pyferry_python_.p__PyWeakref_RefType)
#define _Py_EllipsisObject (*pyferry_python_.p__Py_EllipsisObject)
#define _Py_FalseStruct (*pyferry_python_.p__Py_FalseStruct)
#define _Py_NoneStruct (*pyferry_python_.p__Py_NoneStruct)
#define _Py_NotImplementedStruct (*pyferry_python_.p__Py_NotImplementedStruct)
#define _Py_TrueStruct (*pyferry_python_.p__Py_TrueStruct)

/* ---- What Python.h has macros and inline functions for ---- */

#define Py_None ((PyObject *)pyferry_python_.p__Py_NoneStruct)
#define Py_True ((PyObject *)pyferry_python_.p__Py_TrueStruct)
#define Py_False ((PyObject *)pyferry_python_.p__Py_FalseStruct)
#define Py_NotImplemented ((PyObject *)pyferry_python_.p__Py_NotImplementedStruct)
#define Py_Ellipsis ((PyObject *)pyferry_python_.p__Py_EllipsisObject)

static inline int Py_Is(PyObject *a, PyObject *b) { return a == b; }
static inline int Py_IsNone(PyObject *a) { return a == Py_None; }
static inline int Py_IsTrue(PyObject *a) { return a == Py_True; }
static inline int Py_IsFalse(PyObject *a) { return a == Py_False; }

#define PYFERRY_PYTHON_OBJECT_(a) ((PyObject *)(a))
#define _PyObject_CAST(a) PYFERRY_PYTHON_OBJECT_(a)

/* Takes a reference, and gives one back; of NULL too with an X. The last one that goes may run Python code of any kind. */
static inline void Py_INCREF(PyObject *a) { pyferry_python_.p_Py_IncRef(a); }
static inline void Py_DECREF(PyObject *a) { pyferry_python_.p_Py_DecRef(a); }
static inline void Py_XINCREF(PyObject *a) { pyferry_python_.p_Py_IncRef(a); }
static inline void Py_XDECREF(PyObject *a) { pyferry_python_.p_Py_DecRef(a); }
/* A new reference to the same object. */
static inline PyObject *Py_NewRef(PyObject *a) {
    pyferry_python_.p_Py_IncRef(a);
    return a;
}
static inline PyObject *Py_XNewRef(PyObject *a) {
    pyferry_python_.p_Py_IncRef(a);
    return a;
}
/* First the variable, then the object: its end may run code that looks at the variable. */
static inline void pyferry_python_exchange_(void *place, PyObject *other) {
    PyObject *before;
    memcpy(&before, place, sizeof before);
    memcpy(place, &other, sizeof other);
    pyferry_python_.p_Py_DecRef(before);
}
#define Py_CLEAR(place) pyferry_python_exchange_(&(place), NULL)
#define Py_SETREF(place, other) pyferry_python_exchange_(&(place), PYFERRY_PYTHON_OBJECT_(other))
#define Py_XSETREF(place, other) pyferry_python_exchange_(&(place), PYFERRY_PYTHON_OBJECT_(other))

/* 3.11 and later say it; what came before counts as 3.9 here. */
static inline unsigned long pyferry_python_version_(void) {
    return pyferry_python_.p_Py_Version != NULL ? *pyferry_python_.p_Py_Version : 0x03090000UL;
}
static inline int pyferry_python_free_threaded_(void) {
    return strstr(pyferry_python_.p_Py_GetVersion(), "free-threading build") != NULL;
}
/* sizeof(PyObject) */
static inline size_t pyferry_python_head_(void) {
    return pyferry_python_free_threaded_() ? 32 : 16;
}

static inline PyTypeObject *Py_TYPE(PyObject *a) {
    PyObject *type;
    if (pyferry_python_.p_Py_TYPE != NULL) return pyferry_python_.p_Py_TYPE(a);
    type = pyferry_python_.p_PyObject_Type(a);
    pyferry_python_.p_Py_DecRef(type); /* the object keeps it */
    return (PyTypeObject *)type;
}
static inline int Py_IS_TYPE(PyObject *a, PyTypeObject *b) { return Py_TYPE(a) == b; }
static inline Py_ssize_t Py_REFCNT(PyObject *a) {
    const char *head = (const char *)a;
    uint32_t local;
    Py_ssize_t count;
    if (pyferry_python_.p_Py_REFCNT != NULL) return pyferry_python_.p_Py_REFCNT(a);
    if (!pyferry_python_free_threaded_()) {
        memcpy(&count, head, sizeof count);
        return count;
    }
    /* 3.13t: the owner's count, and that of all others, shifted by two flags */
    memcpy(&local, head + 12, sizeof local);
    if (local == UINT32_MAX) return UINT32_MAX;
    memcpy(&count, head + 16, sizeof count);
    return (Py_ssize_t)local + (count >> 2);
}
/* Of what is made by PyObject_NewVar and the like, lists and tuples; not of integers. */
static inline Py_ssize_t Py_SIZE(PyObject *a) {
    Py_ssize_t size;
    memcpy(&size, (const char *)a + pyferry_python_head_(), sizeof size);
    return size;
}

static inline int PyType_HasFeature(PyTypeObject *a, unsigned long b) {
    return (pyferry_python_.p_PyType_GetFlags(a) & b) != 0;
}
static inline int PyType_FastSubclass(PyTypeObject *a, unsigned long b) { return PyType_HasFeature(a, b); }
static inline int PyType_IS_GC(PyTypeObject *a) { return PyType_HasFeature(a, Py_TPFLAGS_HAVE_GC); }
static inline int PyObject_TypeCheck(PyObject *a, PyTypeObject *b) {
    return Py_IS_TYPE(a, b) || pyferry_python_.p_PyType_IsSubtype(Py_TYPE(a), b);
}

#define PYFERRY_PYTHON_FLAG_CHECK_(name, flag) \
    static inline int name##_Check(PyObject *a) { return PyType_HasFeature(Py_TYPE(a), flag); }
#define PYFERRY_PYTHON_TYPE_CHECK_(name, type) \
    static inline int name##_Check(PyObject *a) { return PyObject_TypeCheck(a, pyferry_python_.p_##type); }
#define PYFERRY_PYTHON_FINAL_CHECK_(name, type) \
    static inline int name##_Check(PyObject *a) { return Py_IS_TYPE(a, pyferry_python_.p_##type); }
#define PYFERRY_PYTHON_EXACT_CHECK_(name, type) \
    static inline int name##_CheckExact(PyObject *a) { return Py_IS_TYPE(a, pyferry_python_.p_##type); }

PYFERRY_PYTHON_FLAG_CHECK_(PyLong, Py_TPFLAGS_LONG_SUBCLASS)
PYFERRY_PYTHON_FLAG_CHECK_(PyList, Py_TPFLAGS_LIST_SUBCLASS)
PYFERRY_PYTHON_FLAG_CHECK_(PyTuple, Py_TPFLAGS_TUPLE_SUBCLASS)
PYFERRY_PYTHON_FLAG_CHECK_(PyBytes, Py_TPFLAGS_BYTES_SUBCLASS)
PYFERRY_PYTHON_FLAG_CHECK_(PyUnicode, Py_TPFLAGS_UNICODE_SUBCLASS)
PYFERRY_PYTHON_FLAG_CHECK_(PyDict, Py_TPFLAGS_DICT_SUBCLASS)
PYFERRY_PYTHON_FLAG_CHECK_(PyType, Py_TPFLAGS_TYPE_SUBCLASS)
PYFERRY_PYTHON_FLAG_CHECK_(PyExceptionInstance, Py_TPFLAGS_BASE_EXC_SUBCLASS)
PYFERRY_PYTHON_TYPE_CHECK_(PyFloat, PyFloat_Type)
PYFERRY_PYTHON_TYPE_CHECK_(PyComplex, PyComplex_Type)
PYFERRY_PYTHON_TYPE_CHECK_(PyByteArray, PyByteArray_Type)
PYFERRY_PYTHON_TYPE_CHECK_(PyModule, PyModule_Type)
PYFERRY_PYTHON_TYPE_CHECK_(PyCFunction, PyCFunction_Type)
PYFERRY_PYTHON_TYPE_CHECK_(PySet, PySet_Type)
PYFERRY_PYTHON_TYPE_CHECK_(PyFrozenSet, PyFrozenSet_Type)
PYFERRY_PYTHON_TYPE_CHECK_(PyDictKeys, PyDictKeys_Type)
PYFERRY_PYTHON_TYPE_CHECK_(PyDictItems, PyDictItems_Type)
PYFERRY_PYTHON_TYPE_CHECK_(PyDictValues, PyDictValues_Type)
PYFERRY_PYTHON_FINAL_CHECK_(PyBool, PyBool_Type)
PYFERRY_PYTHON_FINAL_CHECK_(PyMemoryView, PyMemoryView_Type)
PYFERRY_PYTHON_FINAL_CHECK_(PySlice, PySlice_Type)
PYFERRY_PYTHON_FINAL_CHECK_(PyRange, PyRange_Type)
PYFERRY_PYTHON_FINAL_CHECK_(PyTraceBack, PyTraceBack_Type)
PYFERRY_PYTHON_FINAL_CHECK_(PySeqIter, PySeqIter_Type)
PYFERRY_PYTHON_FINAL_CHECK_(PyCallIter, PyCallIter_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyLong, PyLong_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyList, PyList_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyTuple, PyTuple_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyBytes, PyBytes_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyUnicode, PyUnicode_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyDict, PyDict_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyType, PyType_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyFloat, PyFloat_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyComplex, PyComplex_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyByteArray, PyByteArray_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyModule, PyModule_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyCFunction, PyCFunction_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PySet, PySet_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyFrozenSet, PyFrozenSet_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyCapsule, PyCapsule_Type)
PYFERRY_PYTHON_EXACT_CHECK_(PyWeakref_Ref, _PyWeakref_RefType)

static inline int PyAnySet_CheckExact(PyObject *a) { return PySet_CheckExact(a) || PyFrozenSet_CheckExact(a); }
static inline int PyAnySet_Check(PyObject *a) { return PySet_Check(a) || PyFrozenSet_Check(a); }
static inline int PyDictViewSet_Check(PyObject *a) { return PyDictKeys_Check(a) || PyDictItems_Check(a); }
static inline int PyWeakref_CheckRef(PyObject *a) { return PyObject_TypeCheck(a, pyferry_python_.p__PyWeakref_RefType); }
static inline int PyWeakref_CheckRefExact(PyObject *a) { return PyWeakref_Ref_CheckExact(a); }
static inline int PyWeakref_CheckProxy(PyObject *a) {
    return Py_IS_TYPE(a, pyferry_python_.p__PyWeakref_ProxyType) ||
           Py_IS_TYPE(a, pyferry_python_.p__PyWeakref_CallableProxyType);
}
static inline int PyWeakref_Check(PyObject *a) { return PyWeakref_CheckRef(a) || PyWeakref_CheckProxy(a); }
static inline int PyExceptionClass_Check(PyObject *a) {
    return PyType_Check(a) && PyType_HasFeature((PyTypeObject *)a, Py_TPFLAGS_BASE_EXC_SUBCLASS);
}
static inline PyObject *PyExceptionInstance_Class(PyObject *a) { return (PyObject *)Py_TYPE(a); }

static inline Py_ssize_t PyTuple_GET_SIZE(PyObject *a) { return PyTuple_Size(a); }
static inline PyObject *PyTuple_GET_ITEM(PyObject *a, Py_ssize_t b) { return PyTuple_GetItem(a, b); }
static inline void PyTuple_SET_ITEM(PyObject *a, Py_ssize_t b, PyObject *c) { PyTuple_SetItem(a, b, c); }
static inline Py_ssize_t PyList_GET_SIZE(PyObject *a) { return PyList_Size(a); }
static inline PyObject *PyList_GET_ITEM(PyObject *a, Py_ssize_t b) { return PyList_GetItem(a, b); }
static inline void PyList_SET_ITEM(PyObject *a, Py_ssize_t b, PyObject *c) { PyList_SetItem(a, b, c); }
static inline Py_ssize_t PyBytes_GET_SIZE(PyObject *a) { return PyBytes_Size(a); }
static inline char *PyBytes_AS_STRING(PyObject *a) { return PyBytes_AsString(a); }
static inline Py_ssize_t PyUnicode_GET_LENGTH(PyObject *a) { return PyUnicode_GetLength(a); }
static inline double PyFloat_AS_DOUBLE(PyObject *a) { return PyFloat_AsDouble(a); }
static inline PyThreadState *PyThreadState_GET(void) { return PyThreadState_Get(); }
/* What CPython's own comes to. 3.9 exports PyCFunction_NewEx alone: its Python.h has such a macro. */
static inline PyObject *PyCFunction_New(PyMethodDef *a, PyObject *b) { return PyCFunction_NewEx(a, b, NULL); }

static inline int PyObject_DelAttr(PyObject *a, PyObject *b) { return PyObject_SetAttr(a, b, NULL); }
static inline int PyObject_DelAttrString(PyObject *a, const char *b) { return PyObject_SetAttrString(a, b, NULL); }
static inline int PyMapping_DelItem(PyObject *a, PyObject *b) { return PyObject_DelItem(a, b); }
static inline int PyMapping_DelItemString(PyObject *a, const char *b) { return PyObject_DelItemString(a, b); }
static inline Py_ssize_t PyVectorcall_NARGS(size_t a) { return (Py_ssize_t)(a & ~PY_VECTORCALL_ARGUMENTS_OFFSET); }
static inline PyObject *PyImport_ImportModuleEx(const char *a, PyObject *b, PyObject *c, PyObject *d) {
    return PyImport_ImportModuleLevel(a, b, c, d, 0);
}

#define PyObject_New(type, typeobj) ((type *)_PyObject_New(typeobj))
#define PyObject_NewVar(type, typeobj, n) ((type *)_PyObject_NewVar(typeobj, n))
#define PyObject_GC_New(type, typeobj) ((type *)_PyObject_GC_New(typeobj))
#define PyObject_GC_NewVar(type, typeobj, n) ((type *)_PyObject_GC_NewVar(typeobj, n))
#define PyObject_GC_Resize(type, op, n) ((type *)_PyObject_GC_Resize((PyVarObject *)(op), n))
#define PyObject_MALLOC PyObject_Malloc
#define PyObject_REALLOC PyObject_Realloc
#define PyObject_FREE PyObject_Free
#define PyObject_Del PyObject_Free
#define PyObject_DEL PyObject_Free
#define PyMem_New(type, n) \
    ((size_t)(n) > PTRDIFF_MAX / sizeof(type) ? (type *)NULL : (type *)PyMem_Malloc((size_t)(n) * sizeof(type)))
#define PyMem_Resize(p, type, n) \
    ((p) = (size_t)(n) > PTRDIFF_MAX / sizeof(type) ? (type *)NULL \
                                                    : (type *)PyMem_Realloc((p), (size_t)(n) * sizeof(type)))
#define PyMem_Del PyMem_Free

#define Py_VISIT(op) \
    do { \
        if (op) { \
            int pyferry_python_visited_ = visit(PYFERRY_PYTHON_OBJECT_(op), arg); \
            if (pyferry_python_visited_) return pyferry_python_visited_; \
        } \
    } while (0)
#define Py_RETURN_NONE return Py_NewRef(Py_None)
#define Py_RETURN_TRUE return Py_NewRef(Py_True)
#define Py_RETURN_FALSE return Py_NewRef(Py_False)
#define Py_RETURN_NOTIMPLEMENTED return Py_NewRef(Py_NotImplemented)
#define Py_RETURN_RICHCOMPARE(a, b, op) \
    do { \
        switch (op) { \
        case Py_EQ: if ((a) == (b)) Py_RETURN_TRUE; Py_RETURN_FALSE; \
        case Py_NE: if ((a) != (b)) Py_RETURN_TRUE; Py_RETURN_FALSE; \
        case Py_LT: if ((a) < (b)) Py_RETURN_TRUE; Py_RETURN_FALSE; \
        case Py_GT: if ((a) > (b)) Py_RETURN_TRUE; Py_RETURN_FALSE; \
        case Py_LE: if ((a) <= (b)) Py_RETURN_TRUE; Py_RETURN_FALSE; \
        case Py_GE: if ((a) >= (b)) Py_RETURN_TRUE; Py_RETURN_FALSE; \
        default: Py_RETURN_NOTIMPLEMENTED; \
        } \
    } while (0)

#define Py_BEGIN_ALLOW_THREADS { PyThreadState *_save = PyEval_SaveThread();
#define Py_BLOCK_THREADS PyEval_RestoreThread(_save);
#define Py_UNBLOCK_THREADS _save = PyEval_SaveThread();
#define Py_END_ALLOW_THREADS PyEval_RestoreThread(_save); }
/* Where the GIL is not enough (3.13 and later); elsewhere nothing. */
#define Py_BEGIN_CRITICAL_SECTION(op) \
    { \
        PyCriticalSection _py_cs; \
        if (PYFERRY_PYTHON_HAS(PyCriticalSection_Begin)) PyCriticalSection_Begin(&_py_cs, PYFERRY_PYTHON_OBJECT_(op));
#define Py_END_CRITICAL_SECTION() \
        if (PYFERRY_PYTHON_HAS(PyCriticalSection_End)) PyCriticalSection_End(&_py_cs); \
    }
#define Py_BEGIN_CRITICAL_SECTION2(a, b) \
    { \
        PyCriticalSection2 _py_cs2; \
        if (PYFERRY_PYTHON_HAS(PyCriticalSection2_Begin)) \
            PyCriticalSection2_Begin(&_py_cs2, PYFERRY_PYTHON_OBJECT_(a), PYFERRY_PYTHON_OBJECT_(b));
#define Py_END_CRITICAL_SECTION2() \
        if (PYFERRY_PYTHON_HAS(PyCriticalSection2_End)) PyCriticalSection2_End(&_py_cs2); \
    }

#if defined(__GNUC__)
#define Py_UNUSED(name) _unused_##name __attribute__((unused))
#define PYFERRY_PYTHON_EXPORTED_ __attribute__((visibility("default")))
#else
#define Py_UNUSED(name) _unused_##name
#define PYFERRY_PYTHON_EXPORTED_ __declspec(dllexport)
#endif
#ifdef __cplusplus
#define PyMODINIT_FUNC extern "C" PYFERRY_PYTHON_EXPORTED_ PyObject *
#else
#define PyMODINIT_FUNC PYFERRY_PYTHON_EXPORTED_ PyObject *
#endif
#define PyDoc_VAR(name) static const char name[]
#define PyDoc_STR(text) text
#define PyDoc_STRVAR(name, text) PyDoc_VAR(name) = PyDoc_STR(text)
#define Py_ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define Py_STRINGIFY(x) PYFERRY_PYTHON_STRINGIFY_(x)
#define PYFERRY_PYTHON_STRINGIFY_(x) #x
#define _PyCFunction_CAST(function) ((PyCFunction)(void (*)(void))(function))

/* ---- Modules: CPython's PyModuleDef begins where its head, which may be shorter than ours, ends at the same place. ---- */

static inline size_t pyferry_python_shorter_(void) {
    return offsetof(PyModuleDef_Base, m_init) - pyferry_python_head_();
}
static inline PyModuleDef *pyferry_python_theirs_(PyModuleDef *def) {
    return (PyModuleDef *)(void *)((char *)def + pyferry_python_shorter_());
}
static inline PyModuleDef *pyferry_python_ours_(PyModuleDef *def) {
    return def == NULL ? NULL : (PyModuleDef *)(void *)((char *)def - pyferry_python_shorter_());
}
/* Threads of interpreters with GILs of their own (3.12), and all on free-threaded builds, may have one definition at once. Of this
 * lock no one has long to wait: Python is not called meanwhile. */
PYFERRY_PYTHON_ONCE_ long pyferry_python_slots_lock_ = 0;
#if defined(__GNUC__)
static inline long pyferry_python_exchange_slots_lock_(long value) {
    return __atomic_exchange_n(&pyferry_python_slots_lock_, value, __ATOMIC_ACQ_REL);
}
#elif defined(_MSC_VER)
static inline long pyferry_python_exchange_slots_lock_(long value) {
    return _InterlockedExchange(&pyferry_python_slots_lock_, value);
}
#endif
/* Takes out the slots that this Python does not know: it would refuse the module. Up to 3.14, when nothing was left to be
 * added, the numbers were given one after the other. Where there are none, or no more, it does not write: CPython may be
 * reading them for another thread. */
static inline void pyferry_python_known_slots_(PyModuleDef *def) {
    unsigned long version = pyferry_python_version_();
    int last = version >= 0x030f0000UL ? INT_MAX : version >= 0x030d0000UL ? 4 : version >= 0x030c0000UL ? 3 : 2;
    PyModuleDef_Slot *from, *to;
    if (def->m_slots == NULL || last == INT_MAX) return;
    while (pyferry_python_exchange_slots_lock_(1) != 0) {}
    for (from = to = def->m_slots; from->slot != 0; from++) {
        if (from->slot > last) continue;
        if (to != from) *to = *from;
        to++;
    }
    if (to != from) {
        to->slot = 0;
        to->value = NULL;
    }
    pyferry_python_exchange_slots_lock_(0);
}
static inline PyObject *PyModuleDef_Init(PyModuleDef *a) {
    pyferry_python_known_slots_(a);
    return pyferry_python_.p_PyModuleDef_Init(pyferry_python_theirs_(a));
}
static inline PyObject *PyModule_Create2(PyModuleDef *a, int b) {
    pyferry_python_known_slots_(a);
    return pyferry_python_.p_PyModule_Create2(pyferry_python_theirs_(a), b);
}
static inline PyObject *PyModule_FromDefAndSpec2(PyModuleDef *a, PyObject *b, int c) {
    pyferry_python_known_slots_(a);
    return pyferry_python_.p_PyModule_FromDefAndSpec2(pyferry_python_theirs_(a), b, c);
}
#define PyModule_AddIntMacro(module, name) PyModule_AddIntConstant(module, #name, name)
#define PyModule_AddStringMacro(module, name) PyModule_AddStringConstant(module, #name, name)
#define PyModule_Create(def) PyModule_Create2(def, PYTHON_ABI_VERSION)
#define PyModule_FromDefAndSpec(def, spec) PyModule_FromDefAndSpec2(def, spec, PYTHON_ABI_VERSION)
static inline int PyModule_ExecDef(PyObject *a, PyModuleDef *b) {
    return pyferry_python_.p_PyModule_ExecDef(a, pyferry_python_theirs_(b));
}
static inline PyModuleDef *PyModule_GetDef(PyObject *a) {
    return pyferry_python_ours_(pyferry_python_.p_PyModule_GetDef(a));
}
static inline PyObject *PyState_FindModule(PyModuleDef *a) {
    return pyferry_python_.p_PyState_FindModule(pyferry_python_theirs_(a));
}
static inline int PyState_AddModule(PyObject *a, PyModuleDef *b) {
    return pyferry_python_.p_PyState_AddModule(a, pyferry_python_theirs_(b));
}
static inline int PyState_RemoveModule(PyModuleDef *a) {
    return pyferry_python_.p_PyState_RemoveModule(pyferry_python_theirs_(a));
}
static inline PyObject *PyType_GetModuleByDef(PyTypeObject *a, PyModuleDef *b) {
    return pyferry_python_.p_PyType_GetModuleByDef(a, pyferry_python_theirs_(b));
}

/* ---- Types with data of their own, before 3.14 ---- */

/* CPython's ALIGNOF_MAX_ALIGN_T, which is 8 in all that is built for Windows. */
#ifdef _WIN32
#define PYFERRY_PYTHON_ALIGNMENT_ 8
#else
#define PYFERRY_PYTHON_ALIGNMENT_ 16
#endif
static inline Py_ssize_t pyferry_python_aligned_(Py_ssize_t size) {
    return (size + PYFERRY_PYTHON_ALIGNMENT_ - 1) & -(Py_ssize_t)PYFERRY_PYTHON_ALIGNMENT_;
}
/* The size of a type's instances; -1: an exception is set. */
static inline Py_ssize_t pyferry_python_basicsize_(PyObject *type) {
    PyObject *size = PyObject_GetAttrString(type, "__basicsize__");
    Py_ssize_t value = size == NULL ? -1 : PyLong_AsSsize_t(size);
    Py_XDECREF(size);
    return value;
}
/* The base that CPython puts the instances upon (best_base). It is known when a type is made, and need be neither the first one
 * nor the largest: so one is made. A new reference; NULL: an exception is set. */
static inline PyObject *pyferry_python_best_base_(PyObject *bases) {
    PyType_Slot none[] = {{0, NULL}};
    PyType_Spec probe = {"pyferry.probe", 0, 0, Py_TPFLAGS_DEFAULT, NULL};
    PyObject *type, *base;
    if (!PyTuple_Check(bases)) return Py_NewRef(bases);
    if (PyTuple_Size(bases) == 1) return Py_XNewRef(PyTuple_GetItem(bases, 0));
    probe.slots = none;
    type = pyferry_python_.p_PyType_FromSpecWithBases(&probe, bases);
    base = type == NULL ? NULL : PyObject_GetAttrString(type, "__base__");
    Py_XDECREF(type);
    return base;
}
/* What 3.12 does with a negative basicsize, and with members that lie in the data that it stands for: `spec` gets the sizes and
 * offsets that these come to, with a copy of the slots where there are such members. What __weaklistoffset__ and the like say,
 * 3.12 and 3.13 take to lie that far from the start of the object: there they are why this is done. `bases` may be NULL. `copies`
 * gets what PyMem_Free frees when the type is made, which has copies of its own. -1: an exception is set. */
static inline int pyferry_python_spec_(PyType_Spec *spec, PyObject *bases, void **copies) {
    const PyType_Slot *slot;
    const PyMemberDef *member;
    PyType_Slot *to;
    PyMemberDef *moved;
    PyObject *base = (PyObject *)pyferry_python_.p_PyBaseObject_Type;
    Py_ssize_t size;
    size_t slots = 1, members = 0;
    int relative = 0, special = 0, bases_given = bases != NULL;
    unsigned long version = pyferry_python_version_();
    *copies = NULL;
    if (version >= 0x030e0000UL) return 0;
    for (slot = spec->slots; slot->slot != 0; slot++, slots++) {
        if (slot->slot == Py_tp_base) base = (PyObject *)slot->pfunc;
        if (slot->slot == Py_tp_bases && !bases_given) bases = (PyObject *)slot->pfunc;
        if (slot->slot != Py_tp_members) continue;
        for (member = (const PyMemberDef *)slot->pfunc; member->name != NULL; member++, members++) {
            relative |= member->flags & Py_RELATIVE_OFFSET;
            special |= member->flags & Py_RELATIVE_OFFSET && strncmp(member->name, "__", 2) == 0;
        }
        members++;
    }
    if (version >= 0x030c0000UL && !special) return 0;
    if (spec->basicsize >= 0) {
        if (relative) PyErr_SetString(PyExc_SystemError, "With Py_RELATIVE_OFFSET, basicsize must be negative.");
        return relative ? -1 : 0;
    }
    base = bases == NULL ? Py_NewRef(base) : pyferry_python_best_base_(bases);
    size = base == NULL ? -1 : pyferry_python_basicsize_(base);
    Py_XDECREF(base);
    if (size < 0) return -1;
    size = pyferry_python_aligned_(size);
    spec->basicsize = (int)(size + pyferry_python_aligned_(-(Py_ssize_t)spec->basicsize));
    if (!relative) return 0;
    to = (PyType_Slot *)PyMem_Malloc(slots * sizeof *to + members * sizeof *moved);
    if (to == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *copies = to;
    moved = (PyMemberDef *)(void *)(to + slots);
    slot = spec->slots;
    spec->slots = to;
    do {
        *to = *slot;
        if (slot->slot != Py_tp_members) continue;
        to->pfunc = moved;
        member = (const PyMemberDef *)slot->pfunc;
        do {
            *moved = *member;
            if (member->name != NULL && member->flags & Py_RELATIVE_OFFSET) {
                moved->offset += size;
                moved->flags &= ~Py_RELATIVE_OFFSET;
            }
            moved++;
        } while ((member++)->name != NULL);
    } while (to++, (slot++)->slot != 0);
    return 0;
}
static inline PyObject *PyType_FromSpecWithBases(PyType_Spec *a, PyObject *b) {
    PyType_Spec spec = *a;
    void *copies;
    PyObject *type = NULL;
    if (pyferry_python_spec_(&spec, b, &copies) == 0) type = pyferry_python_.p_PyType_FromSpecWithBases(&spec, b);
    PyMem_Free(copies);
    return type;
}
static inline PyObject *PyType_FromSpec(PyType_Spec *a) {
    PyType_Spec spec = *a;
    void *copies;
    PyObject *type = NULL;
    if (pyferry_python_spec_(&spec, NULL, &copies) == 0) type = pyferry_python_.p_PyType_FromSpec(&spec);
    PyMem_Free(copies);
    return type;
}
static inline PyObject *PyType_FromModuleAndSpec(PyObject *a, PyType_Spec *b, PyObject *c) {
    PyType_Spec spec = *b;
    void *copies;
    PyObject *type = NULL;
    if (pyferry_python_spec_(&spec, c, &copies) == 0) type = pyferry_python_.p_PyType_FromModuleAndSpec(a, &spec, c);
    PyMem_Free(copies);
    return type;
}
/** A new reference; NULL: an exception is set. Since 3.12. */
static inline PyObject *PyType_FromMetaclass(PyTypeObject *a, PyObject *b, PyType_Spec *c, PyObject *d) {
    PyType_Spec spec = *c;
    void *copies;
    PyObject *type = NULL;
    if (pyferry_python_spec_(&spec, d, &copies) == 0) type = pyferry_python_.p_PyType_FromMetaclass(a, b, &spec, d);
    PyMem_Free(copies);
    return type;
}
/* Of an instance whose type was made so; `b` is that type, as the base of others too. NULL: an exception is set. */
static inline void *PyObject_GetTypeData(PyObject *a, PyTypeObject *b) {
    PyObject *base;
    Py_ssize_t size;
    if (pyferry_python_.p_PyObject_GetTypeData != NULL) return pyferry_python_.p_PyObject_GetTypeData(a, b);
    base = PyObject_GetAttrString((PyObject *)b, "__base__");
    size = base == NULL ? -1 : pyferry_python_basicsize_(base);
    Py_XDECREF(base);
    return size < 0 ? NULL : (void *)((char *)a + pyferry_python_aligned_(size));
}

/* ---- Filling the table ---- */

/* Fills the entries now, if there is a Python, else in the call that finds one. */
void pyferry_python_bind(void *table, const char *const *names);
void pyferry_python_unbind(void *table);

#if defined(__GNUC__)
__attribute__((constructor)) static void pyferry_python_load_(void) {
    pyferry_python_bind(&pyferry_python_, pyferry_python_names_);
}
__attribute__((destructor)) static void pyferry_python_unload_(void) {
    pyferry_python_unbind(&pyferry_python_);
}
#elif defined(_MSC_VER)
static void __cdecl pyferry_python_load_(void) {
    pyferry_python_bind(&pyferry_python_, pyferry_python_names_);
}
#pragma section(".CRT$XCU", read)
__declspec(allocate(".CRT$XCU")) static void(__cdecl *pyferry_python_load_at_)(void) = pyferry_python_load_;
#endif

#ifdef __cplusplus
}
#endif

/* As CPython's macros do: any pointer to an object. */
#define Py_INCREF(a) Py_INCREF(PYFERRY_PYTHON_OBJECT_(a))
#define Py_DECREF(a) Py_DECREF(PYFERRY_PYTHON_OBJECT_(a))
#define Py_XINCREF(a) Py_XINCREF(PYFERRY_PYTHON_OBJECT_(a))
#define Py_XDECREF(a) Py_XDECREF(PYFERRY_PYTHON_OBJECT_(a))
#define Py_NewRef(a) Py_NewRef(PYFERRY_PYTHON_OBJECT_(a))
#define Py_XNewRef(a) Py_XNewRef(PYFERRY_PYTHON_OBJECT_(a))
#define Py_TYPE(a) Py_TYPE(PYFERRY_PYTHON_OBJECT_(a))
#define Py_IS_TYPE(a, b) Py_IS_TYPE(PYFERRY_PYTHON_OBJECT_(a), b)
#define Py_REFCNT(a) Py_REFCNT(PYFERRY_PYTHON_OBJECT_(a))
#define Py_SIZE(a) Py_SIZE(PYFERRY_PYTHON_OBJECT_(a))
#define PyObject_TypeCheck(a, b) PyObject_TypeCheck(PYFERRY_PYTHON_OBJECT_(a), b)

#endif /* PYFERRY_PYTHON_H */
