#include "weft/generation/sequence_batch.hpp"

#include <algorithm>
#include <cmath>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"

namespace weft {
namespace {

constexpr std::int64_t kTaskItems = 8;

/// The rows of one sequence from row `first` on.
void write_rows(const CodeVocabulary& vocabulary, const std::vector<std::int32_t>& ids, std::int64_t first,
                std::span<const float> properties, SequenceBatch& batch, TokenClues& clues) {
  const auto words = static_cast<std::size_t>(batch.mask_words), width = static_cast<std::size_t>(batch.inputs.cols());
  PartialGraph graph = vocabulary.empty_graph();
  Neighborhood near;
  std::int32_t last = CodeVocabulary::kStart;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto row = static_cast<std::size_t>(first) + i;
    const std::span<std::uint64_t> mask = std::span(batch.masks).subspan(row * words, words);
    vocabulary.write_inputs(graph, near, last,
                            std::span<std::int32_t>(batch.inputs.values).subspan(row * width, width));
    vocabulary.write_mask(graph, mask);
    vocabulary.write_clues(graph, near, mask, clues);
    batch.targets[row] = ids[i];
    if (!properties.empty()) {
      write_condition(properties, batch.conditions.row(static_cast<std::int64_t>(row)));
    }
    graph.take(vocabulary.token(ids[i]));
    if (vocabulary.sees_neighborhood()) {
      near.follow(graph);
    }
    last = ids[i];
  }
}

}  // namespace

void write_condition(std::span<const float> properties, std::span<float> row) {
  for (std::size_t j = 0; j < properties.size(); ++j) {
    const bool is_known = !std::isnan(properties[j]);
    row[j] = is_known ? properties[j] : 0.0F;
    row[properties.size() + j] = is_known ? 0.0F : 1.0F;
  }
}

SequenceBatch make_sequence_batch(const CodeVocabulary& vocabulary, std::span<const SequenceItem> items) {
  const auto count = static_cast<std::int64_t>(items.size());
  std::vector<std::vector<std::int32_t>> ids(items.size());
  parallel_for(count, kTaskItems, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      auto written = vocabulary.write(*items[i].graph, items[i].random);
      require(written.has_value(), "sequence batch: graph ", i, " of ", count, " with ", items[i].graph->num_nodes(),
              " nodes cannot be written in the vocabulary, whose graphs have at most ", vocabulary.max_nodes());
      ids[i] = std::move(*written);
    }
  });
  SequenceBatch batch;
  batch.segments.push_back(0);
  for (const auto& sequence : ids) {
    batch.segments.push_back(batch.segments.back() + static_cast<std::int64_t>(sequence.size()));
  }
  const auto rows = static_cast<std::size_t>(batch.segments.back());
  batch.mask_words = vocabulary.mask_words();
  batch.inputs = {.rows = batch.segments.back(),
                  .num_categories = vocabulary.input_categories(),
                  .values = Buffer<std::int32_t>(rows * static_cast<std::size_t>(vocabulary.num_inputs()))};
  batch.targets.resize(rows);
  batch.masks.resize(rows * static_cast<std::size_t>(batch.mask_words));
  const std::size_t properties = items.empty() ? 0 : items.front().properties.size();
  if (properties > 0) {
    batch.conditions = Tensor(batch.segments.back(), static_cast<std::int64_t>(2 * properties));
  }
  std::vector<TokenClues> clues(items.size());
  parallel_for(count, kTaskItems, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      require(items[i].properties.size() == properties, "sequence batch: graph ", i, " has ",
              items[i].properties.size(), " properties, the first ", properties);
      write_rows(vocabulary, ids[i], batch.segments[i], items[i].properties, batch, clues[i]);
    }
  });
  for (const TokenClues& part : clues) {
    batch.clues.append(part);
  }
  return batch;
}

}  // namespace weft
