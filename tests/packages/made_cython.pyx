# cython: language_level=3, freethreading_compatible=True, subinterpreters_compatible=own_gil
cdef extern from "<pthread.h>" nogil:
    ctypedef unsigned long pthread_t
    int pthread_create(pthread_t *, const void *, void *(*)(void *) noexcept nogil, void *)
    int pthread_join(pthread_t, void **)


cdef int call_one(void *function, int number) except -1 with gil:
    (<object>function)(number)
    return 0


def call(function, int times):
    cdef void *called = <void *>function
    cdef int number
    with nogil:
        for number in range(times):
            call_one(called, number)


cdef struct Calls:
    void *function
    int times


cdef void *run(void *data) noexcept nogil:
    cdef int number
    for number in range((<Calls *>data).times):
        try_one((<Calls *>data).function, number)
    return NULL


cdef void try_one(void *function, int number) noexcept with gil:
    (<object>function)(number)


def call_on_thread(function, int times):
    cdef Calls calls = Calls(<void *>function, times)
    cdef pthread_t thread
    with nogil:
        if pthread_create(&thread, NULL, run, &calls) == 0:
            pthread_join(thread, NULL)
