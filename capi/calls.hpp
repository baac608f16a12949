// What every call of the C interface does alike: errors become a status and a text, structs of another version are
// read, and the work runs on so many threads until it is cancelled.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "weft/capi/weft.h"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/stop.hpp"

namespace weft::capi {

/// Runs `work`; what it throws becomes the status, and the text of weft_last_error().
[[nodiscard]] weft_status status_of(FunctionRef<void()> work) noexcept;

/// The fields that the caller's program knows, the others 0. `least`: the size of the first version of the struct.
/// Throws ArgumentError, naming the struct, for NULL, for a size that no version has, and where a later version's
/// fields are set, which would do nothing here.
template <class Struct>
[[nodiscard]] Struct known_fields(const Struct* given, std::size_t least, std::string_view name) {
  constexpr std::size_t kMost = 4096;
  require(given != nullptr, name, " is NULL");
  require(given->size >= least && given->size <= kMost, name, ": size is ", given->size, ", expected sizeof(", name,
          "), which is ", sizeof(Struct), " in this version");
  Struct fields{};
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  std::memcpy(&fields, bytes, given->size < sizeof(Struct) ? given->size : sizeof(Struct));
  for (std::size_t i = sizeof(Struct); i < given->size; ++i) {
    require(bytes[i] == 0, name, ": a field at byte ", i, " is set, which this version does not know (it knows ",
            sizeof(Struct), " bytes)");
  }
  return fields;
}

/// What the caller asks for, or the defaults.
[[nodiscard]] weft_call call_of(const weft_call* given);

/// Runs `work`, on a thread of its own where the call may be cancelled, which the thread of the caller asks for
/// meanwhile. Throws Stopped where `work` did not come to its end.
void run(const weft_call& call, FunctionRef<void()> work);

/// How a training is asked to end.
struct TrainingStop {
  /// After the step that is under way.
  std::atomic<bool> is_requested = false;
  /// Within it, if that takes long.
  StopFlag give_up = {};
};
/// The same for work that looks at `stop` itself, always on a thread of its own, whose signals are blocked: a file that
/// grows too large is an error then and not the end of the program.
void run_training(const weft_call& call, TrainingStop& stop, FunctionRef<void()> work);

}  // namespace weft::capi
