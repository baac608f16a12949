#include "weft/io/importers/adjlist_importer.hpp"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "weft/io/importers/bad_rows.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/merged_edges.hpp"
#include "weft/io/importers/node_names.hpp"
#include "weft/io/importers/text_input.hpp"
#include "weft/io/utf8.hpp"

namespace weft {
namespace {

using Fields = std::vector<std::string_view>;

void show(const ProgressCallback& progress, std::int64_t line) {
  if (progress && line % 100000 == 0) {
    progress({.stage = "reading neighbors", .done = line, .total = 0, .detail = ""});
  }
}

std::string_view without_comment(std::string_view line) {
  return trimmed(line.substr(0, line.find('#')));
}

/// What networkx's read_adjlist reads.
NodeNames read_networkx(const AdjlistOptions& options, const ProgressCallback& progress, EdgeBatch& edges) {
  TextInput input(options.input);
  NodeNames names;
  FieldSplitter splitter;
  std::deque<std::string> resolved;
  Fields fields;
  bool started = false;
  const auto fail = [&input](const std::string& problem) { input.fail(problem); };
  for (std::string_view line; input.next(line);) {
    show(progress, input.line_number());
    line = without_comment(line);
    if (line.empty()) {
      continue;
    }
    if (!is_utf8(line)) {
      input.fail("is not valid UTF-8");
    }
    if (!std::exchange(started, true)) {
      splitter = FieldSplitter(line);
    }
    resolved.clear();
    if (!splitter.split(line, fields, resolved)) {
      input.fail("a quoted field does not end");
    }
    while (fields.size() > 1 && fields.back().empty()) {
      fields.pop_back();
    }
    read_or_skip(options.on_bad_row, [&] {
      if (std::ranges::any_of(fields, [](std::string_view field) { return field.empty(); })) {
        input.fail("a node has an empty name");
      }
      const NodeId node = names.add(fields[0], fail);
      for (std::size_t i = 1; i < fields.size(); ++i) {
        edges.edges.push_back({node, names.add(fields[i], fail)});
      }
    });
  }
  return names;
}

/// The header of a METIS file.
struct MetisHeader {
  std::int64_t nodes = 0, edges = 0;
  bool has_sizes = false, has_edge_weights = false;
  std::int64_t node_weights = 0;
};

MetisHeader read_header(TextInput& input, const Fields& fields) {
  MetisHeader header;
  if (fields.size() < 2 || fields.size() > 4) {
    input.fail(concat("has ", fields.size(), " fields, expected METIS's header: nodes edges [fmt [ncon]]"));
  }
  header.nodes = parse_id(fields[0]);
  header.edges = parse_id(fields[1]);
  if (header.nodes < 0 || header.nodes > kMaxNodes || header.edges < 0) {
    input.fail(concat("'", fields[0].substr(0, 40), " ", fields[1].substr(0, 40),
                      "' are not numbers of nodes, at most ", kMaxNodes, ", and edges"));
  }
  if (fields.size() > 2) {
    const std::string_view fmt = fields[2];
    if (fmt.size() > 3 || fmt.find_first_not_of("01") != std::string_view::npos) {
      input.fail(concat("format '", fmt.substr(0, 40), "', expected up to three digits 0 or 1"));
    }
    const auto digit = [&](std::size_t from_end) {
      return fmt.size() > from_end && fmt[fmt.size() - 1 - from_end] == '1';
    };
    header.has_edge_weights = digit(0);
    header.node_weights = digit(1) ? 1 : 0;
    header.has_sizes = digit(2);
  }
  if (fields.size() > 3) {
    const std::int64_t ncon = parse_id(fields[3]);
    if (ncon < 0 || ncon > 1000) {
      input.fail(concat("number of weights of a node '", fields[3].substr(0, 40), "', expected 0 to 1000"));
    }
    header.node_weights = header.node_weights == 0 ? 0 : ncon;
  }
  return header;
}

/// METIS lists every edge in the lines of both its nodes, with the same weight.
void check_both_directions(const AdjlistOptions& options, const EdgeBatch& edges,
                           const std::vector<std::int64_t>& line_of, Dataset& data) {
  struct Entry {
    NodeId low, high, node;
    float weight;
    [[nodiscard]] std::uint64_t pair() const { return std::uint64_t{low} << 32 | high; }
  };
  std::vector<Entry> entries;
  entries.reserve(edges.edges.size());
  for (std::size_t i = 0; i < edges.edges.size(); ++i) {
    const auto [node, neighbor] = edges.edges[i];
    entries.push_back(
        {std::min(node, neighbor), std::max(node, neighbor), node, edges.weights.empty() ? 0.0F : edges.weights[i]});
  }
  std::ranges::stable_sort(entries, {}, &Entry::pair);
  std::int64_t num_one_sided = 0;
  std::string first_one_sided;
  for (std::size_t first = 0, last = 0; first < entries.size(); first = last) {
    bool has_both = entries[first].low == entries[first].high;
    for (; last < entries.size() && entries[last].pair() == entries[first].pair(); ++last) {
      const Entry &one = entries[first], &other = entries[last];
      has_both = has_both || one.node != other.node;
      if (one.weight != other.weight) {
        throw DataError(options.input.string(), concat("line ", line_of[other.node]),
                        concat("the edge between nodes ", one.low + 1, " and ", one.high + 1, " has the weight ",
                               other.weight, ", but in line ", line_of[one.node], " ", one.weight));
      }
    }
    if (!has_both && num_one_sided++ == 0) {
      first_one_sided = concat("that between nodes ", entries[first].low + 1, " and ", entries[first].high + 1);
    }
  }
  if (num_one_sided > 0) {
    data.assumed.push_back(concat(num_one_sided, num_one_sided == 1 ? " edge is" : " edges are",
                                  " in the line of one of their nodes only, the first is ", first_one_sided));
  }
}

/// A line of neighbors of `node`.
void read_neighbors(const MetisHeader& header, const TextInput& input, const Fields& fields, NodeId node,
                    EdgeBatch& edges) {
  const std::size_t skipped = static_cast<std::size_t>(header.node_weights) + (header.has_sizes ? 1 : 0);
  const std::size_t step = header.has_edge_weights ? 2 : 1;
  if (fields.size() < skipped || (fields.size() - skipped) % step != 0) {
    input.fail(concat("has ", fields.size(), " fields, expected ", skipped, " weights of the node and then ",
                      step == 2 ? "neighbors each with a weight" : "its neighbors"));
  }
  for (std::size_t i = skipped; i < fields.size(); i += step) {
    const std::int64_t neighbor = parse_id(fields[i]);
    if (neighbor < 1 || neighbor > header.nodes) {
      input.fail(concat("neighbor '", fields[i].substr(0, 40), "', expected 1 to ", header.nodes));
    }
    if (header.has_edge_weights) {
      const std::optional<float> weight = parse_real(fields[i + 1]);
      if (!weight) {
        input.fail(concat("'", fields[i + 1].substr(0, 40), "' is not a finite number of 32 bits"));
      }
      edges.weights.push_back(*weight);
    }
    edges.edges.push_back({node, static_cast<NodeId>(neighbor - 1)});
  }
}

/// The number of nodes; a line that is blank is a node without neighbors, one that starts with '%' a comment.
std::int64_t read_metis(const AdjlistOptions& options, const ProgressCallback& progress, EdgeBatch& edges,
                        Dataset& data) {
  TextInput input(options.input);
  const FieldSplitter splitter("");
  std::deque<std::string> resolved;
  Fields fields;
  std::optional<MetisHeader> header;
  std::int64_t node = 0;
  std::vector<std::int64_t> line_of;
  for (std::string_view line; input.next(line);) {
    show(progress, input.line_number());
    if (trimmed(line).starts_with('%') || (!header && trimmed(line).empty())) {
      continue;
    }
    fields.clear();
    if (!trimmed(line).empty() && !splitter.split(line, fields, resolved)) {
      input.fail("a quoted field does not end");
    }
    if (!header) {
      header = read_header(input, fields);
      continue;
    }
    if (node == header->nodes) {
      if (!fields.empty()) {
        input.fail(concat("is the line of node ", node + 1, ", expected ", header->nodes, " lines of neighbors"));
      }
      continue;
    }
    line_of.push_back(input.line_number());
    read_neighbors(*header, input, fields, static_cast<NodeId>(node), edges);
    ++node;
  }
  if (!header) {
    throw DataError(options.input.string(), "", "holds no header of METIS: nodes edges [fmt [ncon]]");
  }
  if (node < header->nodes) {
    throw DataError(options.input.string(), "",
                    concat("has neighbors of ", node, " nodes, expected ", header->nodes, ", a line each"));
  }
  if (static_cast<std::int64_t>(edges.edges.size()) != 2 * header->edges) {
    data.assumed.push_back(concat("the header counts ", header->edges, " edges, and the lines hold ",
                                  edges.edges.size(), " neighbors, expected twice as many as edges"));
  }
  check_both_directions(options, edges, line_of, data);
  const auto negative = std::ranges::count_if(edges.weights, [](float weight) { return weight < 0.0F; });
  if (negative > 0) {
    data.assumed.push_back(concat(negative,
                                  " weights are below 0; models that read weights refuse them, unless "
                                  "edge_weights=false"));
  }
  if (header->has_sizes || header->node_weights > 0) {
    data.assumed.emplace_back("weights and sizes of nodes are not read");
  }
  return header->nodes;
}

}  // namespace

Dataset import_adjlist(const AdjlistOptions& options, const ProgressCallback& progress) {
  Dataset data;
  data.name = options.name;
  data.source = options.input.filename().string();
  data.task = TaskKind::link_prediction;
  EdgeBatch edges;
  std::string input = options.input.filename().string();
  for (const std::string_view end : {".gz", ".xz"}) {
    input = input.ends_with(end) ? input.substr(0, input.size() - end.size()) : input;
  }
  const bool is_metis =
      options.form == "metis" || (options.form.empty() && (input.ends_with(".graph") || input.ends_with(".metis")));
  std::int64_t num_nodes = 0;
  if (is_metis) {
    num_nodes = read_metis(options, progress, edges, data);
  } else {
    const NodeNames names = read_networkx(options, progress, edges);
    num_nodes = static_cast<std::int64_t>(names.size());
    const std::vector<NodeId> number = names.numbering();
    for (Edge& edge : edges.edges) {
      edge = {number[edge.source], number[edge.destination]};
    }
    const bool has_names = !names.are_numbers();
    for (std::size_t v = 0; has_names && v < number.size(); ++v) {
      data.node_names.push_back(names.name(v));
    }
  }
  if (num_nodes == 0) {
    throw DataError(options.input.string(), "", "holds no nodes");
  }
  data.directed = options.directed && !is_metis;
  MergedEdges merged = merged_edges(num_nodes, edges, !data.directed, MergeEdges::first);
  data.graph = std::move(merged.graph);
  if (!edges.weights.empty()) {
    data.edge_features = Tensor::from_buffer(data.graph.num_edges(), 1, std::move(merged.weights));
    data.weight_column = 0;
    data.names.edge_features = {"weight"};
  }
  return data;
}

}  // namespace weft
