#include "weft/cli/import_run.hpp"

#include <CLI/CLI.hpp>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/cli/stop_signal.hpp"
#include "weft/core/error.hpp"
#include "weft/io/dataset_order.hpp"
#include "weft/runs/memory_plan.hpp"

namespace weft::cli {
namespace {

constexpr std::int64_t kMostTold = 5;

}  // namespace

void add_dataset_flags(CLI::App& command, ImportFlags& flags) {
  command
      .add_option("--order", flags.order,
                  "put nodes that are read together side by side, which makes training faster where there are "
                  "communities; predictions come back in the order of the input")
      ->check(CLI::IsMember({"none", "community", "rcm", "degree"}))
      ->capture_default_str();
  add_feature_type(command, flags);
}

bool is_too_large(const ImportFlags& flags, std::int64_t needed) {
  const std::int64_t limit = memory_limit_of(flags);
  if (needed <= limit || flags.order == "none") {
    return needed > limit;
  }
  require(flags.memory_limit.empty(), "--order ", flags.order, ": the graph has to be in memory, which takes about ",
          bytes_text(needed), ", but --memory-limit is ", bytes_text(limit));
  return false;
}

void add_skip_flag(CLI::App& command, bool& skip) {
  command.add_flag("--skip-bad-rows", skip,
                   "leave out rows whose values are wrong, and say which; otherwise the first one ends the import");
}

void SkippedRows::add(const std::string& problem) {
  if (++count_ <= kMostTold) {
    say(quiet_, concat("left out: ", one_line(problem)));
  }
}

void SkippedRows::tell_count() const {
  if (count_ > 0) {
    say(quiet_, concat("left out ", count_, count_ == 1 ? " row" : " rows",
                       count_ > kMostTold ? concat(", of which the first ", kMostTold, " are named above") : ""));
  }
}

namespace {

/// What is done with every import, around `work`, which returns the name of the dataset and its size.
void around_import(const ImportFlags& flags, const std::vector<std::filesystem::path>& inputs,
                   FunctionRef<std::pair<std::string, DatasetSize>(const ProgressCallback&, ProgressBar&)> work) {
  require_new_output(flags.output, inputs);
  with_threads(flags.threads, [&] {
    ProgressBar bar(flags.quiet);
    const GentleStop gentle;
    const ProgressCallback progress = [&](const Progress& p) {
      throw_if_stop_requested();
      bar.show(p.stage, p.done, p.total, p.detail);
    };
    const auto [name, size] = work(progress, bar);
    bar.clear();
    if (flags.json) {
      print_json(Json{{"dataset", name},
                      {"path", flags.output},
                      {"nodes", size.nodes},
                      {"edges", size.edges},
                      {"features", size.features},
                      {"classes", size.num_classes}});
    }
    say(flags.quiet, concat("wrote ", flags.output, ": ", size.nodes, " nodes, ", size.edges, " edges, ", size.features,
                            " features, ", size.num_classes, " classes"));
  });
}

}  // namespace

void import_with(const ImportFlags& flags, const std::vector<std::filesystem::path>& inputs,
                 FunctionRef<Dataset(const ProgressCallback&)> read) {
  around_import(flags, inputs, [&](const ProgressCallback& progress, ProgressBar& bar) {
    Dataset dataset = read(progress);
    if (flags.order != "none") {
      dataset = reordered(dataset, node_order_of(dataset.graph, flags.order));
    }
    bar.clear();
    throw_if_stop_requested();
    writing([&] { write_dataset(dataset, flags.output, write_options_of(flags)); });
    return std::pair(dataset.name, DatasetSize{.nodes = dataset.graph.num_nodes(),
                                               .edges = dataset.graph.num_edges(),
                                               .features = shape_of(dataset.node_features).cols,
                                               .num_classes = dataset.num_classes});
  });
}

void import_to_file(const ImportFlags& flags, const std::string& name, const std::vector<std::filesystem::path>& inputs,
                    FunctionRef<DatasetSize(const ProgressCallback&)> make) {
  around_import(flags, inputs, [&](const ProgressCallback& progress, ProgressBar&) {
    try {
      return std::pair(name, make(progress));
    } catch (const DataError& error) {
      if (error.file() == flags.output) {
        throw OutputError(error.what());
      }
      throw;
    }
  });
}

}  // namespace weft::cli
