/* Jobs for threads of the game's own, which Python has never heard of. */
#ifndef GAME_JOBS_HPP
#define GAME_JOBS_HPP

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

class jobs {
public:
    explicit jobs(unsigned threads) {
        for (unsigned i = 0; i < threads; i++) threads_.emplace_back([this] { work(); });
    }
    /* All that was added is done first. */
    ~jobs() {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            over_ = true;
        }
        changed_.notify_all();
        for (std::thread &each : threads_) each.join();
    }
    jobs(const jobs &) = delete;
    jobs &operator=(const jobs &) = delete;

    /* What the body returns or throws, the future has. */
    template <class Body> auto add(Body body) {
        auto task = std::make_shared<std::packaged_task<std::invoke_result_t<Body &>()>>(std::move(body));
        auto result = task->get_future();
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            waiting_.emplace_back([task] { (*task)(); });
        }
        changed_.notify_one();
        return result;
    }

private:
    void work() {
        for (;;) {
            std::unique_lock<std::mutex> lock(mutex_);
            changed_.wait(lock, [this] { return over_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            const std::function<void()> next = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            next();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> waiting_;
    bool over_ = false;
    std::vector<std::thread> threads_;
};

#endif
