// The attention that CONTRIBUTING.md adds, taken from that page when CMake configures.
#include "recipe_attention.inc"

#include "tests/attention_reference.hpp"
#include "tests/support.hpp"
#include "weft/layers/models.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::random_tensor;

attention::MechanismRow row() {
  return attention::relu_mechanisms().front();
}

std::unique_ptr<GlobalAttention> make() {
  Options options(model_info("weft").options);
  options.set("hidden", "4");
  options.set("heads", "2");
  return row().make(options, 0, Random(7));
}

TEST(RecipeAttention, IsARowLikeThoseOfTheTable) {
  EXPECT_EQ(row().info.name, "relu");
  EXPECT_TRUE(row().info.options.empty());
}

TEST(RecipeAttention, HasTheGradientOfDifferences) {
  const auto attention = make();
  const MessageBlock graph(CsrGraph::from_edges(5, {}), {0, 2, 5});
  Parameter h(random_tensor(5, 4, 5));
  const auto forward = [&] {
    Pass pass = Pass::train(Random(1));
    return attention->forward(graph, h.variable(), pass);
  };
  expect_gradient_matches(h, forward, 5e-3);
}

TEST(RecipeAttention, IsItsDefinitionOverAllPairs) {
  const auto attention = make();
  ParameterList list;
  attention->list_parameters(list);
  // Maps that change nothing: queries, keys, values and the result are the states themselves.
  for (const NamedParameter& p : list.parameters) {
    Tensor& value = p.parameter->mutable_value();
    for (std::int64_t i = 0; i < value.rows(); ++i) {
      for (std::int64_t j = 0; j < value.cols(); ++j) {
        value(i, j) = value.rows() > 1 && i == j ? 1.0F : 0.0F;
      }
    }
  }
  const Tensor h = random_tensor(6, 4, 3);
  Tensor expected(6, 4);
  for (std::int64_t head = 0; head < 4; head += 2) {
    for (std::int64_t i = 0; i < 6; ++i) {
      double total = 1e-6, sums[2] = {};
      for (std::int64_t j = 0; j < 6; ++j) {
        double weight = 0;
        for (std::int64_t c = head; c < head + 2; ++c) {
          weight += std::max(0.0F, h(i, c)) * std::max(0.0F, h(j, c));
        }
        total += weight;
        sums[0] += weight * h(j, head);
        sums[1] += weight * h(j, head + 1);
      }
      expected(i, head) = static_cast<float>(sums[0] / total);
      expected(i, head + 1) = static_cast<float>(sums[1] / total);
    }
  }
  Pass pass = Pass::inference();
  expect_near(attention->forward(MessageBlock(CsrGraph::from_edges(6, {})), Variable::constant(h), pass).value(),
              expected, 1e-5);
}

}  // namespace
}  // namespace weft
