// weft report: the page of a run again from its folder, or one page that compares several runs.
#include <CLI/CLI.hpp>

#include <optional>
#include <span>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/text_output.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/runs/floors.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/runs/run_report.hpp"

namespace weft::cli {
namespace {

struct ReportFlags : SharedFlags {
  std::vector<std::string> arguments;
  std::string output;

  /// Folders with a model come first; what is left is the data.
  std::vector<std::string> runs;
  std::string data;
};

[[noreturn]] void refuse_as_run(const std::string& argument) {
  std::error_code error;
  const auto type = std::filesystem::status(argument, error).type();
  if (type == std::filesystem::file_type::not_found) {
    throw DataError(argument, "", concat("is no run folder: there is nothing of that name", nearest_run(argument)));
  }
  if (type == std::filesystem::file_type::directory) {
    throw DataError(argument, "",
                    concat("is no run folder: it has no ", RunFiles{argument}.model().filename().string()));
  }
  throw DataError(argument, "",
                  "is a file, and a report takes a run folder, which has the curves; the card of a model alone: weft "
                  "export MODEL -o card.md");
}

/// Throws DataError that names the nearest run too, where what follows a run is no dataset.
std::filesystem::path data_behind(const std::string& run, const std::string& argument) {
  try {
    return dataset_path(argument.empty() ? data_of_run(run, "weft report RUN DATA") : argument);
  } catch (const DataError&) {
    const std::string nearest = argument.empty() ? std::string() : nearest_run(argument);
    if (nearest.empty()) {
      throw;
    }
    throw DataError(argument, "", "is neither a run folder nor a dataset" + nearest);
  }
}

void sort_arguments(ReportFlags& flags) {
  for (const std::string& argument : flags.arguments) {
    if (std::filesystem::exists(RunFiles{argument}.model())) {
      flags.runs.push_back(argument);
    } else {
      // A page of its own is one of several runs, so that what is not there was to be one.
      std::error_code error;
      const bool is_no_run = !flags.output.empty() && !std::filesystem::exists(argument, error);
      if (&argument != &flags.arguments.back() || flags.runs.empty() || is_no_run) {
        refuse_as_run(argument);
      }
      flags.data = argument;
    }
  }
  require(flags.runs.size() == 1 || flags.data.empty(), "weft report: ", flags.runs.size(),
          " runs are compared by what their folders hold, expected no dataset");
}

/// What is read of some runs.
std::vector<std::filesystem::path> files_of(const std::vector<std::string>& runs) {
  std::vector<std::filesystem::path> files;
  for (const std::string& run : runs) {
    const RunFiles of_run{run};
    files.insert(files.end(), {of_run.config(), of_run.model(), of_run.checkpoint(), of_run.metrics()});
  }
  return files;
}

Json optional_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

/// What was written, and of which runs.
void tell(const ReportFlags& flags, const std::filesystem::path& page, std::span<const RunSummary> runs) {
  if (flags.json) {
    Json all = Json::array();
    for (const RunSummary& run : runs) {
      all.push_back({{"run", run.config.folder.string()},
                     {"dataset", run.dataset},
                     {"task", std::string(name_of(run.task))},
                     {"model", run.config.model},
                     {"metric", run.metric},
                     {"val", run.mean(&RunResult::val)},
                     {"test", run.mean_test()},
                     {"test_std", run.deviation(&RunResult::test)},
                     {"test_accuracy", optional_json(mean_test_accuracy(run))},
                     {"interrupted", run.interrupted}});
    }
    print_json({{"path", page.string()}, {"runs", all}});
  }
  for (const RunSummary& run : runs) {
    if (run.interrupted) {
      say(flags.quiet, concat(run.config.folder.string(), " was interrupted; its figures are those of ",
                              run.runs.size(), run.runs.size() == 1 ? " run" : " runs",
                              " so far. To go on: weft train -o ", run.config.folder.string(), " --resume"));
    }
  }
  say(flags.quiet, "wrote " + name_of_output(page));
}

void report_again(const ReportFlags& flags, const std::filesystem::path& data) {
  RunSummary run = read_run(flags.runs.front());
  Dataset dataset = load_dataset(data, flags).dataset;
  dataset.task = run.task;
  require(dataset.name == run.dataset, "weft report: the model in ", flags.runs.front(), " is of ", run.dataset,
          ", but the dataset is ", dataset.name);
  const RunFiles files{flags.runs.front()};
  run.floor = floor_of(dataset, run);
  write_run_report(files, dataset, run);
  tell(flags, files.report(), {&run, 1});
}

void compare(const ReportFlags& flags) {
  std::vector<RunSummary> runs;
  for (const std::string& folder : flags.runs) {
    runs.push_back(read_run(folder));
  }
  const std::string page = comparison_html(runs);
  writing([&] {
    TextOutput file(flags.output);
    file.write(page);
    file.commit();
  });
  tell(flags, flags.output, runs);
}

}  // namespace

Work add_report_command(CLI::App& app) {
  const auto flags = std::make_shared<ReportFlags>();
  CLI::App* command = app.add_subcommand("report", "the page of a run again, or one page that compares several");
  command
      ->add_option("RUN", flags->arguments,
                   "run folders; one alone may be followed by its dataset, otherwise that of its config")
      ->required();
  command->add_option("-o,--output", flags->output, "several runs: the page to write")->capture_default_str();
  add_shared_flags(*command, *flags,
                   "Example: weft report run\n"
                   "         weft report run_gcn run_gat -o compared.html");
  return [flags] {
    sort_arguments(*flags);
    for (const std::string& run : flags->runs) {
      rehearse_run(run, *flags);
    }
    if (flags->runs.size() > 1) {
      require(!flags->output.empty(), "weft report: several runs make one page, expected -o PAGE.html");
      require_one_use_of_standard_output(flags->output, flags->json);
      if (!is_standard_output(flags->output)) {
        require_new_output(flags->output, files_of(flags->runs));
      }
      return compare(*flags);
    }
    require(flags->output.empty(), "-o: the page of one run is its report.html, expected several runs");
    const std::filesystem::path data = data_behind(flags->runs.front(), flags->data);
    rehearse_dataset(data, *flags);
    with_threads(flags->threads, [&] { report_again(*flags, data); });
  };
}

}  // namespace weft::cli
