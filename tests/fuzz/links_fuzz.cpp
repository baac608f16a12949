// weft import interactions, triples and adjlist: which, then the file and the part for the test.
#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/adjlist_importer.hpp"
#include "weft/io/importers/interactions_importer.hpp"
#include "weft/io/importers/triples_importer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  std::string_view input = fuzz::text_of(data, size);
  const unsigned flags = fuzz::take_byte(input);
  const auto file = fuzz::folder().write("file", fuzz::take_file(input));
  std::filesystem::path test;
  if ((flags & 4) != 0) {
    test = fuzz::folder().write("test", fuzz::take_file(input));
  }
  fuzz::expect_sound_dataset([&] {
    switch (flags % 4) {
      case 0:
        return import_interactions({.input = file, .test = test});
      case 1:
        return import_triples({.input = file, .test = test, .undirected = (flags & 8) != 0});
      case 2:
        return import_adjlist({.input = file, .form = "metis"});
      default:
        return import_adjlist({.input = file, .form = "networkx", .directed = (flags & 8) != 0});
    }
  });
  return 0;
}
