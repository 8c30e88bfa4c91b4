/* What is seen, and the keys. Without SDL2 (GAME_SDL2), or headless, it is nothing. */
#ifndef GAME_WINDOW_HPP
#define GAME_WINDOW_HPP

#include "mod.hpp"

#if defined(GAME_SDL2)
#include "font.hpp"
#include <SDL.h>
#endif

#include <memory>
#include <stdexcept>
#include <string>

struct keys {
    bool quit = false, reload = false, save = false;
};

class window {
public:
    explicit window(bool headless) {
        if (headless) return;
#if defined(GAME_SDL2)
        SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); // Ctrl-C is the game's
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0"); // some squares: no need of OpenGL
        if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) throw failure("no display (--headless needs none)");
        window_.reset(SDL_CreateWindow("pyferry: a game", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, world::WIDTH, world::HEIGHT, 0));
        if (window_) renderer_.reset(SDL_CreateRenderer(window_.get(), -1, SDL_RENDERER_SOFTWARE));
        if (!renderer_) throw failure("no window");
#else
        throw std::runtime_error("this was built without SDL2: play it with --headless");
#endif
    }

    bool is_open() const {
#if defined(GAME_SDL2)
        return renderer_ != nullptr;
#else
        return false;
#endif
    }

    keys pump() {
        keys pressed;
#if defined(GAME_SDL2)
        for (SDL_Event event; is_open() && SDL_PollEvent(&event) != 0;) {
            if (event.type == SDL_QUIT) pressed.quit = true;
            if (event.type != SDL_KEYDOWN || event.key.repeat != 0) continue;
            const SDL_Keycode key = event.key.keysym.sym;
            if (key == SDLK_ESCAPE || key == SDLK_q) pressed.quit = true;
            if (key == SDLK_r) pressed.reload = true;
            if (key == SDLK_s) pressed.save = true;
        }
#endif
        return pressed;
    }

#if defined(GAME_SDL2)
    void begin() {
        SDL_SetRenderDrawColor(renderer_.get(), 16, 20, 28, 255);
        SDL_RenderClear(renderer_.get());
    }
    /* A square; the colour is that of the mod with this number. */
    void dot(float x, float y, std::size_t mod) {
        set_color(mod);
        const SDL_FRect place{x - 2, y - 2, 4, 4};
        SDL_RenderFillRectF(renderer_.get(), &place);
    }
    /* Lines of text; returns where the next one begins. What is too long goes on in the next line. */
    int text(int left, int top, const std::string &lines, std::size_t mod) {
        set_color(mod);
        int x = left;
        for (const char each : lines) {
            if (each == '\n' || x + GLYPH > world::WIDTH) x = left, top += LINE;
            if (each != '\n') glyph(x, top, each), x += GLYPH;
        }
        return top + LINE;
    }
    void end() { SDL_RenderPresent(renderer_.get()); }
#endif

private:
#if defined(GAME_SDL2)
    static constexpr int GLYPH = 2 * (FONT_WIDTH + 1), LINE = 2 * (FONT_HEIGHT + 2);

    static std::runtime_error failure(const char *what) { return std::runtime_error(std::string(what) + ": " + SDL_GetError()); }

    void set_color(std::size_t mod) {
        static constexpr SDL_Color COLORS[] = {{104, 190, 255, 255}, {255, 170, 80, 255}, {120, 220, 140, 255}, {255, 110, 130, 255}, {200, 160, 255, 255}};
        const SDL_Color &it = COLORS[mod % (sizeof COLORS / sizeof *COLORS)];
        SDL_SetRenderDrawColor(renderer_.get(), it.r, it.g, it.b, 255);
    }
    void glyph(int left, int top, char which) {
        for (int x = 0; x < FONT_WIDTH; x++)
            for (int y = 0; y < FONT_HEIGHT; y++) {
                const SDL_Rect dot{left + 2 * x, top + 2 * y, 2, 2};
                if (font_has(which, x, y)) SDL_RenderFillRect(renderer_.get(), &dot);
            }
    }

    struct closer {
        void operator()(SDL_Window *it) const { SDL_DestroyWindow(it); }
        void operator()(SDL_Renderer *it) const { SDL_DestroyRenderer(it); }
    };
    std::unique_ptr<SDL_Window, closer> window_;
    std::unique_ptr<SDL_Renderer, closer> renderer_;
#endif
};

#endif
