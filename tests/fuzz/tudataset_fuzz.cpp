// weft import tudataset: the options, a byte that says which files are there, then the files.
#include <array>

#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/tudataset_importer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  static constexpr std::array<const char*, 8> kNames = {
      "A",           "graph_indicator", "graph_labels",    "node_labels",
      "edge_labels", "node_attributes", "edge_attributes", "graph_attributes"};
  static const fuzz::Folder& root = fuzz::folder();
  std::string_view input = fuzz::text_of(data, size);
  const unsigned flags = fuzz::take_byte(input);
  const unsigned present = fuzz::take_byte(input);
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const bool there = (present >> i & 1U) != 0;
    root.write_or_remove(concat("T_", kNames[i], ".txt"), there ? fuzz::take_file(input) : std::string_view(), there);
  }
  fuzz::expect_sound_dataset([&] {
    return import_tudataset({.input = root.path(),
                             .attributes = (flags & 1) != 0,
                             .regression = (flags & 2) != 0,
                             .directed = (flags & 4) != 0});
  });
  return 0;
}
