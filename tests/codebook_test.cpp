// The codebook: nearest codes, what training passes teach it, and attention to it.
#include "weft/layers/codebook.hpp"

#include <set>

#include "tests/mechanism.hpp"
#include "tests/support.hpp"
#include "weft/graph/generators.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::random_tensor;
using test::same_bits;

using Codes = std::vector<std::int64_t>;

/// A codebook and its statistics by name.
struct Book {
  Book(std::int64_t size, std::int64_t width) : codebook(size, width, Random(3)) { codebook.list_parameters(list); }
  [[nodiscard]] Tensor& of(std::string_view name) {
    return *std::ranges::find(list.statistics, name, &NamedStatistic::name)->value;
  }
  /// One training pass.
  void learn(const Tensor& x, std::uint64_t step = 1) { codebook.learn(x, codebook.nearest(x), Random(step)); }

  Codebook codebook;
  ParameterList list;
};

TEST(Codebook, FindsTheNearestCodeAndTheFirstOfEquallyNearOnes) {
  Book book(3, 2);
  book.of("codebook") = Tensor{{0, 0}, {4, 0}, {0, 4}};
  EXPECT_EQ(book.codebook.nearest(Tensor{{1, 0}, {3, 0}, {2, 0}, {0, 2}, {1, 9}, {-5, -5}}), (Codes{0, 1, 0, 0, 2, 0}));
}

TEST(Codebook, ComparesColumnsByTheirDeviations) {
  // In the second column 100 is one deviation: (0, 60) is nearer to (0, 100) than to (0, 0).
  Book book(2, 2);
  book.of("codebook") = Tensor{{0, 0}, {0, 1}};
  book.of("codebook_variance") = Tensor{{1, 10000}};
  EXPECT_EQ(book.codebook.nearest(Tensor{{0, 60}, {0, 40}}), (Codes{1, 0}));
  expect_near(book.codebook.states(), {{0, 0}, {0, 100}});
}

TEST(Codebook, StartsWithNodesAtEvenDistances) {
  Book book(2, 1);
  book.learn(Tensor{{1}, {2}, {5}, {8}});
  expect_near(book.codebook.states(), {{1}, {5}});
  expect_near(book.of("codebook_sizes"), {{2, 2}});
  expect_near(book.of("codebook_mean"), {{4}});
  expect_near(book.of("codebook_variance"), {{7.5F}});  // of 1, 2, 5, 8: (9 + 4 + 1 + 16) / 4
}

TEST(Codebook, MovesEachCodeByAHundredthTowardItsNodes) {
  Book book(2, 1);
  book.of("codebook") = Tensor{{0}, {10}};
  book.of("codebook_sizes") = Tensor{{2, 2}};
  book.learn(Tensor{{1}, {3}, {12}});
  // Code 0: 0.99 * 2 nodes at 0, 0.01 * (1 + 3); code 1: 0.99 * 2 at 10 and 0.01 * 12. Then columns are measured anew.
  expect_near(book.of("codebook"), {{0.04F / 2.0F}, {(19.8F + 0.12F) / 1.99F}});
  expect_near(book.of("codebook_sizes"), {{2.0F, 1.99F}});
  expect_near(book.of("codebook_mean"), {{0.1F * 16 / 3}});
}

TEST(Codebook, MovesDeadCodesToNodes) {
  Book book(3, 1);
  book.of("codebook") = Tensor{{0}, {10}, {500}};
  book.of("codebook_sizes") = Tensor{{3, 3, 0.1F}};
  book.learn(Tensor{{0}, {10}, {20}});
  const float revived = book.of("codebook")(2, 0);
  EXPECT_TRUE(revived == 0.0F || revived == 10.0F || revived == 20.0F) << revived;
  // Its share of all nodes: (2.98 + 2.99 + 0.099) / 3.
  EXPECT_NEAR(book.of("codebook_sizes")(0, 2), 6.069 / 3, 1e-4);
}

TEST(Codebook, FindsSeparateGroups) {
  // Four groups of 50 around the corners of a square.
  Tensor x = random_tensor(200, 2, 5);
  for (std::int64_t i = 0; i < 200; ++i) {
    x(i, 0) = 0.1F * x(i, 0) + static_cast<float>(i % 2) * 10.0F;
    x(i, 1) = 0.1F * x(i, 1) + static_cast<float>(i / 2 % 2) * 10.0F;
  }
  Book book(4, 2);
  for (std::uint64_t step = 0; step < 600; ++step) {
    book.learn(x, step);
  }
  const Codes code_of = book.codebook.nearest(x);
  EXPECT_EQ(std::set<std::int64_t>(code_of.begin(), code_of.end()).size(), 4U);
  const Tensor states = book.codebook.states();
  for (std::int64_t i = 0; i < 200; ++i) {
    EXPECT_EQ(code_of[static_cast<std::size_t>(i)], code_of[static_cast<std::size_t>(i % 4)]);
    EXPECT_NEAR(states(code_of[static_cast<std::size_t>(i)], 0), static_cast<float>(i % 2) * 10.0F, 0.2);
  }
}

TEST(Codebook, LearnsTheSameBitsOnAnyNumberOfThreads) {
  expect_same_bits_on_any_threads([] {
    Book book(50, 8);
    for (std::uint64_t step = 0; step < 5; ++step) {
      book.learn(random_tensor(5000, 8, step), step);
    }
    return std::vector<Tensor>{book.codebook.states()};
  });
}

TEST(Codebook, RefusesStatesOfAnotherWidth) {
  expect_throws<ArgumentError>([] { (void)Book(2, 3).codebook.nearest(Tensor(4, 2)); }, "expected 3 columns");
}

struct Goat : test::Mechanism {
  explicit Goat(std::int64_t centroids) : Mechanism("goat", {{"centroids", std::to_string(centroids)}}) {}
  [[nodiscard]] Tensor& codes() const { return *list.statistics[0].value; }
};

const CsrGraph kGraphs[] = {grid(3, 3), grid(2, 1), grid(5, 1)};

TEST(Goat, IsExactSoftmaxAttentionWhereNodesAreCentroids) {
  const MessageBlock batch = batch_of(kGraphs);
  const Goat goat(16);
  goat.codes() = random_tensor(16, 8, 3);
  const Tensor h = goat.codes();
  expect_near(goat.run(batch, h), goat.dense(h, h, batch.segments()), 1e-5);
}

TEST(Goat, ReadsEachNodesCentroidInItsPlaceAndAsOftenAsItIsOne) {
  const MessageBlock batch = batch_of(kGraphs);
  const Goat goat(3);
  const Tensor h = random_tensor(16, 8, 3);
  Book book(3, 8);
  book.of("codebook") = goat.codes();
  const Tensor replaced = select_rows(goat.codes(), book.codebook.nearest(h));
  expect_near(goat.run(batch, h), goat.dense(h, replaced, batch.segments()), 1e-5);
}

TEST(Goat, LearnsItsCodebookInTrainingPassesOnly) {
  const MessageBlock batch = batch_of(kGraphs);
  const Goat goat(4);
  const Tensor h = random_tensor(16, 8, 3), before = goat.codes();
  (void)goat.run(batch, h);
  EXPECT_TRUE(same_bits(goat.codes(), before));
  Pass pass = Pass::train(Random(1));
  (void)goat.attention->forward(batch, Variable::constant(h), pass);
  EXPECT_TRUE(same_bits(goat.codes(), before)) << "a pass writes nothing";
  update_statistics(goat.list, pass);
  EXPECT_FALSE(same_bits(goat.codes(), before));
  expect_near(select_rows(h, Codes{0, 4, 8, 12}), [&] {
    Book book(4, 8);
    for (std::size_t i = 0; i < 4; ++i) {
      *book.list.statistics[i].value = *goat.list.statistics[i].value;
    }
    return book.codebook.states();
  }());
}

}  // namespace
}  // namespace weft
