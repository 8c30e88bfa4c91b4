/*
 * A game loop in C++: a script thinks for two characters, each in an interpreter of its own, on threads of the host's.
 * Everything that was begun is ended by a destructor, in the right order, whatever goes wrong on the way.
 *
 * C++17, no Python.h:
 *     c++ -std=c++17 -Iinclude c_examples/raii.cpp -o raii \
 *         -Ltarget/release -Wl,-rpath,$PWD/target/release -lpyferry -pthread
 *     ./raii                                     # the python3 on PATH
 *     PYFERRY_PYTHON=/path/to/python3 ./raii     # any other, from 3.9 on: no need to build again
 */
#include <pyferry.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

using namespace std::chrono_literals;

namespace {

constexpr int FRAMES = 5;

constexpr char SCRIPT[] = "import sys\n"
                          "frames = 0\n"
                          "def think(name):\n"
                          "    global frames\n"
                          "    frames += 1\n"
                          "    print(f'{name} thinks, frame {frames}\\n', end='', flush=True)  # in one piece\n";

/* One frame of one character. Reports call it by this function's name. */
pyferry::result think(const pyferry::view &mind, const std::string &name) {
    pyferry::attached here{mind};
    if (!here) return here; /* too late, say: its status and message go to whoever asked */
    return here.exec(("think('" + name + "')").c_str(), "raii.cpp");
}

/* What may be called by a thread that is attached, and by one that is not: here nothing of Python is needed. */
void draw() {
    pyferry::suspended away;
    std::this_thread::sleep_for(2ms);
}

class character {
public:
    character(std::string name) : name_(std::move(name)) {
        /* For exceptions or_throw() makes one of any failure; without them, ask as in think(). */
        mind_.or_throw();
        pyferry::attached here = pyferry::attached{mind_, "load script"}.or_throw();
        here.exec(SCRIPT, "raii.cpp").or_throw();
    }
    ~character() { wait(); } /* its thread, and then, by its own destructor, its interpreter */

    void start() { thread_ = std::thread([this] { live(); }); }
    void wait() {
        if (thread_.joinable()) thread_.join();
    }
    bool is_well() const { return well_; }

private:
    void live() {
        for (int frame = 0; frame < FRAMES && well_; frame++) {
            if (pyferry::result thought = think(mind_, name_); !thought) {
                std::fprintf(stderr, "raii: %s: %s\n", name_.c_str(), thought.message());
                well_ = false;
            }
            draw();
        }
    }

    std::string name_;
    pyferry::interpreter mind_; /* with a GIL of its own, where there is such a thing */
    std::thread thread_;
    std::atomic<bool> well_{true};
};

bool play() {
    character knight("knight"), dragon("dragon");
    knight.start();
    dragon.start();
    knight.wait();
    dragon.wait();
    return knight.is_well() && dragon.is_well();
}

} // namespace

int main() {
    /* What a destructor cannot do, it says here: an interpreter that cannot be ended because threads are inside, say. */
    pyferry::on_lost_failure([](const char *who, const pyferry::result &why) noexcept {
        std::fprintf(stderr, "raii: the end of a %s: %s\n", who, why.message());
    });
    pyferry::result hears = pyferry::set_report([](std::string_view who) noexcept {
        std::fprintf(stderr, "raii: %.*s\n", static_cast<int>(who.size()), who.data());
    });
    if (!hears) std::fprintf(stderr, "raii: nobody hears who holds a shutdown up: %s\n", hears.message());
    pyferry::runtime python;
    if (!python) {
        std::fprintf(stderr, "raii: no Python: %s\n", python.message());
        return EXIT_FAILURE;
    }
    bool played = false;
    try {
        played = play();
    } catch (const std::exception &error) { /* pyferry::error is one */
        std::fprintf(stderr, "raii: %s\n", error.what());
    }
    /* The destructor would do; whoever wants to know how it went asks. */
    pyferry::result stopped = python.stop(5s);
    if (!stopped) std::fprintf(stderr, "raii: stopping Python: %s\n", stopped.message());
    return played && stopped ? EXIT_SUCCESS : EXIT_FAILURE;
}
