#include "weft/cli/model_service.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "weft/cli/service_figures.hpp"
#include "weft/cli/stop_signal.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/stop.hpp"
#include "weft/core/stopwatch.hpp"
#include "weft/runs/run_folder.hpp"

namespace weft::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// What tells one file of a name from the next.
using FileMark = std::tuple<dev_t, ino_t, off_t, std::int64_t, std::int64_t>;

std::optional<FileMark> mark_of(const std::filesystem::path& path) {
  struct stat of_file {};
  if (stat(path.c_str(), &of_file) != 0) {
    return std::nullopt;
  }
  return FileMark{of_file.st_dev, of_file.st_ino, of_file.st_size, of_file.st_mtim.tv_sec, of_file.st_mtim.tv_nsec};
}

/// In a time that does not tell how far they agree.
bool are_equal(std::string_view given, std::string_view expected) {
  unsigned char difference = given.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(given[i]) ^
                      static_cast<unsigned char>(expected.empty() ? '\0' : expected[i % expected.size()])));
  }
  return difference == 0;
}

/// The answer, or what is wrong with the question.
ServiceAnswer answer_of(const Scorer& scorer, const Question& question) {
  try {
    return {.status = 200, .body = scorer.answer(question).dump(-1, ' ', false, Json::error_handler_t::replace)};
  } catch (const Stopped&) {
    return refusal(503, "the server ends");
  } catch (const ArgumentError& error) {
    return refusal(400, error.what());
  } catch (const DataError& error) {
    return refusal(400, error.what());
  } catch (const std::bad_alloc&) {
    return refusal(500, "out of memory");
  } catch (const std::exception& error) {
    return refusal(500, error.what());
  }
}

}  // namespace

ServiceAnswer refusal(int status, const std::string& problem) {
  return {.status = status, .body = error_json(problem).dump()};
}

class ModelService::Parts {
 public:
  Parts(ScorerSource source, const SharedFlags& flags, const ServiceLimits& limits, std::string token)
      : source_(std::move(source)),
        flags_(flags),
        limits_(limits),
        token_(std::move(token)),
        model_file_(model_file_in(source_.run)),
        mark_(mark_of(model_file_)),
        scorer_(load()) {
    figures_.add_load(true);
    flags_.quiet = true;
    worker_ = std::thread([this] { work(); });
    watcher_ = std::thread([this] { watch(); });
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    changed_.notify_all();
    worker_.join();
    watcher_.join();
  }

  [[nodiscard]] std::shared_ptr<const Scorer> scorer() const {
    const std::lock_guard lock(mutex_);
    return scorer_;
  }

  [[nodiscard]] ServiceAnswer admit(const ServiceRequest& request) const {
    constexpr std::array<std::string_view, 3> kPages = {"/health", "/model", "/metrics"};
    const bool is_page = std::ranges::find(kPages, request.path) != kPages.end();
    if (!is_page && request.path != "/predict") {
      return refusal(404, "there is nothing here, expected /predict, /health, /model or /metrics");
    }
    if (request.path != "/health" && !token_.empty() && !are_equal(request.authorization, "Bearer " + token_)) {
      return refusal(401, "the token is missing or another, expected the header `Authorization: Bearer TOKEN`");
    }
    const std::string_view expected = is_page ? "GET" : "POST";
    return request.method == expected ? ServiceAnswer{} : refusal(405, concat(request.path, " is asked by ", expected));
  }

  [[nodiscard]] ServiceAnswer answer(const ServiceRequest& request) {
    const Stopwatch watch;
    ServiceAnswer answer = admit(request);
    if (answer.status == 200) {
      answer = request.path == "/health"    ? ServiceAnswer{.body = Json{{"status", "ok"}}.dump()}
               : request.path == "/model"   ? ServiceAnswer{.body = scorer()->description()}
               : request.path == "/metrics" ? metrics()
                                            : predict(request.body);
    }
    figures_.add_request(answer.status, watch.seconds());
    return answer;
  }

 private:
  struct Waiting {
    Question question;
    std::optional<ServiceAnswer> answer;
    /// Nobody waits for it any more.
    bool is_given_up = false;
    std::condition_variable is_answered;
  };

  [[nodiscard]] ServiceAnswer metrics() const {
    std::int64_t waiting = 0;
    {
      const std::lock_guard lock(mutex_);
      waiting = static_cast<std::int64_t>(waiting_.size());
    }
    return {.body = figures_.text(waiting), .type = "text/plain; version=0.0.4"};
  }

  [[nodiscard]] ServiceAnswer predict(const std::string& body) {
    auto waiting = std::make_shared<Waiting>();
    waiting->question = parsed_question(body);
    if (waiting->question.is_discarded()) {
      return refusal(400, "the body is no JSON, or lies too deep in itself");
    }
    const std::shared_ptr<const Scorer> now = scorer();
    if (now->is_quick(waiting->question)) {
      return answer_of(*now, waiting->question);
    }
    std::unique_lock lock(mutex_);
    if (ends_ || static_cast<std::int64_t>(waiting_.size()) >= limits_.queue) {
      return refusal(503, concat(waiting_.size(), " questions wait already; come again"));
    }
    waiting_.push_back(waiting);
    changed_.notify_all();
    const auto end =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limits_.seconds));
    if (!waiting->is_answered.wait_until(lock, end, [&] { return waiting->answer.has_value(); })) {
      waiting->is_given_up = true;
      return refusal(504, concat("the answer took more than ", limits_.seconds, " seconds"));
    }
    return std::move(*waiting->answer);
  }

  /// Answers what waits, all of it at once: what comes meanwhile is the next batch, so that a question that comes alone
  /// is not held up, and many that come together share the threads.
  void work() {
    constexpr std::size_t kMostAtOnce = 64;
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
      if (ends_) {
        for (const auto& waiting : waiting_) {
          waiting->answer = refusal(503, "the server ends");
          waiting->is_answered.notify_all();
        }
        waiting_.clear();
        return;
      }
      std::vector<std::shared_ptr<Waiting>> batch;
      while (!waiting_.empty() && batch.size() < kMostAtOnce) {
        if (!waiting_.front()->is_given_up) {
          batch.push_back(std::move(waiting_.front()));
        }
        waiting_.pop_front();
      }
      const std::shared_ptr<const Scorer> now = scorer_;
      lock.unlock();
      std::vector<ServiceAnswer> answers = answer_all(*now, batch);
      lock.lock();
      for (std::size_t i = 0; i < batch.size(); ++i) {
        batch[i]->answer = std::move(answers[i]);
        batch[i]->is_answered.notify_all();
      }
    }
  }

  [[nodiscard]] std::vector<ServiceAnswer> answer_all(const Scorer& scorer,
                                                      const std::vector<std::shared_ptr<Waiting>>& batch) {
    std::vector<ServiceAnswer> answers(batch.size(), refusal(503, "the server ends"));
    try {
      const StopScope stop(&give_up_flag());
      with_threads(flags_.threads, [&] {
        // Each by itself: new nodes of one question are nothing that those of another see.
        parallel_for(static_cast<std::int64_t>(batch.size()), 1, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) {
            const auto at = static_cast<std::size_t>(i);
            answers[at] = answer_of(scorer, batch[at]->question);
          }
        });
      });
    } catch (const Stopped&) {
      // What was not begun is told so.
    }
    figures_.add_batch(static_cast<std::int64_t>(batch.size()));
    return answers;
  }

  /// Looks for a new model. What is asked meanwhile is answered by the old one.
  void watch() {
    constexpr std::chrono::milliseconds kPause(200);
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kPause, [this] { return ends_; })) {
      lock.unlock();
      const std::optional<FileMark> mark = mark_of(model_file_);
      if (mark && mark != mark_) {
        mark_ = mark;
        reload();
      }
      lock.lock();
    }
  }

  [[nodiscard]] std::shared_ptr<const Scorer> load() const {
    std::shared_ptr<const Scorer> scorer;
    with_threads(flags_.threads, [&] { scorer = std::make_shared<const Scorer>(source_, flags_); });
    return scorer;
  }

  void reload() {
    try {
      std::shared_ptr<const Scorer> fresh = load();
      {
        const std::lock_guard lock(mutex_);
        scorer_.swap(fresh);
      }
      figures_.add_load(true);
      say(false, concat("a new model: ", scorer()->what()));
    } catch (const std::exception& error) {
      figures_.add_load(false);
      say(false, concat("the new model is not taken, the former one answers on: ", error.what()));
    }
  }

  ScorerSource source_;
  SharedFlags flags_;
  ServiceLimits limits_;
  std::string token_;
  std::filesystem::path model_file_;
  std::optional<FileMark> mark_;
  ServiceFigures figures_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const Scorer> scorer_;
  std::deque<std::shared_ptr<Waiting>> waiting_;
  bool ends_ = false;
  std::thread worker_, watcher_;
};

ModelService::ModelService(const ScorerSource& source, const SharedFlags& flags, const ServiceLimits& limits,
                           std::string token)
    : parts_(std::make_unique<Parts>(source, flags, limits, std::move(token))) {}
ModelService::~ModelService() = default;

ServiceAnswer ModelService::answer(const ServiceRequest& request) {
  try {
    return parts_->answer(request);
  } catch (const std::exception& error) {
    return refusal(500, error.what());
  }
}

ServiceAnswer ModelService::admit(const ServiceRequest& request) const {
  return parts_->admit(request);
}

std::string ModelService::what() const {
  return parts_->scorer()->what();
}

}  // namespace weft::cli
