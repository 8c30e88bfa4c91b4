/*
 * What a thread that has visited Python costs in memory: memory pyferry|bare INTERPRETERS. Prints bytes for each thread, of
 * many that are there at once and have visited that many interpreters: what malloc handed out since before they came.
 * pyferry's thread-local data, which is no malloc's, is added.
 */
#include "../tests/c/py.h"

#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <stdatomic.h>

enum { THREADS = 400, MOST = 8 };

/* ---- malloc, watched ---- */

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static atomic_long in_use;

static void *counted(void *block)
{
    atomic_fetch_add_explicit(&in_use, (long)malloc_usable_size(block), memory_order_relaxed);
    return block;
}

static void *uncounted(void *block)
{
    atomic_fetch_sub_explicit(&in_use, (long)malloc_usable_size(block), memory_order_relaxed);
    return block;
}

void *malloc(size_t size) { return counted(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size)); }
void *memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
void free(void *block) { __libc_free(uncounted(block)); }

void *realloc(void *block, size_t size)
{
    long before = (long)malloc_usable_size(block);
    void *moved = __libc_realloc(block, size);
    if (moved != NULL || size == 0)
        atomic_fetch_add_explicit(&in_use, (long)malloc_usable_size(moved) - before, memory_order_relaxed);
    return moved;
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    *out = memalign(alignment, size);
    return *out == NULL ? ENOMEM : 0;
}

/* ---- the threads ---- */

static int interpreters;
static pyferry_view *views[MOST];
static PyInterpreterState *states[MOST];
static sem_t done, leave;

static void wait_on(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        continue;
}

static void *by_pyferry(void *unused)
{
    for (int i = 0; i < interpreters; i++)
        detach(attach(views[i]));
    sem_post(&done);
    wait_on(&leave);
    return unused;
}

static void *bare(void *unused)
{
    for (int i = 0; i < interpreters; i++) {
        PyEval_RestoreThread(PyThreadState_New(states[i]));
        PyEval_SaveThread();
    }
    sem_post(&done);
    wait_on(&leave);
    return unused;
}

static void come(void *(*visitor)(void *))
{
    pthread_detach(thread_start(visitor, NULL));
    wait_on(&done);
}

static int add_thread_locals(struct dl_phdr_info *object, size_t size, void *sum)
{
    (void)size;
    for (int i = 0; strstr(object->dlpi_name, "libpyferry") != NULL && i < object->dlpi_phnum; i++)
        if (object->dlpi_phdr[i].p_type == PT_TLS)
            *(size_t *)sum += object->dlpi_phdr[i].p_memsz;
    return 0;
}

int main(int count, char **arguments)
{
    CHECK(count == 3);
    bool ours = strcmp(arguments[1], "pyferry") == 0;
    interpreters = atoi(arguments[2]);
    CHECK(interpreters >= 1 && interpreters <= MOST);
    CHECK(sem_init(&done, 0, 0) == 0 && sem_init(&leave, 0, 0) == 0);
    start_python(&views[0]);
    for (int i = 0; i < interpreters; i++) {
        if (i > 0)
            views[i] = new_interpreter();
        pyferry_token token = attach(views[i]);
        states[i] = PyInterpreterState_Get();
        detach(token);
    }
    void *(*visitor)(void *) = ours ? by_pyferry : bare;
    come(visitor); /* what is made once is not a thread's */
    long before = atomic_load(&in_use);
    for (int i = 0; i < THREADS; i++)
        come(visitor);
    double each = (double)(atomic_load(&in_use) - before) / THREADS;
    size_t thread_locals = 0;
    if (ours)
        dl_iterate_phdr(add_thread_locals, &thread_locals);
    printf("%.1f\n", each + (double)thread_locals);
    fflush(stdout);
    _exit(0); /* the bare states are left behind */
}
