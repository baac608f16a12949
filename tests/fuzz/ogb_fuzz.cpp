// weft import ogb: the options, two bytes that say which files are there, then the files.
#include <array>

#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/ogb_importer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  static constexpr std::array<const char*, 12> kNames = {
      "raw/num-node-list", "raw/num-edge-list", "raw/edge",      "raw/node-feat", "raw/edge-feat", "raw/node-label",
      "raw/graph-label",   "split/a/train",     "split/a/valid", "split/a/test",  "split/b/train", "split/b/valid"};
  static const fuzz::Folder& root = []() -> const fuzz::Folder& {
    for (const char* name : {"raw", "split/a", "split/b"}) {
      std::filesystem::create_directories(fuzz::folder().path() / name);
    }
    return fuzz::folder();
  }();
  std::string_view input = fuzz::text_of(data, size);
  const unsigned flags = fuzz::take_byte(input);
  const unsigned low = fuzz::take_byte(input);
  const unsigned present = low | fuzz::take_byte(input) << 8;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const bool there = (present >> i & 1U) != 0;
    root.write_or_remove(concat(kNames[i], ".csv.gz"), there ? fuzz::take_file(input) : std::string_view(), there);
  }
  fuzz::expect_sound_dataset(
      [&] { return import_ogb({.input = root.path(), .regression = (flags & 1) != 0, .directed = (flags & 2) != 0}); });
  return 0;
}
