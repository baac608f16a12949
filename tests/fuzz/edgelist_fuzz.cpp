// weft import edgelist: the options, then edges, features, labels and split.
#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/edgelist_importer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  std::string_view input = fuzz::text_of(data, size);
  const unsigned flags = fuzz::take_byte(input);
  EdgelistOptions options;
  options.edges = fuzz::folder().write("edges", fuzz::take_file(input));
  options.directed = (flags & 1) != 0;
  options.weights = (flags & 2) != 0;
  options.task = (flags & 4) != 0 ? TaskKind::node_regression : TaskKind::node_classification;
  if ((flags & 8) != 0) {
    options.features = fuzz::folder().write("features", fuzz::take_file(input));
  }
  if ((flags & 16) != 0) {
    options.labels = fuzz::folder().write("labels", fuzz::take_file(input));
  }
  if ((flags & 32) != 0) {
    options.split = fuzz::folder().write("split", fuzz::take_file(input));
  }
  if ((flags & 64) != 0) {
    // A table of nodes, all of whose columns are read as they look.
    options.nodes = fuzz::folder().write("nodes", fuzz::take_file(input));
    options.label_column = (flags & 16) != 0 ? "" : "2";
    options.features.clear();
  }
  options.bipartite = (flags & 128) != 0 && (flags & (8 + 16 + 32 + 64)) == 0;
  fuzz::expect_sound_dataset([&] { return import_edgelist(options); });
  return 0;
}
