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
