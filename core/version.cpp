// The version comes from project() in CMakeLists.txt, its only place.
#include "weft/core/version.hpp"

namespace weft {

std::string_view version() {
  return WEFT_VERSION;
}

}  // namespace weft
