#include "weft/cli/text_output.hpp"

#include "weft/cli/console.hpp"
#include "weft/core/error.hpp"

namespace weft::cli {

bool is_standard_output(const std::filesystem::path& path) {
  return path == "-";
}

std::string name_of_output(const std::filesystem::path& path) {
  return is_standard_output(path) ? "standard output" : path.string();
}

void require_one_use_of_standard_output(const std::filesystem::path& output, bool as_json) {
  require(!as_json || !is_standard_output(output),
          "-o -: --json makes standard output exactly one JSON object, expected a file to write, or no --json");
}

TextOutput::TextOutput(const std::filesystem::path& path) {
  if (!is_standard_output(path)) {
    file_.emplace(path);
  }
}

void TextOutput::write(std::string_view bytes) {
  file_ ? file_->write(bytes) : print(bytes);
}

void TextOutput::commit() {
  if (file_) {
    file_->commit();
  }
}

}  // namespace weft::cli
