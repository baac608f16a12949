// What a model reads of the beginning of a code, all of it as small categories.
#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "weft/generation/code_vocabulary.hpp"

namespace weft {
namespace {

/// Depths and rooms above these are read as these.
constexpr std::int64_t kMostDepths = 512, kMostRooms = 64;
/// Values of what is read of the neighborhood: edges in no or one triangle, nodes nearby, triangles of an edge, where
/// a near ancestor is (two edges away by 1 to 8 paths, three by 1 to 4, or further), how it is linked, steps along the
/// rim, levels.
constexpr std::int64_t kEdgesIn = 16, kCounts = 36, kTriangles = 8, kPlaces = 13, kLinks = 16, kSteps = 25,
                       kLevels = 32;

/// Exactly up to 15, then four to each doubling; below kLevels.
std::int32_t read_levels(std::int32_t levels) {
  if (levels < 16) {
    return levels;
  }
  const auto octave = static_cast<std::int32_t>(std::bit_width(static_cast<std::uint32_t>(levels))) - 1;
  return std::min(16 + 4 * (octave - 4) + (levels >> (octave - 2) & 3), static_cast<std::int32_t>(kLevels) - 1);
}

std::int32_t read_edges_in(const Neighborhood& near, NodeId v) {
  return 4 * std::min(near.num_edges_in(v, 0), 3) + std::min(near.num_edges_in(v, 1), 3);
}

/// How many nodes are two edges away, and how many neighbors the one with the most shares.
std::int32_t read_counts(const Neighborhood& near) {
  std::int32_t count = 0, most = 0;
  for (const Neighborhood::Ancestor& u : near.near()) {
    if (u.distance == 2) {
      ++count;
      most = std::max(most, u.paths);
    }
  }
  return 4 * std::min(count, 8) + std::min(most, 3);
}

std::int32_t read_place(const Neighborhood::Ancestor& u) {
  return u.distance == 2 ? std::min(u.paths, 8) - 1 : u.distance == 3 ? 7 + std::min(u.paths, 4) : 12;
}

std::int32_t read_links(const Neighborhood::Ancestor& u) {
  return std::min(u.triangles, 3) + (u.meets_latest ? 4 : 0) + (u.meets_parent ? 8 : 0);
}

std::int32_t read_steps(const Neighborhood::Ancestor& u) {
  static_assert(kSteps == (Neighborhood::kMostSteps + 1) * (Neighborhood::kMostSteps + 1));
  return (Neighborhood::kMostSteps + 1) * u.from_latest + u.from_parent;
}

}  // namespace

std::int64_t CodeVocabulary::num_read_rooms() const {
  return std::min<std::int64_t>(max_room_, kMostRooms) + 1;
}

std::int32_t CodeVocabulary::read_room(const PartialGraph& graph, NodeId v) const {
  return std::min(labels_are_orders_ ? graph.room(v) : graph.used(v), static_cast<std::int32_t>(num_read_rooms()) - 1);
}

std::int32_t CodeVocabulary::read_kind(const PartialGraph& graph, NodeId v) const {
  return graph.type_of(v) * static_cast<std::int32_t>(num_read_rooms()) + read_room(graph, v);
}

std::vector<std::int64_t> CodeVocabulary::input_categories() const {
  std::vector<std::int64_t> categories = {size(),           std::min<std::int64_t>(max_depth_, kMostDepths) + 2,
                                          num_read_rooms(), max_nodes_ + 1,
                                          num_types() + 1,  num_types() + 1};
  categories.resize(static_cast<std::size_t>(kOwnInputs + num_ancestors()), num_types() * num_read_rooms() + 1);
  if (sees_neighborhood_) {
    categories.insert(categories.end(), {kEdgesIn + 1, kEdgesIn + 1, kCounts, kTriangles});
  }
  return categories;
}

void CodeVocabulary::write_inputs(const PartialGraph& graph, const Neighborhood& near, std::int32_t last,
                                  std::span<std::int32_t> inputs) const {
  std::ranges::fill(inputs, 0);
  inputs[0] = last;
  if (graph.num_tokens() == 0) {
    return;
  }
  const NodeId current = graph.ancestor(0);
  inputs[1] = std::min({graph.depth(), max_depth_, static_cast<std::int32_t>(kMostDepths)}) + 1;
  inputs[2] = read_room(graph, current);
  inputs[3] = static_cast<std::int32_t>(std::min(graph.num_nodes(), max_nodes_));
  inputs[4] = graph.type_of(current) + 1;
  inputs[5] = graph.depth() > 0 ? graph.type_of(graph.ancestor(1)) + 1 : 0;
  for (std::int32_t levels = 1; levels <= std::min<std::int64_t>(num_ancestors(), graph.depth()); ++levels) {
    inputs[static_cast<std::size_t>(kOwnInputs - 1 + levels)] = 1 + read_kind(graph, graph.ancestor(levels));
  }
  if (sees_neighborhood_) {
    const auto first = static_cast<std::size_t>(kOwnInputs + num_ancestors());
    inputs[first] = 1 + read_edges_in(near, current);
    inputs[first + 1] = graph.depth() > 0 ? 1 + read_edges_in(near, graph.ancestor(1)) : 0;
    inputs[first + 2] = read_counts(near);
    inputs[first + 3] = std::min(near.latest_triangles(), static_cast<std::int32_t>(kTriangles) - 1);
  }
}

// Rings and climbs have tables of their own. Of both: type and room, edges in no or one triangle, levels; of rings also
// the label (0: a leap toward one), the place, the links and the steps.
std::vector<std::int64_t> CodeVocabulary::clue_categories() const {
  const std::int64_t kinds = num_types() * num_read_rooms();
  return {num_labels_ + 2, kPlaces + 1, kLinks + 1, kSteps + 1, 2 * kinds, 2 * kEdgesIn, 2 * kLevels};
}

std::int64_t CodeVocabulary::num_clue_features() const {
  const std::vector<std::int64_t> categories = clue_categories();
  return sees_neighborhood_ ? std::accumulate(categories.begin(), categories.end(), std::int64_t{0}) : 0;
}

void CodeVocabulary::write_clues(const PartialGraph& graph, const Neighborhood& near,
                                 std::span<const std::uint64_t> mask, TokenClues& clues) const {
  if (!sees_neighborhood_ || graph.num_tokens() == 0) {
    clues.end_row();
    return;
  }
  const std::vector<std::int64_t> categories = clue_categories();
  const auto add = [&](std::int32_t id, std::array<std::int32_t, TokenClues::kFeatures> features) {
    std::int64_t first = 0;
    for (std::size_t f = 0; f < features.size(); ++f) {
      features[f] += static_cast<std::int32_t>(first);
      first += categories[f];
    }
    clues.add(id, features);
  };
  const auto is_in_mask = [&](std::int32_t id) {
    return id >= 0 && (mask[static_cast<std::size_t>(id) / 64] >> (id % 64) & 1) != 0;
  };
  for (const Neighborhood::Ancestor& u : near.near()) {
    const NodeId v = graph.ancestor(u.levels);
    const auto add_if_allowed = [&](const Token& token) {
      if (const std::int32_t id = id_of(token); is_in_mask(id)) {
        add(id, {token.label, read_place(u), read_links(u), read_steps(u), read_kind(graph, v), read_edges_in(near, v),
                 read_levels(u.levels)});
      }
    };
    const std::int32_t leap = u.levels > kNearLevels ? graph.leap_to(u.levels) : 0;
    if (leap > 0 && graph.last() != Token::Kind::leap) {
      add_if_allowed(Token::leap(leap));
      continue;
    }
    if (graph.last() == Token::Kind::leap && leap != graph.leap()) {
      continue;
    }
    for (std::int32_t label = 1; label <= num_labels_; ++label) {
      add_if_allowed(Token::close(label, leap > 0 ? 3 + graph.place_in_stretch(u.levels) : u.levels + 1));
    }
  }
  if (graph.last() == Token::Kind::leap) {
    clues.end_row();
    return;
  }
  const auto kinds = static_cast<std::int32_t>(num_types() * num_read_rooms());
  for (std::int32_t levels = 1; levels <= std::min<std::int32_t>(kAncestors, graph.depth()); ++levels) {
    const NodeId v = graph.ancestor(levels);
    if (const std::int32_t id = id_of(Token::climb(levels)); is_in_mask(id)) {
      add(id, {num_labels_ + 1, kPlaces, kLinks, kSteps, kinds + read_kind(graph, v),
               static_cast<std::int32_t>(kEdgesIn) + read_edges_in(near, v),
               static_cast<std::int32_t>(kLevels) + read_levels(levels)});
    }
  }
  clues.end_row();
}

}  // namespace weft
