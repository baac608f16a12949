#include "weft/cli/import_run.hpp"

#include <CLI/CLI.hpp>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/cli/stop_signal.hpp"
#include "weft/core/error.hpp"
#include "weft/io/dataset_order.hpp"

namespace weft::cli {

void add_dataset_flags(CLI::App& command, ImportFlags& flags) {
  command
      .add_option("--order", flags.order,
                  "put nodes that are read together side by side, which makes training faster where there are "
                  "communities; predictions come back in the order of the input")
      ->check(CLI::IsMember({"none", "community", "rcm", "degree"}))
      ->capture_default_str();
  add_feature_type(command, flags);
}

void import_with(const ImportFlags& flags, const std::vector<std::filesystem::path>& inputs,
                 FunctionRef<Dataset(const ProgressCallback&)> read) {
  require_new_output(flags.output, inputs);
  with_threads(flags.threads, [&] {
    ProgressBar bar(flags.quiet);
    const GentleStop gentle;
    const ProgressCallback progress = [&](const Progress& p) {
      throw_if_stop_requested();
      bar.show(p.stage, p.done, p.total, p.detail);
    };
    Dataset dataset = read(progress);
    if (flags.order != "none") {
      dataset = reordered(dataset, node_order_of(dataset.graph, flags.order));
    }
    bar.clear();
    throw_if_stop_requested();
    writing([&] { write_dataset(dataset, flags.output, write_options_of(flags)); });
    if (flags.json) {
      print_json(Json{{"dataset", dataset.name},
                      {"path", flags.output},
                      {"nodes", dataset.graph.num_nodes()},
                      {"edges", dataset.graph.num_edges()},
                      {"features", shape_of(dataset.node_features).cols},
                      {"classes", dataset.num_classes}});
    }
    say(flags.quiet,
        concat("wrote ", flags.output, ": ", dataset.graph.num_nodes(), " nodes, ", dataset.graph.num_edges(),
               " edges, ", shape_of(dataset.node_features).cols, " features, ", dataset.num_classes, " classes"));
  });
}

}  // namespace weft::cli
