// Permutations that are computed, not stored.
#include "weft/core/random_permutation.hpp"

#include <set>
#include <vector>

#include "tests/sampler_checks.hpp"

namespace weft {
namespace {

TEST(RandomPermutation, HitsEveryNumberOnce) {
  for (const std::int64_t n : {1, 2, 3, 64, 65, 1000, 4097}) {
    const RandomPermutation permutation(n, Random(7));
    std::set<std::int64_t> seen;
    for (std::int64_t i = 0; i < n; ++i) {
      seen.insert(permutation(i));
    }
    EXPECT_EQ(static_cast<std::int64_t>(seen.size()), n);
    EXPECT_EQ(*seen.begin(), 0);
    EXPECT_EQ(*seen.rbegin(), n - 1);
  }
}

TEST(RandomPermutation, SendsEveryElementToEveryPlaceEquallyOften) {
  std::vector<double> counts(5 * 5);
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    const RandomPermutation permutation(5, Random(seed));
    for (std::int64_t i = 0; i < 5; ++i) {
      ++counts[static_cast<std::size_t>(5 * i + permutation(i))];
    }
  }
  const std::vector<double> expected(25, 4000.0);
  EXPECT_LT(test::chi_square(counts, expected), test::chi_square_limit(16));
}

}  // namespace
}  // namespace weft
