// weft import: the subcommands, and those for text of one's own and for Debian. import_formats.cpp has the others.
#include <CLI/CLI.hpp>

#include "weft/cli/import_run.hpp"
#include "weft/io/importers/debian_importer.hpp"
#include "weft/io/importers/edgelist_importer.hpp"

namespace weft::cli {
namespace {

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
  add_dataset_flags(*command, *flags);
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
    bool directed = false, weights = false, regression = false, skip = false;
    std::uint64_t seed = 0;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("edgelist", "a text file with an edge a line, and tables of nodes");
  command->add_option("EDGES", flags->edges, "source,target a line; CSV, TSV or blanks; plain, .gz or .xz")->required();
  command->add_option("-o,--output", flags->output, "the dataset file to write")->required();
  add_dataset_flags(*command, *flags);
  command->add_option("--features", flags->features, "a table: id,f1,f2,... for every node");
  command->add_option("--labels", flags->labels, "a table: id,label");
  command->add_option("--split", flags->split, "a table: id,train or id,val or id,test; otherwise random, 60/20/20");
  command->add_option("--name", flags->name, "the name of the dataset; otherwise that of the output file");
  command->add_flag("--directed", flags->directed, "keep the directions; otherwise both of every edge are stored");
  command->add_flag("--weights", flags->weights, "keep the third column of the edges as an edge feature");
  command->add_flag("--regression", flags->regression, "labels are numbers to predict, not classes");
  command->add_option("--seed", flags->seed, "decides a random split")->check(whole_seed())->capture_default_str();
  add_skip_flag(*command, flags->skip);
  add_memory_limit(*command, *flags, "larger inputs are sorted on disk, beside the output");
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
    options.task = flags->regression ? TaskKind::node_regression : TaskKind::node_classification;
    options.name = flags->name.empty() ? std::filesystem::path(flags->output).stem().string() : flags->name;
    options.seed = flags->seed;
    SkippedRows skipped(flags->quiet);
    if (flags->skip) {
      options.on_bad_row = [&](const std::string& problem) { skipped.add(problem); };
    }
    const std::vector<std::filesystem::path> inputs = {options.edges, options.features, options.labels, options.split};
    if (is_too_large(*flags, edgelist_memory_bytes(options))) {
      import_to_file(*flags, options.name, inputs, [&](const ProgressCallback& progress) {
        return import_edgelist_to_file(
            options,
            {.output = flags->output, .memory_bytes = memory_limit_of(*flags), .write = write_options_of(*flags)},
            progress);
      });
    } else {
      import_with(*flags, inputs, [&](const ProgressCallback& progress) { return import_edgelist(options, progress); });
    }
    skipped.tell_count();
  };
}

}  // namespace

Work add_import_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("import", "read a public format into a dataset file");
  command->require_subcommand(1);
  command->footer("Example: weft import debian -o debian.h5");
  std::vector<Work> works = {add_debian(*command), add_edgelist(*command)};
  for (Work& work : add_public_formats(*command)) {
    works.push_back(std::move(work));
  }
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
