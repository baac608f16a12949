// The tokens of a set of graphs, numbered; which of them may follow a beginning; and the numbers that a model reads
// of it. Built from data: a code never needs a token, a valence or a size that the data do not have.
//
// The mask leaves no dead ends: behind a climb some grow always fits, behind a leap some climb or ring, everywhere else
// the end does; so every sequence drawn under it is the code of a graph whose nodes keep to the valences of their
// types.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "weft/generation/graph_code.hpp"
#include "weft/generation/neighborhood.hpp"
#include "weft/generation/partial_graph.hpp"
#include "weft/generation/token_clues.hpp"

namespace weft {

struct VocabularyOptions {
  /// The most that a node of each type may use (bond orders and hydrogens); empty: the largest degree in the data.
  std::vector<std::int32_t> capacity = {};
  /// Labels are bond orders and count as much; otherwise every edge counts one.
  bool labels_are_orders = false;
  /// How graphs are walked.
  Walk walk = Walk::random;
  /// The model is told of the graph around the current node, and of single tokens what they would lead to.
  bool sees_neighborhood = false;
  /// How many random codes of each graph are looked at.
  std::int64_t passes = 4;
};

class CodeVocabulary {
 public:
  static constexpr std::int32_t kStart = 0, kEnd = 1;
  /// What a model reads at each position: the last token, the depth of the current node, its room (or degree), the
  /// number of nodes so far, the types of the current node and of its parent; then the type and room together of each
  /// of the nearest ancestors, the only nodes that a ring or a climb can lead to. All of it follows from the tokens,
  /// and need not be kept in the model's state.
  static constexpr std::int64_t kOwnInputs = 6;
  /// Of plain graphs, and of those whose labels are bond orders: what these may do next depends on the room of all.
  static constexpr std::int64_t kAncestors = 8, kMostAncestors = 24;
  /// With the neighborhood also: edges in no or one triangle at the current node, the same at its parent, how many
  /// nodes are near, the triangles of its latest edge.
  static constexpr std::int64_t kNearInputs = 4;

  CodeVocabulary() = default;
  /// Throws ArgumentError if there is no graph, or one without nodes.
  CodeVocabulary(std::span<const TypedGraph> graphs, const VocabularyOptions& options, const Random& random);

  /// Tokens and the start, which is only read.
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(tokens_.size()); }
  [[nodiscard]] const Token& token(std::int64_t id) const { return tokens_[static_cast<std::size_t>(id)]; }
  /// -1 if there is no such token.
  [[nodiscard]] std::int32_t id_of(const Token& token) const;

  [[nodiscard]] Walk walk() const { return walk_; }
  [[nodiscard]] bool sees_neighborhood() const { return sees_neighborhood_; }
  [[nodiscard]] std::int64_t max_nodes() const { return max_nodes_; }
  [[nodiscard]] std::int64_t num_types() const { return static_cast<std::int64_t>(capacity_.size()); }
  [[nodiscard]] std::int32_t capacity(std::int32_t type) const { return capacity_[static_cast<std::size_t>(type)]; }

  /// What every graph begins with; graphs in the questions below have come from here. The vocabulary must outlive it.
  [[nodiscard]] PartialGraph empty_graph() const { return PartialGraph(labels_are_orders_, capacity_); }

  /// Words of 64 bits in a mask.
  [[nodiscard]] std::int64_t mask_words() const { return (size() + 63) / 64; }
  /// Sets bit i of `mask` [mask_words] if token i may follow, and clears all others.
  void write_mask(const PartialGraph& graph, std::span<std::uint64_t> mask) const;

  /// How many ancestors are read.
  [[nodiscard]] std::int64_t num_ancestors() const {
    return labels_are_orders_ ? std::min<std::int64_t>(max_depth_, kMostAncestors) : kAncestors;
  }
  [[nodiscard]] std::int64_t num_inputs() const {
    return kOwnInputs + num_ancestors() + (sees_neighborhood_ ? kNearInputs : 0);
  }
  /// How many values each input has, [num_inputs].
  [[nodiscard]] std::vector<std::int64_t> input_categories() const;
  /// Of a beginning that ends in token `last` (kStart: nothing yet), [num_inputs]. `near` is not read unless
  /// sees_neighborhood; then it must have followed the graph.
  void write_inputs(const PartialGraph& graph, const Neighborhood& near, std::int32_t last,
                    std::span<std::int32_t> inputs) const;

  /// How many features clues have; 0 if there are none.
  [[nodiscard]] std::int64_t num_clue_features() const;
  /// A row of clues: of the tokens in `mask` that close a ring to a node nearby, leap toward one, or climb to one of
  /// the kAncestors nearest ancestors. Nothing but the row's end unless sees_neighborhood.
  void write_clues(const PartialGraph& graph, const Neighborhood& near, std::span<const std::uint64_t> mask,
                   TokenClues& clues) const;

  /// A code of the graph in numbers of tokens, from the first grow to the end: that of the first stream of `random`
  /// that this vocabulary can write. Nothing if the graph is larger, or has other types, labels or valences, than the
  /// graphs that the vocabulary was built from.
  [[nodiscard]] std::optional<std::vector<std::int32_t>> write(const TypedGraph& graph, const Random& random) const;

  /// Everything above as numbers, and back. Throws ArgumentError if they make no vocabulary.
  [[nodiscard]] std::vector<std::int64_t> to_numbers() const;
  [[nodiscard]] static CodeVocabulary from_numbers(std::span<const std::int64_t> numbers);

 private:
  void index_tokens();
  /// Uses each ring and climb to an ancestor that may follow, given the length and the levels that name it.
  template <class Use>
  void visit_ancestor(const PartialGraph& graph, std::int32_t levels, std::int32_t length, std::int32_t climb,
                      const Use& use) const;
  /// The same of all that a leap leads to.
  template <class Use>
  void visit_stretch(const PartialGraph& graph, std::int32_t leap, const Use& use) const;
  /// What may still be added at a node of molecules, what was added at one of plain graphs; at most kMostRooms.
  [[nodiscard]] std::int32_t read_room(const PartialGraph& graph, NodeId v) const;
  [[nodiscard]] std::int64_t num_read_rooms() const;
  [[nodiscard]] std::int32_t weight(std::int32_t label) const { return labels_are_orders_ ? label : 1; }

  /// Type and room of a node together, from 0.
  [[nodiscard]] std::int32_t read_kind(const PartialGraph& graph, NodeId v) const;
  [[nodiscard]] std::vector<std::int64_t> clue_categories() const;

  bool labels_are_orders_ = false, many_components_ = false, sees_neighborhood_ = false;
  Walk walk_ = Walk::random;
  std::int64_t max_nodes_ = 0;
  std::int32_t max_depth_ = 0;
  std::vector<std::int32_t> capacity_;
  std::vector<Token> tokens_;

  // What follows from the tokens.
  std::int32_t num_labels_ = 0, max_ring_ = 0, max_climb_ = 0, max_leap_ = 0, least_weight_ = 1, max_room_ = 0;
  /// grow_[label * num_types + type], close_[label * (max_ring + 1) + length], climb_[levels], leap_[stretches]:
  /// numbers of tokens, or -1.
  std::vector<std::int32_t> grow_, close_, climb_, leap_;
  /// Masks of the roots, and of the grows that fit into each room from 0 to max_room.
  std::vector<std::uint64_t> roots_, grows_in_;
};

}  // namespace weft
