// What the format of many graphs in tables is called, reads and is told.
#include "weft/io/importers/graphs_importer.hpp"
#include "weft/io/importers/shared_options.hpp"

namespace weft {

ImporterRow graphs_row() {
  using namespace shared_options;
  return {
      {.name = "graphs",
       .summary = "many graphs in tables: a row a graph, a row a node, a row an edge, as DGL's CSV form has them",
       .input_name = "GRAPHS",
       .input = "a table with a column of graphs, their labels and parts; CSV or TSV, plain or compressed (.gz, .xz, "
                ".bz2, .zst, .zip)",
       .options = {text("edges", "a table of edges with columns of the graph, the source and the target"),
                   text("nodes", "a table of nodes with columns of the graph and the node; its others are features"),
                   text("graph", "the column of graphs in all tables; otherwise graph_id or graph"),
                   text("id", "the column of --nodes that calls the nodes; otherwise node_id, node or id"),
                   text("source", "the column of the edges' sources; otherwise source, src or src_id"),
                   text("target", "the column of their targets; otherwise target, dst or dst_id"),
                   text("weight", "the column of their weights, or none; otherwise weight"),
                   text("label", "the columns of GRAPHS to predict; otherwise label, target, y or class"),
                   text("split", "the column of GRAPHS that says train, val or test; otherwise random, 60/20/20"),
                   text("drop", "columns that are not read"),
                   text("kind", "COLUMN=number, category, flag, date or text; otherwise guessed"),
                   text("like", "a dataset or a run made of such tables, whose columns and features are used"),
                   missing(), decimal(), header(), regression(), directed(), name_of_input(), skip_bad_rows()},
       .files = {"edges", "nodes", "like"},
       .lists = {"label", "drop", "kind"},
       .seed = "decides the random splits",
       .example = "weft import graphs graphs.csv --nodes nodes.csv --edges edges.csv -o mine.h5"},
      [](const ImportJob& job) {
        const Options& options = job.options;
        return import_graphs({.graphs = job.input,
                              .nodes = options.text("nodes"),
                              .edges = options.text("edges"),
                              .graph_column = options.text("graph"),
                              .id_column = options.text("id"),
                              .source_column = options.text("source"),
                              .target_column = options.text("target"),
                              .weight_column = options.text("weight"),
                              .label_columns = list_of(options.text("label")),
                              .split_column = options.text("split"),
                              .drop = list_of(options.text("drop")),
                              .kinds = list_of(options.text("kind")),
                              .directed = options.flag("directed"),
                              .regression = options.flag("regression"),
                              .name = name_of(job, job.default_name),
                              .seed = job.seed,
                              .on_bad_row = on_bad_row_of(job),
                              .header = header_of(options),
                              .like = options.text("like"),
                              .cells = cells_of(options)},
                             job.on_progress);
      }};
}

}  // namespace weft
