/*
 * A game with three mods, each in an interpreter of its own: sixty steps of a fixed length, and in each one positions go into
 * every mod and out of it, in place, and a number comes back. One mod runs away, is interrupted, and is disabled with its
 * traceback; one is reloaded while the game goes on.
 *
 * C++17, no Python.h, no libpython:
 *     c++ -std=c++17 -Iinclude c_examples/mods.cpp -o mods \
 *         -Ltarget/release -Wl,-rpath,$PWD/target/release -lpyferry -pthread
 *     ./mods                                     # the python3 on PATH
 *     PYFERRY_PYTHON=/path/to/python3 ./mods     # any other, from 3.9 on: no need to build again
 */
#include <pyferry_python.hpp>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

constexpr int STEPS = 60;
constexpr double STEP = 1.0 / 60;
auto patience = 250ms; // for one mod in one step; or as many milliseconds as the argument says

constexpr const char *GRAVITY = "def tick(step, heights):\n"
                                "    for i in range(len(heights)):\n"
                                "        heights[i] -= 9.81 * step * step\n"
                                "    return min(heights)\n";
constexpr const char *WIND = "import game\n"
                             "def tick(step, heights):\n"
                             "    heights[0] += 0.01\n"
                             "    return heights[0]\n";
constexpr const char *STRONGER_WIND = "import game\n"
                                      "game.log('wind 2 is here')\n"
                                      "def tick(step, heights):\n"
                                      "    heights[0] += 0.1\n"
                                      "    return heights[0]\n";
constexpr const char *GREEDY = "import game\n"
                               "steps = 0\n"
                               "def tick(step, heights):\n"
                               "    global steps\n"
                               "    steps += 1\n"
                               "    while steps > 20:    # for ever\n"
                               "        pass\n"
                               "    return steps\n";

/* The functions that mods may import. Each interpreter has a module of its own; the functions are these. */
pyferry::module &game() {
    static pyferry::module made{"game", "What a mod may ask of the game."};
    return made;
}

/* One mod: its interpreter and its function. */
class mod {
public:
    /* On any thread that is not attached. Throws what goes wrong, with the script's traceback. */
    mod(std::string name, const char *source) : name_(std::move(name)) {
        interpreter_.or_throw();
        pyferry::attached here = pyferry::attached{interpreter_.view(), "load mod"}.or_throw();
        game().add().value();
        here.exec(source, (name_ + ".py").c_str()).or_throw();
        tick_ = pyferry::import("__main__").value().attr("tick").value();
    }

    /* One step of it. Attaching again and again costs next to nothing. */
    pyferry::answer<double> step(std::vector<float> &heights) const {
        pyferry::attached here{interpreter_.view(), "step"};
        here.or_throw();
        auto result = pyferry::call(tick_, STEP, pyferry::array(heights.data(), heights.size()));
        return result ? result->as<double>() : result.error();
    }

    void interrupt() const { interpreter_.view().interrupt().or_throw(); }
    const std::string &name() const { return name_; }

private:
    std::string name_;
    pyferry::interpreter interpreter_; // ended when this mod is destroyed
    pyferry::object tick_;             // and this before it
};

/* Interrupts a step that takes too long, from a thread of its own. */
class watchdog {
public:
    watchdog() : thread_([this] { watch(); }) {}
    ~watchdog() {
        set(nullptr, true);
        thread_.join();
    }
    void begin(const mod &current) { set(&current, false); }
    void end() { set(nullptr, false); }

private:
    void set(const mod *current, bool over) {
        const std::lock_guard<std::mutex> lock(mutex_);
        current_ = current;
        over_ = over;
        changes_++;
        changed_.notify_one();
    }
    void watch() {
        std::unique_lock<std::mutex> lock(mutex_);
        while (!over_) {
            const auto seen = changes_;
            const auto moved_on = [&] { return changes_ != seen; };
            if (current_ == nullptr) changed_.wait(lock, moved_on);
            // Held meanwhile: the mod is not destroyed under our hands, and who is interrupted is who is late.
            else if (!changed_.wait_for(lock, patience, moved_on)) current_->interrupt();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    const mod *current_ = nullptr;
    unsigned long changes_ = 0;
    bool over_ = false;
    std::thread thread_; // last: it uses the rest
};

void play() {
    std::vector<std::unique_ptr<mod>> mods;
    mods.push_back(std::make_unique<mod>("gravity", GRAVITY));
    mods.push_back(std::make_unique<mod>("wind", WIND));
    mods.push_back(std::make_unique<mod>("greedy", GREEDY));
    std::vector<float> heights(1000, 100.0F);
    std::future<std::unique_ptr<mod>> reloaded;
    watchdog dog;

    for (int step = 0; step < STEPS; step++) {
        if (step == 30) // beside the game, which goes on with the old one
            reloaded = std::async(std::launch::async, [] { return std::make_unique<mod>("wind", STRONGER_WIND); });
        if (reloaded.valid() && (step == STEPS - 1 || reloaded.wait_for(0s) == std::future_status::ready)) {
            mods[1] = reloaded.get();
            std::printf("step %d: wind was reloaded\n", step);
        }
        for (auto &each : mods) {
            if (!each) continue;
            dog.begin(*each);
            auto result = each->step(heights);
            dog.end();
            if (result) continue;
            std::printf("step %d: %s is disabled:\n%s\n", step, each->name().c_str(), result.error().text.c_str());
            each.reset(); // ends its interpreter
        }
    }
    std::printf("%d steps: heights are %.2f to %.2f\n", STEPS, static_cast<double>(heights[1]), static_cast<double>(heights[0]));
}

} // namespace

int main(int argc, char **argv) {
    if (argc > 1) patience = std::chrono::milliseconds{std::strtol(argv[1], nullptr, 10)};
    game().def("log", [](const std::string &text) { std::printf("mod: %s\n", text.c_str()); });
    try {
        pyferry::runtime python = pyferry::runtime{}.or_throw();
        play();
        python.stop(10s).or_throw();
        return EXIT_SUCCESS;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "mods: %s\n", error.what());
        return EXIT_FAILURE;
    }
}
