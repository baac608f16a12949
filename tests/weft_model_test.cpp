// The model named weft: attention joins after a warm-up, propagation, gates, and every mechanism in its blocks.
#include "weft/layers/weft_model.hpp"

#include <set>
#include <string>

#include "tests/small_graphs.hpp"
#include "tests/small_models.hpp"
#include "tests/support.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/kernels/aggregation.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::cycle_graph;
using test::expect_gradient_matches;
using test::expect_near;
using test::logits;
using test::options_of;
using test::parameter_of;
using test::path_and_loner;
using test::random_tensor;
using test::ring_with_chords;

TEST(WeftModel, AttentionJoinsAfterTheWarmUpAndReachesEveryNode) {
  const Features x = random_tensor(4, 5, 3);
  const auto model = make_model(shape_for(x, 3), WeftOptions{.attention_warmup = 0.5}, Random(7));
  const MessageBlock block(path_and_loner());
  Tensor changed = std::get<Tensor>(x);
  changed(3, 0) += 1.0F;  // the node without edges
  const auto first_output_moves = [&] {
    const Tensor before = logits(*model, block, x), after = logits(*model, block, Features(changed));
    return before(0, 0) != after(0, 0);
  };
  Pass early = Pass::train(Random(1), 0.4);
  (void)model->forward(block, x, early);
  update_statistics(*model, early);
  EXPECT_FALSE(first_output_moves());
  Pass late = Pass::train(Random(1), 0.6);
  (void)model->forward(block, x, late);
  EXPECT_FALSE(first_output_moves()) << "a pass writes nothing";
  update_statistics(*model, late);
  EXPECT_TRUE(first_output_moves());
}

TEST(WeftModel, PropagationStartsAsPersonalizedPageRank) {
  const Tensor x = random_tensor(12, 5, 3);
  const MessageBlock block(ring_with_chords());
  const auto model_with = [&](std::int64_t steps) {
    return make_model(shape_for(x, 3), WeftOptions{.propagation = steps, .restart = 0.25}, Random(7));
  };
  const Variable own = Variable::constant(logits(*model_with(0), block, x));
  const GcnNorm norm(block);
  Variable expected = own;
  for (int step = 0; step < 3; ++step) {
    expected = scale(aggregate_gcn(norm, expected), 0.75F) + scale(own, 0.25F);
  }
  expect_near(logits(*model_with(3), block, x), expected.value());
}

TEST(WeftModel, EveryGateStartsNearlyClosed) {
  const auto model = make_model(shape_for(Tensor(1, 5), 3), WeftOptions{}, Random(7));
  const std::string name = "block0.gate.bias";
  for (const float b : parameter_of(*model, name).value().values()) {
    EXPECT_FLOAT_EQ(b, -2.0F);
  }
}

Options small_options(std::string_view attention) {
  return options_of("weft", {{"attention", attention}, {"hidden", "8"}, {"heads", "2"}, {"max_positions", "12"}});
}

TEST(WeftModel, WithEveryAttentionHasNamesThatDoNotMeet) {
  for (const AttentionInfo& info : global_attentions()) {
    const auto model = make_model("weft", shape_for(Tensor(1, 5), 2), small_options(info.name), Random(7));
    const ParameterList list = parameters_of(*model);
    std::set<std::string> names;
    for (const NamedParameter& p : list.parameters) {
      EXPECT_TRUE(names.insert(p.name).second) << info.name << " " << p.name;
    }
    for (const NamedStatistic& statistic : list.statistics) {
      EXPECT_TRUE(names.insert(statistic.name).second) << info.name << " " << statistic.name;
    }
    EXPECT_TRUE(names.contains("block0.query.weight") && names.contains("block0.gate.bias"));
  }
}

TEST(WeftModel, WithEveryAttentionHasTheGradientOfDifferencesAndLearns) {
  const CsrGraph graphs[] = {path_and_loner(), cycle_graph(7)};
  const MessageBlock batch = batch_of(graphs);
  const Features x = random_tensor(11, 5, 3);
  for (const AttentionInfo& info : global_attentions()) {
    SCOPED_TRACE(info.name);
    Options options = small_options(info.name);
    options.set("layers", "2");
    options.set("dropout", "0");
    options.set("input_dropout", "0");
    options.set("norm", "layer");
    options.set("convolution", "sage");
    options.set("activation", "gelu");
    const auto model = make_model("weft", shape_for(x, 2), options, Random(7));
    const ParameterList list = parameters_of(*model);
    const auto forward = [&] {
      Pass pass = Pass::train(Random(1), 1.0);
      return model->forward(batch, x, pass).logits;
    };
    std::int64_t in_attention = 0;
    for (const NamedParameter& p : list.parameters) {
      if (p.name.starts_with("block1.") && !p.name.starts_with("block1.local") && !p.name.starts_with("block1.norm")) {
        SCOPED_TRACE(p.name);
        ++in_attention;
        expect_gradient_matches(*p.parameter, forward, 1e-2);
      }
    }
    EXPECT_GE(in_attention, 8);
    // A few steps down the gradient of the squared distance to a fixed target bring the outputs nearer.
    const Tensor target = random_tensor(11, 2, 9);
    const auto distance = [&] {
      const Variable off = forward() - Variable::constant(target);
      return sum(off * off);
    };
    const float before = distance().value()(0, 0);
    for (int step = 0; step < 30; ++step) {
      const Gradients gradients = backward(distance());
      for (const NamedParameter& p : list.parameters) {
        if (const Tensor* d = gradients.of(p.parameter->variable())) {
          for (std::int64_t i = 0; i < d->size(); ++i) {
            p.parameter->mutable_value().data()[i] -= 0.005F * d->data()[i];
          }
        }
      }
    }
    EXPECT_LT(distance().value()(0, 0), 0.7F * before);
  }
}

}  // namespace
}  // namespace weft
