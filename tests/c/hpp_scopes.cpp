/* The scopes of pyferry.hpp leave a thread as it was, however they are left: at their end, by return, moved, ended early, given
   away to C and taken back; and letting go on a thread that is not attached is nothing. */
/* harness: not-on=windows not ported: it asks glibc whether a thread has ended */
#include "py.h"

#include <pyferry.hpp>

#include <optional>
#include <utility>

static void in_order(const pyferry::view &main, const pyferry::view &sub)
{
    CHECK(!pyferry::is_attached());
    {
        pyferry::attached here{main};
        CHECK(here && here.status() == PYFERRY_STATUS_OK && strcmp(here.message(), "") == 0);
        CHECK(main.is_attached() && !sub.is_attached() && is_in(main.id()));
        {
            pyferry::attached there{sub};
            CHECK(there && sub.is_attached() && !main.is_attached());
            pyferry::attached again{main};
            CHECK(again && main.is_attached());
            pyferry::suspended away;
            CHECK(away && !pyferry::is_attached());
            pyferry::attached back{sub};
            CHECK(back && sub.is_attached());
        }
        CHECK(main.is_attached());
        CHECK(here.exec("import sys; assert sum([1, 2]) == 3"));
    }
    CHECK(!pyferry::is_attached());
}

/* Code runs in the interpreter of the scope it is given to, or not at all. */
static void exec_of_the_outer(const pyferry::view &view, const pyferry::view &other)
{
    pyferry::guard guard{view};
    pyferry::attached by_view{view}, by_guard{guard};
    for (pyferry::attached *here : { &by_view, &by_guard }) {
        pyferry::attached inner{view};
        CHECK(here->exec("x = 1") && inner.exec("assert x == 1"));
        {
            pyferry::attached there{other};
            pyferry::result refused = here->exec("raise SystemExit");
            CHECK(refused.status() == PYFERRY_STATUS_WRONG_ORDER && refused.message() == pyferry::last_error());
            CHECK(there.exec("import sys") && other.is_attached());
            pyferry::attached again{view};
            CHECK(again && here->exec("assert x == 1"));
        }
        CHECK(*here && here->exec("assert x == 1"));
        pyferry::suspended away;
        CHECK(here->exec("x = 2").status() == PYFERRY_STATUS_NOT_ATTACHED);
    }
}

static bool early(const pyferry::view &view, int where)
{
    pyferry::attached here{view};
    if (!here || where == 0)
        return false;
    for (int i = 0; i < 3; i++) {
        pyferry::suspended away;
        if (where == 1)
            return false;
        if (i == 1)
            continue;
        pyferry::attached inside{view};
        if (!inside || where == 2)
            return false;
    }
    return true;
}

static pyferry::attached attach_there(const pyferry::view &view)
{
    pyferry::attached made{view};
    return made;
}

static void moved(const pyferry::view &view)
{
    {
        pyferry::attached one = attach_there(view);
        CHECK(one && view.is_attached());
        pyferry::attached two = std::move(one);
        CHECK(two && !one && one.status() == PYFERRY_STATUS_OK && view.is_attached());
        pyferry::suspended away;
        pyferry::suspended still_away = std::move(away);
        CHECK(still_away && !away && away.status() == PYFERRY_STATUS_OK && !pyferry::is_attached());
    }
    CHECK(!pyferry::is_attached());
    std::optional<pyferry::attached> maybe;
    maybe.emplace(view, "by hand");
    CHECK(*maybe && view.is_attached());
    maybe.reset();
    CHECK(!pyferry::is_attached());
}

static void ended_early(const pyferry::view &view)
{
    pyferry::attached here{view};
    CHECK(here);
    {
        pyferry::suspended away;
        CHECK(away.resume() && view.is_attached());
        CHECK(!away && away.status() == PYFERRY_STATUS_OK && away.resume());
    }
    CHECK(view.is_attached());
    CHECK(here.detach() && !here && !pyferry::is_attached());
    CHECK(here.detach().status() == PYFERRY_STATUS_STALE_TOKEN);
    CHECK(here.exec("raise SystemExit").status() == PYFERRY_STATUS_STALE_TOKEN);
}

static void given_and_taken(const pyferry::view &view)
{
    pyferry_token token;
    pyferry_suspension suspension;
    {
        pyferry::attached here{view};
        pyferry::suspended away;
        suspension = away.release();
        token = here.release();
        CHECK(!here && !away);
    }
    CHECK_OK(pyferry_resume(&suspension));
    CHECK(view.is_attached());
    {
        pyferry::attached here = pyferry::attached::adopt(token);
        CHECK(here && here.exec("pass"));
        CHECK_OK(pyferry_suspend(&suspension));
        pyferry::suspended away = pyferry::suspended::adopt(suspension);
        CHECK(away);
    }
    CHECK(!pyferry::is_attached());
    pyferry::attached nothing = pyferry::attached::adopt(pyferry_token PYFERRY_TOKEN_INIT);
    CHECK(!nothing);
}

static void not_attached(void)
{
    std::string before = pyferry::last_error();
    {
        pyferry::suspended away;
        CHECK(!away && away.status() == PYFERRY_STATUS_OK);
        pyferry::suspended twice;
        CHECK(!twice && twice.resume());
    }
    CHECK(!pyferry::is_attached() && pyferry::last_error() == before);
}

static void views(const pyferry::view &view)
{
    pyferry::view empty, other = view.clone();
    CHECK(!empty && !empty.is_attached() && empty.id() == -1 && empty.interpreter_id() == -1 && !empty.clone());
    CHECK(empty.interrupt().status() == PYFERRY_STATUS_INVALID_ARGUMENT);
    pyferry::attached nowhere{empty};
    CHECK(!nowhere && nowhere.status() == PYFERRY_STATUS_INVALID_ARGUMENT && strlen(nowhere.message()) > 0);

    CHECK(other && other.id() == view.id() && other.get() != nullptr);
    other = pyferry::view::adopt(other.release());
    pyferry::view &self = other;
    other = std::move(self);
    empty = std::move(other);
    CHECK(empty && !other);
    other = pyferry::view::current();
    CHECK(!other && other.status() == PYFERRY_STATUS_NOT_ATTACHED);
    other = std::move(empty);
    CHECK(other && other.status() == PYFERRY_STATUS_OK && strcmp(other.message(), "") == 0);
    pyferry::attached here{other};
    pyferry::view current = pyferry::view::current();
    CHECK(here && current.id() == pyferry_view_interpreter_id(view.get()));
}

static void *run_away(void *view)
{
    pyferry::attached here{*static_cast<pyferry::view *>(view)};
    pyferry::result interrupted = here.exec("import time\nwhile True: time.sleep(0.001)");
    CHECK(interrupted.status() == PYFERRY_STATUS_PYTHON_ERROR && strstr(interrupted.message(), "KeyboardInterrupt"));
    return nullptr;
}

static void interrupted(pyferry::view &view)
{
    pthread_t thread = thread_start(run_away, &view);
    while (pthread_tryjoin_np(thread, nullptr) != 0) { /* it may not be there yet */
        CHECK(view.interrupt());
        sleep_ms(1);
    }
}

static void *all(void *argument)
{
    pyferry::view *both = static_cast<pyferry::view *>(argument);
    in_order(both[0], both[1]);
    in_order(both[1], both[0]);
    exec_of_the_outer(both[0], both[1]);
    exec_of_the_outer(both[1], both[0]);
    for (pyferry::view *view = both; view < both + 2; view++) {
        for (int where = 0; where < 4; where++) {
            CHECK(early(*view, where) == (where == 3));
            CHECK(!pyferry::is_attached());
        }
        moved(*view);
        ended_early(*view);
        given_and_taken(*view);
        views(*view);
        interrupted(*view);
        not_attached();
    }
    CHECK(pyferry::thread_forget());
    return nullptr;
}

/* What others attached is let go of as well, and is there again afterwards. */
static void on_the_hosts_own(const pyferry::view &main, const pyferry::view &sub)
{
    PyThreadState *mine = PyThreadState_Get();
    {
        pyferry::suspended away;
        CHECK(away && !pyferry::is_attached());
        pyferry::attached there{sub};
        CHECK(there);
    }
    CHECK(PyThreadState_Get() == mine && main.is_attached());
    CHECK(pyferry::exec("import sys"));

    /* Also where it goes elsewhere by CPython's own means, scopes know their interpreter. */
    pyferry::attached here{main};
    PyThreadState *other = Py_NewInterpreter();
    CHECK(other != nullptr && here.exec("raise SystemExit").status() == PYFERRY_STATUS_WRONG_ORDER && here);
    Py_EndInterpreter(other);
    PyThreadState_Swap(mine);
    CHECK(here.exec("import sys"));
}

int main()
{
    pyferry_view *handle;
    PyThreadState *state = start_python(&handle);
    {
        pyferry::interpreter sub;
        CHECK(sub);
        pyferry::view both[] = { pyferry::view::adopt(handle), sub.view().clone() };
        on_new_thread(all, both);
        all(both);
        PyEval_RestoreThread(state);
        on_the_hosts_own(both[0], both[1]);
        state = PyEval_SaveThread();
        CHECK(sub.end(pyferry::forever) && !sub);
    }
    finish_python(state);
    return 0;
}
