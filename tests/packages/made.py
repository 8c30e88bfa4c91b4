# For each of the modules that are made here, by Cython, pybind11, nanobind and PyO3: the name is put in place of MADE.
import threading

import MADE as made


def step(thread, i):
    got, where = [], threading.get_ident()

    def called(number):
        assert threading.get_ident() == where
        got.append(number)
        if number == 9:
            raise KeyError("nine")

    # Lets go of the GIL, and takes it back by the library's own means for each call.
    made.call(called, 9)
    assert got == list(range(9)), got
    try:
        made.call(called, 10)
    except KeyError:
        pass
    else:
        raise AssertionError("the exception was lost")
    if MAIN:  # A thread of the module's own, which Python never heard of: PyGILState_Ensure knows the main interpreter alone.
        got.clear()
        made.call_on_thread(got.append, 5)
        assert got == list(range(5)), got
