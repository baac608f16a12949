// What the formats of edge lists, and of tables that a TOML file describes, are called, read and are told.
#include "weft/io/importers/edgelist_rows.hpp"

#include <utility>
#include <variant>

#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/graph_description.hpp"
#include "weft/io/importers/shared_options.hpp"
#include "weft/io/importers/typed_tables.hpp"

namespace weft {
namespace {

using namespace shared_options;

EdgelistOptions edgelist_options(const ImportJob& job) {
  const Options& options = job.options;
  const bool has_nodes = !options.text("nodes").empty();
  return {.edges = job.input,
          .features = options.text("features"),
          .labels = options.text("labels"),
          .split = has_nodes ? "" : options.text("split"),
          .directed = options.flag("directed"),
          .weights = options.flag("weights"),
          .task = options.flag("regression") ? TaskKind::node_regression : TaskKind::node_classification,
          .name = name_of(job, job.default_name),
          .seed = job.seed,
          .on_bad_row = on_bad_row_of(job),
          .strict = job.strict,
          .source_column = options.text("source"),
          .target_column = options.text("target"),
          .weight_column = options.text("weight"),
          .time_column = options.text("time"),
          .relation_column = options.text("relation"),
          .edge_features = list_of(options.text("edge_features")),
          .edge_kinds = list_of(options.text("edge_kind")),
          .header = header_of(options),
          .time_unit = options.text("time_unit"),
          .merge = value_named<MergeEdges>(options.text("merge")).value_or(MergeEdges::first),
          .bipartite = options.flag("bipartite"),
          .nodes = options.text("nodes"),
          .id_column = options.text("id"),
          .label_column = options.text("label"),
          .split_column = has_nodes ? options.text("split") : "",
          .drop = list_of(options.text("drop")),
          .kinds = list_of(options.text("kind")),
          .split_time = options.text("split_time"),
          .split_group = options.text("split_group"),
          .like = options.text("like"),
          .cells = cells_of(options)};
}

/// What a TOML file describes: an edge list with a table of nodes, or several tables.
std::variant<EdgelistOptions, TypedTables> described_options(const ImportJob& job) {
  Options options(importer_info("edgelist").options);
  options.set_value("skip_bad_rows", job.options.flag("skip_bad_rows"));
  GraphDescription description = read_graph_description(job.input, std::move(options));
  ImportJob of_edges = job;
  of_edges.options = std::move(description.options);
  if (description.edge_tables.empty()) {
    of_edges.input = std::move(description.edges);
    return edgelist_options(of_edges);
  }
  const Options& shared = of_edges.options;
  TypedTables tables{.description = job.input,
                     .name = name_of(of_edges, job.default_name),
                     .directed = shared.flag("directed"),
                     .like = shared.text("like")};
  ImportJob of_table = job;
  for (DescribedTable& table : description.node_tables) {
    of_table.input.clear();
    of_table.options = std::move(table.options);
    of_table.options.set("nodes", table.file.string());
    of_table.options.set("like", "");
    tables.nodes.push_back({table.name, edgelist_options(of_table)});
  }
  for (DescribedTable& table : description.edge_tables) {
    of_table.input = table.file;
    of_table.options = std::move(table.options);
    of_table.options.set("like", "");
    tables.edges.push_back({table.name, table.source_type, table.target_type, edgelist_options(of_table)});
  }
  tables.merge = tables.edges.front().options.merge;
  return tables;
}

}  // namespace

ImporterRow edgelist_row() {
  return {
      {.name = "edgelist",
       .summary = "a text file with an edge a line, and tables of nodes",
       .input_name = "EDGES",
       .input = "an edge a line, columns named by a header or else source,target; CSV, TSV or blanks; plain or "
                "compressed (.gz, .xz, .bz2, .zst, .zip)",
       .options = {text("features", "a table: id,f1,f2,... for every node"),
                   text("labels", "a table: id,label"),
                   text("split",
                        "a table: id,train or id,val or id,test; with --nodes the column of those words; otherwise "
                        "random, 60/20/20"),
                   text("nodes", "a table of nodes with a header: numbers, categories, flags, dates, texts"),
                   text("id", "the column of --nodes that calls the nodes; otherwise id, or the first"),
                   text(
                       "label",
                       "the column of --nodes to predict, or several between commas: each yes or no, or each a number"),
                   text("drop", "columns of --nodes that are not read"),
                   text("kind", "COLUMN=number, category, flag, date or text: as --nodes is read; otherwise guessed"),
                   text("split_time",
                        "split by time: where training and validation end, as 0.8,0.9, or "
                        "COLUMN=0.8,0.9 where --nodes has several columns of dates"),
                   text("split_group", "the column of --nodes whose equal values stay in one part of the split"),
                   text("like", "a dataset or a run whose encoder makes features of --nodes"),
                   missing(),
                   decimal(),
                   regression(),
                   flag("weights", "keep the weights of the edges, in the third column unless the header names one"),
                   text("source", "the column of the edges' sources, by its name or its number from 1"),
                   text("target", "the column of their targets"),
                   text("weight", "the column of their weights, or none; otherwise what the header calls so"),
                   text("time",
                        "the column of their times, whole numbers or dates, or none; otherwise what the header calls "
                        "so"),
                   text("relation", "the column of their kinds, or none; otherwise what the header calls so"),
                   text("edge_features",
                        "columns of the edges that become features of them, or all: numbers, categories, flags, dates, "
                        "texts"),
                   text("edge_kind", "COLUMN=kind: as --edge-features are read; otherwise guessed"),
                   header(),
                   text("time_unit", "the unit of the times, such as s, ms or day; otherwise as they look"),
                   {.name = "merge",
                    .fallback = std::string("first"),
                    .help = "what counts of rows that repeat an edge: the first, the last, or of their weights the "
                            "sum, mean or max",
                    .choices = {kEnumNames<MergeEdges>.begin(), kEnumNames<MergeEdges>.end()}},
                   flag("bipartite", "sources and targets are two kinds of nodes, and may be called alike"),
                   directed(),
                   text("name", "the name of the dataset; otherwise that of the output file"),
                   skip_bad_rows()},
       .files = {"features", "labels", "split", "nodes", "like"},
       .lists = {"drop", "kind", "edge_features", "edge_kind"},
       .seed = "decides a random split",
       .can_go_to_disk = true,
       .example = "weft import edgelist edges.csv --labels labels.csv --features x.csv -o mine.h5"},
      [](const ImportJob& job) { return import_edgelist(edgelist_options(job), job.on_progress); },
      [](const ImportJob& job) { return edgelist_memory_bytes(edgelist_options(job)); },
      [](const ImportJob& job, const ImportedFile& file) {
        return import_edgelist_to_file(edgelist_options(job), file, job.on_progress);
      }};
}

ImporterRow tables_row() {
  return {
      {.name = "tables",
       .summary = "tables of edges and nodes, one or several of each, as a TOML file describes them",
       .input = "the description: [edges] file, source, target, ...; [nodes] file, id, label, kinds, ...; or several "
                "[[edges]] and [[nodes]] with a name each",
       .options = {skip_bad_rows()},
       .seed = "decides a random split",
       .can_go_to_disk = true,
       .example = "weft import tables graph.toml -o mine.h5"},
      [](const ImportJob& job) {
        const auto described = described_options(job);
        const auto* tables = std::get_if<TypedTables>(&described);
        return tables != nullptr ? import_typed_tables(*tables, job.on_progress)
                                 : import_edgelist(std::get<EdgelistOptions>(described), job.on_progress);
      },
      [](const ImportJob& job) {
        const auto described = described_options(job);
        const auto* tables = std::get_if<TypedTables>(&described);
        return tables != nullptr ? typed_tables_memory_bytes(*tables)
                                 : edgelist_memory_bytes(std::get<EdgelistOptions>(described));
      },
      [](const ImportJob& job, const ImportedFile& file) {
        const auto described = described_options(job);
        require(std::holds_alternative<EdgelistOptions>(described),
                "importing tables: several tables of nodes or "
                "edges are read in memory, expected a larger memory limit");
        return import_edgelist_to_file(std::get<EdgelistOptions>(described), file, job.on_progress);
      }};
}

}  // namespace weft
