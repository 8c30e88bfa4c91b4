/* harness: mode=runtime */
/* harness: timeout=60 */
/* A pyferry::queue takes jobs as callables, small ones without an allocation and others on the heap; each is called once, and
   destroyed then, whether it ran or the queue went first. */
#include "use.h"

#include <pyferry_python.h>
#include <pyferry_queue.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

static std::atomic<int> allocations;
static thread_local bool counts;

void *operator new(std::size_t size)
{
    allocations += counts;
    void *made = malloc(size);
    CHECK(made != nullptr);
    return made;
}
void operator delete(void *made) noexcept
{
    free(made);
}
void operator delete(void *made, std::size_t) noexcept
{
    free(made);
}

static void small_ones(const pyferry::view &view)
{
    pyferry::queue queue{view, {4, false, nullptr, nullptr, nullptr, nullptr}};
    CHECK(queue && queue.length() == 0 && queue.run());
    static int ran, closed;
    ran = closed = 0;
    const auto job = [&view](pyferry_status status) noexcept {
        CHECK(view.is_attached() == (status == PYFERRY_STATUS_OK));
        (status == PYFERRY_STATUS_OK ? ran : closed)++;
    };
    counts = true;
    for (int i = 0; i < 4; i++)
        CHECK_OK(queue.post(job));
    CHECK(queue.post(job) == PYFERRY_STATUS_QUEUE_FULL && queue.length() == 4);
    counts = false;
    CHECK(allocations == 0);
    std::size_t count = 0;
    CHECK(queue.run(3, std::chrono::microseconds(-1), &count) && count == 3 && ran == 3);
    pyferry::queue moved = std::move(queue);
    CHECK(moved && !queue && queue.post(job) == PYFERRY_STATUS_INVALID_ARGUMENT);
    moved = pyferry::queue();
    CHECK(ran == 3 && closed == 1);
}

static void owned_ones(const pyferry::view &view)
{
    auto alive = std::make_shared<int>(0);
    const auto job = [alive](pyferry_status status) noexcept { *alive += status == PYFERRY_STATUS_OK ? 1 : 100; };
    {
        pyferry::queue queue{view, {1, false, nullptr, nullptr, nullptr, nullptr}};
        CHECK_OK(queue.post_owned(job));
        CHECK(queue.post_owned(job) == PYFERRY_STATUS_QUEUE_FULL && alive.use_count() == 3);
        CHECK(queue.run() && *alive == 1 && alive.use_count() == 2);
        CHECK_OK(queue.post_owned(job));
    }
    CHECK(*alive == 101 && alive.use_count() == 2);
}

static std::atomic<int> calls;
static void count_a_call(pyferry_status status) noexcept { calls += status == PYFERRY_STATUS_OK; }

static void with_a_worker(const pyferry::view &view)
{
    pyferry::queue queue{view, {0, true, nullptr, nullptr, nullptr, nullptr}};
    CHECK(queue);
    const std::thread::id here = std::this_thread::get_id();
    int value = 0;
    CHECK(queue.call([&](pyferry_status status) noexcept {
        CHECK(status == PYFERRY_STATUS_OK && std::this_thread::get_id() != here && view.is_attached());
        std::string text;
        CHECK(pyferry::eval("6 * 7", text));
        value = std::stoi(text);
    }));
    CHECK(value == 42);
    /* Also one that is const, and a function. */
    const auto constant = [&value](pyferry_status status) noexcept { value += status == PYFERRY_STATUS_OK; };
    CHECK(queue.call(constant) && queue.call(std::move(constant)) && value == 44);
    CHECK(queue.call(count_a_call) && calls == 1);
}

static void with_a_loop(const pyferry::view &view)
{
    PyObject *loop = nullptr, *coroutine = nullptr, *value = nullptr;
    {
        pyferry::attached here{view};
        CHECK(here.exec("import asyncio\nloop = asyncio.SelectorEventLoop()\nasync def answer(): return 42"));
        PyObject *module = PyImport_AddModule("__main__");
        loop = PyObject_GetAttrString(module, "loop");
        coroutine = PyObject_CallMethod(module, "answer", nullptr);
        CHECK(loop != nullptr && coroutine != nullptr);
    }
    std::thread runs([&] {
        pyferry::attached here{view};
        CHECK(here.exec("loop.run_forever()\nloop.close()"));
    });
    CHECK(pyferry::await_on_loop(view, loop, coroutine, pyferry::forever, &value) && value != nullptr);
    auto alive = std::make_shared<int>(0);
    CHECK(pyferry::post_to_loop(view, loop, [alive](pyferry_status status) noexcept {
        CHECK(status == PYFERRY_STATUS_OK && pyferry::exec("loop.stop()"));
        *alive = 1;
    }));
    runs.join();
    CHECK(*alive == 1 && alive.use_count() == 1);
    for (PyObject *object : {loop, coroutine, value})
        CHECK_OK(pyferry_release_later(view.get(), object));
    CHECK(pyferry::post_to_loop(view, nullptr, [](pyferry_status) noexcept {}).status() == PYFERRY_STATUS_INVALID_ARGUMENT);

    /* What uses a view that failed has the same failure again. */
    pyferry::view failed = pyferry::view::current();
    pyferry::queue queue{failed};
    const pyferry::result made = queue;
    const pyferry::result posted = pyferry::post_to_loop(failed, loop, [alive](pyferry_status) noexcept { *alive = 2; });
    const pyferry::result awaited = pyferry::await_on_loop(failed, loop, coroutine, pyferry::forever);
    for (auto *refused : { &made, &posted, &awaited })
        CHECK(refused->status() == PYFERRY_STATUS_NOT_ATTACHED && strcmp(refused->message(), failed.message()) == 0);
    CHECK(*alive == 1 && alive.use_count() == 1);
}

int main()
{
    pyferry::queue none, refused{pyferry::view()};
    CHECK(!none && none.status() == PYFERRY_STATUS_OK && !refused && refused.status() == PYFERRY_STATUS_INVALID_ARGUMENT);
    pyferry::runtime python;
    pyferry::view view = pyferry::view::main();
    small_ones(view);
    owned_ones(view);
    with_a_worker(view);
    with_a_loop(view);
    CHECK(python.stop(pyferry::forever));
    pyferry::queue late{view};
    CHECK(!late && late.status() == PYFERRY_STATUS_CLOSED);
    return 0;
}
