/* pyferry_threads says who waits for an interpreter, who is inside, what for, nested how deep and for how long: also while one
   thread keeps the interpreter in C code and nobody gets in. */
#include "py.h"

enum { MOST = 64 };

static pyferry_thread_info infos[MOST];

/* All there are, but for pyferry's own. */
static size_t look(void)
{
    infos[0] = (pyferry_thread_info)PYFERRY_THREAD_INFO_INIT;
    size_t all = pyferry_threads(infos, MOST), count = 0;
    CHECK(all <= MOST);
    for (size_t i = 0; i < all; i++) {
        CHECK(infos[i].struct_size == sizeof infos[i]);
        if (!infos[i].is_own)
            infos[count++] = infos[i];
    }
    return count;
}

static const pyferry_thread_info *find(long thread, const pyferry_view *view)
{
    size_t count = look();
    for (size_t i = 0; i < count; i++)
        if (infos[i].thread_id == (uint64_t)thread && !infos[i].is_guard
            && infos[i].interpreter_id == pyferry_view_interpreter_id(view))
            return &infos[i];
    return NULL;
}

/* Whether the thread gets to be in that state, for at least so long. */
static bool becomes_for(long thread, const pyferry_view *view, int32_t state, uint64_t us)
{
    for (int tries = 0; tries < 1000 * slowdown(); tries++) {
        const pyferry_thread_info *info = find(thread, view);
        if (info != NULL && info->state == state && info->elapsed_us >= us)
            return true;
        sleep_ms(10);
    }
    CHECK_OK(pyferry_dump(2));
    return false;
}

#define CHECK_BECOMES(thread, view, state) CHECK(becomes_for(thread, view, state, 30 * 1000))

struct visitor {
    const pyferry_view *view;
    const char *label;
    struct event born, in, leave;
    long thread_id;
    pthread_t thread;
};
#define VISITOR(view_, label_) { .view = (view_), .label = (label_), .born = EVENT_INIT, .in = EVENT_INIT, .leave = EVENT_INIT }

static void *visit_until_told(void *argument)
{
    struct visitor *visitor = argument;
    pthread_setname_np(pthread_self(), "visitor");
    visitor->thread_id = gettid();
    event_set(&visitor->born);
    pyferry_token token;
    CHECK_OK(pyferry_attach_labeled(visitor->view, visitor->label, &token));
    event_set(&visitor->in);
    event_wait(&visitor->leave);
    detach(token);
    return NULL;
}

static void comes(struct visitor *visitor)
{
    visitor->thread = thread_start(visit_until_told, visitor);
    event_wait(&visitor->born);
}

static void goes(struct visitor *visitor)
{
    event_set(&visitor->leave);
    thread_join(visitor->thread);
}

/* One holds on to the interpreter in C, and another waits for it; this thread looks, attached to nothing. */
static void while_python_is_stuck(const pyferry_view *view)
{
    for (int round = 0; round < 2; round++) {
        /* The second time by the fast path. */
        struct visitor holder = VISITOR(view, "holds on"), waiter = VISITOR(view, "waits");
        comes(&holder);
        event_wait(&holder.in);
        CHECK_BECOMES(holder.thread_id, view, PYFERRY_THREAD_INSIDE);
        const pyferry_thread_info *info = find(holder.thread_id, view);
        CHECK(strcmp(info->name, "visitor") == 0 && strcmp(info->label, "holds on") == 0);
        CHECK(info->is_attached && !info->is_caller && info->depth == 1);
        if (!python_is_free_threaded()) {
            comes(&waiter);
            CHECK_BECOMES(waiter.thread_id, view, PYFERRY_THREAD_WAITING);
            info = find(waiter.thread_id, view);
            CHECK(strcmp(info->label, "waits") == 0 && !info->is_attached);
            CHECK(find(holder.thread_id, view)->is_attached);
            CHECK(look() == 2 && pyferry_threads(NULL, 0) >= 2);
        }
        goes(&holder);
        if (!python_is_free_threaded()) {
            event_wait(&waiter.in);
            CHECK_BECOMES(waiter.thread_id, view, PYFERRY_THREAD_INSIDE);
            goes(&waiter);
        }
        CHECK(look() == 0);
    }
}

/* What this thread does itself, as it sees it. */
static void step_by_step(const pyferry_view *a, const pyferry_view *b)
{
    long me = gettid();
    const pyferry_thread_info *info;
    for (int round = 0; round < 3; round++) {
        CHECK(find(me, a) == NULL);
        pyferry_token first = attach(a);
        info = find(me, a);
        CHECK(info->state == PYFERRY_THREAD_INSIDE && info->is_attached && info->is_caller && info->depth == 1);
        CHECK(info->label == NULL && info->elapsed_us < 30e6 * slowdown());

        pyferry_token second = attach(a);
        CHECK(find(me, a)->depth == 2);
        pyferry_token third = attach(a);
        CHECK(find(me, a)->depth == 3);
        detach(third);
        detach(second);
        CHECK(find(me, a)->depth == 1);

        pyferry_suspension out = suspend();
        CHECK(find(me, a)->state == PYFERRY_THREAD_SUSPENDED && !find(me, a)->is_attached);
        pyferry_token inner = attach(a);
        CHECK(find(me, a)->state == PYFERRY_THREAD_INSIDE && find(me, a)->is_attached && find(me, a)->depth == 2);
        detach(inner);
        CHECK(find(me, a)->state == PYFERRY_THREAD_SUSPENDED && find(me, a)->depth == 1);
        resume(out);
        CHECK(find(me, a)->state == PYFERRY_THREAD_INSIDE && find(me, a)->is_attached);

        Py_BEGIN_ALLOW_THREADS
        info = find(me, a);
        CHECK(info->state == PYFERRY_THREAD_INSIDE && !info->is_attached);
        Py_END_ALLOW_THREADS
        CHECK(find(me, a)->is_attached);

        pyferry_token across = attach(b);
        CHECK(find(me, a)->state == PYFERRY_THREAD_ELSEWHERE && !find(me, a)->is_attached);
        info = find(me, b);
        CHECK(info->state == PYFERRY_THREAD_INSIDE && info->is_attached && info->depth == 2);
        pyferry_token back = attach(a);
        CHECK(find(me, b)->state == PYFERRY_THREAD_ELSEWHERE);
        CHECK(find(me, a)->state == PYFERRY_THREAD_INSIDE && find(me, a)->depth == 3);
        detach(back);
        CHECK(find(me, a)->state == PYFERRY_THREAD_ELSEWHERE && find(me, b)->state == PYFERRY_THREAD_INSIDE);
        detach(across);
        CHECK(find(me, b) == NULL);
        CHECK(find(me, a)->state == PYFERRY_THREAD_INSIDE && find(me, a)->depth == 1);
        detach(first);
    }
    CHECK(find(me, a) == NULL);
}

/* The time counts from when the thread came back. */
static void times(const pyferry_view *view)
{
    long me = gettid();
    pyferry_token token = attach(view);
    CHECK_BECOMES(me, view, PYFERRY_THREAD_INSIDE);
    pyferry_suspension out = suspend();
    double suspended = seconds();
    sleep_ms(300);
    double rested = seconds() - suspended;
    CHECK(find(me, view)->elapsed_us > 250 * 1000);
    double before = seconds();
    resume(out);
    uint64_t elapsed = find(me, view)->elapsed_us;
    CHECK((double)elapsed * 1e-6 < rested || seconds() - before > 0.2);
    detach(token);
}

/* And from when it set out, also while CPython makes a state for it. */
static PyMemAllocatorEx usual;
static __thread bool stops;
static struct event on_its_way, may_go_on;

static void stop_once(void)
{
    if (!stops)
        return;
    stops = false;
    event_set(&on_its_way);
    event_wait(&may_go_on);
}

static void *slow_malloc(void *unused, size_t size)
{
    (void)unused;
    stop_once();
    return usual.malloc(usual.ctx, size);
}

static void *slow_calloc(void *unused, size_t count, size_t size)
{
    (void)unused;
    stop_once();
    return usual.calloc(usual.ctx, count, size);
}

static void *come_slowly(void *view)
{
    stops = true;
    return visit(view);
}

static void sets_out(const pyferry_view *view)
{
    on_its_way = may_go_on = (struct event)EVENT_INIT;
    PyMem_GetAllocator(PYMEM_DOMAIN_RAW, &usual);
    PyMemAllocatorEx slow = usual;
    slow.malloc = slow_malloc;
    slow.calloc = slow_calloc;
    PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &slow);
    double before = seconds();
    pthread_t thread = thread_start(come_slowly, (void *)view);
    event_wait(&on_its_way);
    CHECK(look() == 1 && infos[0].state == PYFERRY_THREAD_WAITING);
    /* Of the clock, which ticks. */
    double a_tick = 0.1;
    CHECK((double)infos[0].elapsed_us * 1e-6 < seconds() - before + a_tick);
    event_set(&may_go_on);
    thread_join(thread);
    PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &usual);
}

/* A host's label is the host's, also if its text is one of the library's own. */
static void labeled_like_its_own(const pyferry_view *view)
{
    pyferry_token token;
    CHECK_OK(pyferry_attach_labeled(view, "pyferry: an interrupt", &token));
    const pyferry_thread_info *info = find(gettid(), view);
    CHECK(info != NULL && !info->is_own && strcmp(info->label, "pyferry: an interrupt") == 0);
    detach(token);
}

#ifdef __linux__
/* The system takes any bytes for a thread's name, and cuts it off within a character; here they are UTF-8. */
static void names(const pyferry_view *view)
{
    char before[16];
    CHECK(prctl(PR_GET_NAME, before) == 0 && prctl(PR_SET_NAME, "caf\xc3\xa9 \xff\xfe \xed") == 0);
    pyferry_token token = attach(view);
    CHECK(strcmp(find(gettid(), view)->name, "caf\xc3\xa9 ?? ?") == 0);
    detach(token);
    CHECK(prctl(PR_SET_NAME, "\xd0\xb7\xd0\xb0\xd0\xb3\xd1\x80\xd1\x83\xd0\xb7\xd0\xba\xd0\xb0") == 0);
    CHECK_REFUSED(pyferry_exec("1", NULL), PYFERRY_STATUS_NOT_ATTACHED, "\"\xd0\xb7\xd0\xb0\xd0\xb3\xd1\x80\xd1\x83\xd0\xb7\xd0\xba");
    CHECK(prctl(PR_SET_NAME, before) == 0);
}
#endif

static void guards(const pyferry_view *view)
{
    pyferry_guard *guard;
    CHECK_OK(pyferry_guard_open(view, &guard));
    CHECK(look() == 1);
    CHECK(infos[0].state == PYFERRY_THREAD_GUARD && infos[0].is_guard && !infos[0].is_attached && !infos[0].is_caller);
    CHECK(infos[0].thread_id == (uint64_t)gettid());
    pyferry_guard_close(guard);
    CHECK(look() == 0);
}

/* Room for fewer than there are, of a size that is not known, and of a later version's. */
static void room(const pyferry_view *view)
{
    pyferry_token token = attach(view);
    pyferry_guard *guard;
    CHECK_OK(pyferry_guard_open(view, &guard));
    pyferry_thread_info two[2];
    memset(two, 0, sizeof two);
    two[1].thread_id = 7;
    CHECK(pyferry_threads(two, 1) == 2 && two[0].thread_id != 0 && two[1].thread_id == 7);
    memset(two, 0x55, sizeof two);
    CHECK(pyferry_threads(two, 2) == 2 && two[1].struct_size == sizeof *two && two[1].thread_id != 0);

    struct later {
        pyferry_thread_info known;
        uint64_t unknown;
    } later[2];
    memset(later, 0x55, sizeof later);
    later[0].known.struct_size = sizeof *later;
    CHECK(pyferry_threads(&later[0].known, 2) == 2);
    for (int i = 0; i < 2; i++)
        CHECK(later[i].known.struct_size == sizeof *later && later[i].known.thread_id == (uint64_t)gettid() && later[i].unknown == 0);
    pyferry_guard_close(guard);
    detach(token);
}

int main(void)
{
    CHECK(pyferry_threads(NULL, 0) == 0 && look() == 0);
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    pyferry_view *sub = new_interpreter();
    /* First: later, a thread of pyferry's own may be there too, that sees to what ended ones have left. */
    room(sub);
    while_python_is_stuck(main);
    while_python_is_stuck(sub);
    step_by_step(main, sub);
    step_by_step(sub, main);
    times(main);
    sets_out(main);
    sets_out(sub);
    labeled_like_its_own(main);
#ifdef __linux__
    names(main);
#endif
    guards(main);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
    finish_python(state);
    CHECK(look() == 0);
    pyferry_view_free(main);
    return 0;
}
