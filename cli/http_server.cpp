#include "weft/cli/http_server.hpp"

#include "weft/core/error.hpp"

#ifdef WEFT_HAS_HTTPLIB

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <httplib.h>

#include "weft/core/stopwatch.hpp"

namespace weft::cli {
namespace {

/// So many times what a body may have is read before its connection is dropped.
constexpr std::size_t kReadOn = 16;
constexpr int kTooLarge = 413;

/// A thread for each connection, made when it is needed.
class ConnectionThreads final : public httplib::TaskQueue {
 public:
  explicit ConnectionThreads(int most) : most_(most) {}

  /// Later releases ask whether it was taken, earlier ones do not.
  using Taken = decltype(std::declval<httplib::TaskQueue&>().enqueue(std::function<void()>()));

  /// Waits while all are at work: who connects then waits in the system's queue.
  Taken enqueue(std::function<void()> work) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return idle_ > static_cast<int>(waiting_.size()) || threads_ < most_; });
    waiting_.push_back(std::move(work));
    if (idle_ < static_cast<int>(waiting_.size()) && threads_ < most_) {
      ++threads_;
      std::thread([this] { run(); }).detach();
    }
    changed_.notify_all();
    return Taken(true);
  }

  /// Does not return: threads are at work on connections that clients keep open, and the process ends meanwhile.
  void shutdown() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [] { return false; });
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ++idle_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !waiting_.empty(); });
      --idle_;
      const std::function<void()> work = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      work();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  int most_, threads_ = 0, idle_ = 0;
};

ServiceRequest request_of(const httplib::Request& request) {
  return {.method = request.method,
          .path = request.path,
          .authorization = request.get_header_value("Authorization"),
          .body = {}};
}

void put(ServiceAnswer answer, httplib::Response& response) {
  response.status = answer.status;
  if (answer.status == 401) {
    response.set_header("WWW-Authenticate", "Bearer");
  }
  if (answer.status == 503) {
    response.set_header("Retry-After", "1");
  }
  response.set_content(answer.body, answer.type.c_str());
}

/// The body, or why there is none.
struct ReadBody {
  std::string text;
  std::optional<ServiceAnswer> problem;
};

ReadBody read_body(const httplib::Request& request, const httplib::Response& response,
                   const httplib::ContentReader& read, const HttpLimits& limits) {
  ReadBody body;
  if (request.is_multipart_form_data()) {
    body.problem = refusal(415, "the body is a form of several parts, expected JSON");
    return body;
  }
  const Stopwatch watch;
  const auto most = static_cast<std::size_t>(limits.body_bytes);
  std::size_t total = 0;
  bool is_late = false;
  const bool is_whole = read([&](const char* bytes, std::size_t count) {
    total += count;
    is_late = watch.seconds() > limits.seconds;
    if (total <= most) {
      body.text.append(bytes, count);
    }
    // What is too large is read on for a while, so that the client hears of it.
    return !is_late && total <= kReadOn * most;
  });
  if (total > most || response.status == kTooLarge) {
    body.problem = refusal(kTooLarge, concat("the body has more than ", most, " bytes"));
  } else if (is_late) {
    body.problem = refusal(408, concat("the body took more than ", limits.seconds, " seconds"));
  } else if (!is_whole) {
    body.problem = refusal(400, "the body ends too early, or is packed in a way that is not known");
  }
  return body;
}

}  // namespace

bool can_serve_http() {
  return true;
}

void serve_http(ModelService& service, const ListenAddress& address, const HttpLimits& limits,
                const std::function<void(int port)>& on_listening, const std::function<bool()>& should_stop) {
  constexpr std::size_t kLongestPath = 256, kMostOfAConnection = 100'000;
  static httplib::Server server;
  std::atomic<int> under_way{0};
  server.new_task_queue = [&] { return new ConnectionThreads(limits.connections); };
  server.set_tcp_nodelay(true);
  // Not SO_REUSEPORT, by which two servers would share a port, and neither know of it.
  server.set_socket_options([](auto listening) {
    const int yes = 1;
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  server.set_keep_alive_max_count(kMostOfAConnection);
  const auto wait = std::chrono::milliseconds(static_cast<std::int64_t>(1000.0 * limits.seconds));
  server.set_read_timeout(wait);
  server.set_write_timeout(wait);
  server.set_payload_max_length(kReadOn * static_cast<std::size_t>(limits.body_bytes));
  server.set_pre_routing_handler([&](const httplib::Request& request, httplib::Response& response) {
    const ServiceRequest asked = request_of(request);
    ServiceAnswer first =
        asked.path.size() <= kLongestPath ? service.admit(asked) : refusal(404, "there is nothing here");
    if (first.status == 200 && asked.method == "POST") {
      return httplib::Server::HandlerResponse::Unhandled;
    }
    put(service.answer(asked), response);
    return httplib::Server::HandlerResponse::Handled;
  });
  server.Post("/predict",
              [&](const httplib::Request& request, httplib::Response& response, const httplib::ContentReader& read) {
                ServiceRequest asked = request_of(request);
                ++under_way;
                ReadBody body = read_body(request, response, read, limits);
                asked.body = std::move(body.text);
                put(body.problem ? std::move(*body.problem) : service.answer(asked), response);
                --under_way;
              });
  server.set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (response.body.empty()) {
      put(refusal(response.status, "the request is not understood"), response);
    }
  });
  int port = address.port;
  if (port == 0) {
    port = server.bind_to_any_port(address.host);
  }
  require(port > 0 && (address.port == 0 || server.bind_to_port(address.host, port)),
          "--listen: nothing can listen at ", address.text(),
          ": the port is taken, or the address is not of this machine");
  std::thread([&] { server.listen_after_bind(); }).detach();
  on_listening(port);
  constexpr std::chrono::milliseconds kPause(20), kGrace(600);
  while (!should_stop()) {
    std::this_thread::sleep_for(kPause);
  }
  server.stop();
  for (auto waited = kPause; under_way > 0 && waited < kGrace; waited += kPause) {
    std::this_thread::sleep_for(kPause);
  }
  // What was answered last is on its way.
  std::this_thread::sleep_for(kPause);
  std::fflush(nullptr);
  _exit(EXIT_SUCCESS);
}

}  // namespace weft::cli

#else

namespace weft::cli {

bool can_serve_http() {
  return false;
}

void serve_http(ModelService&, const ListenAddress&, const HttpLimits&, const std::function<void(int)>&,
                const std::function<bool()>&) {
  throw ArgumentError("weft serve: this Weft was built without cpp-httplib (Debian: libcpp-httplib-dev)");
}

}  // namespace weft::cli

#endif
