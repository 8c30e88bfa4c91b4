import _xxsubinterpreters as interpreters
import starvation_spared

BUSY = """
import time
end = time.monotonic() + 0.02
while time.monotonic() < end:
    pass
"""

made = interpreters.create(isolated=False)
interpreters.run_string(made, "import starvation_spared; starvation_spared.be_known()")
starvation_spared.begin()
for _ in range(50):
    interpreters.run_string(made, BUSY)
starvation_spared.end()
interpreters.destroy(made)
