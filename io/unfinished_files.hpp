// Names of files that are being written, and what is left of them where a process was killed. Private.
#pragma once

#include <filesystem>
#include <string>

namespace weft {

/// A name that nobody has now: ".weft-MACHINE-PROCESS-START-NUMBER.part". It says who writes the file: which machine
/// since it was started and which of its worlds of process numbers, which process, and when that began, for numbers are
/// given again.
[[nodiscard]] std::string unfinished_name();

/// Removes such files in a folder whose process is no more: of this machine at once; of others, of which nobody here
/// knows, when nothing was written to them for a day. What cannot be removed stays.
void remove_unfinished(const std::filesystem::path& folder);

}  // namespace weft
