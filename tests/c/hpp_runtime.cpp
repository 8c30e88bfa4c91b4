/* harness: mode=runtime */
/* A pyferry::runtime is one start, taken back once: by stop(), by the destructor, by whoever it was moved or given to; also when
   it is of static storage, and ends with the process. */
#include "use.h"

#include <pyferry.hpp>

#include <memory>
#include <string>
#include <type_traits>

using namespace std::chrono_literals;

static_assert(std::is_nothrow_move_constructible_v<pyferry::runtime> && !std::is_copy_constructible_v<pyferry::runtime>, "");
static_assert(std::is_nothrow_move_assignable_v<pyferry::runtime> && std::is_nothrow_move_assignable_v<pyferry::interpreter>, "");
/* What an attach came to can be had from it; but it is none, so that nobody takes a part of it for the whole. */
static_assert(!std::is_base_of_v<pyferry::result, pyferry::attached> && !std::is_base_of_v<pyferry::result, pyferry::runtime>,
              "");
static_assert(std::is_convertible_v<const pyferry::attached &, pyferry::result>, "");
static_assert(std::is_nothrow_destructible_v<pyferry::runtime> && std::is_nothrow_destructible_v<pyferry::interpreter>,
              "so that they may be members of any class");
static_assert(!std::is_nothrow_destructible_v<pyferry::attached> && !std::is_nothrow_destructible_v<pyferry::suspended>,
              "so that a thread which CPython ends in there, up to 3.13.7, ends no process");

/* A host's own class, with a base whose destructor is virtual, and so noexcept. */
struct engine_interface {
    virtual ~engine_interface() = default;
};
struct engine : engine_interface {
    pyferry::runtime python;
    pyferry::interpreter game;
};

static bool runs(void)
{
    pyferry::view view = pyferry::view::main();
    pyferry::attached here{view};
    return here && here.exec("import sys");
}

static void counted(void)
{
    pyferry::runtime one;
    CHECK(one && one.status() == PYFERRY_STATUS_OK && runs());
    {
        pyferry::runtime two, moved = std::move(two);
        CHECK(moved && !two);
    }
    CHECK(runs());
    pyferry::runtime three;
    CHECK(three.release() && !three && !three.release());
    pyferry::runtime taken = pyferry::runtime::adopt();
    CHECK(taken.stop(0ms) && !taken && taken.stop(0ms) && runs());
    CHECK(one.stop(5s) && !one && !runs());
}

/* Assigned to, an owner gives back first what it had. */
static void assigned(void)
{
    pyferry::runtime one, two;
    {
        pyferry::interpreter game, level;
        pyferry::view gone = game.view().clone(), stays = level.view().clone();
        game = std::move(level);
        CHECK(game && !level && game.view().id() == stays.id());
        CHECK(pyferry::attached{gone}.status() == PYFERRY_STATUS_CLOSED && pyferry::attached{stays});
        pyferry::interpreter &self = game;
        game = std::move(self);
        CHECK(game && pyferry::attached{game});
        CHECK(game.interrupt());
        game = pyferry::interpreter{};
        CHECK(game && pyferry::attached{stays}.status() == PYFERRY_STATUS_CLOSED);
        game = pyferry::interpreter::adopt(pyferry::view());
        CHECK(!game && !game.interrupt());
    }
    one = std::move(two);
    CHECK(one && !two && runs());
    pyferry::runtime &self = one;
    one = std::move(self);
    CHECK(one && runs());
    one = pyferry::runtime::adopt(); /* of a start that was given away */
    CHECK(one && !runs() && one.release());
}

static void informs(void)
{
    pyferry::runtime_info none = pyferry::runtime::info();
    CHECK(!none && none.status() == PYFERRY_STATUS_NO_PYTHON && none->version == nullptr && strlen(none.message()) > 0);
    pyferry::runtime python;
    pyferry::runtime_info info = pyferry::runtime::info();
    pyferry_runtime_info plain = PYFERRY_RUNTIME_INFO_INIT;
    CHECK_OK(pyferry_runtime_get_info(&plain));
    CHECK(info && info->version == plain.version && (*info).version_number == plain.version_number);
}

static void named(void)
{
    pyferry::runtime_options options;
    options.python = getenv("PYFERRY_TEST_LIBPYTHON");
    pyferry::runtime python{std::move(options)};
    CHECK(python && runs());
}

static void set_up(void)
{
    pyferry::runtime_options options;
    options.flags = PYFERRY_RUNTIME_ISOLATED | PYFERRY_RUNTIME_NO_SITE;
    options.arguments = {"game", "--level", "2"};
    options.search_paths = {"scripts", "more scripts"};
    options.stack_size = 16 << 20;
    pyferry::runtime python{std::move(options)};
    CHECK(python);
    pyferry::view view = pyferry::view::main();
    pyferry::attached here{view};
    CHECK(here && here.exec("import sys\n"
                            "assert sys.argv == ['game', '--level', '2'], sys.argv\n"
                            "assert sys.path[:2] == ['scripts', 'more scripts'], sys.path\n"
                            "assert sys.flags.isolated and sys.flags.no_site"));
}

static void in_a_class(void)
{
    std::unique_ptr<engine_interface> of_base;
    auto made = std::make_unique<engine>();
    CHECK(made->python && made->game);
    {
        pyferry::attached here{made->game};
        CHECK(here && here.exec("import sys"));
    }
    of_base = std::move(made);
    of_base.reset();
    CHECK(!runs());
}

static pyferry::runtime &to_the_end(void)
{
    static pyferry::runtime python;
    return python;
}

static void hear(int64_t, int32_t stream, const char *bytes, size_t length, void *heard)
{
    CHECK(stream == 1);
    static_cast<std::string *>(heard)->append(bytes, length);
}

/* What scripts print goes to the host, and the host is told of the end: by a callable, which goes then. */
static void prints_and_ends(void)
{
    std::string of_all, of_game;
    auto alive = std::make_shared<int>(0);
    pyferry::runtime_options options;
    options.output = hear;
    options.output_data = &of_all;
    pyferry::runtime python{options};
    CHECK(python);
    pyferry::interpreter game{0, hear, &of_game};
    for (const char *end : { "first", "last" })
        CHECK(game.view().at_end([end, alive]() noexcept {
            pyferry::result ran = pyferry::exec((std::string("print('") + end + "')").c_str());
            CHECK(ran);
            ++*alive;
        }));
    CHECK(alive.use_count() == 3 && game.end(pyferry::forever));
    CHECK(*alive == 2 && alive.use_count() == 1 && of_game == "last\nfirst\n");
    CHECK(game.view().at_end([alive]() noexcept {}).status() == PYFERRY_STATUS_CLOSED && alive.use_count() == 1);
    CHECK(pyferry::view().at_end([]() noexcept {}).status() == PYFERRY_STATUS_INVALID_ARGUMENT);
    {
        pyferry::view view = pyferry::view::main();
        pyferry::attached here{view};
        CHECK(here.exec("print('all')") && of_all == "all\n");
    }
    CHECK(python.stop(pyferry::forever));
}

int main()
{
    CHECK(!runs());
    informs();
    prints_and_ends();
    counted();
    assigned();
    named();
    set_up();
    in_a_class();
    pyferry::on_lost_failure([](const char *who, const pyferry::result &why) noexcept {
        fprintf(stderr, "%s: %s\n", who, why.message());
        _exit(1);
    });
    CHECK(to_the_end() && runs());
    return 0;
}
