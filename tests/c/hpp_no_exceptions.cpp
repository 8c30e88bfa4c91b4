/* harness: mode=runtime */
/* harness: flags=-fno-exceptions -fno-rtti -Wpedantic -Wconversion */
/* Without exceptions and RTTI, all that can fail is told by status() and message(): from a Python that cannot be found, by way of
   what was made with it, to the last use. */
#include "use.h"

#include <pyferry.hpp>

#include <new>

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "this is the build without exceptions and RTTI"
#endif

static int heard;

static void at_work(const pyferry::view &view)
{
    pyferry::attached here{view};
    CHECK(here && here.exec("import sys"));
    pyferry::result raised = here.exec("1 / 0", "game.py");
    CHECK(raised.status() == PYFERRY_STATUS_PYTHON_ERROR && strstr(raised.message(), "ZeroDivisionError"));
    pyferry::suspended away;
    CHECK(away && !pyferry::is_attached());
}

int main()
{
    {
        pyferry::runtime_options nowhere;
        nowhere.python = "/nowhere/at/all";
        pyferry::runtime python{std::move(nowhere)};
        CHECK(!python && python.status() == PYFERRY_STATUS_NO_PYTHON && strstr(python.message(), "/nowhere/at/all"));
        CHECK(python.stop(pyferry::forever).status() == PYFERRY_STATUS_NO_PYTHON);

        pyferry::view view = pyferry::view::main();
        pyferry::guard guard{view};
        pyferry::attached here{guard};
        CHECK(!view && !guard && !here && here.status() == PYFERRY_STATUS_NO_PYTHON);
        CHECK(strcmp(here.message(), view.message()) == 0 && strlen(here.message()) > 0);
        CHECK(here.exec("pass").status() == PYFERRY_STATUS_NO_PYTHON);
        CHECK(view.clone().status() == PYFERRY_STATUS_NO_PYTHON && view.interrupt().status() == PYFERRY_STATUS_NO_PYTHON);
        pyferry::interpreter none;
        pyferry::attached inside{none};
        CHECK(!none && inside.status() == PYFERRY_STATUS_NO_PYTHON && none.end(pyferry::patience).status() == inside.status());
        pyferry::suspended nothing;
        CHECK(nothing.status() == PYFERRY_STATUS_OK && pyferry::exec("pass").status() == PYFERRY_STATUS_NO_PYTHON);
    }
    CHECK(pyferry::set_report([](std::string_view) noexcept { heard++; }, std::chrono::milliseconds(1)));
    pyferry::runtime python;
    CHECK(python);
    pyferry::interpreter game;
    CHECK(game);
    at_work(game);
    pyferry::guard guard{game};
    /* Again, until somebody has heard of it: on a busy machine such a moment is over before that. */
    do
        CHECK(game.end(std::chrono::milliseconds(50)).status() == PYFERRY_STATUS_TIMEOUT);
    while (heard == 0);
    guard.close();
    CHECK(game.end(pyferry::forever) && python.stop(pyferry::forever));
    return 0;
}
