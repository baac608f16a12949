#include "weft/cli/foreign_files.hpp"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edge_form.hpp"
#include "weft/io/importers/importers.hpp"
#include "weft/runs/run_folder.hpp"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;

/// What a file is, and the format that reads it; empty: none does.
struct Kind {
  std::string_view what, format;
};

constexpr std::string_view kTableOfNodes = "a table without ends of edges";

struct Ending {
  std::string_view ending;
  Kind kind;
};

constexpr Ending kEndings[] = {
    {".smi", {"a list of molecules", "smiles"}},
    {".smiles", {"a list of molecules", "smiles"}},
    {".sdf", {"a file of molecules", ""}},
    {".mtx", {"a matrix", "mtx"}},
    {".npz", {"a file of NumPy arrays", "npz"}},
    {".npy", {"a NumPy array", ""}},
    {".h5ad", {"an AnnData file", "h5ad"}},
    {".graphml", {"a GraphML file", "graphml"}},
    {".gexf", {"a GEXF file", "gexf"}},
    {".gml", {"a GML file", "gml"}},
    {".net", {"a network of Pajek", "pajek"}},
    {".paj", {"a network of Pajek", "pajek"}},
    {".json", {"a JSON file", "json"}},
    {".db", {"an SQLite database", "sqlite"}},
    {".sqlite", {"an SQLite database", "sqlite"}},
    {".sqlite3", {"an SQLite database", "sqlite"}},
    {".inter", {"a list of interactions", "interactions"}},
    {".csv", {"a table", "edgelist"}},
    {".tsv", {"a table", "edgelist"}},
    {".txt", {"a text", "edgelist"}},
    {".edges", {"a list of edges", "edgelist"}},
    {".edgelist", {"a list of edges", "edgelist"}},
    {".parquet", {"a Parquet file, which pandas writes as CSV,", ""}},
    {".pt", {"a file of PyTorch", ""}},
    {".pth", {"a file of PyTorch", ""}},
    {".pkl", {"a Python pickle", ""}},
    {".pickle", {"a Python pickle", ""}},
};

bool has_format(std::string_view name) {
  return !name.empty() && std::ranges::find(importers(), name, &ImporterInfo::name) != importers().end();
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

/// Without the endings of compression.
fs::path unpacked(fs::path path) {
  constexpr std::string_view kPacked[] = {".gz", ".xz", ".bz2", ".zst"};
  if (std::ranges::find(kPacked, lower(path.extension().string())) != std::end(kPacked)) {
    path = path.stem();
  }
  // Whole data sets come as .zip, one file as .csv.zip.
  if (lower(path.extension().string()) == ".zip" && path.stem().has_extension()) {
    path = path.stem();
  }
  return path;
}

constexpr std::string_view kHdf5 = "\x89HDF\r\n\x1a\n";

std::string first_bytes(const fs::path& path) {
  std::string bytes(4096, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  return bytes;
}

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == ',' || c == '\t' || c == ';' || c == ' ') {
      fields.emplace_back();
    } else if (c != '"' && c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

/// Of atoms, bonds, rings and branches alone, and more than a word: with a ring, a branch or a double bond.
bool looks_like_smiles(std::string_view text) {
  const bool is_made_of = text.find_first_not_of("BCNOPSFIHbcnopslraei0123456789()[]=#@+-/\\%.$") == std::string::npos;
  const bool has_carbon = text.find_first_of("Cc") != std::string::npos;
  const bool has_sign =
      text.find_first_of("=#(") != std::string::npos ||
      (text.find_first_of("cC") != std::string::npos && text.find_first_of("123") != std::string::npos &&
       text.find_first_of("aeli") == std::string::npos);
  return text.size() >= 4 && is_made_of && has_carbon && has_sign;
}

bool names_smiles(const std::string& field) {
  return lower(field).find("smiles") != std::string::npos;
}

/// A word for a column of molecules that does not say SMILES.
bool names_molecules(const std::string& field) {
  constexpr std::string_view kWords[] = {"mol", "molecule", "compound", "drug", "structure", "ligand", "canonical"};
  const std::string word = lower(field);
  return std::ranges::any_of(kWords, [&](std::string_view known) { return word.starts_with(known); });
}

/// The first two rows of a text; comments are none.
std::vector<std::vector<std::string>> first_rows(std::string_view bytes) {
  std::vector<std::vector<std::string>> rows;
  while (!bytes.empty() && rows.size() < 2) {
    const std::size_t end = bytes.find('\n');
    if (const std::string_view line = bytes.substr(0, end); !is_no_row(line)) {
      rows.push_back(fields_of(line));
    }
    bytes = end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
  }
  return rows;
}

/// Whether a first row is one of names: words, none of them a number or a molecule.
bool are_names(const std::vector<std::string>& fields) {
  return std::ranges::none_of(fields, [](const std::string& field) {
    return field.empty() || parse_real(field).has_value() || looks_like_smiles(field);
  });
}

/// Whether a table of text has a column of molecules: by its header, which decides where there is one, else by its
/// first row. Words of other tables may be spelled with the letters of atoms.
bool has_molecules(const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) {
    return false;
  }
  if (!are_names(rows[0])) {
    return std::ranges::any_of(rows, [](const auto& fields) { return std::ranges::any_of(fields, looks_like_smiles); });
  }
  for (std::size_t column = 0; column < rows[0].size(); ++column) {
    const bool is_likely = rows.size() > 1 && column < rows[1].size() && names_molecules(rows[0][column]) &&
                           looks_like_smiles(rows[1][column]);
    if (names_smiles(rows[0][column]) || is_likely) {
      return true;
    }
  }
  return false;
}

/// Whether a table with a header is one of nodes, as people have of customers: it names no ends of edges, and has more
/// than two columns.
bool is_table_of_nodes(const std::vector<std::vector<std::string>>& rows) {
  const bool has_header = rows.size() == 2 && are_names(rows[0]) && !are_names(rows[1]);
  if (!has_header || rows[0].size() < 3) {
    return false;
  }
  return !edge_form_of({}, rows[0], {}, EdgeRows::edges, [](const std::string&) {}).names_ends;
}

Kind kind_of_file(const fs::path& path) {
  const std::string bytes = first_bytes(path);
  const std::string ending = lower(unpacked(path).extension().string());
  if (bytes.starts_with(kHdf5) && ending != ".h5ad") {
    return {};
  }
  if (bytes.starts_with("SQLite format 3")) {
    return {"an SQLite database", "sqlite"};
  }
  if (bytes.starts_with("%%MatrixMarket")) {
    return {"a matrix", "mtx"};
  }
  const auto found = std::ranges::find(kEndings, std::string_view(ending), &Ending::ending);
  const Kind kind = found == std::end(kEndings) ? Kind{} : found->kind;
  if (ending == ".zip") {
    return {"an archive", lower(path.stem().string()).starts_with("ogb") ? "ogb" : "tudataset"};
  }
  if (kind.format != "edgelist") {
    return kind;
  }
  const std::vector<std::vector<std::string>> rows = first_rows(bytes);
  return has_molecules(rows)                                 ? Kind{"a table of molecules", "smiles"}
         : kind.what == "a table" && is_table_of_nodes(rows) ? Kind{kTableOfNodes, "edgelist"}
                                                             : kind;
}

Kind kind_of_folder(const fs::path& path) {
  std::error_code error;
  Kind kind;
  int looked = 0;
  constexpr int kMost = 10'000;
  for (fs::directory_iterator at(path, error), end; !error && at != end && ++looked < kMost; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.ends_with("_A.txt")) {
      return {"a folder in the form of TUDataset", "tudataset"};
    }
    if (name.starts_with("ind.") && name.ends_with(".graph")) {
      return {"a folder in the form of Planetoid", "planetoid"};
    }
    if (name == "graph.toml" && has_format("tables")) {
      return {"a folder of tables", "tables"};
    }
    if (name == "raw" && fs::is_directory(at->path(), error)) {
      kind = fs::exists(at->path() / "edge.csv.gz", error) || fs::exists(at->path() / "num-node-list.csv.gz", error)
                 ? Kind{"a folder in the form of OGB", "ogb"}
                 : kind;
    }
  }
  return kind;
}

}  // namespace

bool is_hdf5(const fs::path& path) {
  return first_bytes(path).starts_with(kHdf5);
}

std::string why_no_dataset(const fs::path& path) {
  std::error_code error;
  const bool is_folder = fs::is_directory(path, error);
  // Nothing else is looked into: a pipe can be read only once.
  if (!is_folder && !fs::is_regular_file(path, error)) {
    return "";
  }
  if (is_folder && state_of_run(path) != RunState::none) {
    return "is a run folder, expected a dataset: the run stands before the data, as in weft evaluate RUN DATA";
  }
  const std::string name = path.filename().string();
  if (!is_folder && lower(path.extension().string()) == ".toml") {
    return concat("is a TOML file, expected a dataset; `weft train --config ", path.string(), "` reads one of options",
                  has_format("tables") ? ", `weft import tables` one that names tables" : "");
  }
  const Kind kind = is_folder ? kind_of_folder(path) : kind_of_file(path);
  if (kind.what.empty()) {
    return "";
  }
  if (!has_format(kind.format)) {
    return concat("is ", kind.what,
                  " that Weft does not read, expected a dataset; `weft import --help` lists the formats "
                  "that it reads, docs/import.md what to do with others");
  }
  fs::path made = unpacked(path).filename();
  made = is_folder ? fs::path(fs::absolute(path, error).lexically_normal().filename()) : made;
  if (is_folder && made.empty()) {
    made = fs::absolute(path, error).lexically_normal().parent_path().filename();
  }
  if (kind.what == kTableOfNodes) {
    return concat("is ", kind.what,
                  ", expected a dataset, which it makes with a table of edges: `weft import edgelist ",
                  "EDGES --nodes ", path.string(), " -o ", made.stem().string(), ".h5`");
  }
  return concat("is ", kind.what, ", expected a dataset, which `weft import ", kind.format, " ", path.string(), " -o ",
                made.stem().string(), ".h5` makes of it");
}

}  // namespace weft::cli
