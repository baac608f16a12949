// What the formats of whole graphs are called, read and are told.
#include "weft/io/importers/gexf_graph.hpp"
#include "weft/io/importers/gml_graph.hpp"
#include "weft/io/importers/graph_file_importer.hpp"
#include "weft/io/importers/graphml_graph.hpp"
#include "weft/io/importers/json_graph.hpp"
#include "weft/io/importers/pajek_graph.hpp"
#include "weft/io/importers/sqlite_graph.hpp"

namespace weft {
namespace {

std::vector<Option> options() {
  const auto text = [](std::string_view name, std::string_view help) {
    return Option{.name = name, .fallback = std::string(), .help = help};
  };
  const auto flag = [](std::string_view name, std::string_view help) {
    return Option{.name = name, .fallback = false, .help = help};
  };
  return {
      text("id",
           "what calls the nodes: id, label or another attribute; otherwise the label where ids are bare numbers"),
      text("label", "the attribute of nodes to predict"),
      text("split", "the attribute of nodes that says train, val or test; otherwise random, 60/20/20"),
      text(
          "split_time",
          "split by time: where training and validation end, as 0.8,0.9, or ATTRIBUTE=0.8,0.9 where nodes have several "
          "dates"),
      text("split_group", "the attribute of nodes whose equal values stay in one part of the split"),
      text("drop", "attributes of nodes that are not read"),
      text("kind", "ATTRIBUTE=number, category, flag, date or text: as one of nodes is read; otherwise guessed"),
      text("like", "a dataset or a run whose encoder makes features of the nodes"),
      text("missing",
           "texts that stand for missing values, between commas, such as ?,-,unknown; beside the empty one, nan, NA, "
           "N/A, "
           "null, none and <NA>"),
      flag("regression", "labels are numbers to predict, not classes"),
      text("weight", "the attribute of edges that is their weight, or none; otherwise what is called so"),
      text("time", "the attribute of edges that is their time, whole numbers, or none; otherwise what is called so"),
      text("relation", "the attribute of edges that is their kind, or none; otherwise what is called so"),
      text("time_unit", "the unit of the times, such as s, ms or day; otherwise as they look"),
      {.name = "merge",
       .fallback = std::string("first"),
       .help = "what counts of parallel edges: the first, the last, or of their weights the sum, mean or max; "
               "keep: all of them",
       .choices = {"first", "last", "sum", "mean", "max", "keep"}},
      flag("directed", "keep the directions of edges, whatever the file says"),
      flag("undirected", "store both directions of every edge, whatever the file says"),
      text("name", "the name of the dataset; otherwise that of the output file"),
      flag("skip_bad_rows",
           "leave out nodes and edges whose values are wrong, and say which; otherwise the first one ends the import")};
}

template <GraphReader kRead>
ImporterRow row(std::string_view name, std::string_view summary, std::string_view input, std::string_view example) {
  return {{.name = name,
           .summary = summary,
           .input = input,
           .options = options(),
           .files = {"like"},
           .lists = {"drop", "kind"},
           .seed = "decides a random split",
           .example = example},
          [](const ImportJob& job) { return import_graph_file(job, kRead); }};
}

ImporterRow sqlite_row() {
  std::vector<Option> all = {
      {.name = "query",
       .fallback = std::string(),
       .help = "a SELECT of the edges: source, target, and then attributes by their names"},
      {.name = "node_query", .fallback = std::string(), .help = "a SELECT of the nodes: id, and then attributes"}};
  for (Option& option : options()) {
    if (option.name != "id") {
      all.push_back(std::move(option));
    }
  }
  return {{.name = "sqlite",
           .summary = "what queries of an SQLite database give: edges, and nodes",
           .input_name = "DB",
           .input = "the database, which is only read",
           .options = std::move(all),
           .files = {"like"},
           .lists = {"drop", "kind"},
           .seed = "decides a random split",
           .needs_isolation = true,
           .example = "weft import sqlite shop.db --query \"SELECT buyer, seller FROM sales\" -o shop.h5"},
          [](const ImportJob& job) {
            const GraphFile file = GraphFile::of_rows(job.input);
            GraphTables tables(file);
            read_sqlite_graph({.edges = job.options.text("query"), .nodes = job.options.text("node_query")}, tables);
            return import_graph_tables(job, tables);
          }};
}

}  // namespace

std::vector<ImporterRow> graph_file_rows() {
  return {
      row<read_json_graph>(
          "json", "a graph in node-link JSON, as networkx, d3 and Cytoscape write it, or in the JSON Graph Format",
          "an object with nodes and links (or edges); plain or compressed",
          "weft import json graph.json --label club -o mine.h5"),
      row<read_graphml_graph>("graphml", "a graph in GraphML, as networkx, igraph, Gephi and yEd write it",
                              "the .graphml file; plain or compressed",
                              "weft import graphml graph.graphml --label club -o mine.h5"),
      row<read_gexf_graph>("gexf", "a graph in GEXF, Gephi's format", "the .gexf file; plain or compressed",
                           "weft import gexf graph.gexf --label club -o mine.h5"),
      row<read_gml_graph>("gml", "a graph in GML, as networkx, igraph and Gephi write it",
                          "the .gml file; plain or compressed", "weft import gml graph.gml --label value -o mine.h5"),
      row<read_pajek_graph>("pajek", "a network of Pajek", "the .net file; plain or compressed",
                            "weft import pajek graph.net -o mine.h5"),
      sqlite_row()};
}

}  // namespace weft
