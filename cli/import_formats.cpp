// weft import: the formats that data sets are published in. Archives, pickles, HDF5 files and molecules are read in
// a child process first, unless the user trusts them.
#include <CLI/CLI.hpp>

#include "weft/cli/console.hpp"
#include "weft/cli/import_run.hpp"
#include "weft/cli/isolation.hpp"
#include "weft/core/error.hpp"
#include "weft/io/importers/h5ad_importer.hpp"
#include "weft/io/importers/mtx_importer.hpp"
#include "weft/io/importers/npz_importer.hpp"
#include "weft/io/importers/ogb_importer.hpp"
#include "weft/io/importers/planetoid_importer.hpp"
#include "weft/io/importers/smiles_importer.hpp"
#include "weft/io/importers/tudataset_importer.hpp"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;

// Molecules take longest; compressed text comes to many times its length.
constexpr double kSecondsAMegabyte = 30.0;
constexpr double kLeastSeconds = 60.0;

struct FormatFlags : ImportFlags {
  std::string input, name;
  bool directed = false;
  std::uint64_t seed = 0;
};

ReadLimits import_limits(const fs::path& input) {
  std::error_code error;
  double megabytes = 0.0;
  if (fs::is_directory(input, error)) {
    for (fs::directory_iterator at(input, error), end; !error && at != end; at.increment(error)) {
      std::error_code unreadable;
      const std::uintmax_t bytes = at->is_regular_file(unreadable) ? at->file_size(unreadable) : 0;
      megabytes += unreadable ? 0.0 : static_cast<double>(bytes) / 1e6;
    }
  } else if (const std::uintmax_t bytes = fs::file_size(input, error); !error) {
    megabytes = static_cast<double>(bytes) / 1e6;
  }
  const double seconds = kLeastSeconds + kSecondsAMegabyte * megabytes;
  return {.cpu_seconds = seconds, .wall_seconds = 4.0 * seconds};
}

template <class Flags>
CLI::App* add_format(CLI::App& app, const std::shared_ptr<Flags>& flags, const char* name, const char* about,
                     const char* input, const std::string& example) {
  CLI::App* command = app.add_subcommand(name, about);
  command->add_option("INPUT", flags->input, input)->required();
  command->add_option("-o,--output", flags->output, "the dataset file to write")->required();
  add_dataset_flags(*command, *flags);
  add_shared_flags(*command, *flags, example);
  return command;
}

void add_name(CLI::App& command, FormatFlags& flags) {
  command.add_option("--name", flags.name, "the name of the dataset; otherwise that of the input");
}
void add_directed(CLI::App& command, FormatFlags& flags) {
  command.add_flag("--directed", flags.directed, "keep the directions; otherwise both of every edge are stored");
}
void add_seed(CLI::App& command, FormatFlags& flags) {
  command.add_option("--seed", flags.seed, "decides random splits")->check(whole_seed())->capture_default_str();
}

/// Reads in a child first, then here.
void import_untrusted(const FormatFlags& flags, FunctionRef<Dataset(const ProgressCallback&)> read) {
  if (!flags.trust) {
    rehearse(
        flags.input, [&] { static_cast<void>(read({})); }, import_limits(flags.input));
  }
  import_with(flags, {flags.input}, read);
}

Work add_tudataset(CLI::App& app) {
  struct Flags : FormatFlags {
    bool attributes = false, regression = false;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = add_format(app, flags, "tudataset", "sets of graphs in TUDataset's text files",
                                 "a folder with DS_A.txt and its companions, or a zip archive of one",
                                 "Example: weft import tudataset MUTAG.zip -o mutag.h5");
  command->add_flag("--attributes", flags->attributes, "keep attributes of nodes and edges beside their labels");
  command->add_flag("--regression", flags->regression, "predict the graph attributes, not the graph labels");
  add_directed(*command, *flags);
  add_name(*command, *flags);
  add_seed(*command, *flags);
  return [flags] {
    import_untrusted(*flags, [&](const ProgressCallback& progress) {
      return import_tudataset({.input = flags->input,
                               .attributes = flags->attributes,
                               .regression = flags->regression,
                               .directed = flags->directed,
                               .name = flags->name,
                               .seed = flags->seed},
                              progress);
    });
  };
}

Work add_npz(CLI::App& app) {
  const auto flags = std::make_shared<FormatFlags>();
  CLI::App* command =
      add_format(app, flags, "npz", "NumPy archives as heterophilous-graphs, Shchur et al. or SciPy have them",
                 "the .npz file", "Example: weft import npz actor.npz -o actor.h5");
  add_directed(*command, *flags);
  add_name(*command, *flags);
  add_seed(*command, *flags);
  return [flags] {
    import_untrusted(*flags, [&](const ProgressCallback& progress) {
      return import_npz({.input = flags->input, .directed = flags->directed, .name = flags->name, .seed = flags->seed},
                        progress);
    });
  };
}

Work add_planetoid(CLI::App& app) {
  const auto flags = std::make_shared<FormatFlags>();
  CLI::App* command = add_format(
      app, flags, "planetoid", "citation graphs in Planetoid's files; their pickles are not run",
      "the folder of ind.NAME.allx and its companions", "Example: weft import planetoid data --name cora -o cora.h5");
  command->add_option("--name", flags->name, "NAME, where the folder has several");
  return [flags] {
    import_untrusted(*flags, [&](const ProgressCallback& progress) {
      return import_planetoid({.folder = flags->input, .name = flags->name}, progress);
    });
  };
}

Work add_smiles(CLI::App& app) {
  struct Flags : FormatFlags {
    std::string smiles = SmilesOptions{}.smiles;
    std::string task;
    std::vector<std::string> targets;
    bool strict = false;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = add_format(app, flags, "smiles", "molecules from CSV or .smi files (needs RDKit)",
                                 "a table with a column of SMILES; plain, .gz or .xz",
                                 "Example: weft import smiles delaney.csv --targets logS -o esol.h5");
  command->add_option("--smiles", flags->smiles, "the column of SMILES, by its name or its number from 1")
      ->capture_default_str();
  command->add_option("--targets", flags->targets, "columns to predict, by name or number; none: for generation")
      ->delimiter(',');
  command->add_option("--task", flags->task, "otherwise as the targets look")
      ->check(CLI::IsMember({"graph_classification", "graph_regression"}));
  command->add_flag("--strict", flags->strict, "stop at a row that cannot be read; otherwise it is left out");
  add_name(*command, *flags);
  add_seed(*command, *flags);
  return [flags] {
    SmilesOptions options{.input = flags->input, .smiles = flags->smiles, .targets = flags->targets};
    options.task = task_of(flags->task);
    options.strict = flags->strict;
    SkippedRows skipped(flags->quiet);
    options.on_skipped = [&](const std::string& problem) { skipped.add(problem); };
    options.name = flags->name;
    options.seed = flags->seed;
    import_untrusted(*flags, [&](const ProgressCallback& progress) { return import_smiles(options, progress); });
    skipped.tell_count();
  };
}

Work add_h5ad(CLI::App& app) {
  struct Flags : FormatFlags {
    H5adOptions options;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = add_format(app, flags, "h5ad", "graphs of cells in AnnData files", "the .h5ad file",
                                 "Example: weft import h5ad pbmc.h5ad --label bulk_labels -o pbmc.h5");
  command->add_option("--graph", flags->options.graph, "the member of obsp with the edges")->capture_default_str();
  command->add_option("--features", flags->options.features, "the member of obsm with the features, or X; '' for none")
      ->capture_default_str();
  command->add_option("--label", flags->options.label, "the categorical column of obs to predict");
  add_directed(*command, *flags);
  add_name(*command, *flags);
  add_seed(*command, *flags);
  return [flags] {
    H5adOptions& options = flags->options;
    options.input = flags->input;
    options.directed = flags->directed;
    options.name = flags->name;
    options.seed = flags->seed;
    import_untrusted(*flags, [&](const ProgressCallback& progress) { return import_h5ad(options, progress); });
  };
}

Work add_mtx(CLI::App& app) {
  struct Flags : FormatFlags {
    MtxOptions options;
    std::string features, labels;
    bool skip = false;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      add_format(app, flags, "mtx", "a sparse matrix in the Matrix Market format", "the .mtx file; plain, .gz or .xz",
                 "Example: weft import mtx web.mtx.gz --labels classes.txt -o web.h5");
  command->add_option("--features", flags->features, "a row of numbers for each node, in order");
  command->add_option("--labels", flags->labels, "a class from 0, or -1, for each node, in order");
  command->add_flag("--regression", flags->options.regression, "labels are numbers to predict, not classes");
  command->add_flag("--weights", flags->options.weights, "keep the values of the matrix as an edge feature");
  add_skip_flag(*command, flags->skip);
  add_memory_limit(*command, *flags, "larger inputs are sorted on disk, beside the output");
  add_directed(*command, *flags);
  add_name(*command, *flags);
  add_seed(*command, *flags);
  return [flags] {
    MtxOptions& options = flags->options;
    options.input = flags->input;
    options.features = flags->features;
    options.labels = flags->labels;
    options.directed = flags->directed;
    options.name = flags->name;
    options.seed = flags->seed;
    SkippedRows skipped(flags->quiet);
    if (flags->skip) {
      options.on_bad_row = [&](const std::string& problem) { skipped.add(problem); };
    }
    const std::vector<fs::path> inputs = {options.input, options.features, options.labels};
    if (is_too_large(*flags, mtx_memory_bytes(options))) {
      const std::string name = options.name.empty() ? options.input.stem().string() : options.name;
      import_to_file(*flags, name, inputs, [&](const ProgressCallback& progress) {
        return import_mtx_to_file(
            options,
            {.output = flags->output, .memory_bytes = memory_limit_of(*flags), .write = write_options_of(*flags)},
            progress);
      });
    } else {
      import_with(*flags, inputs, [&](const ProgressCallback& progress) { return import_mtx(options, progress); });
    }
    skipped.tell_count();
  };
}

Work add_ogb(CLI::App& app) {
  struct Flags : FormatFlags {
    bool regression = false;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = add_format(app, flags, "ogb", "raw folders of the Open Graph Benchmark",
                                 "the folder with raw/ and split/, or a zip archive of it",
                                 "Example: weft import ogb arxiv.zip -o ogbn-arxiv.h5");
  command->add_flag("--regression", flags->regression, "labels are numbers to predict, not classes");
  add_directed(*command, *flags);
  add_name(*command, *flags);
  return [flags] {
    import_untrusted(*flags, [&](const ProgressCallback& progress) {
      return import_ogb(
          {.input = flags->input, .regression = flags->regression, .directed = flags->directed, .name = flags->name},
          progress);
    });
  };
}

}  // namespace

std::vector<Work> add_public_formats(CLI::App& app) {
  return {add_tudataset(app), add_npz(app), add_planetoid(app), add_mtx(app),
          add_smiles(app),    add_ogb(app), add_h5ad(app)};
}

}  // namespace weft::cli
