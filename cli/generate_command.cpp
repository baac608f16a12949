// weft generate: graphs or molecules drawn from a trained generator.
//
// .smi: a SMILES a line, canonical where Weft was built with RDKit, in Kekulé's form otherwise. .h5: a dataset of many
// graphs; node types and edge types are those of the training data, for molecules the atomic number and the bond
// order, with the SMILES. Graphs that are none (only without the mask) are left out of an .h5 and are empty lines in
// an .smi.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <optional>
#include <set>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/cli/text_output.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/runs/generated_graphs.hpp"
#include "weft/runs/generation_report.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/graph_corpus.hpp"

namespace weft::cli {
namespace {

struct GenerateFlags : SharedFlags {
  std::string run, output, constraint, beginning, data, kind = "any";
  std::int64_t count = 100, best_of = 1;
  std::uint64_t seed = 0;
  double temperature = 1.0, guidance = 0.5;
  bool is_unmasked = false, wants_report = false;
  std::vector<std::string> wishes;
};

/// "property=value"
std::pair<std::string, double> wish_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  require(equals != std::string::npos, "--property: '", text, "' has no value, expected name=value");
  static const Option kNumber{.name = "--property", .fallback = 0.0, .help = ""};
  return {text.substr(0, equals), std::get<double>(parse_option(kNumber, text.substr(equals + 1)))};
}

GenerationRequest request_of(const GenerateFlags& flags, const TrainedModel& generator) {
  GenerationRequest request{.seed = flags.seed,
                            .temperature = flags.temperature,
                            .is_masked = !flags.is_unmasked,
                            .constraint = flags.constraint,
                            .guidance = flags.guidance,
                            .best_of = flags.best_of};
  for (const std::string& text : flags.wishes) {
    request.wishes.push_back(wish_of(text));
  }
  if (!flags.beginning.empty()) {
    require(generator.generator().makes_molecules(), "--prefix: the model makes no molecules");
    request.beginning = molecule_of(flags.beginning, generator.generator().alphabet);
  }
  return request;
}

void write_smi(const std::vector<std::string>& smiles, const std::filesystem::path& path) {
  std::string text;
  for (const std::string& one : smiles) {
    text += one + '\n';
  }
  TextOutput file(path);
  file.write(text);
  file.commit();
}

/// The page stands beside what is written.
std::filesystem::path page_of(const GenerateFlags& flags) {
  return std::filesystem::path(flags.output).replace_extension(".html");
}

/// What the run was trained on: as --data says, or the run's own config.
std::filesystem::path data_of_report(const GenerateFlags& flags) {
  return dataset_path(flags.data.empty() ? data_of_run(flags.run, "weft generate RUN --report --data DATA")
                                         : flags.data);
}

/// Read before anything is drawn or written: what cannot be compared is refused first.
LoadedDataset data_to_compare(const GenerateFlags& flags, const TrainedModel& generator) {
  LoadedDataset loaded = load_dataset(data_of_report(flags), flags);
  (void)split_to_compare(generator.generator(), loaded.dataset, generator.split());
  return loaded;
}

/// Adds the figures to `json` and writes the page beside the output.
void report(const GenerateFlags& flags, const TrainedModel& generator, const Dataset& dataset,
            const std::vector<SampledGraph>& samples, const std::vector<std::string>& smiles, Json& json) {
  // Of several that the run went over, the one that the model learned from.
  const Split& split = split_to_compare(generator.generator(), dataset, generator.split());
  say(flags.quiet, concat("comparing with ", split.test.size(), " test graphs"));
  const GraphKind kind = *graph_kind_of(flags.kind);
  const GenerationReport made{
      .generator = generator.generator(),
      .samples = samples,
      .smiles = smiles,
      .dataset = dataset,
      .split = split,
      .kind = kind,
      .valid_unmasked = valid_without_mask(generator, flags.count, request_of(flags, generator), kind)};
  Json figures;
  std::string page;
  made.write(figures, page);
  const std::filesystem::path path = page_of(flags);
  writing([&] { write_file_atomically(path, page); });
  say(flags.quiet, "wrote " + path.string());
  json.update(figures);
}

/// Four digits of what is no whole number; --json has them all.
std::string value_text(const Json& value) {
  if (!value.is_number_float()) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value.get<double>());
  return text;
}

/// Name and value, an indented line for each figure of an object.
void add_rows(const Json& json, const std::string& indent, std::vector<std::pair<std::string, std::string>>& rows) {
  for (const auto& [name, value] : json.items()) {
    if (value.is_object()) {
      rows.emplace_back(indent + name, "");
      add_rows(value, indent + "  ", rows);
    } else {
      rows.emplace_back(indent + name, value_text(value));
    }
  }
}

void generate(const GenerateFlags& flags) {
  const TrainedModel generator = TrainedModel::load(flags.run);
  const bool as_smiles = is_standard_output(flags.output) || std::filesystem::path(flags.output).extension() == ".smi";
  require(!as_smiles || generator.generator().makes_molecules(),
          "weft generate: the model makes no molecules, so -o must end in .h5");
  const GenerationRequest request = request_of(flags, generator);
  std::optional<LoadedDataset> compared;
  if (flags.wants_report) {
    compared = data_to_compare(flags, generator);
  }
  const Stopwatch watch;
  std::vector<SampledGraph> samples;
  {
    ProgressBar bar(flags.quiet);
    samples = generator.generate(flags.count, request,
                                 [&](const Progress& p) { bar.show(p.stage, p.done, p.total, p.detail); });
  }
  const double seconds = watch.seconds();
  const std::vector<std::string> smiles = smiles_of(samples, generator.generator());
  std::int64_t whole = 0, valid = 0;
  std::set<std::string> distinct;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    whole += samples[i].is_whole ? 1 : 0;
    valid += generator.generator().makes_molecules() ? !smiles[i].empty() : samples[i].is_whole;
    if (generator.generator().makes_molecules() && !smiles[i].empty()) {
      distinct.insert(smiles[i]);
    }
  }
  writing([&] {
    if (as_smiles) {
      return write_smi(smiles, flags.output);
    }
    Dataset made = dataset_of(samples, generator.generator(), smiles);
    made.name = "generated from " + generator.dataset();
    write_dataset(made, flags.output);
  });
  const auto total = static_cast<double>(std::max<std::size_t>(samples.size(), 1));
  Json json = {{"dataset", generator.dataset()},
               {"n", flags.count},
               {"seed", flags.seed},
               {"temperature", flags.temperature},
               {"masked", !flags.is_unmasked},
               {"path", flags.output},
               {"whole", static_cast<double>(whole) / total},
               {"valid", static_cast<double>(valid) / total},
               {"threads", num_threads()},
               {"seconds", seconds}};
  if (generator.generator().makes_molecules() && valid > 0) {
    json["unique"] = static_cast<double>(distinct.size()) / static_cast<double>(valid);
  }
  if (compared) {
    report(flags, generator, compared->dataset, samples, smiles, json);
  }
  if (flags.json) {
    print_json(json);
  } else if (flags.wants_report) {
    std::vector<std::pair<std::string, std::string>> rows;
    add_rows(json, "", rows);
    print(aligned(rows));
  }
  say(flags.quiet,
      concat("wrote ", name_of_output(flags.output), ": ", flags.count, " graphs in ", seconds_text(seconds)));
}

/// Throws ArgumentError for a flag that would do nothing without another.
void require_used(const GenerateFlags& flags, const CLI::App& command) {
  for (const char* name : {"--data", "--kind"}) {
    require(flags.wants_report || command.count(name) == 0, name,
            ": says what the report compares with, expected "
            "--report too");
  }
  require(!flags.wishes.empty() || command.count("--guidance") == 0,
          "--guidance: says how much properties count, expected --property too");
}

}  // namespace

Work add_generate_command(CLI::App& app) {
  const auto flags = std::make_shared<GenerateFlags>();
  CLI::App* command = app.add_subcommand("generate", "draw graphs or molecules from a trained generator");
  command->add_option("RUN", flags->run, "a run folder, or a model file")->required();
  command->add_option("-n", flags->count, "how many")->check(CLI::Range(1, 100000000))->capture_default_str();
  command->add_option("-o,--output", flags->output, "the file to write, .smi or .h5; -: SMILES on standard output")
      ->required();
  command->add_option("--seed", flags->seed, "decides everything that is random")->check(whole_seed());
  command->add_option("--temperature", flags->temperature, "below 1: likelier graphs; above 1: more varied ones")
      ->check(CLI::Range(1e-3, 100.0))
      ->capture_default_str();
  command->add_option("--property", flags->wishes, "name=value: what the graphs should be like; repeatable")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--guidance", flags->guidance, "how much more than asked for properties count; 0: as trained")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  command->add_option("--best-of", flags->best_of, "keep the likeliest of so many")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_option("--prefix", flags->beginning, "a SMILES that every molecule begins with");
  command->add_option("--constraint", flags->constraint, "what graphs keep to; without: as trained")
      ->check(one_of("constraint", {"none", "planar", "tree"}));
  command->add_flag("--report", flags->wants_report,
                    "print how good they are beside the test part of the data, and write a page beside the output");
  command->add_option("--data", flags->data, "--report: the data; without: those that the run was trained on");
  command->add_option("--kind", flags->kind, "--report: what graphs must be to count as valid; any: connected")
      ->check(one_of("kind", {"any", "planar", "tree", "sbm", "lobster"}))
      ->capture_default_str();
  command->add_flag("--no-mask", flags->is_unmasked, "let the model break the rules, to see how well it knows them");
  add_shared_flags(*command, *flags, "Example: weft generate run -n 10000 -o molecules.smi");
  return [flags, command] {
    std::vector<std::filesystem::path> inputs = {flags->run, model_file_in(flags->run)};
    if (flags->wants_report) {
      inputs.push_back(data_of_report(*flags));
    }
    const bool is_standard = is_standard_output(flags->output);
    require_one_use_of_standard_output(flags->output, flags->json);
    require(!is_standard || !flags->wants_report,
            "--report: its figures are standard output, and its page stands beside the file, expected -o FILE");
    if (!is_standard) {
      require_new_output(flags->output, inputs);
    }
    if (flags->wants_report) {
      require_new_output(page_of(*flags), inputs);
    }
    require_used(*flags, *command);
    const std::string extension = is_standard ? ".smi" : std::filesystem::path(flags->output).extension().string();
    require(extension == ".smi" || extension == ".h5", "weft generate: '", flags->output,
            "' ends neither in .smi nor in .h5, which decides what is written");
    rehearse_model(flags->run, *flags);
    if (flags->wants_report) {
      rehearse_dataset(inputs.back(), *flags);
    }
    with_threads(flags->threads, [&] { generate(*flags); });
  };
}

}  // namespace weft::cli
