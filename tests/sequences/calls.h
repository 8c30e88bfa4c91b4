/* The calls that a player can make, by their names. */
#ifndef PYFERRY_TEST_CALLS_H
#define PYFERRY_TEST_CALLS_H

#include "../c/py.h"

enum { VIEWS = 4, GUARDS = 2, TICKETS = 3, HISTORY = 1024, WORDS = 4 };

/* A token or a suspension: both are plain memory, and one may be passed as the other. */
union ticket {
    pyferry_token token;
    pyferry_suspension suspension;
    uint64_t words[2];
};

/* What began, and can be ended by its number when the ticket is gone. */
struct begun {
    union ticket ticket;
    PyThreadState *saved;
    PyGILState_STATE ensured;
};

struct call {
    const char *words[WORDS];
    pyferry_status status;
    char effect;
};

static pyferry_view *views[VIEWS];
static pyferry_guard *guards[GUARDS];
static union ticket tickets[TICKETS];
static struct begun history[HISTORY];
static int begun;

/* ---- operands: a letter and a number, or - for NULL ---- */

static int number_of(const char *word, int limit)
{
    long number = word[0] == '\0' ? -1 : strtol(word + 1, NULL, 10);
    CHECK(0 <= number && number < limit);
    return (int)number;
}

static pyferry_view **view_at(const char *word)
{
    return word[0] == '-' ? NULL : &views[number_of(word, VIEWS)];
}

static const pyferry_view *view(const char *word)
{
    return word[0] == '-' ? NULL : *view_at(word);
}

static pyferry_guard **guard_at(const char *word)
{
    return word[0] == '-' ? NULL : &guards[number_of(word, GUARDS)];
}

static union ticket *ticket_at(const char *word)
{
    if (word[0] == '#')
        return &history[number_of(word, HISTORY)].ticket;
    return word[0] == '-' ? NULL : &tickets[number_of(word, TICKETS)];
}

static struct begun *begin(void)
{
    CHECK(begun < HISTORY);
    return &history[begun++];
}

/* ---- results ---- */

static void keep_view(struct call *call, pyferry_view **place, pyferry_view *got)
{
    CHECK((got != NULL) == (call->status == PYFERRY_STATUS_OK));
    if (got == NULL)
        return;
    pyferry_view_free(*place);
    *place = got;
    call->effect = '+';
}

static void note_ticket(struct call *call, const union ticket *ticket, const union ticket *before)
{
    static const union ticket empty;
    if (ticket == NULL || memcmp(ticket, before, sizeof empty) == 0)
        return;
    call->effect = memcmp(ticket, &empty, sizeof empty) == 0 ? '0' : '+';
    if (call->effect == '+')
        begin()->ticket = *ticket;
}

/* ---- the calls ---- */

static void view_main(struct call *call)
{
    pyferry_view **place = view_at(call->words[0]), *got = NULL;
    call->status = pyferry_view_main(place == NULL ? NULL : &got);
    keep_view(call, place, got);
}

static void view_current(struct call *call)
{
    pyferry_view **place = view_at(call->words[0]), *got = NULL;
    call->status = pyferry_view_current(place == NULL ? NULL : &got);
    keep_view(call, place, got);
}

static void view_clone(struct call *call)
{
    pyferry_view **place = view_at(call->words[1]), *got = pyferry_view_clone(view(call->words[0]));
    if (got != NULL)
        keep_view(call, place, got);
}

static void view_free(struct call *call)
{
    pyferry_view **place = view_at(call->words[0]);
    pyferry_view_free(place == NULL ? NULL : *place);
    if (place != NULL)
        *place = NULL;
}

static void view_interpreter_id(struct call *call)
{
    const pyferry_view *of = view(call->words[0]);
    CHECK((pyferry_view_interpreter_id(of) == -1) == (of == NULL));
}

static void guard_open(struct call *call)
{
    pyferry_guard **place = guard_at(call->words[1]), *got = NULL;
    call->status = pyferry_guard_open(view(call->words[0]), place == NULL ? NULL : &got);
    CHECK((got != NULL) == (call->status == PYFERRY_STATUS_OK));
    if (got == NULL)
        return;
    pyferry_guard_close(*place);
    *place = got;
    call->effect = '+';
}

static void guard_view(struct call *call)
{
    pyferry_view **place = view_at(call->words[1]), *got = NULL;
    pyferry_guard **guard = guard_at(call->words[0]);
    call->status = pyferry_guard_view(guard == NULL ? NULL : *guard, place == NULL ? NULL : &got);
    keep_view(call, place, got);
}

static void guard_close(struct call *call)
{
    pyferry_guard **place = guard_at(call->words[0]);
    pyferry_guard_close(place == NULL ? NULL : *place);
    if (place != NULL)
        *place = NULL;
}

static void attach_with(struct call *call, pyferry_status (*attach)(const char *word, pyferry_token *out))
{
    union ticket *ticket = ticket_at(call->words[1]), before = { .words = { 0 } };
    if (ticket != NULL)
        before = *ticket;
    call->status = attach(call->words[0], ticket == NULL ? NULL : &ticket->token);
    note_ticket(call, ticket, &before);
}

static pyferry_status to_view(const char *word, pyferry_token *out)
{
    return pyferry_attach(view(word), out);
}

static pyferry_status to_view_labeled(const char *word, pyferry_token *out)
{
    return pyferry_attach_labeled(view(word), "play", out);
}

static pyferry_status to_guarded(const char *word, pyferry_token *out)
{
    return pyferry_attach_guarded(word[0] == '-' ? NULL : *guard_at(word), out);
}

static void attach_view(struct call *call)
{
    attach_with(call, to_view);
}

static void attach_labeled(struct call *call)
{
    attach_with(call, to_view_labeled);
}

static void attach_guarded(struct call *call)
{
    attach_with(call, to_guarded);
}

static void with_ticket(struct call *call, pyferry_status (*use)(union ticket *ticket))
{
    union ticket *ticket = ticket_at(call->words[0]), before = { .words = { 0 } };
    if (ticket != NULL)
        before = *ticket;
    call->status = use(ticket);
    note_ticket(call, ticket, &before);
}

static pyferry_status detach_it(union ticket *ticket)
{
    return pyferry_detach(ticket == NULL ? NULL : &ticket->token);
}

static pyferry_status suspend_it(union ticket *ticket)
{
    return pyferry_suspend(ticket == NULL ? NULL : &ticket->suspension);
}

static pyferry_status resume_it(union ticket *ticket)
{
    return pyferry_resume(ticket == NULL ? NULL : &ticket->suspension);
}

static void detach_ticket(struct call *call)
{
    with_ticket(call, detach_it);
}

static void suspend_ticket(struct call *call)
{
    with_ticket(call, suspend_it);
}

static void resume_ticket(struct call *call)
{
    with_ticket(call, resume_it);
}

static void copy(struct call *call)
{
    *ticket_at(call->words[1]) = *ticket_at(call->words[0]);
}

static void fill(struct call *call)
{
    for (int i = 0; i < 2; i++)
        ticket_at(call->words[0])->words[i] = strtoull(call->words[i + 1], NULL, 16);
}

/* Sets bits that no real ticket of so few threads has. */
static void spoil(struct call *call)
{
    for (int i = 0; i < 2; i++)
        ticket_at(call->words[0])->words[i] |= strtoull(call->words[i + 1], NULL, 16);
}

static void is_attached(struct call *call)
{
    pyferry_is_attached(view(call->words[0]));
}

static void thread_forget(struct call *call)
{
    call->status = pyferry_thread_forget();
}

/* ---- what a host is called for ---- */

static int64_t here(void)
{
    pyferry_view *view;
    CHECK_OK(pyferry_view_current(&view));
    int64_t id = pyferry_view_interpreter_id(view);
    pyferry_view_free(view);
    return id;
}

static int heard;

static void hear(int64_t interpreter, int32_t stream, const char *bytes, size_t length, void *data)
{
    CHECK(interpreter == here() && stream == 1 && length > 0 && bytes != NULL && data == &heard);
    heard++;
}

/* A function that is registered for the end of an interpreter, and has not been called. */
static struct end {
    int64_t interpreter;
    bool waits;
} ends[HISTORY];

static void end_of_it(void *data)
{
    struct end *end = data;
    CHECK(end->waits && here() == end->interpreter);
    end->waits = false;
}

/* All of that interpreter's were called; -1: of all interpreters. */
static void check_ends(int64_t interpreter)
{
    for (int i = 0; i < HISTORY; i++)
        CHECK(!ends[i].waits || (interpreter != -1 && ends[i].interpreter != interpreter));
}

static void at_end(struct call *call)
{
    const pyferry_view *of = view(call->words[0]);
    int i = 0;
    while (ends[i].waits)
        CHECK(++i < HISTORY);
    ends[i] = (struct end) { pyferry_view_interpreter_id(of), true };
    call->status = pyferry_at_end(of, call->words[1][0] == '-' ? NULL : end_of_it, &ends[i]);
    ends[i].waits = ends[i].waits && call->status == PYFERRY_STATUS_OK;
}

static int32_t wait_on(const char *text, void *data)
{
    (void)text;
    (void)data;
    return PYFERRY_REPORT_WAIT;
}

static void set_report(struct call *call)
{
    call->status = pyferry_set_report(call->words[0][0] == '-' ? NULL : wait_on, NULL, NULL, 0);
}

static void interpreter_new(struct call *call)
{
    pyferry_interpreter_options options = PYFERRY_INTERPRETER_OPTIONS_INIT;
    options.flags = (uint32_t)strtoul(call->words[1], NULL, 10);
    options.output = hear;
    options.output_data = &heard;
    pyferry_view **place = view_at(call->words[0]), *got = NULL;
    call->status = pyferry_interpreter_new(&options, place == NULL ? NULL : &got);
    keep_view(call, place, got);
}

static void interpreter_end(struct call *call)
{
    call->status = pyferry_interpreter_end(view(call->words[0]), strtoll(call->words[1], NULL, 10));
    if (call->status == PYFERRY_STATUS_OK)
        check_ends(pyferry_view_interpreter_id(view(call->words[0])));
}

static void interpreter_stop(struct call *call)
{
    call->status = pyferry_interpreter_stop(view(call->words[0]), -1, strtoll(call->words[1], NULL, 10));
    if (call->status == PYFERRY_STATUS_OK)
        check_ends(pyferry_view_interpreter_id(view(call->words[0])));
}

static void interpreter_interrupt(struct call *call)
{
    call->status = pyferry_interpreter_interrupt(view(call->words[0]));
}

static const struct source {
    const char *name, *statements, *expression;
} sources[] = {
    { "loop", "for i in range(1000):\n    i + 1", "sum(range(1000))" },
    /* Where nobody hears it, it is not written: that is where the answers go. */
    { "print", "import sys\ntry:\n    sys.stdout.fileno()\nexcept OSError:\n    print('heard')", "sum(range(1000))" },
    { "raise", "raise ValueError", "1 / 0" },
    { "exit", "raise SystemExit", "__import__('sys').exit()" },
    { "nonsense", "not Python", "not Python" },
    { "latin1", "'\xe9'", "'\xe9'" },
    { "-", NULL, NULL },
};

static struct source source(const char *name)
{
    size_t i = 0;
    while (strcmp(sources[i].name, name) != 0)
        CHECK(++i < sizeof sources / sizeof *sources);
    return sources[i];
}

static void exec(struct call *call)
{
    int before = heard;
    bool prints = strcmp(call->words[0], "print") == 0;
    call->status = pyferry_exec(source(call->words[0]).statements, "sequence.py");
    /* The main interpreter is not made with an output. */
    if (call->status == PYFERRY_STATUS_OK)
        CHECK((heard > before) == (prints && here() != 0));
}

static void eval(struct call *call)
{
    char text[8] = "before";
    size_t length = 0;
    call->status = pyferry_eval(source(call->words[0]).expression, "sequence.py", text, sizeof text, &length);
    CHECK(strcmp(text, call->status == PYFERRY_STATUS_OK ? "499500" : "before") == 0);
}

static void take_exception(struct call *call)
{
    call->status = pyferry_take_exception();
}

/* Attached to that interpreter, as what is called is to be. */
struct visit_of {
    int64_t interpreter;
    int times;
};

static void visited(void *data)
{
    struct visit_of *visit = data;
    CHECK(here() == visit->interpreter);
    visit->times++;
}

static void call_function(struct call *call)
{
    const pyferry_view *of = view(call->words[0]);
    struct visit_of visit = { pyferry_view_interpreter_id(of), 0 };
    call->status = pyferry_call(of, call->words[1][0] == '-' ? NULL : visited, &visit);
    CHECK(visit.times == (call->status == PYFERRY_STATUS_OK));
}

static void run_job(void *data, pyferry_status status)
{
    CHECK_OK(status);
    visited(data);
}

static void close_job(void *data, pyferry_status status)
{
    struct visit_of *visit = data;
    CHECK(status == PYFERRY_STATUS_CLOSED && visit->times == 1);
    visit->times++;
}

/* The first job runs, and the second is told that it does not. */
static void queue(struct call *call)
{
    const pyferry_view *of = view(call->words[0]);
    struct visit_of visit = { pyferry_view_interpreter_id(of), 0 };
    pyferry_queue *jobs = NULL;
    size_t ran = 0;
    call->status = pyferry_queue_new(of, NULL, &jobs);
    if (call->status != PYFERRY_STATUS_OK)
        return;
    CHECK_OK(pyferry_queue_post(jobs, run_job, &visit));
    CHECK_OK(pyferry_queue_post(jobs, close_job, &visit));
    call->status = pyferry_queue_run(jobs, 1, -1, &ran);
    CHECK(ran == 1 && visit.times == 1 && pyferry_queue_length(jobs) == 1);
    pyferry_queue_free(jobs);
    CHECK(visit.times == 2);
}

static void queue_call(struct call *call)
{
    const pyferry_view *of = view(call->words[0]);
    struct visit_of visit = { pyferry_view_interpreter_id(of), 0 };
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.worker = true;
    pyferry_queue *jobs = NULL;
    call->status = pyferry_queue_new(of, &options, &jobs);
    if (call->status != PYFERRY_STATUS_OK)
        return;
    call->status = pyferry_queue_call(jobs, run_job, &visit, -1);
    CHECK(visit.times == 1);
    pyferry_queue_free(jobs);
}

/* As much of an event loop as is called from other threads; asyncio's own takes long to import. */
static const char event_loop[] =
    "class Loop:\n"
    "    import time\n"
    "    def __init__(self): self.ready = []\n"
    "    def is_closed(self): return False\n"
    "    def call_soon_threadsafe(self, callback): self.ready.append(callback); return self\n"
    "    def run_once(self):\n"
    "        while not self.ready: self.time.sleep(0.001)\n"
    "        self.ready.pop()()\n"
    "loop = Loop()\n";

static void asyncio_post(struct call *call)
{
    const pyferry_view *of = view(call->words[0]);
    struct visit_of visit = { pyferry_view_interpreter_id(of), 0 };
    PyObject *loop = NULL;
    if (of != NULL && pyferry_is_attached(of)) {
        run(event_loop);
        CHECK((loop = PyObject_GetAttrString(PyImport_AddModule("__main__"), "loop")) != NULL);
    }
    call->status = pyferry_asyncio_post(of, loop, run_job, &visit);
    if (call->status == PYFERRY_STATUS_OK)
        run("loop.run_once()");
    CHECK(visit.times == (call->status == PYFERRY_STATUS_OK));
    Py_XDECREF(loop);
}

static void release_later(struct call *call)
{
    const pyferry_view *of = view(call->words[0]);
    PyObject *object = NULL;
    if (of != NULL && pyferry_is_attached(of))
        CHECK((object = PyLong_FromLongLong(1LL << 40)) != NULL);
    call->status = pyferry_release_later(of, object);
}

/* Where Python has ended, so have all interpreters. */
static void check_ends_of_python(void)
{
    if (!Py_IsInitialized())
        check_ends(-1);
}

static void runtime_start(struct call *call)
{
    call->status = pyferry_runtime_start(NULL);
}

static void runtime_stop(struct call *call)
{
    call->status = pyferry_runtime_stop(strtoll(call->words[0], NULL, 10));
    check_ends_of_python();
}

static void runtime_stop_with(struct call *call)
{
    call->status = pyferry_runtime_stop_with(-1, strtoll(call->words[0], NULL, 10));
    check_ends_of_python();
}

static void runtime_info(struct call *call)
{
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    call->status = pyferry_runtime_get_info(call->words[0][0] == '-' ? NULL : &info);
    CHECK((info.version != NULL) == (call->status == PYFERRY_STATUS_OK));
}

/* ---- CPython's own ---- */

static void save(struct call *call)
{
    (void)call;
    begin()->saved = PyEval_SaveThread();
}

static void restore(struct call *call)
{
    PyEval_RestoreThread(history[number_of(call->words[0], HISTORY)].saved);
}

static void ensure(struct call *call)
{
    (void)call;
    begin()->ensured = PyGILState_Ensure();
}

static void release(struct call *call)
{
    PyGILState_Release(history[number_of(call->words[0], HISTORY)].ensured);
}

static void initialize(struct call *call)
{
    (void)call;
    leave_out_site();
    Py_InitializeEx(0);
}

static void finalize(struct call *call)
{
    (void)call;
    if (!pyferry_is_attached(NULL))
        PyEval_RestoreThread(history[number_of(call->words[0], HISTORY)].saved);
    CHECK(Py_FinalizeEx() == 0);
    check_ends_of_python();
}

static const struct {
    const char *name;
    void (*make)(struct call *call);
} calls[] = {
    { "view_main", view_main },
    { "view_current", view_current },
    { "view_clone", view_clone },
    { "view_free", view_free },
    { "view_interpreter_id", view_interpreter_id },
    { "guard_open", guard_open },
    { "guard_view", guard_view },
    { "guard_close", guard_close },
    { "attach", attach_view },
    { "attach_labeled", attach_labeled },
    { "attach_guarded", attach_guarded },
    { "detach", detach_ticket },
    { "suspend", suspend_ticket },
    { "resume", resume_ticket },
    { "copy", copy },
    { "fill", fill },
    { "spoil", spoil },
    { "is_attached", is_attached },
    { "thread_forget", thread_forget },
    { "interpreter_new", interpreter_new },
    { "interpreter_end", interpreter_end },
    { "interpreter_stop", interpreter_stop },
    { "interpreter_interrupt", interpreter_interrupt },
    { "at_end", at_end },
    { "set_report", set_report },
    { "exec", exec },
    { "eval", eval },
    { "take_exception", take_exception },
    { "call", call_function },
    { "queue", queue },
    { "queue_call", queue_call },
    { "asyncio_post", asyncio_post },
    { "release_later", release_later },
    { "runtime_start", runtime_start },
    { "runtime_stop", runtime_stop },
    { "runtime_stop_with", runtime_stop_with },
    { "runtime_info", runtime_info },
    { "PyEval_SaveThread", save },
    { "PyEval_RestoreThread", restore },
    { "PyGILState_Ensure", ensure },
    { "PyGILState_Release", release },
    { "Py_Initialize", initialize },
    { "Py_Finalize", finalize },
};

#endif
