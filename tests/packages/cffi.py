import cffi

ffi = cffi.FFI()
ffi.cdef("void qsort(void *, size_t, size_t, int (*)(const void *, const void *));")
libc = ffi.dlopen(None)


# qsort is called without the GIL, and each comparison takes that by PyGILState_Ensure.
@ffi.callback("int(const void *, const void *)")
def compare(one, other):
    return ffi.cast("int *", one)[0] - ffi.cast("int *", other)[0]


def step(thread, i):
    numbers = ffi.new("int[]", [(7 * k + thread) % 31 for k in range(31)])
    libc.qsort(numbers, 31, ffi.sizeof("int"), compare)
    assert list(numbers) == list(range(31))
