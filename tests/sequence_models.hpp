// Small graphs, their vocabulary, an untrained model of their codes, and graphs drawn without any model.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "weft/core/random.hpp"
#include "weft/generation/code_vocabulary.hpp"
#include "weft/generation/graph_constraint.hpp"
#include "weft/generation/sequence_model.hpp"
#include "weft/graph/generators.hpp"

namespace weft::test {

inline std::vector<TypedGraph> some_graphs() {
  std::vector<TypedGraph> graphs;
  for (std::uint64_t i = 0; i < 6; ++i) {
    graphs.push_back(plain_graph(
        rmat({.num_nodes = 6 + 7 * static_cast<std::int64_t>(i), .num_edges = 60, .undirected = true, .seed = i})));
  }
  return graphs;
}

inline CodeVocabulary vocabulary_of(const std::vector<TypedGraph>& graphs, bool sees_neighborhood = false) {
  return {graphs, {.sees_neighborhood = sees_neighborhood, .passes = 20}, Random(1)};
}

inline SequenceModel model_for(const CodeVocabulary& vocabulary, std::int64_t properties = 0) {
  return {{.input_categories = vocabulary.input_categories(),
           .vocabulary = vocabulary.size(),
           .properties = properties,
           .clue_features = vocabulary.num_clue_features()},
          {.hidden = 32, .layers = 2, .heads = 4},
          Random(5)};
}

/// Draws uniformly among what the mask allows until the end; if `is_long`, the end only where nothing else is left.
inline TypedGraph random_walk_under_mask(const CodeVocabulary& vocabulary, const Random& random,
                                         const GraphConstraint* constraint = nullptr, bool is_long = false) {
  PartialGraph graph = vocabulary.empty_graph();
  std::vector<std::uint64_t> mask(static_cast<std::size_t>(vocabulary.mask_words()));
  for (std::uint64_t step = 0; !graph.is_complete(); ++step) {
    vocabulary.write_mask(graph, mask);
    std::vector<std::int64_t> allowed;
    for (std::int64_t id = 0; id < vocabulary.size(); ++id) {
      const bool may = (mask[static_cast<std::size_t>(id) / 64] >> (id % 64) & 1) != 0;
      if (may && (constraint == nullptr || vocabulary.token(id).kind != Token::Kind::close ||
                  constraint->may_close(graph, graph.ancestor(graph.levels_of(vocabulary.token(id)))))) {
        allowed.push_back(id);
      }
    }
    if (is_long && allowed.size() > 1 && allowed.front() == CodeVocabulary::kEnd) {
      allowed.erase(allowed.begin());
    }
    if (allowed.empty()) {
      ADD_FAILURE() << "a dead end behind " << graph.num_tokens() << " tokens";
      return {};
    }
    const Token token = vocabulary.token(allowed[random.below(allowed.size(), step)]);
    if (!graph.can_take(token)) {
      ADD_FAILURE() << "the mask allows what the graph cannot take";
      return {};
    }
    graph.take(token);
  }
  return std::move(graph).release();
}

}  // namespace weft::test
