/* Python code that runs inside a thread's calls - destructors, weakref callbacks, trace functions, gc, hooks - uses pyferry there,
   wherever the thread is: attached, nested, letting its values go, or at its end. */
#include "reentry.h"

/* Left in the thread's state: it acts when the state is deleted. */
static const char *const leavers[] = {
    "mine.value = Acts()",
    "mine.value = reentry.capsule()",
    "mine.value = o = Plain(); ref = weakref.ref(o, reentry.act); del o",
    "mine.value = o = Plain(); weakref.finalize(o, reentry.act); del o",
    "variable = contextvars.ContextVar('variable'); variable.set(Acts()); del variable",
    "mine.value = g = generator(); next(g); del g",
};

/* Acts at once, inside pyferry_exec. */
static const char *const runners[] = {
    "del Acts().__dict__",
    "o = Plain(); r = weakref.ref(o, reentry.act); del o",
    "sys.settrace(reentry.act)\ntry: plain()\nfinally: sys.settrace(None)",
    "sys.setprofile(reentry.act)\ntry: plain()\nfinally: sys.setprofile(None)",
    "gc.callbacks.append(reentry.act)\ntry: gc.collect()\nfinally: gc.callbacks.remove(reentry.act)",
    "before = gc.get_threshold(); gc.set_threshold(1)\nfor i in range(10): o = Acts(); o.me = o\n"
    "gc.set_threshold(*before); del o; gc.collect()",
    "sys.unraisablehook = reentry.act\ntry: Raises()\nfinally: sys.unraisablehook = sys.__unraisablehook__",
    "codecs.register_error('act', lambda e: (reentry.act(), ('?', e.end))[1]); b'\\xff'.decode('ascii', 'act')",
    "sys.meta_path.insert(0, Finder)\ntry:\n    try: import no_such_module\n    except ImportError: pass\n"
    "finally: sys.meta_path.remove(Finder)",
    "compile('acts', 'acts', 'eval'); exec('reentry.act()')",
    "sorted([2, 1], key=reentry.act) if False else max([1, 2], key=lambda x: (reentry.act(), x)[1])",
};

static const char prelude[] =
    "import codecs, contextvars, gc, sys, threading, weakref, reentry\n"
    "mine = globals().get('mine') or threading.local()\n"
    "class Acts:\n"
    "    def __del__(self, act=reentry.act): act()\n"
    "class Plain: pass\n"
    "class Raises:\n"
    "    def __del__(self): raise ValueError('unraisable')\n"
    "class Finder:\n"
    "    @staticmethod\n"
    "    def find_spec(name, path, target=None): reentry.act()\n"
    "def plain(): return 1\n"
    "def generator(act=reentry.act):\n"
    "    try: yield\n"
    "    finally: act()\n";

#ifndef ACTS_EACH
#define ACTS_EACH 5
#define STATES_ARE_KEPT 1
#endif

static pyferry_view *sub;
static const pyferry_view *where;
static const char *actor;

static void prepare(void)
{
    run(prelude);
    run(actor);
}

static void *forget_outside(void *unused)
{
    outermost = attach(where);
    prepare();
    detach(outermost);
    outermost = (pyferry_token)PYFERRY_TOKEN_INIT;
    CHECK_OK(pyferry_thread_forget());
    CHECK(!pyferry_is_attached(NULL));
    return unused;
}

static void *forget_elsewhere(void *unused)
{
    pyferry_token token = attach(where);
    prepare();
    detach(token);
    const pyferry_view *other = where == sub ? neighbour : sub;
    outermost = attach(other);
    CHECK_OK(pyferry_thread_forget());
    CHECK(pyferry_is_attached(other));
    pyferry_suspension out = suspend();
    CHECK_OK(pyferry_thread_forget());
    resume(out);
    detach(outermost);
    return unused;
}

static void *end_outside(void *unused)
{
    pyferry_token token = attach(where);
    prepare();
    detach(token);
    return unused;
}

static void *end_attached(void *unused)
{
    outermost = attach(where);
    prepare();
    outermost = attach(neighbour);
    run("pass");
    return unused;
}

static void *nested(void *unused)
{
    outermost = attach(where);
    pyferry_token away = attach(neighbour), back = attach(where);
    prepare();
    detach(back);
    detach(away);
    prepare();
    detach(outermost);
    outermost = (pyferry_token)PYFERRY_TOKEN_INIT;
    return unused;
}

/* The interpreter is left by the way of others, and pinned twice. */
static void *in_suspension(void *unused)
{
    pyferry_token token = attach(where);
    prepare();
    pyferry_suspension out = suspend();
    token = attach(neighbour);
    CHECK_OK(pyferry_thread_forget());
    detach(token);
    resume(out);
    return unused; /* and ends attached */
}

static void *(*const stages[])(void *) = { forget_outside, forget_elsewhere, end_outside,
                                           end_attached,   nested,           in_suspension };

/* Who deletes what an ended thread left acts there, and interrupts whoever is inside: the next thread comes after that. */
static void wait_for_states(void)
{
#ifdef STATES_ARE_KEPT
    const pyferry_view *const all[] = { main_interpreter, sub, neighbour };
    static int alone[COUNT(all)];
    for (size_t i = 0; i < COUNT(all); i++) {
        if (alone[i] == 0)
            alone[i] = count_states_of(all[i]);
        CHECK(states_of_become(all[i], alone[i]));
    }
#endif
}

static void with_each(const char *const *actors, size_t count, size_t first_stage)
{
    for (size_t i = 0; i < count; i++) {
        if (left_out((int)i))
            continue;
        if (python_minor() == 9 && strstr(actors[i], "gc.callbacks")) /* the main interpreter's list is that of all */
            continue;
        for (size_t stage = first_stage; stage < COUNT(stages); stage++) {
            int before = acts;
            acts_allowed = acts + ACTS_EACH;
            actor = actors[i];
            wait_for_states();
            on_new_thread(stages[stage], NULL);
            for (int tries = 0; acts == before && tries < 6000; tries++)
                sleep_ms(10);
            if (acts == before)
                fprintf(stderr, "stage %zu: %s\n", stage, actor);
            CHECK(acts > before);
        }
    }
}

static void act_everywhere(void)
{
    PyThreadState *state = start_reentry();
    sub = new_interpreter();
    const pyferry_view *const places[] = { main_interpreter, sub };
    for (int i = 0; i < 2; i++) {
        where = places[i];
        with_each(leavers, COUNT(leavers), 0);
        with_each(runners, COUNT(runners), 4);
        if (!python_is_debug()) { /* CPython asserts that nobody makes an interpreter while a thread state goes */
            make_others = true;
            with_each(leavers, 1, 0);
            make_others = false;
        }
        check_works(where);
    }
    wait_for_states(); /* what acts there knows open gates or closed ones, and none that are about to close */
    /* The thread that Python calls its main thread, too. */
    nested(NULL);
    check_works(neighbour);
    gates = CLOSING;
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(neighbour);
    pyferry_view_free(sub);
}

#ifdef STATES_ARE_KEPT
int main(void)
{
    act_everywhere();
    return 0;
}
#endif
