// Whole graphs: weft import json, graphml, gexf, gml and pajek. The format and the options, then the file.
#include <array>

#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/importers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  constexpr std::array<const char*, 5> kFormats = {"json", "graphml", "gexf", "gml", "pajek"};
  std::string_view input = fuzz::text_of(data, size);
  const unsigned flags = fuzz::take_byte(input);
  const char* format = kFormats[(flags >> 3U) % kFormats.size()];
  ImportJob job;
  job.options = Options(importer_info(format).options);
  job.input = fuzz::folder().write("graph", input);
  job.options.set_value("directed", (flags & 1U) != 0);
  job.options.set_value("skip_bad_rows", (flags & 2U) != 0);
  job.options.set_value("merge", std::string((flags & 4U) != 0 ? "sum" : "first"));
  fuzz::expect_sound_dataset([&] { return import_dataset(format, job); });
  return 0;
}
