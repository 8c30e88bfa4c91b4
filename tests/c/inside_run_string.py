import sys
import threading

import inside_run_string as ferry

try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

SCRIPT = "import inside_run_string as ferry; assert ferry.where() == %d, (ferry.where(), %d); %s"


def run(interpreter, then=""):
    error = interpreters.run_string(interpreter, SCRIPT % (interpreter, interpreter, then))
    assert error is None, error


def many_times(interpreter):
    for _ in range(20):
        run(interpreter)


assert ferry.where() == 0
for _ in range(3):
    interpreter = interpreters.create()
    number = int(interpreter)
    run(number, "ferry.be_visited(); ferry.leave_view()")
    run(number)
    many_times(number)
    assert ferry.where() == 0
    interpreters.destroy(interpreter)
    ferry.left_view_is_closed()
    assert ferry.where() == 0

# Two at a time, each on a thread of its own. Up to 3.11 CPython would run them through another thread's state, and nobody
# could say then which thread is attached.
if sys.version_info >= (3, 12):
    made = [interpreters.create() for _ in range(2)]
    threads = [threading.Thread(target=many_times, args=(int(interpreter),)) for interpreter in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for interpreter in made:
        interpreters.destroy(interpreter)
