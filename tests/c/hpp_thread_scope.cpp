/* A thread_scope finishes what its thread leaves in Python on that thread, before it ends; eval and take_exception are as in C. */
#include "py.h"

#include <pyferry.hpp>

#include <string>
#include <thread>

int main()
{
    initialize_python();
    pyferry::view view = pyferry::view::main();
    PyThreadState *state = PyEval_SaveThread();
    {
        pyferry::attached here{view};
        CHECK(bool(here.exec("import threading\n"
                             "mine = threading.local()\n"
                             "def wait():\n"
                             "    try: yield\n"
                             "    finally: ended.append(threading.get_ident())\n"
                             "ended = []")));
    }
    for (int i = 0; i < 3; i++) {
        std::thread([&] {
            std::string ident;
            {
                pyferry::thread_scope whole;
                pyferry::attached here{view};
                CHECK(bool(here.exec("mine.waiting = wait()\nnext(mine.waiting)")));
                CHECK(bool(pyferry::eval("threading.get_ident()", ident)));
            }
            pyferry::attached here{view};
            CHECK(bool(here));
            std::string ended = "before";
            CHECK(pyferry::eval("1 / 0", ended).status() == PYFERRY_STATUS_PYTHON_ERROR && ended == "before");
            CHECK(bool(pyferry::eval("ended.pop()", ended)) && ended == ident);
            CHECK(bool(pyferry::eval("'\\u00fc' * 9", ended, nullptr, 5)) && ended == "\xc3\xbc\xc3\xbc");
            /* A value has as many characters as there is room for, of each length, and a NUL is one of them. */
            for (const char *one : { "\\0", "x", "\\u00fc", "\\u20ac", "\\U0001f600" })
                for (std::size_t limit = 0; limit < 14; limit++) {
                    std::string source = "'" + std::string(one) + "' * ", whole, cut, first;
                    CHECK(bool(pyferry::eval((source + "1").c_str(), first)));
                    CHECK(bool(pyferry::eval((source + "20").c_str(), whole)) && whole.size() == 20 * first.size());
                    CHECK(bool(pyferry::eval((source + "20").c_str(), cut, nullptr, limit)));
                    CHECK(cut == whole.substr(0, limit - limit % first.size()));
                    CHECK(bool(pyferry::eval((source + "20").c_str(), cut, nullptr, whole.size())) && cut == whole);
                }
            CHECK(bool(pyferry::take_exception()));
            PyErr_SetString(PyExc_ValueError, "set");
            CHECK(pyferry::take_exception().status() == PYFERRY_STATUS_PYTHON_ERROR && PyErr_Occurred() == nullptr);
        }).join();
    }
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
