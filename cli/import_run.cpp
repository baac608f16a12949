#include "weft/cli/import_run.hpp"

#include <filesystem>

#include "weft/cli/input_files.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/core/error.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/io/dataset_order.hpp"
#include "weft/runs/memory_plan.hpp"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;

/// Tells of rows that an import leaves out: of the first few each, and at the end of how many there were.
class SkippedRows {
 public:
  explicit SkippedRows(bool quiet) : quiet_(quiet) {}
  void add(const std::string& problem) {
    if (++count_ <= kMostTold) {
      say(quiet_, concat("left out: ", problem));
    }
  }
  void tell_count() const {
    if (count_ > 0) {
      say(quiet_, concat("left out ", count_, count_ == 1 ? " row" : " rows",
                         count_ > kMostTold ? concat(", of which the first ", kMostTold, " are named above") : ""));
    }
  }

 private:
  static constexpr std::int64_t kMostTold = 5;
  bool quiet_;
  std::int64_t count_ = 0;
};

/// Whether a dataset that takes so many bytes in memory is to be made on disk. Throws ArgumentError if it would have to
/// be and cannot, since its nodes are put into another order.
bool is_too_large(const ImportFlags& flags, std::int64_t needed) {
  const std::int64_t limit = memory_limit_of(flags);
  if (needed <= limit || flags.order == "none") {
    return needed > limit;
  }
  require(flags.memory_limit.empty(), "--order ", flags.order, ": the graph has to be in memory, which takes about ",
          bytes_text(needed), ", but --memory-limit is ", bytes_text(limit));
  return false;
}

ImportJob job_of(const ImportFlags& flags) {
  ImportJob job{.input = flags.input,
                .options = Options(flags.importer.options),
                .seed = flags.seed,
                .default_name = fs::path(flags.output).stem().string(),
                .strict = flags.strict};
  for (std::size_t i = 0; i < flags.values.size(); ++i) {
    // Defaults may be none of the choices.
    if (const Option& option = flags.importer.options[i]; flags.values[i] != option.fallback) {
      job.options.set_value(option.name, flags.values[i]);
    }
  }
  return job;
}

/// "7 classes", "2 targets", "no labels".
std::string labels_text(const Dataset& dataset) {
  const bool of_graphs = dataset.has_many_graphs();
  const auto& labels = of_graphs ? dataset.graph_labels : dataset.node_labels;
  if (const auto* targets = std::get_if<Tensor>(&labels)) {
    return concat(targets->cols(), targets->cols() == 1 ? " target" : " targets");
  }
  return std::holds_alternative<std::vector<std::int64_t>>(labels) ? concat(dataset.num_classes, " classes")
                                                                   : "no labels";
}

WrittenDataset import_in_memory(const ImportFlags& flags, const ImportJob& job, ProgressBar& bar, std::string& labels) {
  Dataset dataset = import_dataset(flags.importer.name, job);
  dataset.source = flags.source.empty() ? dataset.source : flags.source;
  dataset.license = flags.license.empty() ? dataset.license : flags.license;
  if (flags.order != "none") {
    dataset = reordered(dataset, node_order_of(dataset.graph, flags.order));
  }
  bar.clear();
  labels = labels_text(dataset);
  writing([&] { write_dataset(dataset, flags.output, write_options_of(flags)); });
  return {dataset.name,
          {.nodes = dataset.graph.num_nodes(),
           .edges = dataset.graph.num_edges(),
           .features = shape_of(dataset.node_features).cols,
           .num_classes = dataset.num_classes},
          dataset.assumed};
}

WrittenDataset import_on_disk(const ImportFlags& flags, const ImportJob& job) {
  try {
    return import_dataset_to_file(
        flags.importer.name, job,
        {.output = flags.output, .memory_bytes = memory_limit_of(flags), .write = write_options_of(flags)});
  } catch (const DataError& error) {
    if (error.file() == flags.output) {
      throw OutputError(error.what());
    }
    throw;
  }
}

}  // namespace

Json run_import(const ImportFlags& flags) {
  const ImporterInfo& importer = flags.importer;
  ImportJob job = job_of(flags);
  SkippedRows skipped(flags.quiet);
  job.on_skipped = [&](const std::string& problem) { skipped.add(problem); };
  if (importer.needs_isolation && !flags.trust) {
    rehearse_text(job.input, [&] { (void)import_dataset(importer.name, job); });
  }
  const bool on_disk = importer.can_go_to_disk && is_too_large(flags, import_memory_bytes(importer.name, job));
  std::vector<fs::path> inputs = {job.input};
  for (const std::string_view option : importer.files) {
    inputs.emplace_back(job.options.text(option));
  }
  require_new_output(flags.output, inputs);
  Json result;
  with_threads(flags.threads, [&] {
    ProgressBar bar(flags.quiet);
    job.on_progress = [&](const Progress& p) { bar.show(p.stage, p.done, p.total, p.detail); };
    std::string labels;
    const auto [name, size, assumed] = on_disk ? import_on_disk(flags, job) : import_in_memory(flags, job, bar, labels);
    if (on_disk) {
      labels = size.num_classes > 0 ? concat(size.num_classes, " classes") : "no classes";
    }
    bar.clear();
    for (const std::string& sentence : assumed) {
      say(flags.quiet, "assumed: " + sentence);
    }
    result =
        Json{{"dataset", name},           {"path", flags.output},        {"nodes", size.nodes}, {"edges", size.edges},
             {"features", size.features}, {"classes", size.num_classes}, {"assumed", assumed}};
    say(flags.quiet, concat("wrote ", flags.output, ": ", size.nodes, " nodes, ", size.edges, " edges, ", size.features,
                            " features, ", labels));
  });
  skipped.tell_count();
  return result;
}

}  // namespace weft::cli
