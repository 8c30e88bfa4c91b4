/*
 * A game: steps of a fixed length, jobs on threads of its own, and mods, each a folder with a script in an interpreter of its own. A
 * mod steers a hundred entities. It is reloaded when its file changes (or by R), while the game goes on with the old one; and
 * disabled with its traceback on the screen when it fails or runs away. The audio thread posts the beat to the mods.
 *
 * C++17, and SDL2 for the window and the sound; no Python.h, no libpython. In this folder (or with CMake, see CMakeLists.txt):
 *     c++ -std=c++17 -O2 -I../../include game.cpp -o game -DGAME_SDL2 $(pkg-config --cflags --libs sdl2) \
 *         -L../../target/release -Wl,-rpath,$PWD/../../target/release -lpyferry -pthread
 *     ./game                                       # R reloads, S saves, Q quits
 *     ./game --mods mods --mods bad_mods           # with one that runs away, and one that fails
 *     ./game --headless --frames 600 --save game.txt
 *
 * Without SDL2, leave out the words that have it in their names, and play it with --headless.
 */
#include "jobs.hpp"
#include "mod.hpp"
#include "sound.hpp"
#include "window.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>

using namespace std::chrono_literals;
namespace files = std::filesystem;

namespace {

constexpr double STEP = 1.0 / 60;
constexpr int ATTEMPTS = 20; // to interrupt a script
constexpr int LOADING = 20;  // times as long as a step it may take

volatile std::sig_atomic_t interrupted;

struct options {
    std::vector<std::string> mods;
    std::map<std::string, std::string> words;

    options(int count, char **arguments) {
        for (int i = 1; i < count; i++) {
            const std::string word = arguments[i];
            if (word == "--headless") words[word] = "";
            else if (word.rfind("--", 0) != 0 || i + 1 == count) throw std::runtime_error(word + ": is no option, or needs a value");
            else if (word == "--mods") mods.push_back(arguments[++i]);
            else words[word] = arguments[++i];
        }
        if (mods.empty()) mods = {"mods"};
    }
    std::string text(const char *name) const { return words.count(name) != 0 ? words.at(name) : ""; }
    std::size_t number(const char *name, std::size_t otherwise) const {
        return words.count(name) != 0 ? std::stoul(words.at(name)) : otherwise;
    }
};

class game {
public:
    explicit game(const options &asked)
        : asked_(asked), entities_(asked.number("--entities", 100)), patience_(asked.number("--patience", 250)),
          window_(asked.words.count("--headless") != 0), sound_(window_.is_open()),
          jobs_(static_cast<unsigned>(asked.number("--threads", std::max(4U, std::thread::hardware_concurrency())))) {
        game_module().def("log", [](const std::string &text) { std::printf("mod: %s\n", text.c_str()); });
        game_module().def("tone", [this](double hertz) { sound_.set_tone(hertz); });
        find_mods();
        for (slot &each : slots_) begin_load(each);
        for (slot &each : slots_) finish_load(each, true);
        if (const std::string file = asked_.text("--load"); !file.empty()) load(file);
    }

    /* However the game ends. Whoever throws in here has tried. */
    ~game() {
        for (slot &each : slots_) {
            if (each.next && is_loaded(each, true)) end_later(std::move(each.next->made));
            disable(each);
        }
    }
    game(const game &) = delete;
    game &operator=(const game &) = delete;

    void play() {
        const std::size_t frames = asked_.number("--frames", SIZE_MAX);
        const std::size_t beats = asked_.number("--beats", 0), reload_at = asked_.number("--reload-at", SIZE_MAX);
        const std::size_t fail_at = asked_.number("--fail-at", SIZE_MAX);
        keys pressed;
        auto next = mod::clock::now();
        for (; !pressed.quit && interrupted == 0 && (step_ < frames || is_loading() || heard() < beats); step_++) {
            pressed = window_.pump();
            if (pressed.reload || step_ == reload_at)
                for (slot &each : slots_) begin_load(each);
            if (pressed.save) save();
            if (step_ % 30 == 0) look_for_changes();
            for (slot &each : slots_) finish_load(each, false);
            if (step_ == fail_at) throw std::logic_error("the game itself has failed, as it was asked to");

            const auto begun = mod::clock::now();
            step();
            const std::chrono::duration<float, std::micro> took = mod::clock::now() - begun;
            if (times_.size() < frames) times_.push_back(took.count());
            draw();
            next = std::max(next + std::chrono::duration_cast<mod::clock::duration>(std::chrono::duration<double>(STEP)),
                            mod::clock::now() - 1s); // late by more than that, it does not hurry after
            // Without a window as fast as it can, but where it only waits for something.
            if (window_.is_open() || step_ >= frames) std::this_thread::sleep_until(next);
        }
        save();
        say_times();
    }

private:
    /* A mod that is being loaded. */
    struct arrival {
        std::unique_ptr<mod> made;
        std::atomic<const mod *> loading{nullptr}; // the same, while that is the job's
        std::future<void> done;
        int late = 0;
    };
    struct slot {
        files::path folder;
        std::size_t number;
        std::unique_ptr<mod> now;      // null: disabled
        std::unique_ptr<arrival> next; // null: none is on its way
        files::file_time_type written;
        std::string trouble; // why it is disabled, or was not reloaded
    };

    void find_mods() {
        std::vector<files::path> found;
        for (const std::string &folder : asked_.mods)
            for (const auto &each : files::directory_iterator(folder))
                if (files::exists(each.path() / "mod.py")) found.push_back(each.path());
        std::sort(found.begin(), found.end());
        if (found.empty()) throw std::runtime_error("there are no mods (--mods FOLDER)");
        // More than there are: some are played more than once.
        const std::size_t count = asked_.number("--count", found.size());
        for (std::size_t i = 0; i < count; i++) slots_.push_back({found[i % found.size()], i, {}, {}, {}, {}});
        for (std::size_t i = 0; i < count * entities_; i++) {
            all_.places.push_back(static_cast<float>(i * 379 % world::WIDTH));
            all_.places.push_back(static_cast<float>(i * 211 % world::HEIGHT));
        }
        all_.speeds.resize(all_.places.size());
    }

    /* --- Loading, beside the game. */

    void begin_load(slot &that) {
        if (that.next) return;
        std::error_code none;
        that.written = files::last_write_time(that.folder / "mod.py", none);
        that.next = std::make_unique<arrival>();
        that.next->done = jobs_.add([next = that.next.get(), folder = that.folder, first = that.number * entities_, count = entities_] {
            next->made = std::make_unique<mod>(folder, first, count);
            next->loading = next->made.get();
            next->made->load();
        });
    }

    /* Whether loading is over, well or not. One that takes very long is interrupted. */
    bool is_loaded(slot &that, bool wait) {
        arrival &next = *that.next;
        while (next.done.wait_for(wait ? patience_ / 4 : 0ms) != std::future_status::ready) {
            const mod *made = next.loading;
            if (made != nullptr && made->busy() > LOADING * patience_ * (next.late + 1)) {
                if (++next.late > ATTEMPTS) give_up(*made);
                made->interrupt();
            }
            if (!wait) return false;
        }
        return true;
    }

    void finish_load(slot &that, bool wait) {
        if (!that.next || !is_loaded(that, wait)) return;
        const std::unique_ptr<arrival> next = std::move(that.next);
        std::unique_ptr<mod> made = std::move(next->made);
        try {
            next->done.get();
            if (mod *old = that.now.get()) {
                auto saved = jobs_.add([old] { return old->save(); });
                await(*old, saved);
                auto restored = jobs_.add([&made, text = saved.get()] { made->restore(text); });
                await(*made, restored);
                restored.get();
                std::printf("step %zu: %s is reloaded\n", step_, that.folder.filename().c_str());
            }
            disable(that);
            that.trouble.clear();
            that.now = std::move(made);
            sound_.exchange(nullptr, that.now.get());
        } catch (const std::exception &error) {
            tell(that, that.now ? "is not reloaded" : "is not loaded", error.what());
            end_later(std::move(made));
        }
    }

    void look_for_changes() {
        for (slot &each : slots_) {
            std::error_code gone;
            const auto written = files::last_write_time(each.folder / "mod.py", gone);
            if (!gone && written != each.written) begin_load(each);
        }
    }

    bool is_loading() const {
        return std::any_of(slots_.begin(), slots_.end(), [](const slot &each) { return each.next != nullptr; });
    }

    void disable(slot &that) {
        if (!that.now) return;
        heard_ += that.now->heard();
        sound_.exchange(that.now.get(), nullptr);
        end_later(std::move(that.now));
    }

    /* Its interpreter ends beside the game. */
    void end_later(std::unique_ptr<mod> that) {
        if (!that) return;
        jobs_.add([last = std::shared_ptr<mod>(std::move(that))] {
            try {
                last->stop();
            } catch (const std::exception &error) {
                std::fprintf(stderr, "game: %s\n", error.what());
            }
        });
    }

    void tell(slot &that, const char *what, const std::string &why) {
        that.trouble = that.folder.filename().string() + " " + what + ":\n" + why;
        std::printf("step %zu: %s\n", step_, that.trouble.c_str());
    }

    /* --- Playing. */

    void step() {
        std::vector<std::pair<slot *, std::future<void>>> ticks;
        for (slot &each : slots_)
            if (each.now) ticks.emplace_back(&each, jobs_.add([this, &each] { each.now->tick(STEP, all_); }));
        for (auto &[that, tick] : ticks) await(*that->now, tick);
        for (auto &[that, tick] : ticks) {
            try {
                tick.get();
            } catch (const std::exception &error) {
                disable(*that);
                tell(*that, "is disabled", error.what());
            }
        }
        for (std::size_t i = 0; i < all_.places.size(); i++) all_.places[i] += all_.speeds[i] * static_cast<float>(STEP);
    }

    /* Waits for what runs a mod's script, and interrupts it when that takes too long. */
    template <class Result> void await(const mod &that, std::future<Result> &running) {
        for (int late = 0; running.wait_for(patience_ / 4) != std::future_status::ready;) {
            window_.pump(); // the system shall not take the window for dead
            if (that.busy() < patience_ * (late + 1)) continue;
            if (++late > ATTEMPTS) give_up(that);
            that.interrupt();
        }
    }

    /* It is in C code that does not come back: its thread cannot be joined, so nothing can be ended as it should. */
    [[noreturn]] static void give_up(const mod &that) {
        std::fprintf(stderr, "game: %s does not stop, whatever is done\n", that.file().c_str());
        std::fflush(stdout);
        std::_Exit(EXIT_FAILURE);
    }

    std::size_t heard() const {
        std::size_t sum = heard_;
        for (const slot &each : slots_) sum += each.now ? each.now->heard() : 0;
        return sum;
    }

    void draw() {
#if defined(GAME_SDL2)
        if (!window_.is_open()) return;
        window_.begin();
        for (std::size_t i = 0; i < all_.places.size() / 2; i++)
            window_.dot(all_.places[2 * i], all_.places[2 * i + 1], i / entities_);
        char line[64];
        std::snprintf(line, sizeof line, "step %zu: %.0f us", step_, static_cast<double>(times_.empty() ? 0 : times_.back()));
        int top = window_.text(8, 8, line, 2);
        for (const slot &each : slots_)
            if (!each.trouble.empty()) top = window_.text(8, top + 8, each.trouble, 3);
        window_.end();
#endif
    }

    /* --- A saved game: numbers, and of each mod its folder and the text that it wants to keep. */

    void save() {
        const std::string file = asked_.text("--save");
        if (file.empty()) return;
        std::ostringstream text;
        for (const std::vector<float> *numbers : {&all_.places, &all_.speeds}) {
            text << numbers->size();
            for (const float each : *numbers) text << ' ' << each;
            text << '\n';
        }
        for (slot &each : slots_) {
            if (!each.now) continue;
            try {
                auto saved = jobs_.add([&each] { return each.now->save(); });
                await(*each.now, saved);
                const std::string kept = saved.get();
                text << each.number << ' ' << kept.size() << ' ' << kept << '\n';
            } catch (const std::exception &error) {
                tell(each, "is not saved", error.what());
            }
        }
        // What is there stays whole until the new one is.
        const std::string beside = file + ".new";
        std::ofstream out(beside, std::ios::binary);
        out << text.str();
        out.close();
        if (!out) throw std::runtime_error("cannot write " + beside);
        files::rename(beside, file);
        std::printf("step %zu: saved\n", step_);
    }

    void load(const std::string &file) {
        std::istringstream text(read_file(file));
        const std::runtime_error bad(file + " is not a game of these mods");
        for (std::vector<float> *numbers : {&all_.places, &all_.speeds}) {
            std::size_t count = 0;
            if (!(text >> count) || count != numbers->size()) throw bad;
            for (float &each : *numbers) text >> each;
        }
        for (std::size_t number = 0, length = 0; text >> number >> length;) {
            std::string kept(length, '\0');
            text.get(); // the space
            if (number >= slots_.size() || !text.read(kept.data(), static_cast<std::streamsize>(length))) throw bad;
            slot &that = slots_[number];
            if (!that.now) continue;
            auto restored = jobs_.add([&that, kept] { that.now->restore(kept); });
            await(*that.now, restored);
            try {
                restored.get();
            } catch (const std::exception &error) {
                tell(that, "does not know its saved game", error.what());
            }
        }
        if (text.bad()) throw bad;
    }

    void say_times() {
        if (times_.empty()) return;
        std::sort(times_.begin(), times_.end());
        const auto at = [this](double part) { return static_cast<double>(times_[static_cast<std::size_t>(part * static_cast<double>(times_.size() - 1))]); };
        std::printf("%zu steps: median %.1f us, 99%% %.1f us, worst %.1f us\n", step_, at(0.5), at(0.99), at(1));
    }

    const options &asked_;
    const std::size_t entities_;
    const std::chrono::milliseconds patience_;
    world all_;
    std::vector<slot> slots_;
    std::vector<float> times_; // of each step, in microseconds
    std::size_t step_ = 0, heard_ = 0;
    window window_;
    sound sound_;
    jobs jobs_; // destroyed first, as it uses the rest
};

} // namespace

int main(int count, char **arguments) {
    std::signal(SIGINT, [](int) { interrupted = 1; });
    std::signal(SIGTERM, [](int) { interrupted = 1; });
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    try {
        const options asked(count, arguments);
        pyferry::runtime python = pyferry::runtime{}.or_throw();
        {
            game playing(asked);
            playing.play();
        }
        python.stop(1s, 10s).or_throw();
        std::puts(interrupted != 0 ? "interrupted: all has ended" : "all has ended");
        return interrupted != 0 ? 130 : EXIT_SUCCESS;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "game: %s\n", error.what());
        return EXIT_FAILURE;
    }
}
