#include "weft/io/importers/graph_file_importer.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/io/importers/attribute_words.hpp"
#include "weft/io/importers/graph_names.hpp"
#include "weft/io/importers/graph_table_files.hpp"

namespace weft {
namespace {

using Cells = TableFile::Cells;

std::string plain_header(std::string name) {
  std::ranges::replace_if(
      name, [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  return name;
}

void check_extent(const GraphTables& tables, const ElementTable& table, const char* what) {
  std::uint64_t present = 0;
  for (std::size_t column = 0; column < table.columns().size(); ++column) {
    present += table.num_present(column);
  }
  constexpr std::uint64_t kOrdinary = std::uint64_t{1} << 26, kSparse = 64;
  const std::uint64_t cells = std::uint64_t{table.num_rows()} * table.columns().size();
  if (cells > kOrdinary && cells > kSparse * present) {
    tables.file.fail(concat("its ", table.num_rows(), " ", what, " have ", table.columns().size(),
                            " attributes, most of them on few, expected attributes that are shared"));
  }
}

void write_nodes(const GraphTables& tables, const GraphNames& names, TableFile& out) {
  check_extent(tables, tables.nodes, "nodes");
  std::vector<std::size_t> columns;
  std::vector<std::string> header = {"id"};
  const std::vector<bool> are_names = names.are_names();
  for (std::size_t column = 0; column < tables.nodes.columns().size(); ++column) {
    if (!are_names[column]) {
      columns.push_back(column);
      header.push_back(plain_header(tables.nodes.columns()[column]));
    }
  }
  out.add(Cells(header.begin(), header.end()), 0);
  Cells cells, row;
  for (std::size_t node = 0; node < tables.nodes.num_rows(); ++node) {
    tables.nodes.row(node, cells);
    row = {names.of_node(node)};
    if (row[0]->find_first_of("\n\r") != std::string_view::npos) {
      tables.nodes.fail(node, "a node has a line break in its name");
    }
    for (const std::size_t column : columns) {
      row.push_back(cells[column]);
    }
    out.add(row, tables.nodes.offset(node));
  }
  out.finish();
}

/// Whether an edge goes both ways in a graph that is directed.
bool goes_back(const GraphTables& tables, std::size_t edge) {
  const EdgeDirection direction = tables.directions.empty() ? EdgeDirection::of_graph : tables.directions[edge];
  return direction == EdgeDirection::undirected ||
         (direction == EdgeDirection::of_graph && !tables.directed.value_or(false));
}

/// The column of weights, if some edges have none.
std::optional<std::size_t> partial_weight(const GraphTables& tables, const Options& options) {
  const std::string& name = options.text("weight");
  const std::optional<std::size_t> column = tables.edges.find_column(name.empty() ? "weight" : name);
  return column && tables.edges.num_present(*column) < tables.edges.num_rows() ? column : std::nullopt;
}

void write_edges(const GraphTables& tables, const GraphNames& names, const Options& options, bool both_ways,
                 TableFile& out, std::vector<std::string>& assumed) {
  check_extent(tables, tables.edges, "edges");
  const std::optional<std::size_t> source = tables.edges.find_column(tables.source),
                                   target = tables.edges.find_column(tables.target);
  if (tables.edges.num_rows() > 0 && (!source || !target)) {
    tables.edges.fail(0, concat("an edge has no ", source ? tables.target : tables.source));
  }
  std::vector<std::size_t> columns;
  std::vector<std::string> header = {"source", "target"};
  for (std::size_t column = 0; column < tables.edges.columns().size(); ++column) {
    if (column != source && column != target) {
      columns.push_back(column);
      header.push_back(plain_header(tables.edges.columns()[column]));
    }
  }
  out.add(Cells(header.begin(), header.end()), 0);
  const std::optional<std::size_t> weight = partial_weight(tables, options);
  if (weight) {
    const std::size_t without = tables.edges.num_rows() - tables.edges.num_present(*weight);
    assumed.push_back(concat(without, " of ", tables.edges.num_rows(), " edges have no ",
                             tables.edges.columns()[*weight], ", and weigh 1"));
  }
  std::size_t num_back = 0;
  Cells cells, row;
  for (std::size_t edge = 0; edge < tables.edges.num_rows(); ++edge) {
    tables.edges.row(edge, cells);
    row = {names.of_end(cells[*source], edge, tables.source), names.of_end(cells[*target], edge, tables.target)};
    for (const std::size_t column : columns) {
      row.push_back(column == weight ? cells[column].value_or("1") : cells[column]);
    }
    out.add(row, tables.edges.offset(edge));
    if (both_ways && goes_back(tables, edge) && row[0] != row[1]) {
      std::swap(row[0], row[1]);
      out.add(row, tables.edges.offset(edge));
      ++num_back;
    }
  }
  if (num_back > 0) {
    assumed.push_back(concat(num_back, " of ", tables.edges.num_rows(),
                             " edges are undirected, and stored in both directions; the others are directed"));
  }
  out.finish();
}

/// Whether the edges of the dataset are directed.
bool find_direction(const GraphTables& tables, const Options& options, std::vector<std::string>& assumed) {
  const bool directed = options.flag("directed"), undirected = options.flag("undirected");
  require(!directed || !undirected, "importing a graph: directed and undirected, expected one of them or none");
  if (directed || undirected) {
    return directed;
  }
  const bool is_any = std::ranges::find(tables.directions, EdgeDirection::directed) != tables.directions.end();
  if (!tables.directed && tables.directions.empty()) {
    assumed.push_back(concat(tables.file.path().filename().string(),
                             " does not say whether its edges are directed, and they are read as undirected "
                             "(--directed)"));
  }
  return is_any || tables.directed.value_or(false);
}

/// What an edge list is told, of what a graph's file is told.
ImportJob job_of_tables(const ImportJob& job, bool directed, const std::string& nodes,
                        const std::filesystem::path& edges) {
  ImportJob of_tables = job;
  of_tables.input = edges;
  of_tables.strict = false;
  of_tables.options = Options(importer_info("edgelist").options);
  for (const auto& [name, value] : job.options.values()) {
    // Some are of graphs alone.
    if (of_tables.options.has(name) && (name != "id" || nodes.empty())) {
      of_tables.options.set_value(name, value);
    }
  }
  of_tables.options.set_value("directed", directed);
  if (!nodes.empty()) {
    of_tables.options.set_value("nodes", nodes);
    of_tables.options.set_value("id", std::string("id"));
  }
  return of_tables;
}

void require_no_nodes_needed(const Options& options, const GraphFile& file) {
  for (const char* option : {"label", "split", "split_time", "split_group", "drop", "kind", "like"}) {
    if (!options.text(option).empty()) {
      file.fail(concat("lists no nodes, so that none has an attribute for --", option, ", ", options.text(option)));
    }
  }
}

/// About places and attributes of the graph's file.
std::string told(const std::string& sentence, const TableFile& nodes, const TableFile& edges, const GraphFile& file) {
  return in_words_of_file(nodes.translated(edges.translated(sentence)), file.word_for_values());
}

DataError translated(const DataError& error, const TableFile& nodes, const TableFile& edges, const GraphFile& file) {
  for (const TableFile* table : {&nodes, &edges}) {
    if (error.file() != table->path()) {
      continue;
    }
    std::string_view where = error.object(), problem = error.problem();
    constexpr std::string_view kLine = "line ";
    if (where.empty() && problem.starts_with(kLine) && problem.find(": ") != std::string_view::npos) {
      where = problem.substr(0, problem.find(": "));
      problem.remove_prefix(where.size() + 2);
    }
    std::size_t line = 0;
    const bool has_line =
        where.starts_with(kLine) &&
        std::from_chars(where.data() + kLine.size(), where.data() + where.size(), line).ec == std::errc();
    return {file.path().string(), has_line ? table->place_of_line(line) : std::string(where),
            told(std::string(problem), nodes, edges, file)};
  }
  return {error.file(), error.object(), nodes.translated(edges.translated(error.problem()))};
}

/// Sentences about features end in "… in line N", a line of the table of nodes.
std::string with_line(std::string sentence, const TableFile& nodes) {
  constexpr std::string_view kLine = " in line ";
  const std::size_t at = sentence.rfind(kLine);
  std::size_t line = 0;
  if (at == std::string::npos) {
    return sentence;
  }
  const char* end = sentence.data() + sentence.size();
  const auto [stop, error] = std::from_chars(sentence.data() + at + kLine.size(), end, line);
  return error == std::errc() && stop == end ? concat(sentence.substr(0, at), kLine, nodes.line_of_line(line))
                                             : sentence;
}

}  // namespace

Dataset import_graph_file(const ImportJob& job, GraphReader read) {
  const GraphFile file(job.input);
  GraphTables tables(file);
  read(file, tables);
  return import_graph_tables(job, tables);
}

Dataset import_graph_tables(const ImportJob& job, const GraphTables& tables) {
  const GraphFile& file = tables.file;
  const std::string name = job.input.filename().string();
  std::vector<std::string> assumed = tables.passed_over();
  const bool directed = find_direction(tables, job.options, assumed);
  const GraphNames names(tables, job.options, assumed);
  TableFile nodes(file, concat("the nodes of ", name)), edges(file, concat("the edges of ", name));
  const bool has_nodes = tables.nodes.num_rows() > 0;
  if (!has_nodes) {
    require_no_nodes_needed(job.options, file);
  } else {
    write_nodes(tables, names, nodes);
  }
  write_edges(tables, names, job.options, directed && !job.options.flag("directed"), edges, assumed);
  ImportJob of_tables = job_of_tables(job, directed, has_nodes ? nodes.path().string() : "", edges.path());
  if (job.on_skipped) {
    of_tables.on_skipped = [&](const std::string& problem) { job.on_skipped(told(problem, nodes, edges, file)); };
  }
  if (of_tables.default_name.empty()) {
    of_tables.default_name = job.input.stem().string();
  }
  try {
    Dataset data = import_dataset("edgelist", of_tables);
    data.source = name;
    for (const std::string& sentence : data.assumed) {
      assumed.push_back(told(with_line(nodes.translated(edges.translated(sentence)), nodes), nodes, edges, file));
    }
    data.assumed = std::move(assumed);
    return data;
  } catch (const DataError& error) {
    throw translated(error, nodes, edges, file);
  }
}

}  // namespace weft
