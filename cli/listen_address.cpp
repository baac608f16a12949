#include <charconv>
#include <string_view>

#include "weft/cli/http_server.hpp"
#include "weft/core/error.hpp"

namespace weft::cli {

ListenAddress ListenAddress::parse(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  ListenAddress address{.host = text.substr(0, colon == std::string::npos ? 0 : colon)};
  const std::string_view port = std::string_view(text).substr(colon == std::string::npos ? 0 : colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  } else {
    require(address.host.find(':') == std::string::npos, "--listen: '", text,
            "': IPv6 stands between brackets, [::1]:8080");
  }
  require(colon != std::string::npos && !address.host.empty() && error == std::errc() &&
              end == port.data() + port.size() && address.port >= 0 && address.port <= 65535,
          "--listen: '", text, "' is no address, expected HOST:PORT, as 127.0.0.1:8080");
  return address;
}

bool ListenAddress::is_loopback() const {
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

std::string ListenAddress::text() const {
  return concat(host.find(':') == std::string::npos ? host : concat("[", host, "]"), ":", port);
}

}  // namespace weft::cli
