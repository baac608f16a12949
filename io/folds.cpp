#include "weft/io/folds.hpp"

#include "weft/core/error.hpp"

namespace weft {

std::vector<Split> stratified_folds(const std::string& prefix, std::span<const std::int64_t> labels,
                                    std::int64_t num_classes, std::int64_t num_folds, const Random& random) {
  require(num_folds >= 3, "stratified_folds: ", num_folds, " folds, expected 3 or more");
  require(num_classes >= 0, "stratified_folds: ", num_classes, " classes, expected 0 or more");
  std::vector<std::vector<std::int64_t>> members(static_cast<std::size_t>(num_classes));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    require(labels[i] >= -1 && labels[i] < num_classes, "stratified_folds: class ", labels[i], " at ", i,
            ", expected -1 to ", num_classes - 1);
    if (labels[i] >= 0) {
      members[static_cast<std::size_t>(labels[i])].push_back(static_cast<std::int64_t>(i));
    }
  }
  std::vector<std::int64_t> fold_of(labels.size(), -1);
  std::int64_t dealt = 0;
  for (std::size_t c = 0; c < members.size(); ++c) {
    shuffle(std::span<std::int64_t>(members[c]), random.stream(c));
    for (const std::int64_t item : members[c]) {
      fold_of[static_cast<std::size_t>(item)] = dealt++ % num_folds;
    }
  }
  std::vector<Split> splits;
  for (std::int64_t fold = 0; fold < num_folds; ++fold) {
    Split split{.name = concat(prefix, fold), .train = {}, .val = {}, .test = {}};
    for (std::size_t i = 0; i < fold_of.size(); ++i) {
      if (fold_of[i] >= 0) {
        auto& part = fold_of[i] == fold ? split.test : fold_of[i] == (fold + 1) % num_folds ? split.val : split.train;
        part.push_back(static_cast<std::int64_t>(i));
      }
    }
    splits.push_back(std::move(split));
  }
  return splits;
}

}  // namespace weft
