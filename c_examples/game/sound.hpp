/* The sound: a beat, and the tone that mods ask for. The audio thread posts to the mods, and never waits for anybody. */
#ifndef GAME_SOUND_HPP
#define GAME_SOUND_HPP

#include "mod.hpp"

#if defined(GAME_SDL2)
#include <SDL.h>
#endif

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <thread>
#include <vector>

class sound {
public:
    static constexpr int RATE = 48000, BUFFER = 480, BEAT = RATE / 4;

    /* With a sound card, or what SDL takes for one; else on a thread that does as if. */
    explicit sound(bool device) {
#if defined(GAME_SDL2)
        SDL_AudioSpec wanted{};
        wanted.freq = RATE;
        wanted.format = AUDIO_F32SYS;
        wanted.channels = 1;
        wanted.samples = BUFFER;
        wanted.userdata = this;
        wanted.callback = [](void *self, Uint8 *bytes, int length) {
            static_cast<sound *>(self)->fill(reinterpret_cast<float *>(bytes), length / static_cast<int>(sizeof(float)));
        };
        if (device && SDL_InitSubSystem(SDL_INIT_AUDIO) == 0) device_ = SDL_OpenAudioDevice(nullptr, 0, &wanted, nullptr, 0);
        if (device_ != 0) {
            SDL_PauseAudioDevice(device_, 0);
            return;
        }
#endif
        static_cast<void>(device);
        thread_ = std::thread([this] {
            std::vector<float> samples(BUFFER);
            for (auto next = std::chrono::steady_clock::now(); !over_; std::this_thread::sleep_until(next)) {
                fill(samples.data(), BUFFER);
                next += std::chrono::milliseconds(1000 * BUFFER / RATE);
            }
        });
    }
    ~sound() {
        over_ = true;
        if (thread_.joinable()) thread_.join();
#if defined(GAME_SDL2)
        if (device_ != 0) SDL_CloseAudioDevice(device_); // waits for the callback
#endif
    }
    sound(const sound &) = delete;
    sound &operator=(const sound &) = delete;

    /* Who hears of beats: either may be null. On return nothing is posted to `old` any more, nor ever will be. */
    void exchange(mod *old, mod *next) {
        const std::lock_guard<std::mutex> lock(mutex_);
        mods_.erase(std::remove(mods_.begin(), mods_.end(), old), mods_.end());
        if (next != nullptr) mods_.push_back(next);
    }

    /* The pitch, in hertz; 0: none. Any thread. */
    void set_tone(double hertz) { tone_ = std::clamp(hertz, 0.0, 4000.0); }

private:
    /* On the audio thread. */
    void fill(float *samples, int count) {
        const double step = tone_ * 2 * 3.14159265358979 / RATE;
        for (int i = 0; i < count; i++) {
            if (played_++ % BEAT == 0) due_++, loud_ = 0.1;
            phase_ = std::fmod(phase_ + step, 2 * 3.14159265358979);
            loud_ *= 0.9998;
            samples[i] = static_cast<float>(loud_ * std::sin(phase_));
        }
        // Who has the lock exchanges a mod: then the beat is told with the next buffer.
        const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
        for (; lock && due_ > 0; due_--, told_++)
            for (mod *each : mods_) each->post("beat", static_cast<double>(told_));
    }

    std::mutex mutex_;
    std::vector<mod *> mods_;
    std::atomic<double> tone_{220};
    double phase_ = 0, loud_ = 0; // these are the audio thread's
    unsigned long played_ = 0, told_ = 0;
    int due_ = 0;
    std::atomic<bool> over_{false};
    std::thread thread_;
#if defined(GAME_SDL2)
    SDL_AudioDeviceID device_ = 0;
#endif
};

#endif
