// A ModelService behind HTTP/1.1. The only place that knows cpp-httplib.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "weft/cli/model_service.hpp"

namespace weft::cli {

struct HttpLimits {
  /// Of a body, however it is packed; more is answered by 413.
  std::int64_t body_bytes = 1 << 20;
  /// Open at once; those that come then wait until one is closed.
  int connections = 256;
  /// Until a body must be there, and between two bytes.
  double seconds = 10.0;
};

/// "127.0.0.1:8080", "[::1]:8080", "localhost:8080"; port 0 is any that is free.
struct ListenAddress {
  std::string host;
  int port = 0;

  /// Throws ArgumentError.
  [[nodiscard]] static ListenAddress parse(const std::string& text);
  /// Whether only this machine reaches it.
  [[nodiscard]] bool is_loopback() const;
  /// As it stands in a URL.
  [[nodiscard]] std::string text() const;
};

/// Listens until `should_stop`, which is asked every few milliseconds; what is under way then has half a second. Calls
/// `on_listening` with the port. Does not return: a client that keeps its connection open would hold threads, so the
/// process ends here, with exit code 0. Throws ArgumentError if nothing can listen there.
[[noreturn]] void serve_http(ModelService& service, const ListenAddress& address, const HttpLimits& limits,
                             const std::function<void(int port)>& on_listening,
                             const std::function<bool()>& should_stop);

/// Whether this Weft was built with cpp-httplib; otherwise serve_http throws ArgumentError that says so.
[[nodiscard]] bool can_serve_http();

}  // namespace weft::cli
