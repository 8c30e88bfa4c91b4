/* harness: not-under=sanitizers AddressSanitizer knows one stack for each thread */
/* harness: not-on=windows its fibers are of ucontext.h */
/* harness: not-under=memcheck it switches stacks, which the tool takes for one that grows */
/* harness: not-under=helgrind it switches stacks, which the tool takes for one that grows */
/* A job system's fibers, which go from one thread to another: Python runs on their stacks, and what began on one thread is refused on
   another, changes nothing there, and ends where it began. Two fibers of one thread end their attachments in the reverse order. */
#include "py.h"

#include <sys/mman.h>
#include <ucontext.h>

enum { STACK = 1 << 20 };

static pyferry_view *main_interpreter, *sub;

struct fiber {
    ucontext_t own, *back;
    void (*run)(struct fiber *);
    pyferry_token token;
    pyferry_status ended;
    bool done;
};

static void yield(struct fiber *fiber)
{
    swapcontext(&fiber->own, fiber->back);
}

static void begin(unsigned low, unsigned high)
{
    struct fiber *fiber = (struct fiber *)((uintptr_t)low | (uintptr_t)high << 32);
    fiber->run(fiber);
    fiber->done = true;
    yield(fiber);
}

static void make(struct fiber *fiber, void (*run)(struct fiber *))
{
    memset(fiber, 0, sizeof *fiber);
    fiber->run = run;
    void *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(stack != MAP_FAILED && getcontext(&fiber->own) == 0);
    fiber->own.uc_stack.ss_sp = stack;
    fiber->own.uc_stack.ss_size = STACK;
    makecontext(&fiber->own, (void (*)(void))begin, 2, (unsigned)(uintptr_t)fiber, (unsigned)((uintptr_t)fiber >> 32));
}

static void destroy(struct fiber *fiber)
{
    CHECK(fiber->done);
    CHECK(munmap(fiber->own.uc_stack.ss_sp, STACK) == 0);
}

/* The fiber goes on here until it yields. */
static void *go_on(void *argument)
{
    struct fiber *fiber = argument;
    ucontext_t here;
    fiber->back = &here;
    swapcontext(&here, &fiber->own);
    return NULL;
}

static void visits(struct fiber *fiber)
{
    (void)fiber;
    for (int i = 0; i < 3; i++) {
        run_in(main_interpreter, "def f(n): return n and 1 + f(n - 1)\nassert f(100) == 100");
        run_in(sub, "def f(n): return n and 1 + f(n - 1)\nassert f(100) == 100");
    }
}

static void stays(struct fiber *fiber)
{
    pyferry_token token = attach(main_interpreter);
    yield(fiber);
    /* On another thread. */
    CHECK_REFUSED(pyferry_detach(&token), PYFERRY_STATUS_WRONG_THREAD, "another thread");
    CHECK_STATUS(pyferry_exec("x = 1", NULL), PYFERRY_STATUS_NOT_ATTACHED);
    CHECK(!pyferry_is_attached(NULL));
    yield(fiber);
    run("x = 1");
    detach(token);
}

static void lets_go(struct fiber *fiber)
{
    pyferry_token token = attach(main_interpreter);
    pyferry_suspension out = suspend();
    yield(fiber);
    /* On another thread, also while that is attached itself. */
    for (int i = 0; i < 2; i++) {
        pyferry_token own = i == 1 ? attach(main_interpreter) : (pyferry_token)PYFERRY_TOKEN_INIT;
        CHECK_REFUSED(pyferry_resume(&out), PYFERRY_STATUS_WRONG_THREAD, "another thread");
        CHECK_REFUSED(pyferry_detach(&token), PYFERRY_STATUS_WRONG_THREAD, "another thread");
        if (i == 1)
            detach(own);
    }
    yield(fiber);
    resume(out);
    run("x = 1");
    detach(token);
}

/* There, elsewhere, and there again. */
static void *to_and_fro(void *fiber)
{
    go_on(fiber);
    pyferry_suspension out = PYFERRY_SUSPENSION_INIT;
    bool attached = pyferry_is_attached(NULL);
    if (attached)
        out = suspend();
    on_new_thread(go_on, fiber);
    if (attached)
        resume(out);
    go_on(fiber);
    return NULL;
}

static void comes_first(struct fiber *fiber)
{
    fiber->token = attach(main_interpreter);
    yield(fiber);
    fiber->ended = pyferry_detach(&fiber->token);
    yield(fiber);
    if (fiber->ended != PYFERRY_STATUS_OK)
        detach(fiber->token);
}

static void *one_after_the_other(void *unused)
{
    struct fiber first, second;
    make(&first, comes_first);
    make(&second, comes_first);
    go_on(&first);
    go_on(&second);
    go_on(&first);
    CHECK(first.ended == PYFERRY_STATUS_WRONG_ORDER);
    go_on(&second);
    CHECK(second.ended == PYFERRY_STATUS_OK);
    go_on(&first);
    go_on(&second);
    CHECK(!pyferry_is_attached(NULL));
    destroy(&first);
    destroy(&second);
    return unused;
}

static void outlives(struct fiber *fiber)
{
    pyferry_token token = attach(main_interpreter);
    yield(fiber);
    /* The first thread has ended; this one's record may be where that one's was. */
    pyferry_status status = pyferry_detach(&token);
    CHECK(status == PYFERRY_STATUS_WRONG_THREAD || status == PYFERRY_STATUS_STALE_TOKEN);
}

int main(void)
{
    struct fiber fiber;
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    make(&fiber, visits);
    go_on(&fiber);
    destroy(&fiber);
    make(&fiber, visits);
    on_new_thread(go_on, &fiber);
    destroy(&fiber);
    make(&fiber, stays);
    on_new_thread(to_and_fro, &fiber);
    destroy(&fiber);
    make(&fiber, lets_go);
    on_new_thread(to_and_fro, &fiber);
    destroy(&fiber);
    on_new_thread(one_after_the_other, NULL);
    make(&fiber, outlives);
    on_new_thread(go_on, &fiber);
    on_new_thread(go_on, &fiber);
    destroy(&fiber);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
