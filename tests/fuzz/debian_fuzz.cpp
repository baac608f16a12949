// weft import debian: a Packages file.
#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/debian_importer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  const auto path = fuzz::folder().write("Packages", fuzz::text_of(data, size));
  fuzz::expect_sound_dataset([&] { return import_debian({.packages = path, .vocabulary = 64, .smallest_class = 1}); });
  return 0;
}
