// weft predict: classes and probabilities, or numbers, for every node or graph of a dataset, which needs no labels; for
// molecules also straight from SMILES, and for nodes from tables (new_tables.hpp). A model of links gives the states of
// all nodes, whose products score pairs, or with --pairs the pairs of a file (pair_scores.hpp).
//
// CSV: a header row; node or graph (of molecules straight from a text their rows there, from 0), name or id and smiles
// (where there are), class (its name where it has one; classes only),
// then one column p_NAME for each class or label, or value_K or state_K for each number, or with --top K the K
// likeliest classes and their probabilities. HDF5 (.h5): /numbers/class int64 [n], /tensors/probabilities (or values,
// states) float32 [n, outputs], and under /config the names of dataset and model, what the outputs are, and their names
// (class_0, class_1,
// ...).
#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <optional>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/matched_data.hpp"
#include "weft/cli/new_tables.hpp"
#include "weft/cli/pair_scores.hpp"
#include "weft/cli/prediction_table.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/cli/text_output.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/io/importers/pair_file.hpp"
#include "weft/io/importers/smiles_importer.hpp"
#include "weft/io/model_file.hpp"
#include "weft/runs/output_names.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/labels.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft::cli {
namespace {

struct PredictFlags : SharedFlags {
  TableFlags tables;
  std::string run, data, output, pairs, memory_limit, smiles, id;
  std::int64_t top = 0;
  bool strict = false, allow_nan = false;
};

void write_csv(const PredictionTable& table, const std::filesystem::path& path) {
  constexpr std::size_t kBlockBytes = 1 << 20;
  TextOutput file(path);
  std::string block = table.header();
  for (std::int64_t v = 0; v < table.outputs.rows(); ++v) {
    block += table.line(v);
    if (block.size() >= kBlockBytes) {
      file.write(block);
      block.clear();
    }
  }
  file.write(block);
  file.commit();
}

void write_hdf5(const PredictionTable& table, const std::filesystem::path& path) {
  ModelFile file;
  const std::string kind(name_of(table.predictor.outputs()));
  file.config = {{"dataset", table.dataset.name}, {"model", table.predictor.model()}, {"outputs", kind}};
  for (std::size_t c = 0; c < table.names.size(); ++c) {
    file.config.emplace((table.has_classes() ? "class_" : "output_") + std::to_string(c), table.names[c]);
  }
  if (table.has_classes()) {
    std::vector<std::int64_t> best;
    for (std::int64_t i = 0; i < table.outputs.rows(); ++i) {
      best.push_back(table.called(i));
    }
    file.numbers.emplace("class", std::move(best));
  }
  if (!table.text_rows.empty()) {
    file.numbers.emplace(is_of_graphs(table.predictor) ? "row" : "node", table.text_rows);
  }
  file.tensors.push_back({table.has_probabilities() ? "probabilities" : kind, table.outputs});
  write_model_file(file, path, "weft-predictions");
}

/// Whether the file holds SMILES and not a dataset.
bool holds_smiles(std::filesystem::path path) {
  if (const std::string last = path.extension().string(); last == ".gz" || last == ".xz") {
    path = path.stem();
  }
  const std::string extension = path.extension().string();
  return extension == ".smi" || extension == ".smiles" || extension == ".csv" || extension == ".tsv" ||
         extension == ".txt";
}

/// The columns are those of the data that the model was trained on, unless flags name others.
SmilesOptions smiles_options(const PredictFlags& flags, const std::filesystem::path& path, const TrainedModel& model) {
  SmilesOptions options{.input = path, .finds_id = flags.id.empty(), .splits = false, .strict = flags.strict};
  const std::optional<SmilesNames> known = smiles_names_of(model.encoder());
  if (known) {
    options.smiles = known->smiles;
  }
  if (!flags.smiles.empty()) {
    options.smiles = flags.smiles;
  }
  options.id = flags.id;
  options.likely_id = known ? known->id : "";
  return options;
}

MoleculeTable read_smiles(const PredictFlags& flags, const std::filesystem::path& path, const TrainedModel& model) {
  ProgressBar bar(flags.quiet);
  SmilesOptions options = smiles_options(flags, path, model);
  options.on_skipped = [&](const std::string& problem) {
    bar.clear();
    say(flags.quiet, "left out: " + problem);
  };
  MoleculeTable table =
      import_molecules(options, [&](const Progress& p) { bar.show(p.stage, p.done, p.total, p.detail); });
  bar.clear();
  for (const std::string& sentence : table.dataset.assumed) {
    say(flags.quiet, "assumed: " + sentence);
  }
  return table;
}

/// Rows and names as the nodes stood before the dataset was reordered.
void put_in_first_order(Dataset& dataset, Prediction& prediction) {
  std::vector<std::int64_t> row_of(dataset.original_node.size());
  for (std::size_t v = 0; v < row_of.size(); ++v) {
    row_of[static_cast<std::size_t>(dataset.original_node[v])] = static_cast<std::int64_t>(v);
  }
  prediction.probabilities = select_rows(prediction.probabilities, row_of);
  prediction.logits = select_rows(prediction.logits, row_of);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < dataset.node_names.size(); ++i) {
    names.push_back(dataset.node_names[static_cast<std::size_t>(row_of[i])]);
  }
  dataset.node_names = std::move(names);
}

/// Says which rows of the outputs are not finite. Throws NumericError unless they may be written.
void look_at(const Tensor& outputs, const std::string& rows, const PredictFlags& flags) {
  const std::vector<std::int64_t> wrong = rows_not_finite(outputs);
  if (wrong.empty()) {
    return;
  }
  constexpr std::size_t kNamed = 5;
  std::string named;
  for (std::size_t i = 0; i < std::min(kNamed, wrong.size()); ++i) {
    named += (i == 0 ? "" : ", ") + std::to_string(wrong[i]);
  }
  const std::string text = concat("the outputs of ", wrong.size(), " of ", outputs.rows(), " ", rows,
                                  " are not finite: ", named, wrong.size() > kNamed ? ", ..." : "");
  if (!flags.allow_nan) {
    throw NumericError(text + "; --allow-nan writes them as they are");
  }
  say(flags.quiet, text);
}

/// What is predicted, as the model reads it, and the numbers that its rows have for the user, if they are no places.
struct DataToPredict {
  Dataset dataset;
  std::vector<std::int64_t> numbers;
  Prediction prediction;
};

DataToPredict predicted_file(const PredictFlags& flags, const std::filesystem::path& data,
                             const TrainedModel& predictor, const ReadOptions& read) {
  MoleculeTable table = holds_smiles(data) ? read_smiles(flags, data, predictor)
                                           : MoleculeTable{load_dataset(data, flags, read).dataset, {}};
  match_data(table.dataset, data.string(), predictor, flags.quiet);
  Prediction prediction = predictor.predict(table.dataset, {.embedding = false});
  if (!table.dataset.original_node.empty()) {
    put_in_first_order(table.dataset, prediction);
  }
  return {std::move(table.dataset), std::move(table.rows), std::move(prediction)};
}

/// Rows in the order of the table.
DataToPredict predicted_tables(const PredictFlags& flags, const TrainedModel& predictor) {
  NewData data = load_new_data(flags.tables, flags, predictor, false);
  Prediction prediction = predictor.predict(data.dataset, {.rows = data.rows, .embedding = false});
  if (is_of_graphs(predictor)) {
    return {std::move(data.dataset), {}, std::move(prediction)};
  }
  prediction.probabilities = select_rows(prediction.probabilities, data.rows);
  prediction.logits = select_rows(prediction.logits, data.rows);
  data.dataset.node_names = std::move(data.names);
  return {std::move(data.dataset), std::move(data.numbers), std::move(prediction)};
}

/// Of nodes of several types: how many rows each gets, and which the model was trained on.
std::string types_text(const Dataset& dataset, const TrainedModel& model) {
  constexpr std::size_t kMostNamed = 6;
  if (model.task().rows != Rows::nodes || dataset.node_type.empty()) {
    return "";
  }
  std::map<std::int32_t, std::int64_t> counts;
  for (const std::int32_t type : dataset.node_type) {
    ++counts[type];
  }
  if (counts.size() < 2) {
    return "";
  }
  const auto name = [&](std::int32_t type) {
    const auto t = static_cast<std::size_t>(type);
    return t < dataset.names.node_types.size() ? concat("'", dataset.names.node_types[t], "'") : std::to_string(type);
  };
  std::string text;
  std::size_t named = 0;
  for (const auto& [type, count] : counts) {
    if (named++ < kMostNamed) {
      text += concat(text.empty() ? "" : ", ", count, " of type ", name(type));
    }
  }
  text += named > kMostNamed ? concat(" and of ", named - kMostNamed, " types more") : "";
  std::string trained;
  for (const std::string& type : model.trained().description().labeled_types) {
    trained += concat(trained.empty() ? "'" : ", '", type, "'");
  }
  return concat("nodes of every type get a row: ", text,
                trained.empty() ? ""
                                : concat("; the model was trained on labels of type ", trained,
                                         ", and of others nothing says how good it is"));
}

void predict(const PredictFlags& flags, const std::filesystem::path& data, const TrainedModel& predictor,
             const ReadOptions& read) {
  const auto [dataset, numbers, prediction] =
      flags.tables.are_given() ? predicted_tables(flags, predictor) : predicted_file(flags, data, predictor, read);
  const Tensor& outputs = prediction.probabilities;
  require(flags.top == 0 || predictor.outputs() == OutputKind::classes,
          "--top: the model has no classes, its outputs "
          "are ",
          name_of(predictor.outputs()));
  require(flags.top <= outputs.cols(), "--top: ", flags.top, " is more than the model's ", outputs.cols(), " classes");
  if (const std::string types = types_text(dataset, predictor); !types.empty()) {
    say(flags.quiet, types);
  }
  look_at(prediction.logits, is_of_graphs(predictor) ? "graphs" : "nodes", flags);
  const PredictionTable table{
      predictor, dataset, numbers, outputs, prediction.logits, output_names(predictor, dataset.class_names), flags.top};
  const std::filesystem::path output = flags.output;
  writing([&] { output.extension() == ".h5" ? write_hdf5(table, output) : write_csv(table, output); });
  const std::string rows = is_of_graphs(predictor) ? "graphs" : "nodes";
  const std::string columns = table.has_classes() ? "classes" : std::string(name_of(predictor.outputs()));
  if (flags.json) {
    print_json(Json{{"dataset", dataset.name},
                    {"model", predictor.model()},
                    {"path", flags.output},
                    {rows, outputs.rows()},
                    {columns, table.names}});
  }
  say(flags.quiet, concat("wrote ", name_of_output(flags.output), ": ", outputs.rows(), " ", rows, ", ", outputs.cols(),
                          " ", columns));
}

void predict_pairs(const PredictFlags& flags, const std::filesystem::path& data, const TrainedModel& predictor) {
  Dataset dataset;
  if (flags.tables.are_given()) {
    dataset = load_new_data(flags.tables, flags, predictor, false).dataset;
  } else {
    dataset = load_dataset(data, flags).dataset;
    match_data(dataset, data.string(), predictor, flags.quiet);
  }
  const std::vector<Edge> pairs = read_pairs(flags.pairs, dataset);
  const std::vector<float> scores = predictor.score_pairs(dataset, pairs);
  Tensor column(static_cast<std::int64_t>(scores.size()), 1);
  std::ranges::copy(scores, column.data());
  look_at(column, "pairs", flags);
  writing([&] { write_pair_scores(flags.output, dataset, pairs, scores); });
  if (flags.json) {
    print_json(
        Json{{"dataset", dataset.name}, {"model", predictor.model()}, {"path", flags.output}, {"pairs", pairs.size()}});
  }
  say(flags.quiet, concat("wrote ", name_of_output(flags.output), ": ", pairs.size(), " pairs"));
}

/// Throws ArgumentError for a flag that would do nothing beside the others.
void require_used(const PredictFlags& flags, bool is_text) {
  require(flags.top == 0 || flags.pairs.empty(), "--top: pairs have a score and no classes, expected no --pairs");
  require(flags.top == 0 || std::filesystem::path(flags.output).extension() != ".h5",
          "--top: an HDF5 file has all classes, expected a .csv to write");
  require((flags.smiles.empty() && flags.id.empty()) || is_text, flags.smiles.empty() ? "--id" : "--smiles",
          ": names a column of a table of molecules, expected a .csv, .tsv or .smi file",
          flags.tables.are_given() ? "; the columns of --nodes and --edges are called as in the data of the run, other "
                                     "words are said by: weft import edgelist EDGES --nodes NODES --like RUN"
                                   : "");
  require(!flags.strict || is_text, "--strict: says what is done with SMILES that are no molecule, expected SMILES");
  require(!flags.tables.are_given() || flags.memory_limit.empty(),
          "--memory-limit: tables are read into memory, expected a dataset");
  require(flags.tables.graph.empty() || flags.pairs.empty(),
          "--pairs: scores pairs of nodes of one dataset or of tables, expected no --graph");
}

}  // namespace

Work add_predict_command(CLI::App& app) {
  const auto flags = std::make_shared<PredictFlags>();
  CLI::App* command =
      app.add_subcommand("predict", "classes and probabilities, or numbers, for the nodes or graphs of a dataset");
  command->add_option("RUN", flags->run, "a run folder, or a model file")->required();
  command->add_option("DATA", flags->data,
                      "a dataset file, or the name of one; it needs no labels. Or molecules: SMILES, .smi or .csv");
  add_table_flags(*command, flags->tables);
  command->add_option("-o,--output", flags->output, "the file to write, .csv or .h5; -: CSV on standard output")
      ->required();
  command->add_option(
      "--pairs", flags->pairs,
      "a model of links: score the pairs of nodes, numbers or names, in the two columns of this CSV file; "
      "without it the states of all nodes are written, whose products are the scores");
  command->add_option("--top", flags->top, "CSV: only the K likeliest classes of each node; 0: all")
      ->check(CLI::Range(0, 1 << 20));
  command->add_option("--memory-limit", flags->memory_limit,
                      "keep to so much memory, as 4G: features and edges of one graph may stay in the file");
  command->add_option("--smiles", flags->smiles,
                      "a table of molecules: the column of SMILES, by its name or its number from 1; otherwise the one "
                      "of the data that the model was trained on");
  command->add_option("--id", flags->id, "a table of molecules: the column of ids, which the output carries");
  command->add_flag("--strict", flags->strict,
                    "SMILES: end at the first row that is no molecule, instead of leaving it out");
  command->add_flag("--allow-nan", flags->allow_nan,
                    "write outputs that are not finite as nan and inf, instead of failing with exit code 1");
  add_shared_flags(*command, *flags,
                   "Example: weft predict run cora.h5 -o classes.csv\n"
                   "         weft predict run cora.h5 -o - | cut -d, -f1,2\n"
                   "         weft predict links cora.h5 --pairs pairs.csv -o scores.csv\n"
                   "         weft predict run --nodes new.csv --edges new_edges.csv --graph old.h5 -o new_classes.csv\n"
                   "         weft predict run --graphs g.csv --nodes n.csv --edges e.csv -o kinds.csv\n"
                   "         weft predict run molecules.smi -o values.csv");
  return [flags] {
    const TableFlags& tables = flags->tables;
    tables.require_data("weft predict", flags->data);
    const bool is_text = holds_smiles(flags->data);
    const std::filesystem::path data =
        is_text || tables.are_given() ? std::filesystem::path(flags->data) : dataset_path(flags->data);
    if (!is_standard_output(flags->output)) {
      std::vector<std::filesystem::path> inputs = tables.files();
      inputs.insert(inputs.end(), {data, flags->pairs, flags->run, model_file_in(flags->run)});
      require_new_output(flags->output, inputs);
    }
    require_one_use_of_standard_output(flags->output, flags->json);
    require_used(*flags, is_text);
    const std::string extension =
        is_standard_output(flags->output) ? ".csv" : std::filesystem::path(flags->output).extension().string();
    require(
        extension == ".csv" || extension == ".h5", "weft predict: '", flags->output,
        "' ends neither in .csv nor in .h5, which decides what is written, and is not - for CSV on standard output");
    require(!is_text || flags->memory_limit.empty(),
            "--memory-limit: molecules are read into memory, expected a dataset");
    rehearse_model(flags->run, *flags);
    std::optional<TrainedModel> predictor;
    on_this_thread([&] { predictor = TrainedModel::load(flags->run); });
    require(flags->pairs.empty() || predictor->task().rows == Rows::links, "--pairs: the model predicts ",
            name_of(predictor->outputs()), ", expected one of links");
    require(flags->pairs.empty() || (!is_text && flags->memory_limit.empty() && extension == ".csv"),
            "--pairs: expected a dataset without --memory-limit, and a .csv to write");
    require(predictor->task().rows != Rows::none, "weft predict: ", predictor->what(),
            ", expected one of nodes, graphs or links; `weft generate` draws from it");
    const ReadOptions read =
        is_text || tables.are_given() ? ReadOptions{} : plan_prediction(flags->memory_limit, data, *flags, *predictor);
    if (tables.are_given()) {
      require_tables_fit(tables, flags->run, *predictor);
      rehearse_old_graph(tables, *flags, *predictor);
    } else if (!is_text) {
      rehearse_dataset(data, *flags, read);
    } else if (!flags->trust) {
      rehearse_text(data, [&] { (void)import_molecules(smiles_options(*flags, data, *predictor)); });
    }
    with_threads(flags->threads, [&] {
      flags->pairs.empty() ? predict(*flags, data, *predictor, read) : predict_pairs(*flags, data, *predictor);
    });
  };
}

}  // namespace weft::cli
