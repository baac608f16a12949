// Measuring the memory of one piece of work.
#pragma once

namespace weft {

/// From now on the peak of memory_use() (core/buffer.hpp) is the most since this call.
void reset_memory_peak();

}  // namespace weft
