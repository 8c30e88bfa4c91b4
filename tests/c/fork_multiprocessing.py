import multiprocessing
import os
import threading

import fork_multiprocessing as extension


def work(number):
    return extension.on_host_thread(lambda: (number * 2, os.getpid(), threading.get_ident()))


def put(queue, number):
    queue.put(work(number)[0])


fork = multiprocessing.get_context("fork")
extension.begin()
for _ in range(1 if "PYFERRY_TEST_IN_SHORT" in os.environ else 3):
    with fork.Pool(3) as pool:
        results = pool.map(work, range(30))
    assert [result[0] for result in results] == [number * 2 for number in range(30)]
    assert os.getpid() not in {result[1] for result in results}
    queue = fork.SimpleQueue()
    processes = [fork.Process(target=put, args=(queue, number)) for number in range(5)]
    for process in processes:
        process.start()
    assert sorted(queue.get() for _ in processes) == [0, 2, 4, 6, 8]
    for process in processes:
        process.join()
        assert process.exitcode == 0, process.exitcode
extension.end()
