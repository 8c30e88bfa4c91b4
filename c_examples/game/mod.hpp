/* A mod: a folder with a mod.py, which has on_tick and, if it likes, on_event, save and restore. */
#ifndef GAME_MOD_HPP
#define GAME_MOD_HPP

#include "home.hpp"
#include <pyferry_queue.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

/* x, y of each entity, and how fast it moves. Each mod steers a range of them. */
struct world {
    static constexpr int WIDTH = 960, HEIGHT = 540;
    std::vector<float> places, speeds;
};

/* What mods `import game` for. Made before the first of them, once. */
inline pyferry::module &game_module() {
    static pyferry::module made{"game", "What a mod may ask of the game."};
    return made;
}

inline std::string read_file(const std::filesystem::path &path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) throw std::runtime_error("cannot read " + path.string());
    return text.str();
}

class mod {
public:
    using clock = std::chrono::steady_clock;

    /* Any thread that is not in Python; takes some ten milliseconds. */
    mod(const std::filesystem::path &folder, std::size_t first, std::size_t count)
        : file_((folder / "mod.py").string()), first_(first), count_(count) {}

    /* Runs the script. Throws what goes wrong, a traceback if there is one. */
    void load() {
        const std::string source = read_file(file_);
        {
            [[maybe_unused]] const auto here = home_.enter("load mod");
            const running now(*this);
            const pyferry::object game = game_module().add().value();
            for (const auto &[name, value] : {std::pair{"WIDTH", world::WIDTH}, std::pair{"HEIGHT", world::HEIGHT}}) {
                const auto number = pyferry::object::steal(PyLong_FromLong(value));
                if (!number || PyObject_SetAttrString(game.get(), name, number.get()) < 0) throw pyferry::raised(pyferry::python_error::take());
            }
            names_ = home_.run(source, file_);
            on_tick_ = names_.attr("on_tick").value();
            on_event_ = find("on_event");
        }
        events_ = pyferry::queue{home_.view()}.or_throw();
    }

    /* One step, and before it the events that were posted. On any thread, but one at a time. */
    void tick(double seconds, world &all) {
        [[maybe_unused]] const auto here = home_.enter("tick");
        const running now(*this);
        events_.run().or_throw();
        if (event_error_) throw pyferry::raised(*std::exchange(event_error_, std::nullopt));
        /* Both are lent for this call: all places to look at, its own speeds to change. */
        const pyferry::array<const float> places(all.places.data(), all.places.size());
        pyferry::call(on_tick_, seconds, first_, places, pyferry::array(all.speeds.data() + 2 * first_, 2 * count_)).value();
    }

    /* For the audio thread: never waits. False: the mod has many events to hear yet, or is ending. */
    bool post(const char *event, double value) noexcept {
        return events_.post([this, event, value](pyferry_status status) noexcept {
            if (status == PYFERRY_STATUS_OK) hear(event, value);
        }) == PYFERRY_STATUS_OK;
    }

    /* What is to outlive a reload, and be in a saved game: text. */
    std::string save() {
        [[maybe_unused]] const auto here = home_.enter("save");
        const running now(*this);
        const pyferry::object function = find("save");
        return function ? pyferry::call(function).value().as<std::string>().value() : "";
    }
    void restore(const std::string &text) {
        [[maybe_unused]] const auto here = home_.enter("restore");
        const running now(*this);
        if (const pyferry::object function = find("restore"); function && !text.empty()) pyferry::call(function, text).value();
    }

    /* For how long its script has been running now. Any thread. */
    std::chrono::milliseconds busy() const {
        const auto since = since_.load();
        return since == 0 ? std::chrono::milliseconds(0)
                          : std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - clock::time_point(clock::duration(since)));
    }
    const std::string &file() const { return file_; }
    void interrupt() const { home_.interrupt(); }
    std::size_t heard() const { return heard_; }

    /* When nobody calls or posts to it any more: the interpreter ends, and all that the mod made. */
    void stop() {
        for (pyferry::object *each : {&names_, &on_tick_, &on_event_}) each->reset();
        home_.stop();
    }

private:
    /* Says since when, for who looks from outside. */
    class running {
    public:
        explicit running(mod &of) : of_(of) { of_.since_ = clock::now().time_since_epoch().count(); }
        ~running() { of_.since_ = 0; }

    private:
        mod &of_;
    };

    void hear(const char *event, double value) noexcept {
        heard_++;
        if (!on_event_ || event_error_) return;
        if (auto heard = pyferry::call(on_event_, event, value); !heard) event_error_ = heard.error();
    }
    pyferry::object find(const char *name) const {
        return PyObject_HasAttrString(names_.get(), name) != 0 ? names_.attr(name).value() : pyferry::object{};
    }

    std::string file_;
    std::size_t first_, count_;
    std::atomic<clock::rep> since_{0}; // 0: it does not run
    std::atomic<std::size_t> heard_{0};
    std::optional<pyferry::python_error> event_error_;
    home home_;
    pyferry::object names_, on_tick_, on_event_;
    pyferry::queue events_; // last: freed first
};

#endif
