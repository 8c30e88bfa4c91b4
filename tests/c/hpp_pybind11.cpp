/* harness: with=pybind11 */
/* harness: flags=-fvisibility=hidden -g0 */
/* pybind11's code and its own scopes work inside of those of pyferry.hpp, and the other way round: in main and in another
   interpreter, which is never taken for main. */
#include <Python.h>

#include "py.h"

#include <pybind11/embed.h>
#include <pyferry.hpp>

#include <thread>

namespace py = pybind11;

static long add(void)
{
    py::dict names;
    names["two"] = 2;
    return py::eval("two + 1", py::globals(), names).cast<long>();
}

static void pybind11_inside(const pyferry::view &view)
{
    pyferry::attached here{view};
    CHECK(here && add() == 3);
    {
        py::gil_scoped_acquire nested;
        CHECK(is_in(view.interpreter_id()) && add() == 3);
        pyferry::suspended away;
        CHECK(!pyferry::is_attached());
        pyferry::attached again{view};
        CHECK(again && add() == 3);
    }
    CHECK(view.is_attached());
    {
        py::gil_scoped_release away;
        CHECK(!pyferry::is_attached());
        pyferry::suspended nothing_to_do;
        CHECK(!nothing_to_do && nothing_to_do.status() == PYFERRY_STATUS_OK);
        {
            pyferry::attached back{view};
            CHECK(back && add() == 3);
        }
        CHECK(!pyferry::is_attached());
    }
    CHECK(view.is_attached() && add() == 3);
}

static void as_call_guard(const pyferry::view &view)
{
    pyferry::attached here{view};
    CHECK(here);
    py::cpp_function outside([] { return !pyferry::is_attached(); }, py::call_guard<pyferry::suspended>());
    CHECK(outside().cast<bool>() && view.is_attached());
}

/* pyferry's scopes on a thread that pybind11 has attached: to main, as it always does. */
static void pybind11_outside(const pyferry::view &main, const pyferry::view &sub)
{
    py::gil_scoped_acquire outer;
    CHECK(main.is_attached() && add() == 3);
    {
        pyferry::attached there{sub};
        CHECK(there && is_in(sub.interpreter_id()) && add() == 3);
    }
    {
        pyferry::suspended away;
        CHECK(away && !pyferry::is_attached());
    }
    pyferry::attached nested{main};
    CHECK(nested && add() == 3);
}

/* A Python exception is an ordinary C++ one, and leaves the scopes as such. */
static void exceptions(const pyferry::view &view)
{
    try {
        pyferry::attached here{view};
        CHECK(here);
        try {
            py::exec("raise KeyError('level')");
            CHECK(false);
        } catch (const py::error_already_set &error) { /* with objects inside: to be caught while attached */
            CHECK(error.matches(PyExc_KeyError));
            throw std::runtime_error(error.what());
        }
    } catch (const std::runtime_error &error) {
        CHECK(strstr(error.what(), "level") != nullptr);
    }
    CHECK(!pyferry::is_attached());
}

int main()
{
    pyferry_view *handle;
    PyThreadState *state = start_python(&handle);
    pyferry::view main = pyferry::view::adopt(handle);
    {
        pyferry::interpreter sub;
        CHECK(sub);
        for (int i = 0; i < 3; i++)
            std::thread([&] {
                pybind11_inside(main);
                pybind11_inside(sub);
                as_call_guard(main);
                exceptions(main);
                exceptions(sub);
                pybind11_outside(main, sub);
                pybind11_inside(sub);
                pybind11_inside(main);
            }).join();
        CHECK(sub.end(pyferry::forever));
    }
    finish_python(state);
    pyferry::attached late{main};
    CHECK(late.status() == PYFERRY_STATUS_CLOSED);
    return 0;
}
