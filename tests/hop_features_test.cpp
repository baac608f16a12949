// What is read at each distance, and the models made of it.
#include "weft/layers/hop_features.hpp"

#include <cmath>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/graph/generators.hpp"
#include "weft/layers/models.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;
using test::path_and_loner;
using test::random_tensor;
using test::same_bits;

TEST(HopFeatures, ArePowersOfTheNormalizedMatrix) {
  // One step over the edge between degrees 1 and 2 weighs 1 / sqrt(2), so two steps 1 / 2.
  const float r = 1.0F / std::sqrt(2.0F);
  const std::vector<Tensor> hops = hop_features(MessageBlock(path_and_loner()), Tensor{{2}, {20}, {200}, {7}}, 2);
  ASSERT_EQ(hops.size(), 2U);
  expect_near(hops[0], Tensor{{20 * r}, {202 * r}, {20 * r}, {0}});
  expect_near(hops[1], Tensor{{101}, {20}, {101}, {0}});
  EXPECT_TRUE(hop_features(MessageBlock(path_and_loner()), Features(), 2).empty());
}

TEST(HopModels, ReadPreparedHopsAsTheyReadThoseTheyMake) {
  const MessageBlock block(grid(6, 5));
  const Features x = random_tensor(30, 4, 1);
  for (const char* name : {"sign", "nagphormer"}) {
    SCOPED_TRACE(name);
    const Options options(model_info(name).options);
    const auto model = make_model(name, shape_for(x, 2), options, Random(3));
    const std::vector<Tensor> hops = hop_features(block, x, options.integer("hops"));
    NodeInput input(x);
    input.hops = hops;
    // Prepared hops are all that is read of the graph.
    const MessageBlock no_edges(CsrGraph::from_edges(30, {}));
    Pass pass = Pass::inference();
    EXPECT_TRUE(
        same_bits(model->forward(no_edges, input, pass).logits.value(), model->forward(block, x, pass).logits.value()));
    input.hops = std::span(hops).first(2);
    expect_throws<ArgumentError>([&] { (void)model->forward(block, input, pass); }, "made for 3 hops, given 2");
    const std::vector<Tensor> wrong(3, Tensor(30, 3));
    input.hops = wrong;
    expect_throws<ArgumentError>([&] { (void)model->forward(block, input, pass); }, "shape [30, 3], expected [30, 4]");
  }
}

TEST(HopModels, ReadSparseFeaturesAsDenseOnes) {
  // No two powers of this matrix are alike; on a path of three nodes the third is the first.
  const MessageBlock block(grid(6, 5));
  Buffer<EdgeId> offsets(31);
  Buffer<std::uint32_t> columns(30);
  Buffer<float> weights(30);
  for (std::uint32_t v = 0; v < 30; ++v) {
    offsets[v] = v;
    columns[v] = v * v % 4;
    weights[v] = 1.0F + static_cast<float>(v % 7);
  }
  offsets[30] = 30;
  const SparseMatrix sparse(30, 4, std::move(offsets), std::move(columns), std::move(weights));
  const Features dense = sparse.to_dense();
  for (const char* name : {"sign", "nagphormer"}) {
    SCOPED_TRACE(name);
    const Options options(model_info(name).options);
    const auto logits = [&](const Features& x) {
      Pass pass = Pass::inference();
      return make_model(name, shape_for(x, 2), options, Random(3))->forward(block, x, pass).logits.value();
    };
    expect_near(logits(sparse), logits(dense));
  }
}

TEST(HopModels, ReadAsFarAsTheirHops) {
  const MessageBlock path(test::path_graph(10));
  const Features x = random_tensor(10, 4, 1);
  Tensor moved = std::get<Tensor>(x);
  moved(9, 0) += 1.0F;
  const Features changed = std::move(moved);
  for (const char* name : {"sign", "nagphormer"}) {
    SCOPED_TRACE(name);
    Options options(model_info(name).options);
    options.set("hops", "4");
    const auto model = make_model(name, shape_for(x, 2), options, Random(3));
    Pass pass = Pass::inference();
    const Tensor y = model->forward(path, x, pass).logits.value(),
                 z = model->forward(path, changed, pass).logits.value();
    for (std::int64_t v = 0; v < 10; ++v) {
      EXPECT_EQ(y(v, 0) == z(v, 0), v < 5) << "node " << v;
    }
  }
}

}  // namespace
}  // namespace weft
