#include "weft/core/stopwatch.hpp"

#include <cstdio>

namespace weft {

std::string seconds_text(double value) {
  char text[64];
  // Three figures of more milliseconds would be "1e+03 ms".
  if (value < 0.9995) {
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
