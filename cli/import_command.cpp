// weft import: a subcommand for each row of the library's table of formats. What may harm the process that reads it is
// read in a child process first, unless the user trusts it; what is too large for memory is made on disk.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/cli/storage_flags.hpp"
#include "weft/core/error.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/io/dataset_order.hpp"
#include "weft/io/importers/importers.hpp"
#include "weft/runs/memory_plan.hpp"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;

struct ImportFlags : SharedFlags, StorageFlags {
  explicit ImportFlags(const ImporterInfo& info) : importer(info) {
    for (const Option& option : info.options) {
      values.push_back(option.fallback);
    }
  }

  const ImporterInfo& importer;
  std::string input, output;
  /// Of the importer's options, in their order; what is a list, between commas.
  std::vector<OptionValue> values;
  std::uint64_t seed = 0;
  bool strict = false;
  /// Of nodes: as they come, community, rcm or degree.
  std::string order = "none";
};

void add_list(CLI::App& command, const std::string& flag, std::string& list, const std::string& help) {
  const auto join = [&list](const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      list += (list.empty() ? "" : ",") + word;
    }
  };
  command.add_option_function<std::vector<std::string>>(flag, join, help)->delimiter(',');
}

/// The flag of an option has dashes where its name has underscores.
void add_option(CLI::App& command, const Option& option, bool is_list, OptionValue& value) {
  std::string flag = concat("--", option.name);
  std::ranges::replace(flag, '_', '-');
  const std::string help(option.help);
  if (bool* is_on = std::get_if<bool>(&value)) {
    command.add_flag(flag, *is_on, help);
    return;
  }
  if (is_list) {
    add_list(command, flag, std::get<std::string>(value), help);
    return;
  }
  CLI::Option* added =
      std::visit([&](auto& v) { return command.add_option(flag, v, help)->capture_default_str(); }, value);
  if (!option.choices.empty()) {
    added->check(CLI::IsMember(std::vector<std::string>(option.choices.begin(), option.choices.end())));
  } else if (std::isfinite(option.minimum) && std::isfinite(option.maximum)) {
    added->check(std::holds_alternative<double>(value) ? CLI::Range(option.minimum, option.maximum)
                                                       : CLI::Range(static_cast<std::int64_t>(option.minimum),
                                                                    static_cast<std::int64_t>(option.maximum)));
  }
}

CLI::App* add_format(CLI::App& app, ImportFlags& flags) {
  const ImporterInfo& importer = flags.importer;
  CLI::App* command = app.add_subcommand(std::string(importer.name), std::string(importer.summary));
  command->add_option(std::string(importer.input_name), flags.input, std::string(importer.input))
      ->required(importer.needs_input);
  command->add_option("-o,--output", flags.output, "the dataset file to write")->required();
  for (std::size_t i = 0; i < importer.options.size(); ++i) {
    const Option& option = importer.options[i];
    add_option(*command, option, std::ranges::find(importer.lists, option.name) != importer.lists.end(),
               flags.values[i]);
  }
  if (!importer.seed.empty()) {
    command->add_option("--seed", flags.seed, std::string(importer.seed))->check(whole_seed())->capture_default_str();
  }
  command
      ->add_option("--order", flags.order,
                   "put nodes that are read together side by side, which makes training faster where there are "
                   "communities; predictions come back in the order of the input")
      ->check(one_of("order", {"none", "community", "rcm", "degree"}))
      ->capture_default_str();
  command->add_flag("--strict", flags.strict,
                    "end with exit code 3 where something would have to be assumed of the input, or left out");
  add_feature_type(*command, flags);
  if (importer.can_go_to_disk) {
    add_memory_limit(*command, flags, "larger inputs are sorted on disk, beside the output");
  }
  add_shared_flags(*command, flags, concat("Example: ", importer.example));
  return command;
}

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

void run_import(const ImportFlags& flags) {
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
  with_threads(flags.threads, [&] {
    ProgressBar bar(flags.quiet);
    job.on_progress = [&](const Progress& p) { bar.show(p.stage, p.done, p.total, p.detail); };
    std::string labels;
    const auto [name, size, assumed] = on_disk ? import_on_disk(flags, job) : import_in_memory(flags, job, bar, labels);
    labels = on_disk ? size.num_classes > 0 ? concat(size.num_classes, " classes") : "no labels" : labels;
    bar.clear();
    for (const std::string& sentence : assumed) {
      say(flags.quiet, "assumed: " + sentence);
    }
    if (flags.json) {
      print_json(Json{{"dataset", name},
                      {"path", flags.output},
                      {"nodes", size.nodes},
                      {"edges", size.edges},
                      {"features", size.features},
                      {"classes", size.num_classes},
                      {"assumed", assumed}});
    }
    say(flags.quiet, concat("wrote ", flags.output, ": ", size.nodes, " nodes, ", size.edges, " edges, ", size.features,
                            " features, ", labels));
  });
  skipped.tell_count();
}

}  // namespace

Work add_import_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("import", "read a public format into a dataset file");
  command->require_subcommand(1);
  command->footer("Example: weft import debian -o debian.h5");
  std::vector<std::pair<CLI::App*, std::shared_ptr<ImportFlags>>> formats;
  for (const ImporterInfo& importer : importers()) {
    const auto flags = std::make_shared<ImportFlags>(importer);
    formats.emplace_back(add_format(*command, *flags), flags);
  }
  return [formats] {
    for (const auto& [format, flags] : formats) {
      if (format->parsed()) {
        run_import(*flags);
      }
    }
  };
}

}  // namespace weft::cli
