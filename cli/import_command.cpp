// weft import: public formats into dataset files. One subcommand a format.
#include <CLI/CLI.hpp>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/cli/stop_signal.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/debian_importer.hpp"
#include "weft/io/edgelist_importer.hpp"

namespace weft::cli {
namespace {

struct ImportFlags : SharedFlags {
  std::string output;
};

/// Runs `read`, which is given a callback for its progress, and writes what it returns.
template <class Read>
void import_with(const ImportFlags& flags, const std::vector<std::filesystem::path>& inputs, Read&& read) {
  require_new_output(flags.output, inputs);
  with_threads(flags.threads, [&] {
    ProgressBar bar(flags.quiet);
    const GentleStop gentle;
    const Dataset dataset = read([&](const Progress& p) {
      throw_if_stop_requested();
      bar.show(p.stage, p.done, p.total, p.detail);
    });
    bar.clear();
    throw_if_stop_requested();
    writing([&] { write_dataset(dataset, flags.output); });
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

Work add_debian(CLI::App& app) {
  struct Flags : ImportFlags {
    std::string packages;
    std::uint64_t seed = 0;
    std::int64_t vocabulary = DebianOptions{}.vocabulary;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("debian", "the packages of a Debian archive and what they depend on");
  command->add_option("PACKAGES", flags->packages,
                      "a Packages file, plain, .gz or .xz; otherwise what apt-cache knows on this machine");
  command->add_option("-o,--output", flags->output, "the dataset file to write")->required();
  command->add_option("--seed", flags->seed, "decides the splits")->check(whole_seed())->capture_default_str();
  command->add_option("--vocabulary", flags->vocabulary, "how many words of the descriptions are features")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  add_shared_flags(*command, *flags, "Example: weft import debian -o debian.h5");
  return [flags] {
    import_with(*flags, {flags->packages}, [&](const ProgressCallback& progress) {
      return import_debian({.packages = flags->packages, .seed = flags->seed, .vocabulary = flags->vocabulary},
                           progress);
    });
  };
}

Work add_edgelist(CLI::App& app) {
  struct Flags : ImportFlags {
    std::string edges, features, labels, split, name;
    bool directed = false, weights = false, regression = false;
    std::uint64_t seed = 0;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("edgelist", "a text file with an edge a line, and tables of nodes");
  command->add_option("EDGES", flags->edges, "source,target a line; CSV, TSV or blanks; plain, .gz or .xz")->required();
  command->add_option("-o,--output", flags->output, "the dataset file to write")->required();
  command->add_option("--features", flags->features, "a table: id,f1,f2,... for every node");
  command->add_option("--labels", flags->labels, "a table: id,label");
  command->add_option("--split", flags->split, "a table: id,train or id,val or id,test; otherwise random, 60/20/20");
  command->add_option("--name", flags->name, "the name of the dataset; otherwise that of the output file");
  command->add_flag("--directed", flags->directed, "keep the directions; otherwise both of every edge are stored");
  command->add_flag("--weights", flags->weights, "keep the third column of the edges as an edge feature");
  command->add_flag("--regression", flags->regression, "labels are numbers to predict, not classes");
  command->add_option("--seed", flags->seed, "decides a random split")->check(whole_seed())->capture_default_str();
  add_shared_flags(*command, *flags,
                   "Example: weft import edgelist edges.csv --labels labels.csv --features x.csv -o mine.h5");
  return [flags] {
    EdgelistOptions options;
    options.edges = flags->edges;
    options.features = flags->features;
    options.labels = flags->labels;
    options.split = flags->split;
    options.directed = flags->directed;
    options.weights = flags->weights;
    options.task = flags->regression ? Task::node_regression : Task::node_classification;
    options.name = flags->name.empty() ? std::filesystem::path(flags->output).stem().string() : flags->name;
    options.seed = flags->seed;
    import_with(*flags, {options.edges, options.features, options.labels, options.split},
                [&](const ProgressCallback& progress) { return import_edgelist(options, progress); });
  };
}

}  // namespace

Work add_import_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("import", "read a public format into a dataset file");
  command->require_subcommand(1);
  command->footer("Example: weft import debian -o debian.h5");
  const std::vector<Work> works = {add_debian(*command), add_edgelist(*command)};
  return [command, works] {
    const std::vector<CLI::App*> formats = command->get_subcommands([](const CLI::App*) { return true; });
    for (std::size_t i = 0; i < formats.size(); ++i) {
      if (formats[i]->parsed()) {
        works[i]();
      }
    }
  };
}

}  // namespace weft::cli
