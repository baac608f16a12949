#include "weft/io/importers/triples_importer.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "weft/io/importers/edge_text.hpp"
#include "weft/io/importers/link_parts.hpp"
#include "weft/io/importers/merged_edges.hpp"
#include "weft/io/importers/node_names.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;

/// Entities and relations of all parts.
struct Vocabulary {
  NodeNames entities;
  std::vector<std::string> relations;
  std::map<std::string, std::int32_t> relation_of;
  /// Whether times are dates, as the first part has them.
  std::optional<bool> times_are_dates = {};
};

EdgeBatch read_part(const TriplesOptions& options, const fs::path& path, Vocabulary& words, Dataset& data,
                    const ProgressCallback& progress) {
  EdgeBatch all;
  if (path.empty()) {
    return all;
  }
  EdgelistOptions of_text{.edges = path, .directed = true, .on_bad_row = options.on_bad_row};
  of_text.source_column = options.head;
  of_text.relation_column = options.relation;
  of_text.target_column = options.tail;
  of_text.weight_column = "none";
  of_text.time_column = options.time;
  of_text.header = options.header;
  EdgeText text(of_text, EdgeRows::triples);
  EdgeBatch batch;
  std::vector<std::int32_t> relation_at;
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  while (text.next(words.entities, words.entities, batch)) {
    for (std::size_t r = relation_at.size(); r < text.relations().size(); ++r) {
      const auto [found, is_new] =
          words.relation_of.emplace(text.relations()[r], static_cast<std::int32_t>(words.relations.size()));
      if (is_new) {
        words.relations.push_back(text.relations()[r]);
      }
      relation_at.push_back(found->second);
    }
    append(all.edges, batch.edges);
    append(all.times, batch.times);
    for (const std::int32_t relation : batch.relations) {
      all.relations.push_back(relation_at[static_cast<std::size_t>(relation)]);
    }
    if (progress) {
      progress(
          {.stage = "reading triples", .done = static_cast<std::int64_t>(all.edges.size()), .total = 0, .detail = ""});
    }
  }
  if (all.edges.empty()) {
    throw DataError(path.string(), "", "holds no triples");
  }
  append(data.assumed, text.assumed());
  if (text.form().time && words.times_are_dates.value_or(text.form().times_are_dates) != text.form().times_are_dates) {
    throw DataError(path.string(), "", "has dates for times and another part numbers, or the reverse");
  }
  if (text.form().time) {
    words.times_are_dates = text.form().times_are_dates;
  }
  return all;
}

/// Of triples that are stored once each, or once in both directions.
std::int64_t num_repeats(const std::vector<Edge>& triples, const CsrGraph& stored, bool both_directions) {
  std::int64_t loops = 0;
  for (std::int64_t v = 0; both_directions && v < stored.num_nodes(); ++v) {
    loops += std::ssize(std::ranges::equal_range(stored.sources_of(static_cast<NodeId>(v)), static_cast<NodeId>(v)));
  }
  const std::int64_t distinct = both_directions ? (stored.num_edges() + loops) / 2 : stored.num_edges();
  return std::ssize(triples) - distinct;
}

}  // namespace

Dataset import_triples(const TriplesOptions& options, const ProgressCallback& progress) {
  Vocabulary words;
  Dataset data;
  EdgeBatch all = read_part(options, options.input, words, data, progress);
  EdgeBatch val = read_part(options, options.val, words, data, progress);
  EdgeBatch test = read_part(options, options.test, words, data, progress);
  data.name = options.name;
  data.source = options.input.filename().string();
  data.task = TaskKind::link_prediction;
  data.directed = !options.undirected;
  const std::vector<NodeId> number = words.entities.numbering();
  for (EdgeBatch* part : {&all, &val, &test}) {
    for (Edge& edge : part->edges) {
      edge = {number[edge.source], number[edge.destination]};
    }
  }
  if (!words.entities.are_numbers()) {
    for (std::size_t v = 0; v < number.size(); ++v) {
      data.node_names.push_back(words.entities.name(v));
    }
  }
  const std::vector<Edge> train = val.edges.empty() && test.edges.empty() ? std::vector<Edge>() : all.edges;
  for (const EdgeBatch* part : {&val, &test}) {
    all.edges.insert(all.edges.end(), part->edges.begin(), part->edges.end());
    all.relations.insert(all.relations.end(), part->relations.begin(), part->relations.end());
    all.times.insert(all.times.end(), part->times.begin(), part->times.end());
  }
  if (!all.times.empty() && all.times.size() != all.edges.size()) {
    throw DataError(options.input.string(), "", "has times and another part none, or the reverse");
  }
  add_link_split(train, val.edges, test.edges, data);
  MergedEdges edges =
      merged_edges(static_cast<std::int64_t>(number.size()), all, options.undirected, MergeEdges::first);
  data.graph = std::move(edges.graph);
  if (const std::int64_t repeats = num_repeats(all.edges, data.graph, options.undirected); repeats > 0) {
    data.assumed.push_back(concat(repeats, " of ", all.edges.size(), " triples repeat one, and count once"));
  }
  data.edge_type = std::move(edges.relations);
  data.names.edge_types = std::move(words.relations);
  data.edge_time = std::move(edges.times);
  data.time_unit = data.edge_time.empty() ? "" : words.times_are_dates.value_or(false) ? "s" : "step";
  return data;
}

}  // namespace weft
