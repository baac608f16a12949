#include "weft/io/importers/like_columns.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

#include "weft/core/error.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edgelist_words.hpp"
#include "weft/io/importers/node_targets.hpp"
#include "weft/io/model_file.hpp"
#include "weft/io/text_lists.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;

/// What a column is called, was called, and is said to be called.
struct KnownColumn {
  const char* role;
  const std::string& known;
  std::string& said;
};

/// Sets columns that are not said and would not be found by themselves, and says which.
void adopt(const EdgelistOptions& options, const fs::path& table, std::span<const KnownColumn> columns,
           const std::string& usual, std::vector<std::string>& assumed) {
  const std::vector<std::string> names = first_row_of(table, options.cells);
  std::string adopted;
  for (const auto& [role, known, said] : columns) {
    if (known.empty() || !said.empty() || known == usual) {
      continue;
    }
    const std::int64_t number = parse_id(known);
    const bool is_none = known == "none";
    const std::vector<std::string> all = label_names(known, names);
    const bool is_there =
        is_none ? has_usual_column(role, names)
                : std::ranges::all_of(
                      all, [&](const std::string& one) { return std::ranges::find(names, one) != names.end(); }) ||
                      (number >= 1 && number <= std::ssize(names));
    if (is_there && (is_none || !is_usual_column(role, known))) {
      said = known;
      std::string shown = known;
      std::ranges::replace(shown, '\n', ',');
      adopted += concat(adopted.empty() ? "" : ", ", role, is_none ? " " : " '", shown, is_none ? "" : "'");
    }
  }
  if (!adopted.empty()) {
    assumed.push_back(concat("columns of ", table.filename().string(), " are what they were for ",
                             options.like.filename().string(), ": ", adopted));
  }
}

KnownEncoder known_of(const ModelFile& file) {
  const auto text = [&](const char* key) {
    const auto found = file.config.find(key);
    return found == file.config.end() ? std::string() : found->second;
  };
  const auto outputs = file.numbers.find("num_outputs");
  const auto* counts =
      outputs == file.numbers.end() ? nullptr : std::get_if<std::vector<std::int64_t>>(&outputs->second);
  KnownTask task{.task = task_of(text("task")).value_or(TaskKind::link_prediction)};
  if (text("outputs") == "classes" && counts != nullptr && counts->size() == 1) {
    task.num_classes = counts->front();
    task.class_names = parts_of(text("class_names"));
  }
  return {text("encoder"), std::move(task)};
}

}  // namespace

void KnownTask::give_to_unlabeled(Dataset& data) const {
  const bool is_of_nodes = task == TaskKind::node_classification || task == TaskKind::node_regression;
  // Several yes-or-no labels are no classes, and without them nothing says how many there are.
  if (!is_of_nodes || (task == TaskKind::node_classification && num_classes < 1) || data.has_many_graphs() ||
      !std::holds_alternative<std::monostate>(data.node_labels)) {
    return;
  }
  data.task = task;
  data.num_classes = task == TaskKind::node_classification ? num_classes : 0;
  data.class_names = task == TaskKind::node_classification ? class_names : std::vector<std::string>();
}

KnownEncoder encoder_like(const fs::path& path, std::string_view kind, std::string_view expected) {
  std::error_code error;
  KnownEncoder known;
  if (fs::is_directory(path, error)) {
    known = known_of(read_model_file(path / "model.h5"));
  } else {
    Dataset data = read_dataset(path);
    known = {std::move(data.encoder), {data.task, data.num_classes, std::move(data.class_names)}};
  }
  const std::string& text = known.text;
  // Encoders of before say no kind.
  const std::optional<EdgelistWords> words = words_in(text, path.string());
  if (text.empty() || (words ? words->table != kind : kind != "nodes")) {
    throw DataError(path.string(), "", concat("holds no encoder of a table, expected ", expected));
  }
  return known;
}

std::vector<std::string> first_row_of(const fs::path& path, const CellForm& cells) {
  std::error_code error;
  if (path.empty() || !fs::is_regular_file(path, error)) {
    return {};
  }
  DelimitedRows rows(path, DelimitedRows::Header::keep);
  rows.expect_decimal_commas(cells.decimal == ',');
  std::vector<std::string_view> fields;
  return rows.next(fields) ? std::vector<std::string>(fields.begin(), fields.end()) : std::vector<std::string>();
}

CellForm joined_forms(CellForm known, const CellForm& said) {
  for (const std::string& text : said.missing) {
    if (std::ranges::find(known.missing, text) == known.missing.end()) {
      known.missing.push_back(text);
    }
  }
  known.decimal = said.decimal == '\0' ? known.decimal : said.decimal;
  return known;
}

KnownTables known_tables(EdgelistOptions& options) {
  KnownTables known;
  if (!options.encoder.empty()) {
    known.encoder = parse_encoder(options.encoder, "the run");
    options.cells = joined_forms(known.encoder->form(), options.cells);
    options.cells.is_fixed = true;
    return known;
  }
  if (options.like.empty()) {
    return known;
  }
  auto [text, task] = encoder_like(options.like, "nodes", "a dataset made with --nodes, or a run on one");
  known.task = std::move(task);
  known.encoder = parse_encoder(text, options.like.string());
  options.cells = joined_forms(known.encoder->form(), options.cells);
  // Data of before hold none.
  const EdgelistWords words = words_in(text, options.like.string()).value_or(EdgelistWords{});
  const std::vector<std::string> header = first_row_of(options.nodes, options.cells);
  const std::optional<std::size_t> usual = usual_id_column(header);
  const bool had_label = !options.label_column.empty();
  std::vector<KnownColumn> of_nodes = {{"id", words.id, options.id_column}};
  if (options.labels.empty()) {
    of_nodes.push_back({"label", words.label, options.label_column});
  }
  adopt(options, options.nodes, of_nodes, usual ? header[*usual] : "", known.assumed);
  if (!had_label && !options.label_column.empty() && words.regression) {
    options.task = TaskKind::node_regression;
  }
  const std::vector<KnownColumn> of_edges = {{"source", words.source, options.source_column},
                                             {"target", words.target, options.target_column},
                                             {"weight", words.weight, options.weight_column},
                                             {"time", words.time, options.time_column},
                                             {"relation", words.relation, options.relation_column}};
  adopt(options, options.edges, of_edges, "", known.assumed);
  options.edge_encoder = words.edge_encoder;
  return known;
}

std::optional<std::size_t> usual_id_column(const std::vector<std::string>& header) {
  for (const char* usual : {"id", "node", "node_id", "nodeid", "nodeId", "ID", "Id", "NodeId"}) {
    if (const auto found = std::ranges::find(header, usual); found != header.end()) {
      return static_cast<std::size_t>(found - header.begin());
    }
  }
  return std::nullopt;
}

}  // namespace weft
