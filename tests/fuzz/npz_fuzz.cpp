// weft import npz: the options, three bytes that say which arrays are there, then the arrays. The archive around them
// is made here and sound; zip_fuzz breaks archives.
#include <array>

#include "tests/fuzz/fuzz_input.hpp"
#include "tests/fuzz/zip_writer.hpp"
#include "weft/io/importers/npz_importer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  static constexpr std::array<const char*, 19> kNames = {
      "edges",       "node_labels", "node_features", "train_masks", "val_masks",   "test_masks",   "adj_indptr",
      "adj_indices", "adj_shape",   "labels",        "attr_matrix", "attr_indptr", "attr_indices", "attr_data",
      "attr_shape",  "indptr",      "indices",       "shape",       "format"};
  std::string_view input = fuzz::text_of(data, size);
  unsigned present = fuzz::take_byte(input);
  present |= fuzz::take_byte(input) << 8;
  present |= fuzz::take_byte(input) << 16;
  fuzz::ZipWriter archive;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if ((present >> i & 1U) != 0) {
      archive.add(concat(kNames[i], ".npy"), fuzz::take_file(input));
    }
  }
  const auto path = fuzz::folder().write("a.npz", archive.finish());
  fuzz::expect_sound_dataset([&] { return import_npz({.input = path, .directed = (present >> 23 & 1U) != 0}); });
  return 0;
}
