#include "weft/io/importers/edge_columns.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <variant>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/importers/table_encoder.hpp"

namespace weft {
namespace {

FitOptions fit_options(const EdgelistOptions& options, const EdgeForm& form, const TextTable& table) {
  FitOptions fit;
  const auto fail = [&](const std::string& problem) { table.fail(problem); };
  for (const auto& [column, kind] : kinds_of(options.edge_kinds, "import_edgelist: edge_kind")) {
    const std::size_t place = column_of(column, form.header, form.width, fail);
    require(std::ranges::find(form.features, place) != form.features.end(), "import_edgelist: edge_kind names column '",
            column, "', which is no feature of the edges");
    fit.kinds.insert_or_assign(table.header()[place], kind);
  }
  return fit;
}

}  // namespace

bool reads_edge_columns(const EdgelistOptions& options) {
  return !options.edge_features.empty() || !options.edge_encoder.empty();
}

EdgeColumns read_edge_columns(const EdgelistOptions& options, const EdgeForm& form, std::int64_t num_rows,
                              std::vector<std::string>& assumed) {
  if (num_rows == 0 && !options.edge_encoder.empty()) {
    const TableEncoder known = parse_encoder(options.edge_encoder, "the run");
    return {Tensor(0, known.width()), known.names(), options.edge_encoder};
  }
  std::error_code error;
  require(std::filesystem::is_regular_file(options.edges, error), "edge_features: ", options.edges.string(),
          " is read twice for them, expected a file");
  require(!options.on_bad_row,
          "edge_features: rows that are left out (skip_bad_rows) would be taken for others, "
          "expected one of the two");
  const TextTable table(options.edges, {}, options.cells, !form.header.empty());
  if (static_cast<std::int64_t>(table.num_rows()) != num_rows) {
    table.fail(concat("has ", table.num_rows(), " rows of ", table.num_columns(), " columns, and ", num_rows,
                      " edges: columns of edges that become features need whole rows"));
  }
  const std::size_t before = assumed.size();
  const TableEncoder encoder =
      options.edge_encoder.empty()
          ? fitted_encoder(table, form.features, fit_options(options, form, table), assumed)
          : TableEncoder(parse_encoder(options.edge_encoder, "the run").columns(), table.form());
  // What is said of kinds is said of columns of nodes too.
  for (std::string& sentence : std::span(assumed).subspan(before)) {
    if (const std::size_t at = sentence.find("(--kind "); at != std::string::npos) {
      sentence.replace(at, 8, "(--edge-kind ");
    }
  }
  RowEncoder rows(encoder, table);
  EdgeColumns result{Tensor::uninitialized(num_rows, encoder.width()), encoder.names(), encoder_text(encoder)};
  for (std::int64_t row = 0; row < num_rows; ++row) {
    rows.encode(static_cast<std::size_t>(row), result.rows.row(row));
  }
  for (std::string& sentence : rows.assumed()) {
    assumed.push_back(std::move(sentence));
  }
  return result;
}

void add_edge_columns(const EdgeColumns& columns, std::span<const std::uint32_t> places, Dataset& data) {
  const std::int64_t num_edges = data.graph.num_edges();
  const std::int64_t first = data.weight_column == 0 ? 1 : 0, width = first + columns.rows.cols();
  Tensor features = Tensor::uninitialized(num_edges, width);
  const auto* weights = first == 1 ? &std::get<Tensor>(data.edge_features) : nullptr;
  constexpr std::int64_t kGrain = 1 << 14;
  parallel_for(num_edges, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t edge = begin; edge < end; ++edge) {
      const std::span<float> to = features.row(edge);
      if (weights != nullptr) {
        to[0] = (*weights)(edge, 0);
      }
      std::ranges::copy(columns.rows.row(places[static_cast<std::size_t>(edge)]), to.begin() + first);
    }
  });
  data.edge_features = std::move(features);
  data.names.edge_features.insert(data.names.edge_features.end(), columns.names.begin(), columns.names.end());
}

}  // namespace weft
