/* Where a mod lives: in an interpreter of its own. (benches/game has another way, to compare.) */
#ifndef GAME_HOME_HPP
#define GAME_HOME_HPP

#include <pyferry_python.hpp>

#include <chrono>
#include <string>

class home {
public:
    home() { interpreter_.or_throw(); }

    /* As long as what this returns lives, this thread is in Python. Throws when it is too late. */
    pyferry::attached enter(pyferry::label what) const { return pyferry::attached{interpreter_.view(), what}.or_throw(); }

    /* Runs the script, and returns its names. Inside. */
    pyferry::object run(const std::string &source, const std::string &file) const {
        pyferry::exec(source.c_str(), file.c_str()).or_throw(); // its message is the traceback
        return pyferry::import("__main__").value();
    }

    /* Any thread. */
    void interrupt() const { interpreter_.interrupt().or_throw(); }

    /* Waits for who is inside, Python's threads too; interrupts them after a while. */
    void stop() {
        using namespace std::chrono_literals;
        interpreter_.stop(200ms, 10s).or_throw();
    }

    const pyferry::view &view() const { return interpreter_.view(); }

private:
    pyferry::interpreter interpreter_;
};

#endif
