/* harness: mode=runtime */
/* harness: leaks-not-checked=an object outlives its interpreter, and a module's functions live as long as the process */
/*
 * pyferry_python.hpp: values, calls, arrays in place, a module of C++ functions in interpreters with their own GIL, exceptions
 * both ways; objects may be destroyed on any thread, also after their interpreter.
 */
#include "pyferry_python.hpp"

#include "check.h"

#include <cmath>
#include <limits>
#include <thread>

static std::atomic<int> spawned{0};

/* Under a tool each thing is as it is the first times. */
static int times()
{
    return slowdown() > 1 ? 2 : 20;
}

static double half(double value) noexcept { return value / 2; }

static const pyferry::view *elsewhere;

static pyferry::object scope_of(const char *source)
{
    pyferry::object names = pyferry::object::steal(PyDict_New());
    CHECK(PyDict_SetItemString(names.get(), "__builtins__", PyEval_GetBuiltins()) == 0);
    pyferry::object code = pyferry::object::steal(Py_CompileString(source, "mod.py", Py_file_input));
    CHECK(code);
    auto ran = pyferry::object::steal(PyEval_EvalCode(code.get(), names.get(), names.get()));
    CHECK(ran && ran.is_none());
    return names;
}

static pyferry::object function_in(const pyferry::object &scope, const char *name)
{
    return pyferry::object::borrow(PyDict_GetItemString(scope.get(), name));
}

static void values(const pyferry::object &scope)
{
    auto same = function_in(scope, "same");
    CHECK(same);
    CHECK(*(*pyferry::call(same, true)).as<bool>());
    CHECK(*(*pyferry::call(same, -7)).as<int>() == -7);
    CHECK(*(*pyferry::call(same, 18446744073709551615ULL)).as<unsigned long long>() == 18446744073709551615ULL);
    CHECK(*(*pyferry::call(same, 2.5F)).as<double>() == 2.5);
    CHECK(*(*pyferry::call(same, "gr\xc3\xbc\xc3\x9f")).as<std::string>() == "gr\xc3\xbc\xc3\x9f");
    CHECK(*(*pyferry::call(same, std::string("a\0b", 3))).as<std::string>() == std::string("a\0b", 3));
    CHECK((*pyferry::call(same, nullptr)).is_none());
    const char *no_text = nullptr;
    CHECK((*pyferry::call(same, no_text)).is_none());
    CHECK(pyferry::call(same, same)->get() == same.get());
    CHECK(pyferry::call(same, same.get())->get() == same.get());

    auto big = *pyferry::call(same, 300);
    signed char small = 1;
    CHECK(!big.get(small) && small == 1 && !PyErr_Occurred());
    CHECK(big.as<unsigned char>().error().is(PyExc_OverflowError));
    CHECK((*pyferry::call(same, -1)).as<unsigned>().error().is(PyExc_OverflowError));
    CHECK((*pyferry::call(same, 1.5)).as<int>().error().is(PyExc_TypeError));
    CHECK(big.as<std::string>().error().is(PyExc_TypeError));
    for (double far : { 1e300, -1e39, 3.5e38 }) {
        auto number = *pyferry::call(same, far);
        float narrow = 1;
        CHECK(!number.get(narrow) && narrow == 1 && !PyErr_Occurred() && *number.as<double>() == far);
        CHECK(number.as<float>().error().is(PyExc_OverflowError));
    }
    const double endless = std::numeric_limits<double>::infinity();
    CHECK(*(*pyferry::call(same, -endless)).as<float>() == -std::numeric_limits<float>::infinity());
    CHECK(std::isnan(*(*pyferry::call(same, endless - endless)).as<float>()));
    CHECK(*(*pyferry::call(same, std::numeric_limits<float>::max())).as<float>() == std::numeric_limits<float>::max());
    CHECK(!big.attr("no_such").error().text.empty());
    CHECK(*(*pyferry::call_method(big, "bit_length")).as<int>() == 9);

    pyferry::object copy = big, moved = std::move(big);
    CHECK(copy.get() == moved.get() && !big);
    copy = nullptr;
    CHECK(!copy && moved);
}

static void arrays(const pyferry::object &scope)
{
    float floats[1000];
    for (int i = 0; i < 1000; i++)
        floats[i] = static_cast<float>(i);
    auto count = pyferry::call(function_in(scope, "double"), pyferry::array(floats, 1000));
    CHECK(count && *count->as<int>() == 1000 && floats[999] == 1998);
    const std::int16_t fixed[] = {1, -2};
    auto sum = pyferry::call(function_in(scope, "total"), pyferry::array(fixed, 2));
    CHECK(sum && *sum->as<int>() == -1);
    auto refused = pyferry::call(function_in(scope, "double"), pyferry::array(fixed, 2));
    CHECK(!refused && refused.error().is(PyExc_TypeError)); /* read only */
    CHECK(*pyferry::call(function_in(scope, "total"), pyferry::array<double>(nullptr, 0))->as<int>() == 0);
    CHECK(*pyferry::call(function_in(scope, "done"), pyferry::array(floats, 4))->as<double>() == 6);
    /* A script that keeps it finds it released; one that still uses a part is told of. */
    CHECK(pyferry::call(function_in(scope, "keep"), pyferry::array(floats, 1000)));
    auto late = pyferry::call(function_in(scope, "look"));
    CHECK(!late && late.error().is(PyExc_ValueError));
    auto used = pyferry::call(function_in(scope, "keep_part"), pyferry::array(floats, 1000));
    CHECK(!used && used.error().is(PyExc_BufferError));
    /* And of several, none is to be had any more, whichever a part is kept of; the first exception is the answer. */
    for (const char *name : { "keep_parts", "keep_parts_and_fail", "keep_pickled" }) {
        auto all = pyferry::call(function_in(scope, name), pyferry::array(floats, 4), pyferry::array(fixed, 2), pyferry::array(floats, 9));
        CHECK(!all && !PyErr_Occurred() && all.error().exception);
        CHECK(all.error().is(std::strstr(name, "fail") != nullptr ? PyExc_KeyError : PyExc_BufferError));
        CHECK(all.error().text.find("SystemError") == std::string::npos);
        auto had = pyferry::call(function_in(scope, "still_had"));
        CHECK(had && *had->as<int>() == 0);
    }
}

static void errors(const pyferry::object &scope)
{
    auto failed = pyferry::call(function_in(scope, "fail"), 3);
    CHECK(!failed && failed.error().is(PyExc_ZeroDivisionError) && !PyErr_Occurred());
    /* An argument that cannot be passed: nothing is done with the others. */
    int number = 0;
    auto refused = pyferry::call(function_in(scope, "same"), "\xff", pyferry::array(&number, 1), "\xfe", 7);
    CHECK(!refused && refused.error().is(PyExc_UnicodeDecodeError) && !PyErr_Occurred());
    CHECK(refused.error().text.find("byte 0xff") != std::string::npos);
    CHECK(failed.error().text.find("File \"mod.py\", line") != std::string::npos);
    CHECK(failed.error().text.find("ZeroDivisionError: division by zero") != std::string::npos);
    try {
        std::move(failed).value();
        CHECK(!"it throws");
    } catch (const pyferry::raised &error) {
        CHECK(std::strstr(error.what(), "ZeroDivisionError") != nullptr && error.why->is(PyExc_ZeroDivisionError));
    }
    auto told = pyferry::call(function_in(scope, "use_game"));
    CHECK(told || (std::fprintf(stderr, "%s\n", told.error().text.c_str()), false));
    CHECK(*told->as<std::string>() ==
          "MemoryError IndexError ValueError RuntimeError KeyError TypeError TypeError OverflowError");
}

/* A null object is refused wherever it is used, and `value` is as it was: an answer that nobody looked at crashes nothing. */
static void nulls()
{
    auto failed = pyferry::import("no_such_module");
    CHECK(!failed && failed.error().text.find("no_such_module") != std::string::npos);
    const pyferry::object &null = *failed;
    CHECK(!null);
    bool truth = true;
    double number = 7;
    std::string text = "as it was";
    auto kept = *pyferry::import("math");
    CHECK(!null.get(truth) && !null.get(number) && !null.get(text) && !null.get(kept) && !PyErr_Occurred());
    CHECK(truth && number == 7 && text == "as it was" && kept);
    int host[2] = {};
    const pyferry::answer<pyferry::object> answers[] = {null.attr("tick"), null.as<pyferry::object>(), pyferry::call(null),
                                                        pyferry::call(null, pyferry::array(host, 2), "\xff"),
                                                        pyferry::call_method(null, "tick", 0.016)};
    for (const auto &each : answers)
        CHECK(!each && each.error().is(PyExc_SystemError) && each.error().text.find("is null") != std::string::npos);
    CHECK(!PyErr_Occurred());
}

static void everything(pyferry::module &game)
{
    if (auto added = game.add(); !added) {
        std::fprintf(stderr, "%s\n", added.error().text.c_str());
        CHECK(!"it was added");
    }
    auto scope = scope_of("import game, array, pickle\n"
                          "def same(x): return x\n"
                          "def double(a):\n  for i in range(len(a)): a[i] *= 2\n  return len(a)\n"
                          "def total(a): return sum(a)\n"
                          "def done(a):\n  with a: return a[3]\n"
                          "def keep(a):\n  global kept\n  kept = a\n"
                          "def look(): return kept[0]\n"
                          "def keep_part(a):\n  global part\n  part = memoryview(a)[2:]\n"
                          "def keep_parts(*all):\n  global owners, parts\n"
                          "  owners = [a.obj for a in all]\n  parts = [a[1:] for a in all]\n"
                          "def keep_parts_and_fail(*all):\n  keep_parts(*all)\n  raise KeyError\n"
                          "def keep_pickled(*all):\n  global parts\n" /* of the whole, which then cannot be released */
                          "  keep_parts(*all)\n  parts = [pickle.PickleBuffer(a) for a in all]\n"
                          "def still_had():\n  had = 0\n  for a in owners:\n    try: had += len(memoryview(a))\n"
                          "    except BufferError: pass\n"
                          "  parts.clear()\n" /* CPython itself cannot collect a memoryview that a PickleBuffer is of */
                          "  return had\n"
                          "def fail(x): return x / 0\n"
                          "def use_game():\n"
                          "  assert game.spawn(1, 2.5) == 3.5 and game.half(3) == 1.5 and game.nothing() is None\n"
                          "  assert game.name('x') == 'x!' and game.call(lambda x: x + 1, 2) == 3 and game.no_name() is None\n"
                          "  for f, kind in ((game.latin, IndexError), (game.latin_too, RuntimeError)):\n" /* in no UTF-8 */
                          "    try: f()\n"
                          "    except kind as e: assert str(e) in ('caf\\\\xe9', '\\\\xe9 caf\u00e9'), ascii(e)\n"
                          "    else: assert 0\n"
                          "  names = []\n"
                          "  for f, args in ((game.memory, ()), (game.range, ()), (game.invalid, ()), (game.other, ()),\n"
                          "                  (game.call, ({}.pop, 1)), (game.half, ()), (game.half, ('x',)), (game.narrow, (300,))):\n"
                          "    try: f(*args)\n"
                          "    except Exception as e: names.append(type(e).__name__)\n"
                          "  return ' '.join(names)\n");
    for (int i = 0; i < times(); i++) {
        values(scope);
        arrays(scope);
        errors(scope);
        nulls();
    }
}

int main()
{
    pyferry::module game{"game", "the host's"};
    game.def("spawn", [](double x, double y) { spawned++; return x + y; })
        .def("half", half)
        .def("nothing", [] {})
        .def("name", [](const std::string &text) { return text + "!"; })
        .def("narrow", [](signed char value) { return value; })
        .def("call", [](pyferry::object callable, int value) { return pyferry::call(callable, value).value(); })
        .def("memory", []() -> int { throw std::bad_alloc(); })
        .def("no_name", []() -> const char * { return nullptr; })
        .def("latin", []() -> int { throw std::out_of_range("caf\xe9"); })
        .def("latin_too", []() -> int { throw std::runtime_error("\xe9 caf\xc3\xa9"); })
        .def("range", []() -> int { throw std::out_of_range("far"); })
        .def("invalid", []() -> int { throw std::invalid_argument("bad"); })
        .def("other", []() -> int { throw std::runtime_error("other"); })
        .def("elsewhere", []() -> pyferry::object {
            pyferry::attached there{*elsewhere};
            CHECK(there);
            return pyferry::call_method(*pyferry::import("operator"), "truediv", 1, 0).value();
        });

    pyferry::runtime python;
    CHECK(python);
    pyferry::view main_view = pyferry::view::main();
    pyferry::interpreter one, two;
    CHECK(one && two);
    pyferry::object outlives, from_one, crossed;
    {
        std::thread threads[] = {
            std::thread([&] { pyferry::attached here{main_view}; CHECK(here); everything(game); }),
            std::thread([&] { pyferry::attached here{one.view()}; CHECK(here); everything(game); }),
            std::thread([&] { pyferry::attached here{two.view()}; CHECK(here); everything(game); outlives = *pyferry::import("math"); }),
        };
        for (auto &thread : threads)
            thread.join();
    }
    CHECK(spawned == 3 * times());
    {
        /* What was raised in another interpreter is that one's object, and comes as text; in its own it comes as it is. */
        elsewhere = &main_view;
        const char *source = "import game\ntry: game.elsewhere()\nexcept Exception as e: caught = type(e).__name__ + '|' + str(e)\n";
        for (const pyferry::view *view : { elsewhere, &one.view() }) {
            pyferry::attached here{*view};
            CHECK(here && here.exec(source));
            std::string caught;
            CHECK(pyferry::eval("caught", caught));
            const std::string begin = caught.substr(0, caught.find('|'));
            CHECK(begin == (view == elsewhere ? "ZeroDivisionError" : "RuntimeError"));
            CHECK(caught.find("division by zero") != std::string::npos);
        }
    }
    {
        /* Made attached, destroyed where the thread is not, is in another interpreter, or on a thread that never was. */
        pyferry::attached here{one.view()};
        CHECK(here);
        auto scope = scope_of("died = []\nclass Late:\n  def __del__(self): died.append(1)\n"
                              "def count():\n  import gc\n  gc.collect()\n  return len(died)\n");
        auto late = [&] { return *pyferry::call(function_in(scope, "Late")); };
        from_one = late();
        crossed = late();
        pyferry::object on_thread = late(), held = late();
        std::thread([gone = std::move(held)]() mutable { gone.reset(); }).join(); /* which does not wait for us, who are in */
        {
            pyferry::attached inner{main_view};
            CHECK(inner);
            crossed.reset();
            pyferry::suspended away;
            CHECK(away);
            std::thread([gone = std::move(on_thread)]() mutable { gone.reset(); }).join();
        }
        { pyferry::suspended away; CHECK(away); from_one.reset(); }
        /* Without a GIL, what another thread lets go of is counted when the thread that made it comes by, or by gc.collect. */
        const auto released = [&] { return *pyferry::call(function_in(scope, "count"))->as<int>(); };
        while (released() < 4) { /* by a thread of pyferry's, which has to get in */
            pyferry::suspended away;
            sleep_ms(1);
        }
        CHECK(released() == 4);
    }
    CHECK(one.end(pyferry::forever));
    CHECK(two.end(pyferry::forever));
    outlives.reset(); /* its interpreter has ended: nothing to release */
    CHECK(!outlives);
    return 0;
}
