// Every public function of core/ and tensor/ that takes numbers, spans or tensors, with each argument broken once.
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/broken_calls.hpp"
#include "tests/support.hpp"
#include "weft/core/options.hpp"
#include "weft/tensor/activation.hpp"
#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/feature_rows.hpp"
#include "weft/tensor/losses.hpp"
#include "weft/tensor/norm_ops.hpp"

namespace weft {
namespace {

using test::constant;
using test::expect_refused;

using Index = std::vector<std::int64_t>;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinite = std::numeric_limits<float>::infinity();
constexpr std::int64_t kHuge = std::int64_t{1} << 62;
constexpr auto kNoActivation = static_cast<Activation>(17);

template <class T>
Buffer<T> buffer(const std::vector<T>& values) {
  return Buffer<T>::copy_of(values);
}

TEST(BrokenArguments, OfOptionsAndLoopsAreRefused) {
  const std::vector<Option> table = {{"depth", std::int64_t{2}, "", 1, 9},
                                     {"share", 0.5, "", 0.0, 1.0},
                                     {"is_on", false, ""},
                                     {"kind", std::string("a"), "", {}, {}, {"a", "b"}}};
  const auto set = [&](const char* name, const char* text) { Options(table).set(name, text); };
  const auto nothing = [](std::int64_t, std::int64_t) {};
  expect_refused({
      {"Options::set: name", [&] { set("dept", "2"); }},
      {"Options::set: text", [&] { set("depth", "two"); }},
      {"Options::set: too large", [&] { set("depth", "10"); }},
      {"Options::set: beyond 64 bits", [&] { set("depth", "99999999999999999999"); }},
      {"Options::set: NaN", [&] { set("share", "nan"); }},
      {"Options::set: flag", [&] { set("is_on", "yes"); }},
      {"Options::set: choice", [&] { set("kind", "c"); }},
      {"Options::set_value: name", [&] { Options(table).set_value("dept", std::int64_t{2}); }},
      {"Options::set_value: type", [&] { Options(table).set_value("depth", 2.0); }},
      {"Options::set_value: range", [&] { Options(table).set_value("share", -0.1); }},
      {"Options::value: name", [&] { (void)Options(table).value("dept"); }},
      {"Options::integer: type", [&] { (void)Options(table).integer("share"); }},
      {"parse_option: text", [&] { (void)parse_option(table[0], ""); }},
      {"name_of: value", [] { (void)name_of(kNoActivation); }},
      {"name_of: below 0", [] { (void)name_of(static_cast<Activation>(-1)); }},
      {"parallel_for: grain", [&] { parallel_for(1, 0, nothing); }},
      {"parallel_rows: chunk",
       [&] {
         parallel_rows(Index{0, 1}, 0, nothing);
       }},
      {"parallel_rows: falling offsets",
       [&] {
         parallel_rows(Index{5, 0}, 1, nothing);
       }},
      {"parallel_sum: grain", [] { (void)parallel_sum(1, -1, [](std::int64_t, std::int64_t) { return 0.0; }); }},
      {"with_threads: below 0", [] { with_threads(-1, [] {}); }},
      {"with_threads: too many", [] { with_threads(std::numeric_limits<int>::max(), [] {}); }},
  });
}

TEST(BrokenArguments, OfMatricesAreRefused) {
  const Tensor x(3, 2);
  const auto sparse = [](std::int64_t rows, std::int64_t cols, std::vector<EdgeId> offsets,
                         std::vector<std::uint32_t> columns, std::size_t values) {
    (void)SparseMatrix(rows, cols, buffer(offsets), buffer(columns), Buffer<float>(values, 1.0F));
  };
  expect_refused({
      {"Tensor: rows", [] { (void)Tensor(-1, 2); }},
      {"Tensor: cols", [] { (void)Tensor(2, -1); }},
      {"Tensor: overflow", [] { (void)Tensor(kHuge, 4); }},
      {"Tensor: beyond memory", [] { (void)Tensor::uninitialized(kHuge / 4, 3); }},
      {"Tensor: ragged",
       [] {
         (void)Tensor{{1, 2}, {3}};
       }},
      {"Tensor::from_buffer: size", [] { (void)Tensor::from_buffer(2, 2, Buffer<float>(3)); }},
      {"Tensor::from_buffer: overflow", [] { (void)Tensor::from_buffer(kHuge, 4, {}); }},
      {"select_rows: tensor", [&] { (void)select_rows(x, Index{3}); }},
      {"select_rows: tensor, below 0", [&] { (void)select_rows(x, Index{-1}); }},
      {"SparseMatrix: rows", [&] { sparse(-1, 2, {0}, {}, 0); }},
      {"SparseMatrix: cols",
       [&] {
         sparse(1, -2, {0, 0}, {}, 0);
       }},
      {"SparseMatrix: too few offsets",
       [&] {
         sparse(2, 2, {0, 1}, {0}, 1);
       }},
      {"SparseMatrix: no offsets", [&] { sparse(0, 2, {}, {}, 0); }},
      {"SparseMatrix: first offset",
       [&] {
         sparse(1, 2, {1, 1}, {0}, 1);
       }},
      {"SparseMatrix: offsets fall",
       [&] {
         sparse(2, 2, {0, 5, 1}, {0}, 1);
       }},
      {"SparseMatrix: last offset",
       [&] {
         sparse(1, 2, {0, 9}, {0}, 1);
       }},
      {"SparseMatrix: column",
       [&] {
         sparse(1, 2, {0, 1}, {2}, 1);
       }},
      {"SparseMatrix: values",
       [&] {
         sparse(1, 2, {0, 1}, {0}, 2);
       }},
      {"select_rows: sparse", [] { (void)select_rows(test::small_sparse(), Index{4}); }},
      {"select_rows: sparse, empty", [] { (void)select_rows(SparseMatrix(), Index{0}); }},
  });
  EXPECT_EQ(select_rows(SparseMatrix(), Index{}).rows(), 0);
  EXPECT_EQ(SparseMatrix().to_dense().size(), 0);
}

TEST(BrokenArguments, OfFeaturesAreRefused) {
  class InFile final : public FeatureRows {
   public:
    [[nodiscard]] Shape shape() const override { return {2, 1}; }
    [[nodiscard]] Features rows(std::span<const std::uint32_t> index) const override {
      return select_rows(Features(Tensor(2, 1)), index);
    }
  };
  const auto categories = [](std::int64_t rows, std::vector<std::int64_t> counts, std::vector<std::int32_t> values) {
    return CategoricalMatrix{.rows = rows, .num_categories = std::move(counts), .values = buffer(values)};
  };
  const std::vector<std::uint32_t> third = {2}, none = {};
  const NodeFeatures in_file(std::make_shared<InFile>());
  const auto embed = [](const CategoricalMatrix& x, std::int64_t rows) {
    (void)embedding_sum(x, constant(Tensor(rows, 2)));
  };
  expect_refused({
      {"gather_rows: index", [&] { (void)gather_rows(Tensor(2, 1), third); }},
      {"select_rows: features", [&] { (void)select_rows(Features(Tensor(2, 1)), third); }},
      {"select_rows: categories",
       [&] {
         (void)select_rows(Features(categories(2, {3}, {0, 1})), third);
       }},
      {"select_rows: too few categories", [&] { (void)select_rows(Features(categories(9, {3}, {0})), third); }},
      {"NodeFeatures::rows: index", [&] { (void)NodeFeatures(Tensor(2, 1)).rows(third); }},
      {"NodeFeatures::rows: index in file", [&] { (void)in_file.rows(third); }},
      {"NodeFeatures::in_memory: in file", [&] { (void)in_file.in_memory(); }},
      {"embedding_sum: too few values", [&] { embed(categories(2, {3}, {0}), 3); }},
      {"embedding_sum: rows below 0", [&] { embed(categories(-1, {3}, {}), 3); }},
      {"embedding_sum: category", [&] { embed(categories(1, {3}, {3}), 3); }},
      {"embedding_sum: category below 0", [&] { embed(categories(1, {3}, {-1}), 3); }},
      {"embedding_sum: number of categories",
       [&] {
         embed(categories(0, {-3, 6}, {}), 3);
       }},
      {"embedding_sum: overflow",
       [&] {
         embed(categories(0, {kHuge, kHuge, 3}, {}), 3);
       }},
      {"embedding_sum: table", [&] { embed(categories(1, {3}, {0}), 4); }},
      {"embedding_sum: empty table", [&] { (void)embedding_sum(categories(1, {0}, {0}), Variable()); }},
  });
  EXPECT_EQ(shape_of(select_rows(Features(), none)), Shape{});
}

TEST(BrokenArguments, OfVariablesAreRefused) {
  const Parameter x(Tensor(3, 2));
  const Variable none;
  Gradients gradients;
  expect_refused({
      {"Variable::value: empty", [&] { (void)none.value(); }},
      {"Variable::value: without value", [&] { (void)x.variable().without_value().value(); }},
      {"Parameter::value: empty", [] { (void)Parameter().value(); }},
      {"Parameter::mutable_value: empty", [] { (void)Parameter().mutable_value(); }},
      {"record: null", [&] { (void)record("f", std::shared_ptr<const Tensor>(), {}, {}); }},
      {"backward: empty", [&] { (void)backward(none); }},
      {"backward: no loss", [&] { (void)backward(x.variable()); }},
      {"backward: constant", [] { (void)backward(constant(Tensor(1, 1))); }},
      {"backward: gradient", [&] { (void)backward(x.variable(), Tensor(2, 3)); }},
      {"Gradients::add: shape", [&] { gradients.add(x.variable(), Tensor(1, 2)); }},
      {"Gradients::add_first_rows: rows", [&] { gradients.add_first_rows(x.variable(), Tensor(4, 2)); }},
      {"Gradients::add_first_rows: cols", [&] { gradients.add_first_rows(x.variable(), Tensor(1, 3)); }},
  });
}

TEST(BrokenArguments, ThatAreEmptyVariablesAreRefusedByEveryOperation) {
  const Variable none, bias = constant(Tensor(1, 0));
  const Index no_segment = {0}, no_rows = {};
  expect_refused({
      {"matmul", [&] { (void)matmul(none, none); }},
      {"linear", [&] { (void)linear(none, none, bias); }},
      {"linear: sparse", [&] { (void)linear(SparseMatrix(), none, bias); }},
      {"embedding_sum", [&] { (void)embedding_sum({}, none); }},
      {"add", [&] { (void)(none + none); }},
      {"subtract", [&] { (void)(none - none); }},
      {"multiply", [&] { (void)(none * none); }},
      {"scale", [&] { (void)scale(none, 2.0F); }},
      {"add_bias", [&] { (void)add_bias(none, bias); }},
      {"activate", [&] { (void)activate(none, Activation::relu); }},
      {"dropout", [&] { (void)dropout(none, 0.5F, Random(1)); }},
      {"concat_columns", [&] { (void)concat_columns(none, none); }},
      {"concat_rows", [&] { (void)concat_rows(none, none); }},
      {"select_rows", [&] { (void)select_rows(none, no_rows); }},
      {"sum", [&] { (void)sum(none); }},
      {"head_scores", [&] { (void)head_scores(none, bias, 2); }},
      {"mean_of_heads", [&] { (void)mean_of_heads(none, 2); }},
      {"multiply_heads", [&] { (void)multiply_heads(none, none); }},
      {"segment_sum", [&] { (void)segment_sum(none, no_segment); }},
      {"segment_mean", [&] { (void)segment_mean(none, no_segment); }},
      {"segment_max", [&] { (void)segment_max(none, no_segment); }},
      {"expand_segments", [&] { (void)expand_segments(none, no_segment); }},
      {"layer_norm", [&] { (void)layer_norm(none, bias, bias); }},
      {"batch_norm", [&] { (void)batch_norm(none, bias, bias); }},
      {"cross_entropy", [&] { (void)cross_entropy(none, no_rows, no_rows); }},
      {"binary_cross_entropy", [&] { (void)binary_cross_entropy(none, Tensor(), no_rows); }},
      {"focal_cross_entropy", [&] { (void)focal_cross_entropy(none, no_rows, no_rows, 2.0); }},
      {"focal_binary_cross_entropy", [&] { (void)focal_binary_cross_entropy(none, Tensor(), no_rows, 2.0); }},
      {"mean_squared_error", [&] { (void)mean_squared_error(none, Tensor(), no_rows); }},
      {"mean_absolute_error", [&] { (void)mean_absolute_error(none, Tensor(), no_rows); }},
  });
}

TEST(BrokenArguments, OfOperationsAreRefused) {
  const Variable x = constant(Tensor(3, 4)), y = constant(Tensor(2, 3)), row = constant(Tensor(1, 4)),
                 square = constant(Tensor(4, 4));
  const SparseMatrix sparse = test::small_sparse();
  const Variable w = constant(Tensor(3, 4));
  const EntryDropout all{.rate = 1.0F, .random = Random(1)};
  std::vector<float> values(3);
  const std::vector<float> two(2);
  expect_refused({
      {"matmul: shapes", [&] { (void)matmul(x, y); }},
      {"linear: w", [&] { (void)linear(x, y, row); }},
      {"linear: bias", [&] { (void)linear(x, square, y); }},
      {"linear: activation", [&] { (void)linear(x, square, row, kNoActivation); }},
      {"linear: sparse w", [&] { (void)linear(sparse, square, row); }},
      {"linear: sparse bias", [&] { (void)linear(sparse, w, y); }},
      {"linear: sparse activation", [&] { (void)linear(sparse, w, row, kNoActivation); }},
      {"linear: sparse dropout", [&] { (void)linear(sparse, w, row, Activation::none, all); }},
      {"add: shapes", [&] { (void)(x + y); }},
      {"subtract: shapes", [&] { (void)(x - y); }},
      {"multiply: shapes", [&] { (void)(x * y); }},
      {"add_bias: bias", [&] { (void)add_bias(x, y); }},
      {"activate: activation", [&] { (void)activate(x, kNoActivation); }},
      {"activation_of: name", [] { (void)activation_of("rely"); }},
      {"apply_activation: activation", [&] { apply_activation(kNoActivation, values); }},
      {"apply_derivative: activation", [&] { apply_derivative(kNoActivation, values, values); }},
      {"apply_derivative: sizes", [&] { apply_derivative(Activation::relu, two, values); }},
      {"dropout: rate 1", [&] { (void)dropout(x, 1.0F, Random(1)); }},
      {"dropout: below 0", [&] { (void)dropout(x, -0.1F, Random(1)); }},
      {"dropout: NaN", [&] { (void)dropout(x, kNan, Random(1)); }},
      {"concat_columns: rows", [&] { (void)concat_columns(x, y); }},
      {"concat_rows: columns", [&] { (void)concat_rows(x, y); }},
      {"select_rows: index",
       [&] {
         (void)select_rows(x, Index{0, 3});
       }},
      {"select_rows: below 0", [&] { (void)select_rows(x, Index{-1}); }},
      {"first_rows: too many", [&] { (void)first_rows(x, 4); }},
      {"first_rows: below 0", [&] { (void)first_rows(x, -1); }},
      {"head_scores: heads", [&] { (void)head_scores(x, row, 3); }},
      {"head_scores: no heads", [&] { (void)head_scores(x, row, 0); }},
      {"head_scores: a", [&] { (void)head_scores(x, y, 2); }},
      {"mean_of_heads: heads", [&] { (void)mean_of_heads(x, 3); }},
      {"mean_of_heads: below 0", [&] { (void)mean_of_heads(x, -2); }},
      {"multiply_heads: rows", [&] { (void)multiply_heads(x, constant(Tensor(2, 2))); }},
      {"multiply_heads: columns", [&] { (void)multiply_heads(x, constant(Tensor(3, 3))); }},
  });
  using Reduce = Variable (*)(const Variable&, std::span<const std::int64_t>);
  for (const Reduce reduce : {Reduce{segment_sum}, Reduce{segment_mean}, Reduce{segment_max}}) {
    expect_refused({
        {"segments: none", [&] { (void)reduce(x, {}); }},
        {"segments: fall",
         [&] {
           (void)reduce(x, Index{0, 100'000'000, 3});
         }},
        {"segments: fall a little",
         [&] {
           (void)reduce(x, Index{0, 2, 1, 3});
         }},
        {"segments: below 0",
         [&] {
           (void)reduce(x, Index{0, -1, 3});
         }},
        {"segments: start",
         [&] {
           (void)reduce(x, Index{1, 3});
         }},
        {"segments: end",
         [&] {
           (void)reduce(x, Index{0, 4});
         }},
    });
  }
  expect_refused({
      {"expand_segments: count",
       [&] {
         (void)expand_segments(x, Index{0, 1, 2});
       }},
      {"expand_segments: none", [&] { (void)expand_segments(x, {}); }},
      {"expand_segments: fall",
       [&] {
         (void)expand_segments(x, Index{0, 9, 2, 3});
       }},
      {"expand_segments: start",
       [&] {
         (void)expand_segments(x, Index{1, 1, 2, 3});
       }},
      {"expand_segments: below 0",
       [&] {
         (void)expand_segments(x, Index{0, -9, -5, -1});
       }},
  });
}

TEST(BrokenArguments, OfNormsAreRefused) {
  const Variable x = constant(Tensor(3, 4)), row = constant(Tensor(1, 4)), wrong = constant(Tensor(1, 3));
  const Tensor moments(1, 4), short_moments(1, 3);
  const std::vector<float> two(2, 1.0F), zeros(3, 0.0F), bad = {1.0F, kNan, 1.0F};
  const auto norm = [&](const BatchNormOptions& options) { (void)batch_norm(x, row, row, options); };
  expect_refused({
      {"layer_norm: gain", [&] { (void)layer_norm(x, wrong, row); }},
      {"layer_norm: bias", [&] { (void)layer_norm(x, row, wrong); }},
      {"layer_norm: epsilon", [&] { (void)layer_norm(x, row, row, -1.0F); }},
      {"layer_norm: NaN", [&] { (void)layer_norm(x, row, row, kNan); }},
      {"batch_norm: rows", [&] { (void)batch_norm(constant(Tensor(0, 4)), row, row); }},
      {"batch_norm: gain", [&] { (void)batch_norm(x, wrong, row); }},
      {"batch_norm: bias", [&] { (void)batch_norm(x, row, wrong); }},
      {"batch_norm: activation", [&] { norm({.activation = Activation::gelu}); }},
      {"batch_norm: no activation", [&] { norm({.activation = kNoActivation}); }},
      {"batch_norm: epsilon", [&] { norm({.epsilon = kInfinite}); }},
      {"batch_norm: counts", [&] { norm({.counts = two}); }},
      {"batch_norm: counts of 0", [&] { norm({.counts = zeros}); }},
      {"batch_norm: NaN counts", [&] { norm({.counts = bad}); }},
      {"batch_norm: learned mean",
       [&] {
         (void)batch_norm(x, row, row, {short_moments, moments});
       }},
      {"batch_norm: learned variance",
       [&] {
         (void)batch_norm(x, row, row, {moments, short_moments});
       }},
      {"batch_norm: learned, activation",
       [&] {
         (void)batch_norm(x, row, row, {moments, moments}, kNoActivation);
       }},
  });
}

TEST(BrokenArguments, OfLossesAreRefused) {
  const Variable x = constant(Tensor(3, 2));
  const Tensor targets(3, 2);
  const Index labels = {0, 1, -1}, all = {0, 1, 2}, outside = {0, 3}, below = {-1};
  const std::vector<float> weights(3, 1.0F);
  expect_refused({
      {"cross_entropy: labels", [&] { (void)cross_entropy(x, Index{0}, all); }},
      {"cross_entropy: label",
       [&] {
         (void)cross_entropy(x, Index{0, 2, 1}, all);
       }},
      {"cross_entropy: label below -1",
       [&] {
         (void)cross_entropy(x, Index{0, -2, 1}, all);
       }},
      {"cross_entropy: index", [&] { (void)cross_entropy(x, labels, outside); }},
      {"cross_entropy: index below 0", [&] { (void)cross_entropy(x, labels, below); }},
      {"focal_cross_entropy: labels", [&] { (void)focal_cross_entropy(x, Index{0}, all, 2.0); }},
      {"focal_cross_entropy: index", [&] { (void)focal_cross_entropy(x, labels, outside, 2.0); }},
      {"focal_cross_entropy: gamma", [&] { (void)focal_cross_entropy(x, labels, all, -1.0); }},
      {"focal_cross_entropy: NaN", [&] { (void)focal_cross_entropy(x, labels, all, static_cast<double>(kNan)); }},
      {"focal_binary_cross_entropy: gamma", [&] { (void)focal_binary_cross_entropy(x, targets, all, -1.0); }},
      {"focal_binary_cross_entropy: index", [&] { (void)focal_binary_cross_entropy(x, targets, outside, 2.0); }},
      {"cross_entropy: nothing", [&] { (void)cross_entropy(x, labels, {}); }},
      {"cross_entropy: weights",
       [&] {
         (void)cross_entropy(x, labels, outside, {weights, 1.0});
       }},
      {"cross_entropy: divisor",
       [&] {
         (void)cross_entropy(x, labels, all, {weights, 0.0});
       }},
      {"cross_entropy: NaN",
       [&] {
         (void)cross_entropy(x, labels, all, {weights, static_cast<double>(kNan)});
       }},
  });
  using Loss = Variable (*)(const Variable&, const Tensor&, std::span<const std::int64_t>, const RowWeights&);
  for (const Loss loss : {Loss{binary_cross_entropy}, Loss{mean_squared_error}, Loss{mean_absolute_error}}) {
    expect_refused({
        {"loss: targets", [&] { (void)loss(x, Tensor(3, 1), all, {}); }},
        {"loss: index", [&] { (void)loss(x, targets, outside, {}); }},
        {"loss: index below 0", [&] { (void)loss(x, targets, below, {}); }},
        {"loss: nothing", [&] { (void)loss(x, targets, {}, {}); }},
        {"loss: missing targets", [&] { (void)loss(x, Tensor::full(3, 2, kNan), all, {}); }},
        {"loss: weights",
         [&] {
           (void)loss(x, targets, below, {weights, 1.0});
         }},
        {"loss: divisor",
         [&] {
           (void)loss(x, targets, all, {weights, -1.0});
         }},
        {"loss: infinite divisor",
         [&] {
           (void)loss(x, targets, all, {weights, static_cast<double>(kInfinite)});
         }},
    });
  }
}

}  // namespace
}  // namespace weft
