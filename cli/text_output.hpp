// Text that goes to a file, which appears when it is whole, or with the name - to standard output as it comes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "weft/io/atomic_file.hpp"

namespace weft::cli {

[[nodiscard]] bool is_standard_output(const std::filesystem::path& path);

/// As messages call it: "standard output", or the path.
[[nodiscard]] std::string name_of_output(const std::filesystem::path& path);

/// Throws ArgumentError if -o is standard output and --json wants that for itself.
void require_one_use_of_standard_output(const std::filesystem::path& output, bool as_json);

class TextOutput {
 public:
  explicit TextOutput(const std::filesystem::path& path);

  void write(std::string_view bytes);
  /// To be called at the end.
  void commit();

 private:
  /// Nothing: standard output.
  std::optional<AtomicFile> file_;
};

}  // namespace weft::cli
