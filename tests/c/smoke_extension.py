import threading

import smoke_extension

seen = []
smoke_extension.call_from_thread(lambda: seen.append(threading.get_ident()))
assert len(seen) == 1 and seen[0] != threading.get_ident(), seen
