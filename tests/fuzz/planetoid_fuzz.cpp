// weft import planetoid: test.index and the pickles. 500 nodes validate, so that no sound input is shorter than 1 KB.
#include <array>

#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/planetoid_importer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  static constexpr std::array<const char*, 7> kNames = {"test.index", "graph", "allx", "tx", "ally", "ty", "y"};
  static const fuzz::Folder& root = fuzz::folder();
  std::string_view input = fuzz::text_of(data, size);
  for (const char* name : kNames) {
    root.write(concat("ind.t.", name), fuzz::take_file(input));
  }
  fuzz::expect_sound_dataset([&] { return import_planetoid({.folder = root.path(), .name = "t"}); });
  return 0;
}
