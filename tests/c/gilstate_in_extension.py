import gilstate_in_extension

gilstate_in_extension.run_on_host_thread("""
import ctypes
import sys
import gilstate_in_extension as extension

here = extension.where()
assert extension.call_back(extension.where) == here

# ctypes lets go around a foreign function, and comes back for a callback with PyGILState_Ensure.
seen = []


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
def compare(left, right):
    seen.append(extension.where())
    return left[0] - right[0]


numbers = (ctypes.c_int * 5)(3, 1, 4, 1, 5)
library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
library.qsort(numbers, 5, ctypes.sizeof(ctypes.c_int), compare)
assert list(numbers) == [1, 1, 3, 4, 5]
assert set(seen) == {here}, (seen, here)
""")
