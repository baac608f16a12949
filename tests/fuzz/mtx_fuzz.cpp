// weft import mtx: the options, then matrix, features and labels.
#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/mtx_importer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  std::string_view input = fuzz::text_of(data, size);
  const unsigned flags = fuzz::take_byte(input);
  MtxOptions options;
  options.input = fuzz::folder().write("a.mtx", fuzz::take_file(input));
  options.directed = (flags & 1) != 0;
  options.weights = (flags & 2) != 0;
  options.regression = (flags & 4) != 0;
  if ((flags & 8) != 0) {
    options.features = fuzz::folder().write("features", fuzz::take_file(input));
  }
  if ((flags & 16) != 0) {
    options.labels = fuzz::folder().write("labels", fuzz::take_file(input));
  }
  fuzz::expect_sound_dataset([&] { return import_mtx(options); });
  return 0;
}
