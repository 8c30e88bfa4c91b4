/* An exception leaves the scopes of pyferry.hpp as any other way does; or_throw(), and nothing else, throws. */
#include "use.h"

#include <pyferry.hpp>

#include <stdexcept>
#include <string>
#include <type_traits>

/* harness: mode=runtime */

static void throw_in(const pyferry::view &view, int depth)
{
    pyferry::attached here{view};
    CHECK(here);
    if (depth == 0)
        throw std::out_of_range("the way out");
    pyferry::suspended away;
    throw_in(view, depth - 1);
}

template <class Throws> static pyferry_status thrown_by(Throws throws, const char *says)
{
    try {
        throws();
    } catch (const pyferry::error &error) {
        CHECK(strstr(error.what(), says) != nullptr);
        return error.status();
    }
    return PYFERRY_STATUS_OK;
}

static void through_scopes(const pyferry::view &view)
{
    for (int depth = 0; depth < 4; depth++)
        try {
            throw_in(view, depth);
            CHECK(false);
        } catch (const std::out_of_range &) {
            CHECK(!pyferry::is_attached());
        }

    pyferry::attached here{view};
    try {
        pyferry::suspended away;
        throw_in(view, 1);
    } catch (const std::out_of_range &) {
        CHECK(view.is_attached());
    }
    CHECK(here.exec("import sys"));
}

static void thrown(const pyferry::view &view)
{
    auto script = [&] {
        pyferry::attached here = pyferry::attached{view}.or_throw();
        here.or_throw().exec("x = 1").or_throw();
        here.exec("def f():\n    raise KeyError('gone')\nf()", "level.py").or_throw();
    };
    CHECK(thrown_by(script, "level.py") == PYFERRY_STATUS_PYTHON_ERROR);
    CHECK(thrown_by(script, "gone") == PYFERRY_STATUS_PYTHON_ERROR);
    CHECK(!pyferry::is_attached());
    CHECK(thrown_by([] { (void)pyferry::view::current().or_throw(); }, "not attached") == PYFERRY_STATUS_NOT_ATTACHED);
    CHECK(thrown_by([] { pyferry::result(pyferry_resume(nullptr)).or_throw(); }, "") == PYFERRY_STATUS_INVALID_ARGUMENT);
    CHECK(thrown_by([] { (void)pyferry::guard{pyferry::view()}.or_throw(); }, "") == PYFERRY_STATUS_INVALID_ARGUMENT);
    CHECK(thrown_by([&] { (void)pyferry::guard{view}.or_throw(); }, "") == PYFERRY_STATUS_OK);
}

/* The message is the object's own: it stays when something else fails, and goes where the object goes. */
static void messages_stay(const pyferry::view &view)
{
    pyferry::attached here{view};
    pyferry::result first = here.exec("raise ValueError('first')"), second = here.exec("raise ValueError('second')");
    CHECK(strstr(first.message(), "first") && strstr(second.message(), "second"));
    CHECK(pyferry::last_error() == second.message());
    pyferry::result copy = first, moved = std::move(first);
    CHECK(strcmp(copy.message(), moved.message()) == 0 && copy.status() == PYFERRY_STATUS_PYTHON_ERROR);
    CHECK(first && strcmp(first.message(), "") == 0);
    second = copy;
    CHECK(strcmp(second.message(), copy.message()) == 0);
    second = pyferry::result();
    CHECK(second && strcmp(second.message(), "") == 0);

    /* Longer than any buffer. */
    pyferry::result longest = here.exec("raise ValueError('x' * 20000)");
    CHECK(strlen(longest.message()) > 20000 && pyferry::last_error() == longest.message());
    pyferry::error error(longest.status(), longest.message());
    static_assert(std::is_nothrow_copy_constructible_v<pyferry::error>, "as every exception has to be");
    CHECK(pyferry::error(error).what() == std::string(longest.message()));
}

static pyferry::result run(const pyferry::view &view, const char *source)
{
    pyferry::attached here{view};
    if (!here)
        return here;
    return here.exec(source);
}

int main()
{
    pyferry::runtime python;
    pyferry::view view = pyferry::view::main().or_throw();
    through_scopes(view);
    thrown(view);
    messages_stay(view);
    CHECK(run(view, "pass") && run(view, "?").status() == PYFERRY_STATUS_PYTHON_ERROR);
    CHECK(python.or_throw().stop(pyferry::forever));

    pyferry::result late = run(view, "pass");
    CHECK(late.status() == PYFERRY_STATUS_CLOSED && strstr(late.message(), "interpreter"));
    CHECK(thrown_by([&] { (void)pyferry::attached{view}.or_throw(); }, "interpreter") == PYFERRY_STATUS_CLOSED);
    return 0;
}
