/* harness: mode=runtime */
/* Reports name what a thread is in by the function that attached it, or by the caller's own word. */
#include "use.h"

#include <pyferry.hpp>

#include <optional>
#include <string>
#include <thread>

using namespace std::chrono_literals;

struct visitor {
    const pyferry::view &view;
    struct event in = EVENT_INIT, leave = EVENT_INIT;

    void stay(const pyferry::attached &here)
    {
        CHECK(here);
        pyferry::suspended away;
        event_set(&in);
        event_wait(&leave);
    }
};

static void render_level_five(visitor &visitor)
{
    pyferry::attached here{visitor.view};
    visitor.stay(here);
}

static void in_own_words(visitor &visitor)
{
    pyferry::attached here{visitor.view, "bake lights"};
    visitor.stay(here);
}

static void in_words_of_a_table(visitor &visitor)
{
    static const char *const table[] = { "first shader", "second shader" };
    const char *word = table[1];
    pyferry::attached here{visitor.view, pyferry::label::lasting(word)};
    visitor.stay(here);
}

static void in_lambda(visitor &visitor)
{
    [&] {
        pyferry::attached here{visitor.view};
        visitor.stay(here);
    }();
}

struct worker {
    void operator()(visitor &visitor) const { load_textures(visitor); }
    static void load_textures(visitor &visitor)
    {
        std::optional<pyferry::attached> here;
        here.emplace(visitor.view, pyferry::label::caller());
        visitor.stay(*here);
    }
};

template <class Work> static void expect(pyferry::runtime &python, const pyferry::view &view, Work work, const char *label)
{
    visitor visitor{view};
    std::thread thread([&] {
        pthread_setname_np(pthread_self(), "worker-3");
        work(visitor);
    });
    event_wait(&visitor.in);
    pyferry::result stopped = python.stop(0ms);
    if (strstr(stopped.message(), label) == nullptr)
        fprintf(stderr, "the message: %s\nlacks: %s\n", stopped.message(), label);
    CHECK(stopped.status() == PYFERRY_STATUS_TIMEOUT && python);
    CHECK(strstr(stopped.message(), label) && strstr(stopped.message(), "worker-3"));
    event_set(&visitor.leave);
    thread.join();
    CHECK(python.stop(pyferry::forever));
}

int main()
{
    const struct {
        void (*work)(visitor &);
        const char *label;
    } cases[] = {
        { render_level_five, "render_level_five" },
        { in_own_words, "bake lights" },
        { in_words_of_a_table, "second shader" },
        { in_lambda, "hpp_labels.cpp" },
        { [](visitor &visitor) { worker()(visitor); }, "load_textures" },
    };
    for (const auto &each : cases) {
        pyferry::runtime python;
        pyferry::view view = pyferry::view::main();
        expect(python, view, each.work, each.label);
    }
    return 0;
}
