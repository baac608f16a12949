#include "weft/core/stopwatch.hpp"

#include <cstdio>

namespace weft {

std::string seconds_text(double value) {
  char text[64];
  if (value < 1.0) {
    std::snprintf(text, sizeof text, "%.3g ms", 1e3 * value);
  } else if (value < 120.0) {
    std::snprintf(text, sizeof text, "%.3g s", value);
  } else {
    const auto whole = static_cast<long long>(value + 0.5);
    std::snprintf(text, sizeof text, "%lld min %lld s", whole / 60, whole % 60);
  }
  return text;
}

}  // namespace weft
