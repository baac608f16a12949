// Small graphs, their vocabulary and an untrained model of their codes.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/generation/code_vocabulary.hpp"
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

}  // namespace weft::test
