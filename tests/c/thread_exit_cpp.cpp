/* C++ thread_local objects may use pyferry in their destructors, whether they were made before the thread's first call of it or
   after, and leave no thread state behind. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;
static int destroyed;

static void goes_in()
{
    run_in(sub, "import threading; mine = threading.local(); mine.value = [1]");
}

static void goes_to_and_fro()
{
    pyferry_token token = attach(main_interpreter), away = attach(sub), back = attach(main_interpreter);
    CHECK(is_in(0));
    PyGILState_Release(PyGILState_Ensure());
    pyferry_suspension out = suspend();
    resume(out);
    detach(back);
    detach(away);
    detach(token);
}

static void opens_a_guard()
{
    pyferry_guard *guard;
    pyferry_token token;
    CHECK_OK(pyferry_guard_open(sub, &guard));
    CHECK_OK(pyferry_attach_guarded(guard, &token));
    detach(token);
    pyferry_guard_close(guard);
}

static void is_refused()
{
    pyferry_token token = PYFERRY_TOKEN_INIT;
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_STALE_TOKEN);
    CHECK_STATUS(pyferry_exec("import sys", NULL), PYFERRY_STATUS_NOT_ATTACHED);
    last_error();
}

static void forgets()
{
    goes_in();
    CHECK_OK(pyferry_thread_forget());
}

template <void (*use)()> struct AtEnd {
    bool made = true;
    ~AtEnd()
    {
        CHECK(!pyferry_is_attached(NULL));
        use();
        __atomic_fetch_add(&destroyed, 1, __ATOMIC_SEQ_CST);
    }
};

static void make_objects()
{
    static thread_local AtEnd<goes_in> one;
    static thread_local AtEnd<goes_to_and_fro> two;
    static thread_local AtEnd<opens_a_guard> three;
    static thread_local AtEnd<is_refused> four;
    static thread_local AtEnd<forgets> five;
    CHECK(one.made && two.made && three.made && four.made && five.made);
}

/* As a host's own RAII class; the thread ends with it open. */
struct Attachment {
    pyferry_token token = PYFERRY_TOKEN_INIT;
    ~Attachment()
    {
        CHECK_OK(pyferry_detach(&token));
        CHECK(!pyferry_is_attached(NULL));
        __atomic_fetch_add(&destroyed, 1, __ATOMIC_SEQ_CST);
    }
};

static void *with_objects_before(void *unused)
{
    make_objects();
    goes_in();
    return unused;
}

static void *with_objects_after(void *unused)
{
    goes_in();
    make_objects();
    return unused;
}

static void *with_objects_only(void *unused)
{
    make_objects();
    return unused;
}

static void *attached_by_object_before(void *unused)
{
    static thread_local Attachment attachment;
    attachment.token = attach(sub);
    return unused;
}

static void *attached_by_object_after(void *unused)
{
    goes_in();
    static thread_local Attachment attachment;
    attachment.token = attach(sub);
    return unused;
}

int main()
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    run_in(sub, "import threading");
    int in_main = count_states_of(main_interpreter), in_sub = count_states_of(sub);
    struct {
        void *(*live)(void *);
        int objects;
    } const lives[] = {
        { with_objects_before, 5 },       { with_objects_after, 5 },       { with_objects_only, 5 },
        { attached_by_object_before, 1 }, { attached_by_object_after, 1 },
    };
    for (int round = 0; round < 10; round++)
        for (const auto &life : lives) {
            destroyed = 0;
            on_new_thread(life.live, NULL);
            CHECK(destroyed == life.objects);
            CHECK(states_of_become(main_interpreter, in_main) && states_of_become(sub, in_sub));
        }
    CHECK_OK(pyferry_interpreter_end(sub, 0));
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
