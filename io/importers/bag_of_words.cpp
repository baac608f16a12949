#include "weft/io/importers/bag_of_words.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/io/importers/column_values.hpp"

namespace weft {
namespace {

using Counts = std::vector<std::pair<std::string, std::int64_t>>;

Counts most_frequent(const std::unordered_map<std::string, std::int64_t>& counts, std::int64_t vocabulary) {
  Counts chosen(counts.begin(), counts.end());
  std::sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  chosen.resize(std::min(chosen.size(), static_cast<std::size_t>(vocabulary)));
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace

BagOfWords bag_of_words(std::span<const std::string> texts, std::int64_t vocabulary) {
  require(vocabulary >= 1, "bag_of_words: a vocabulary of ", vocabulary, ", expected 1 or more");
  std::unordered_map<std::string, std::int64_t> counts;
  std::vector<std::vector<std::string>> words;
  words.reserve(texts.size());
  for (const std::string& text : texts) {
    words.push_back(words_of(text));
    for (const std::string& word : words.back()) {
      ++counts[word];
    }
  }
  const Counts chosen = most_frequent(counts, vocabulary);
  std::unordered_map<std::string_view, std::uint32_t> column_of;
  for (const auto& [word, count] : chosen) {
    column_of.emplace(word, static_cast<std::uint32_t>(column_of.size()));
  }
  Buffer<EdgeId> offsets(texts.size() + 1, 0);
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  for (std::size_t row = 0; row < texts.size(); ++row) {
    const std::size_t begin = columns.size();
    for (const std::string& word : words[row]) {
      if (const auto found = column_of.find(word); found != column_of.end()) {
        columns.push_back(found->second);
      }
    }
    const std::size_t count = columns.size() - begin;
    values.insert(values.end(), count,
                  count == 0 ? 0.0F : static_cast<float>(1.0 / std::sqrt(static_cast<double>(count))));
    offsets[row + 1] = static_cast<EdgeId>(columns.size());
  }
  BagOfWords bag{
      SparseMatrix(static_cast<std::int64_t>(texts.size()), static_cast<std::int64_t>(chosen.size()),
                   std::move(offsets), Buffer<std::uint32_t>::copy_of(columns), Buffer<float>::copy_of(values)),
      {}};
  for (const auto& [word, count] : chosen) {
    bag.words.push_back(word);
  }
  return bag;
}

}  // namespace weft
