#include "weft/io/importers/importers.hpp"

#include <algorithm>
#include <utility>

#include "weft/core/named_rows.hpp"
#include "weft/io/importers/adjlist_importer.hpp"
#include "weft/io/importers/debian_importer.hpp"
#include "weft/io/importers/edgelist_rows.hpp"
#include "weft/io/importers/graph_file_importer.hpp"
#include "weft/io/importers/graphs_importer.hpp"
#include "weft/io/importers/h5ad_importer.hpp"
#include "weft/io/importers/interactions_importer.hpp"
#include "weft/io/importers/mtx_importer.hpp"
#include "weft/io/importers/npz_importer.hpp"
#include "weft/io/importers/ogb_importer.hpp"
#include "weft/io/importers/planetoid_importer.hpp"
#include "weft/io/importers/shared_options.hpp"
#include "weft/io/importers/smiles_importer.hpp"
#include "weft/io/importers/triples_importer.hpp"
#include "weft/io/importers/tudataset_importer.hpp"

namespace weft {
namespace {

using Row = ImporterRow;

using namespace shared_options;

MtxOptions mtx_options(const ImportJob& job) {
  const Options& options = job.options;
  return {.input = job.input,
          .features = options.text("features"),
          .labels = options.text("labels"),
          .regression = options.flag("regression"),
          .weights = options.flag("weights"),
          .directed = options.flag("directed"),
          .name = name_of(job, ""),
          .seed = job.seed,
          .on_bad_row = on_bad_row_of(job)};
}

std::vector<Row> own_rows() {
  return {
      {{.name = "debian",
        .summary = "the packages of a Debian archive and what they depend on",
        .input_name = "PACKAGES",
        .input =
            "a Packages file, plain or compressed (.gz, .xz, .bz2, .zst, .zip); otherwise what apt-cache knows on this "
            "machine",
        .needs_input = false,
        .options = {{.name = "vocabulary",
                     .fallback = DebianOptions{}.vocabulary,
                     .help = "how many words of the descriptions are features",
                     .minimum = 1,
                     .maximum = 1 << 20}},
        .seed = "decides the splits",
        .example = "weft import debian -o debian.h5"},
       [](const ImportJob& job) {
         return import_debian(
             {.packages = job.input, .seed = job.seed, .vocabulary = job.options.integer("vocabulary")},
             job.on_progress);
       }},
      edgelist_row(),
      tables_row(),
      graphs_row(),
      {{.name = "interactions",
        .summary = "users and items: LightGCN's lines, RecBole's .inter, MovieLens's ratings",
        .input = "a user and its items a line, or a table of user, item, rating, time; plain or compressed (.gz, .xz, "
                 ".bz2, .zst, .zip)",
        .options = {text("val", "interactions held back for validation, in the same form"),
                    text("test", "interactions held back for the test"),
                    {.name = "form",
                     .fallback = std::string(),
                     .help = "lines of a user and its items, or pairs; otherwise as the file looks",
                     .choices = {"lines", "pairs"}},
                    text("user", "the column of users, by its name or its number from 1"),
                    text("item", "the column of items"),
                    text("rating", "the column of ratings, or none"),
                    text("time", "the column of times, whole numbers or dates, or none"),
                    {.name = "ids",
                     .fallback = std::string(),
                     .help =
                         "whether users and items are the names that are there, or numbers from 0 on, so that those "
                         "in no row are nodes too; otherwise numbers in lines that count from 0, else names",
                     .choices = {"names", "numbers"}},
                    missing(),
                    decimal(),
                    header(),
                    name_of_input(),
                    skip_bad_rows()},
        .files = {"val", "test"},
        .example = "weft import interactions train.txt --test test.txt -o gowalla.h5"},
       [](const ImportJob& job) {
         const Options& options = job.options;
         return import_interactions({.input = job.input,
                                     .val = options.text("val"),
                                     .test = options.text("test"),
                                     .form = options.text("form"),
                                     .user = options.text("user"),
                                     .item = options.text("item"),
                                     .rating = options.text("rating"),
                                     .time = options.text("time"),
                                     .name = name_of(job, job.default_name),
                                     .on_bad_row = on_bad_row_of(job),
                                     .header = header_of(options),
                                     .cells = cells_of(options),
                                     .ids = options.text("ids")},
                                    job.on_progress);
       }},
      {{.name = "triples",
        .summary = "knowledge graphs: head, relation and tail a line",
        .input = "head,relation,tail a line; CSV, TSV or blanks; plain or compressed (.gz, .xz, .bz2, .zst, .zip)",
        .options = {text("val", "triples held back for validation"), text("test", "triples held back for the test"),
                    text("head", "the column of heads, by its name or its number from 1"),
                    text("relation", "the column of relations"), text("tail", "the column of tails"),
                    text("time", "the column of times, whole numbers or dates, or none"), header(),
                    flag("undirected", "store both directions of every triple, with the same relation"),
                    name_of_input(), skip_bad_rows()},
        .files = {"val", "test"},
        .example = "weft import triples train.tsv --val valid.tsv --test test.tsv -o fb15k.h5"},
       [](const ImportJob& job) {
         const Options& options = job.options;
         return import_triples({.input = job.input,
                                .val = options.text("val"),
                                .test = options.text("test"),
                                .head = options.text("head"),
                                .relation = options.text("relation"),
                                .tail = options.text("tail"),
                                .time = options.text("time"),
                                .header = header_of(options),
                                .undirected = options.flag("undirected"),
                                .name = name_of(job, job.default_name),
                                .on_bad_row = on_bad_row_of(job)},
                               job.on_progress);
       }},
      {{.name = "adjlist",
        .summary = "adjacency lists: networkx's, or METIS's .graph",
        .input = "a node and its neighbors a line; plain or compressed (.gz, .xz, .bz2, .zst, .zip)",
        .options = {{.name = "form",
                     .fallback = std::string(),
                     .help = "otherwise metis where the file is called .graph or .metis",
                     .choices = {"networkx", "metis"}},
                    directed(),
                    name_of_input(),
                    skip_bad_rows()},
        .example = "weft import adjlist web.adjlist -o web.h5"},
       [](const ImportJob& job) {
         return import_adjlist({.input = job.input,
                                .form = job.options.text("form"),
                                .directed = job.options.flag("directed"),
                                .name = name_of(job, job.default_name),
                                .on_bad_row = on_bad_row_of(job)},
                               job.on_progress);
       }},
      {{.name = "tudataset",
        .summary = "sets of graphs in TUDataset's text files",
        .input = "a folder with DS_A.txt and its companions, or a zip archive of one",
        .options = {flag("attributes", "keep attributes of nodes and edges beside their labels"),
                    flag("regression", "predict the graph attributes, not the graph labels"), directed(),
                    name_of_input()},
        .seed = "decides random splits",
        .needs_isolation = true,
        .example = "weft import tudataset MUTAG.zip -o mutag.h5"},
       [](const ImportJob& job) {
         return import_tudataset({.input = job.input,
                                  .attributes = job.options.flag("attributes"),
                                  .regression = job.options.flag("regression"),
                                  .directed = job.options.flag("directed"),
                                  .name = job.options.text("name"),
                                  .seed = job.seed},
                                 job.on_progress);
       }},
      {{.name = "npz",
        .summary = "NumPy archives as heterophilous-graphs, Shchur et al. or SciPy have them",
        .input = "the .npz file",
        .options = {directed(), name_of_input()},
        .seed = "decides random splits",
        .needs_isolation = true,
        .example = "weft import npz actor.npz -o actor.h5"},
       [](const ImportJob& job) {
         return import_npz({.input = job.input,
                            .directed = job.options.flag("directed"),
                            .name = job.options.text("name"),
                            .seed = job.seed},
                           job.on_progress);
       }},
      {{.name = "planetoid",
        .summary = "citation graphs in Planetoid's files; their pickles are not run",
        .input = "the folder of ind.NAME.allx and its companions",
        .options = {text("name", "NAME, where the folder has several")},
        .needs_isolation = true,
        .example = "weft import planetoid data --name cora -o cora.h5"},
       [](const ImportJob& job) {
         return import_planetoid({.folder = job.input, .name = job.options.text("name")}, job.on_progress);
       }},
      {{.name = "mtx",
        .summary = "a sparse matrix in the Matrix Market format",
        .input = "the .mtx file; plain or compressed (.gz, .xz, .bz2, .zst, .zip)",
        .options = {text("features", "a row of numbers for each node, in order"),
                    text("labels", "a class from 0, or -1, for each node, in order"), regression(),
                    flag("weights", "keep the values of the matrix as an edge feature"), directed(), name_of_input(),
                    skip_bad_rows()},
        .files = {"features", "labels"},
        .seed = "decides random splits",
        .can_go_to_disk = true,
        .example = "weft import mtx web.mtx.gz --labels classes.txt -o web.h5"},
       [](const ImportJob& job) { return import_mtx(mtx_options(job), job.on_progress); },
       [](const ImportJob& job) { return mtx_memory_bytes(mtx_options(job)); },
       [](const ImportJob& job, const ImportedFile& file) {
         const MtxOptions options = mtx_options(job);
         return WrittenDataset{options.name, import_mtx_to_file(options, file, job.on_progress)};
       }},
      {{.name = "smiles",
        .summary = "molecules from CSV or .smi files (needs RDKit)",
        .input = "a table with a column of SMILES; plain or compressed (.gz, .xz, .bz2, .zst, .zip)",
        .options = {text("smiles",
                         "the column of SMILES, by its name or its number from 1; the default is any with SMILES in "
                         "its name, or the first where there is no header",
                         SmilesOptions{}.smiles),
                    text("targets", "columns to predict, by name or number; none: for generation"),
                    text("id", "the column of the molecules' ids, which predictions carry"),
                    text("split", "a column of train, val, test or nothing, the split public"),
                    {.name = "task",
                     .fallback = std::string(),
                     .help = "otherwise as the targets look",
                     .choices = {"graph_classification", "graph_regression"}},
                    missing(),
                    decimal(),
                    name_of_input()},
        .lists = {"targets"},
        .seed = "decides random splits",
        .needs_isolation = true,
        .example = "weft import smiles delaney.csv --targets logS -o esol.h5"},
       [](const ImportJob& job) {
         return import_smiles({.input = job.input,
                               .smiles = job.options.text("smiles"),
                               .targets = list_of(job.options.text("targets")),
                               .id = job.options.text("id"),
                               .split = job.options.text("split"),
                               .task = task_of(job.options.text("task")),
                               .cells = cells_of(job.options),
                               .strict = job.strict,
                               .on_skipped = job.on_skipped,
                               .name = job.options.text("name"),
                               .seed = job.seed},
                              job.on_progress);
       }},
      {{.name = "ogb",
        .summary = "raw folders of the Open Graph Benchmark",
        .input = "the folder with raw/ and split/, or a zip archive of it",
        .options = {regression(), directed(),
                    flag("undirected", "of sets with types of nodes: store both directions of every relation"),
                    name_of_input()},
        .needs_isolation = true,
        .example = "weft import ogb arxiv.zip -o ogbn-arxiv.h5"},
       [](const ImportJob& job) {
         return import_ogb({.input = job.input,
                            .regression = job.options.flag("regression"),
                            .directed = job.options.flag("directed"),
                            .undirected = job.options.flag("undirected"),
                            .name = job.options.text("name")},
                           job.on_progress);
       }},
      {{.name = "h5ad",
        .summary = "graphs of cells in AnnData files",
        .input = "the .h5ad file",
        .options = {text("graph", "the member of obsp with the edges", H5adOptions{}.graph),
                    text("features", "the member of obsm with the features, X, or layers/NAME; '' for none",
                         H5adOptions{}.features),
                    text("label", "the column of obs to predict"), directed(), name_of_input()},
        .seed = "decides random splits",
        .needs_isolation = true,
        .example = "weft import h5ad pbmc.h5ad --label bulk_labels -o pbmc.h5"},
       [](const ImportJob& job) {
         return import_h5ad({.input = job.input,
                             .graph = job.options.text("graph"),
                             .features = job.options.text("features"),
                             .label = job.options.text("label"),
                             .directed = job.options.flag("directed"),
                             .name = job.options.text("name"),
                             .seed = job.seed},
                            job.on_progress);
       }},
  };
}

const std::vector<Row>& table() {
  static const std::vector<Row> kRows = [] {
    std::vector<Row> rows = own_rows();
    const std::vector<Row> of_graphs = graph_file_rows();
    // Beside the adjacency lists: whole graphs in text.
    const auto before =
        std::ranges::find(rows, std::string_view("tudataset"), [](const Row& row) { return row.info.name; });
    rows.insert(before, of_graphs.begin(), of_graphs.end());
    return rows;
  }();
  return kRows;
}

/// The job with every option of the format.
ImportJob completed(const ImporterInfo& info, ImportJob job) {
  require(!info.needs_input || !job.input.empty(), "importing ", info.name, ": no input is named, expected ",
          info.input);
  std::vector<std::string> names;
  for (const Option& option : info.options) {
    names.emplace_back(option.name);
  }
  for (const auto& [name, value] : job.options.values()) {
    if (std::ranges::find(names, name) == names.end()) {
      throw unknown_name(concat("option of ", info.name), name, names);
    }
  }
  job.options.add(info.options);
  return job;
}

const Row& row_of(std::string_view name) {
  return row_named(table(), "format", name);
}

const Row& row_to_disk(std::string_view name) {
  const Row& row = row_of(name);
  require(row.info.can_go_to_disk, "importing ", name, ": has to be done in memory");
  return row;
}

}  // namespace

std::span<const ImporterInfo> importers() {
  static const std::vector<ImporterInfo> kInfos = infos_of(table());
  return kInfos;
}

const ImporterInfo& importer_info(std::string_view name) {
  return row_of(name).info;
}

void require_nothing_assumed(const std::filesystem::path& input, const std::vector<std::string>& assumed) {
  if (!assumed.empty()) {
    throw DataError(input.string(), "",
                    concat(assumed.front(), assumed.size() == 1 ? "" : concat(", and ", assumed.size() - 1, " more"),
                           "; nothing may be assumed"));
  }
}

Dataset import_dataset(std::string_view format, const ImportJob& job) {
  const Row& row = row_of(format);
  Dataset dataset = row.read(completed(row.info, job));
  if (job.strict) {
    require_nothing_assumed(job.input, dataset.assumed);
  }
  return dataset;
}

std::int64_t import_memory_bytes(std::string_view format, const ImportJob& job) {
  const Row& row = row_to_disk(format);
  return row.memory_bytes(completed(row.info, job));
}

WrittenDataset import_dataset_to_file(std::string_view format, const ImportJob& job, const ImportedFile& file) {
  const Row& row = row_to_disk(format);
  return row.to_file(completed(row.info, job), file);
}

}  // namespace weft
