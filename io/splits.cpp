#include "weft/io/splits.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace weft {
namespace {

// Shuffles `members` and deals them out. Everything is rounded from the start of the class, so that the
// sizes of the sets are within one item of their shares.
void deal(std::vector<std::int64_t>& members, const SplitShares& shares, const Random& random, Split& split) {
  shuffle(std::span<std::int64_t>(members), random);
  const auto count = static_cast<double>(members.size());
  const auto train = static_cast<std::ptrdiff_t>(std::llround(count * shares.train));
  const auto both = static_cast<std::ptrdiff_t>(std::llround(count * (shares.train + shares.val)));
  const auto begin = members.begin();
  split.train.insert(split.train.end(), begin, begin + train);
  split.val.insert(split.val.end(), begin + train, begin + both);
  split.test.insert(split.test.end(), begin + both, members.end());
}

void check(const SplitShares& shares) {
  require(shares.train >= 0.0 && shares.val >= 0.0 && shares.test >= 0.0 &&
              std::abs(shares.train + shares.val + shares.test - 1.0) < 1e-9,
          "split: shares ", shares.train, ", ", shares.val, ", ", shares.test,
          ", expected three that are not negative and sum to 1");
}

Split in_order(Split split) {
  for (std::vector<std::int64_t>* part : {&split.train, &split.val, &split.test}) {
    std::sort(part->begin(), part->end());
  }
  return split;
}

}  // namespace

Split stratified_split(std::string name, std::span<const std::int64_t> labels, std::int64_t num_classes,
                       const SplitShares& shares, const Random& random) {
  check(shares);
  require(num_classes >= 0, "stratified_split: ", num_classes, " classes, expected 0 or more");
  // Classes without members take no memory: a file may number few classes with large numbers.
  std::map<std::int64_t, std::vector<std::int64_t>> members;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    require(labels[i] >= -1 && labels[i] < num_classes, "stratified_split: class ", labels[i], " at ", i,
            ", expected -1 to ", num_classes - 1);
    if (labels[i] >= 0) {
      members[labels[i]].push_back(static_cast<std::int64_t>(i));
    }
  }
  Split split{.name = std::move(name), .train = {}, .val = {}, .test = {}};
  for (auto& [number, nodes] : members) {
    deal(nodes, shares, random.stream(static_cast<std::uint64_t>(number)), split);
  }
  return in_order(std::move(split));
}

Split random_split(std::string name, std::int64_t count, const SplitShares& shares, const Random& random) {
  const std::vector<std::int64_t> labels(static_cast<std::size_t>(count), 0);
  return stratified_split(std::move(name), labels, 1, shares, random);
}

Split scaffold_split(const std::vector<std::string>& scaffolds) {
  std::map<std::string, std::vector<std::int64_t>> members;
  for (std::size_t i = 0; i < scaffolds.size(); ++i) {
    members[scaffolds[i]].push_back(static_cast<std::int64_t>(i));
  }
  std::vector<std::vector<std::int64_t>> groups;
  for (auto& [scaffold, group] : members) {
    groups.push_back(std::move(group));
  }
  std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
    return a.size() != b.size() ? a.size() > b.size() : a.front() > b.front();
  });
  const auto count = static_cast<double>(scaffolds.size());
  Split split{.name = "scaffold", .train = {}, .val = {}, .test = {}};
  for (const auto& group : groups) {
    const std::size_t with = split.train.size() + group.size();
    auto& part = static_cast<double>(with) <= 0.8 * count                      ? split.train
                 : static_cast<double>(with + split.val.size()) <= 0.9 * count ? split.val
                                                                               : split.test;
    part.insert(part.end(), group.begin(), group.end());
  }
  for (auto* part : {&split.train, &split.val, &split.test}) {
    std::sort(part->begin(), part->end());
  }
  return split;
}

}  // namespace weft
