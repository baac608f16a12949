#include "sequence_batch.hpp"

#include <utility>

#include <weft/core/error.hpp>

void SequenceBatchBuilder::add(std::initializer_list<std::int64_t> values, std::int64_t label, Question question) {
  weft::require(values.size() == num_categories_.size(), "SequenceBatchBuilder::add: a token has ", values.size(),
                " values, expected ", num_categories_.size());
  for (const std::int64_t value : values) {
    values_.push_back(static_cast<std::int32_t>(value));
  }
  if (label >= 0) {
    asked_.push_back(static_cast<std::int64_t>(labels_.size()));
    if (question == Question::test) {
      tested_.push_back(asked_.back());
    }
  }
  labels_.push_back(label);
}

void SequenceBatchBuilder::link(std::int64_t a, std::int64_t b) {
  const auto node = [&](std::int64_t token) { return static_cast<weft::NodeId>(segments_.back() + token); };
  edges_.push_back({node(a), node(b)});
}

SequenceBatch SequenceBatchBuilder::build() && {
  const auto num_tokens = static_cast<std::int64_t>(labels_.size());
  weft::CategoricalMatrix features{.rows = num_tokens,
                                   .num_categories = std::move(num_categories_),
                                   .values = weft::Buffer<std::int32_t>::copy_of(values_)};
  return {.block = weft::MessageBlock(weft::CsrGraph::from_edges(num_tokens, edges_, {.symmetrize = true}),
                                      std::move(segments_)),
          .features = std::move(features),
          .labels = std::move(labels_),
          .asked = std::move(asked_),
          .tested = std::move(tested_)};
}
