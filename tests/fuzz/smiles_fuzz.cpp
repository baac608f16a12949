// weft import smiles: the options, then the table. RDKit itself is not instrumented, but its crashes count.
#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/smiles_importer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  std::string_view input = fuzz::text_of(data, size);
  const unsigned flags = fuzz::take_byte(input);
  SmilesOptions options;
  options.input = fuzz::folder().write("a.csv", input);
  options.strict = (flags & 1) != 0;
  if ((flags & 2) != 0) {
    options.targets = {"2"};
  }
  if ((flags & 4) != 0) {
    options.targets.emplace_back("y");
  }
  if ((flags & 8) != 0) {
    options.task = (flags & 16) != 0 ? TaskKind::graph_classification : TaskKind::graph_regression;
  }
  fuzz::expect_sound_dataset([&] { return import_smiles(options); });
  return 0;
}
