import ctypes

libc = ctypes.CDLL(None)
Compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))


# qsort is called without the GIL, and each comparison takes that by PyGILState_Ensure.
@Compare
def compare(one, other):
    return one[0] - other[0]


def step(thread, i):
    numbers = (ctypes.c_int * 31)(*[(7 * k + thread) % 31 for k in range(31)])
    libc.qsort(numbers, 31, ctypes.sizeof(ctypes.c_int), compare)
    assert list(numbers) == list(range(31))
