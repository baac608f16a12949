// A server of HTTP/1.1 on this machine, for tests of what the command does with servers that misbehave: what it answers
// is said byte by byte. A request a connection, each connection on a thread of its own.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace weft::test {

struct HttpRequest {
  /// "/mutag/MUTAG.zip"
  std::string path;
  /// Everything up to the blank line, in small letters.
  std::string head;

  /// The value of a header, "" if it is not there.
  [[nodiscard]] std::string header(const std::string& name) const {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) {
      return "";
    }
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
  /// Of "range: bytes=N-"; 0 if there is none.
  [[nodiscard]] std::size_t offset() const {
    const std::string range = header("range");
    return range.starts_with("bytes=") ? std::stoul(range.substr(6)) : 0;
  }
};

class HttpServer {
 public:
  /// What is given to the answer to write with; sending to one who has gone does nothing.
  class Connection {
   public:
    Connection(int socket, const std::atomic<bool>& ends) : socket_(socket), ends_(ends) {}
    void send(std::string_view bytes) const {
      while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
          return;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
    /// Until the client has gone, the server ends, or the time is over.
    void wait(double seconds) const {
      const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
      while (!ends_ && std::chrono::steady_clock::now() < end) {
        pollfd one{socket_, POLLIN, 0};
        char byte = 0;
        if (poll(&one, 1, 20) > 0 && recv(socket_, &byte, 1, 0) <= 0) {
          return;
        }
      }
    }

   private:
    int socket_;
    const std::atomic<bool>& ends_;
  };
  using Answer = std::function<void(const HttpRequest&, const Connection&)>;

  explicit HttpServer(Answer answer) : answer_(std::move(answer)), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        listen(listener_, 16) != 0 || getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
      throw std::runtime_error("no server can be started");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { accept_all(); });
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer() {
    ends_ = true;
    thread_.join();
    for (std::thread& one : connections_) {
      one.join();
    }
    close(listener_);
  }

  [[nodiscard]] std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// In the order in which they came.
  [[nodiscard]] std::vector<HttpRequest> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  void accept_all() {
    while (!ends_) {
      pollfd one{listener_, POLLIN, 0};
      if (poll(&one, 1, 20) > 0) {
        if (const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC); client >= 0) {
          connections_.emplace_back([this, client] { serve(client); });
        }
      }
    }
  }

  void serve(int client) {
    HttpRequest request;
    char block[4096];
    while (request.head.find("\r\n\r\n") == std::string::npos) {
      pollfd one{client, POLLIN, 0};
      if (ends_ || (poll(&one, 1, 20) > 0 && !append(request.head, block, recv(client, block, sizeof block, 0)))) {
        close(client);
        return;
      }
    }
    const std::size_t begin = request.head.find(' ') + 1;
    request.path = request.head.substr(begin, request.head.find(' ', begin) - begin);
    std::ranges::transform(request.head, request.head.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(request);
    }
    answer_(request, Connection(client, ends_));
    shutdown(client, SHUT_WR);
    Connection(client, ends_).wait(1.0);
    close(client);
  }

  static bool append(std::string& text, const char* block, ssize_t count) {
    if (count > 0) {
      text.append(block, static_cast<std::size_t>(count));
    }
    return count > 0;
  }

  Answer answer_;
  int listener_;
  int port_ = 0;
  std::atomic<bool> ends_{false};
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  std::vector<std::thread> connections_;
  std::thread thread_;
};

/// A whole answer; `more`: further header lines.
[[nodiscard]] inline std::string http_answer(const std::string& status, const std::string& body,
                                             const std::string& more = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n" +
         more + "\r\n" + body;
}

/// As a server does that knows ranges: all of it, or from where it was asked for, if that is of the same file still.
[[nodiscard]] inline std::string http_file(const HttpRequest& request, const std::string& content,
                                           const std::string& etag = "\"one\"") {
  const std::string tag = "ETag: " + etag + "\r\nAccept-Ranges: bytes\r\n";
  const std::string condition = request.header("if-range");
  const std::size_t offset = condition.empty() || condition == etag ? request.offset() : 0;
  if (offset == 0) {
    return http_answer("200 OK", content, tag);
  }
  const std::string total = std::to_string(content.size());
  if (offset >= content.size()) {
    return http_answer("416 Range Not Satisfiable", "", "Content-Range: bytes */" + total + "\r\n");
  }
  return http_answer("206 Partial Content", content.substr(offset),
                     tag + "Content-Range: bytes " + std::to_string(offset) + "-" + std::to_string(content.size() - 1) +
                         "/" + total + "\r\n");
}

}  // namespace weft::test
