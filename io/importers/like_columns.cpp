#include "weft/io/importers/like_columns.hpp"

#include <algorithm>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edgelist_words.hpp"
#include "weft/io/model_file.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;

/// Of a dataset, or of a run's model.
TableEncoder encoder_like(const fs::path& path) {
  std::error_code error;
  std::string text;
  if (fs::is_directory(path, error)) {
    const fs::path model = path / "model.h5";
    const ModelFile file = read_model_file(model);
    const auto found = file.config.find("encoder");
    text = found == file.config.end() ? "" : found->second;
  } else {
    text = read_dataset(path).encoder;
  }
  const std::optional<EdgelistWords> words = words_in(text, path.string());
  if (text.empty() || (words && words->table != "nodes")) {
    throw DataError(path.string(), "",
                    "holds no encoder of a table, expected a dataset made with --nodes, or a run on one");
  }
  return parse_encoder(text, path.string());
}

/// What an encoder was made with, and what is said besides.
CellForm joined_forms(CellForm known, const CellForm& said) {
  for (const std::string& text : said.missing) {
    if (std::ranges::find(known.missing, text) == known.missing.end()) {
      known.missing.push_back(text);
    }
  }
  known.decimal = said.decimal == '\0' ? known.decimal : said.decimal;
  return known;
}

/// Of a file that can be read again; otherwise empty.
std::vector<std::string> first_row(const fs::path& path, const CellForm& cells) {
  std::error_code error;
  if (path.empty() || !fs::is_regular_file(path, error)) {
    return {};
  }
  DelimitedRows rows(path, DelimitedRows::Header::keep);
  rows.expect_decimal_commas(cells.decimal == ',');
  std::vector<std::string_view> fields;
  return rows.next(fields) ? std::vector<std::string>(fields.begin(), fields.end()) : std::vector<std::string>();
}

using Columns = std::vector<std::pair<const char*, std::string*>>;

/// Sets columns that are not said, and says which; names that would be found by themselves are in `usual`.
void adopt(const TableEncoder& encoder, const EdgelistOptions& options, const fs::path& table, const Columns& columns,
           const std::string& usual, std::vector<std::string>& assumed) {
  const std::vector<std::string> names = first_row(table, options.cells);
  std::string said;
  for (const auto& [role, column] : columns) {
    const auto found = encoder.roles().find(role);
    if (found == encoder.roles().end() || !column->empty()) {
      continue;
    }
    const std::string& name = found->second;
    const std::int64_t number = parse_id(name);
    const bool is_there =
        name == "none" || std::ranges::find(names, name) != names.end() || (number >= 1 && number <= std::ssize(names));
    if (is_there && name != usual) {
      *column = name;
      said += concat(said.empty() ? "" : ", ", role, name == "none" ? " " : " '", name, name == "none" ? "" : "'");
    }
  }
  if (!said.empty()) {
    assumed.push_back(concat("columns of ", table.filename().string(), " are what they were for ",
                             options.like.filename().string(), ": ", said));
  }
}

}  // namespace

KnownTables known_tables(EdgelistOptions& options) {
  KnownTables known;
  if (!options.encoder.empty()) {
    known.encoder = parse_encoder(options.encoder, "the run");
    options.cells = joined_forms(known.encoder->form(), options.cells);
    return known;
  }
  if (options.like.empty()) {
    return known;
  }
  known.encoder = encoder_like(options.like);
  options.cells = joined_forms(known.encoder->form(), options.cells);
  const std::vector<std::string> header = first_row(options.nodes, options.cells);
  const std::optional<std::size_t> usual = usual_id_column(header);
  const bool had_label = !options.label_column.empty();
  Columns of_nodes = {{"id", &options.id_column}};
  if (options.labels.empty()) {
    of_nodes.emplace_back("label", &options.label_column);
  }
  adopt(*known.encoder, options, options.nodes, of_nodes, usual ? header[*usual] : "", known.assumed);
  if (!had_label && !options.label_column.empty() && known.encoder->roles().contains("regression")) {
    options.task = TaskKind::node_regression;
  }
  adopt(*known.encoder, options, options.edges,
        {{"source", &options.source_column},
         {"target", &options.target_column},
         {"weight", &options.weight_column},
         {"time", &options.time_column},
         {"relation", &options.relation_column}},
        "", known.assumed);
  return known;
}

std::map<std::string, std::string> roles_of_edges(const EdgelistOptions& options, const EdgeForm& form) {
  std::map<std::string, std::string> roles;
  const auto add = [&](const char* role, const std::string& said, std::optional<std::size_t> column) {
    if (!said.empty()) {
      roles[role] = column && *column < form.header.size() ? form.header[*column] : said;
    }
  };
  add("source", options.source_column, form.source);
  add("target", options.target_column, form.target);
  add("weight", options.weight_column, form.weight);
  add("time", options.time_column, form.time);
  add("relation", options.relation_column, form.relation);
  return roles;
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
