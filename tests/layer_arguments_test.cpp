// Every public function of layers/, layers/kernels/ and train/ that takes numbers, spans or tensors, with each argument
// broken once.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/broken_calls.hpp"
#include "tests/short_job.hpp"
#include "tests/small_graphs.hpp"
#include "tests/small_models.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "weft/layers/convolutions.hpp"
#include "weft/layers/dense_layers.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/kernels/aggregation.hpp"
#include "weft/layers/kernels/causal_attention.hpp"
#include "weft/layers/kernels/gated_scan.hpp"
#include "weft/layers/kernels/kernel_attention.hpp"
#include "weft/layers/models.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/train/optimizer.hpp"
#include "weft/train/train_options.hpp"
#include "weft/train/trainer.hpp"

namespace weft {
namespace {

using test::constant;
using test::expect_refused;
using test::path_and_loner;

using Index = std::vector<std::int64_t>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

TEST(BrokenArguments, OfAggregationsAreRefused) {
  const MessageBlock block(path_and_loner()), sampled = test::sampled_block();
  const Variable short_of = constant(Tensor(3, 2)), none;
  const GcnNorm norm(block);
  expect_refused({
      {"aggregate_sum: rows", [&] { (void)aggregate_sum(block, short_of); }},
      {"aggregate_sum: empty", [&] { (void)aggregate_sum(MessageBlock(), none); }},
      {"aggregate_mean: rows", [&] { (void)aggregate_mean(block, short_of); }},
      {"aggregate_mean: empty", [&] { (void)aggregate_mean(MessageBlock(), none); }},
      {"aggregate_gcn: rows", [&] { (void)aggregate_gcn(norm, short_of); }},
      {"aggregate_gcn: empty", [&] { (void)aggregate_gcn(GcnNorm(MessageBlock()), none); }},
      {"aggregate_normalized: rows", [&] { (void)aggregate_normalized(block, short_of); }},
      {"aggregate_normalized: block", [&] { (void)aggregate_normalized(sampled, short_of); }},
      {"aggregate_normalized: empty", [&] { (void)aggregate_normalized(MessageBlock(), none); }},
      {"GcnNorm: block", [&] { (void)GcnNorm(sampled); }},
  });
}

TEST(BrokenArguments, OfAttentionAndScansAreRefused) {
  const Variable x = constant(Tensor(4, 6)), other = constant(Tensor(4, 2)), short_of = constant(Tensor(3, 6)),
                 decay = constant(Tensor(4, 2)), none;
  const Index all = {0, 4}, fall = {0, 9, 4}, beyond = {0, 5}, nothing = {};
  using Attend =
      Variable (*)(const Variable&, const Variable&, const Variable&, std::span<const std::int64_t>, std::int64_t);
  for (const Attend attend : {Attend{linear_attention}, Attend{causal_attention}}) {
    expect_refused({
        {"attention: heads", [&] { (void)attend(x, x, x, all, 4); }},
        {"attention: no heads", [&] { (void)attend(x, x, x, all, 0); }},
        {"attention: heads below 0", [&] { (void)attend(x, x, x, all, -2); }},
        {"attention: k", [&] { (void)attend(x, other, x, all, 2); }},
        {"attention: v", [&] { (void)attend(x, x, short_of, all, 2); }},
        {"attention: columns of v", [&] { (void)attend(x, x, constant(Tensor(4, 3)), all, 2); }},
        {"attention: segments fall", [&] { (void)attend(x, x, x, fall, 2); }},
        {"attention: segments end", [&] { (void)attend(x, x, x, beyond, 2); }},
        {"attention: no segments", [&] { (void)attend(x, x, x, nothing, 2); }},
        {"attention: empty", [&] { (void)attend(none, none, none, nothing, 1); }},
    });
  }
  const auto scan = [&](const Variable& q, const Variable& k, const Variable& v, const Variable& a, const Index& s,
                        std::int64_t heads) { (void)gated_scan(q, k, v, a, s, heads); };
  std::vector<float> six(6), two(2), five(5);
  expect_refused({
      {"gated_scan: heads", [&] { scan(x, x, x, decay, all, 0); }},
      {"gated_scan: columns", [&] { scan(x, x, x, decay, all, 4); }},
      {"gated_scan: k", [&] { scan(x, other, x, decay, all, 2); }},
      {"gated_scan: v", [&] { scan(x, x, short_of, decay, all, 2); }},
      {"gated_scan: decay", [&] { scan(x, x, x, x, all, 2); }},
      {"gated_scan: segments", [&] { scan(x, x, x, decay, fall, 2); }},
      {"gated_scan: empty", [&] { scan(none, none, none, none, {0}, 1); }},
      {"log_sigmoid: empty", [&] { (void)log_sigmoid(none); }},
      {"GatedScanState: heads", [] { (void)GatedScanState(0, 3, 3); }},
      {"GatedScanState: d", [] { (void)GatedScanState(2, -3, 3); }},
      {"GatedScanState: e", [] { (void)GatedScanState(2, 3, 0); }},
      {"GatedScanState: overflow", [] { (void)GatedScanState(kLargest, 3, 3); }},
      {"GatedScanState::step: q", [&] { GatedScanState(2, 3, 3).step(five, six, six, two, six); }},
      {"GatedScanState::step: k", [&] { GatedScanState(2, 3, 3).step(six, five, six, two, six); }},
      {"GatedScanState::step: v", [&] { GatedScanState(2, 3, 3).step(six, six, five, two, six); }},
      {"GatedScanState::step: decay", [&] { GatedScanState(2, 3, 3).step(six, six, six, six, six); }},
      {"GatedScanState::step: out", [&] { GatedScanState(2, 3, 3).step(six, six, six, two, five); }},
      {"CausalAttentionState: heads", [] { (void)CausalAttentionState(-1, 3, 3); }},
      {"CausalAttentionState::step: q", [&] { CausalAttentionState(2, 3, 3).step(five, six, six, six); }},
      {"CausalAttentionState::step: k", [&] { CausalAttentionState(2, 3, 3).step(six, five, six, six); }},
      {"CausalAttentionState::step: v", [&] { CausalAttentionState(2, 3, 3).step(six, six, five, six); }},
      {"CausalAttentionState::step: out", [&] { CausalAttentionState(2, 3, 3).step(six, six, six, five); }},
  });
}

TEST(BrokenArguments, OfDenseLayersAreRefused) {
  Pass pass = Pass::train(Random(1));
  Pass inference = Pass::inference();
  const Features nothing, few = CategoricalMatrix{.rows = 3, .num_categories = {2}, .values = Buffer<std::int32_t>(1)};
  const Tensor statistic(1, 1);
  const LayerInput x(constant(Tensor(3, 4)));
  const Linear linear(4, 2, Random(1)), other(3, 2, Random(1));
  const Norm layer(NormKind::layer, 4), batch(NormKind::batch, 4);
  const Variable wrong = constant(Tensor(3, 5));
  ModelShape negative, overflow;
  negative.feature_kind = overflow.feature_kind = FeatureKind::categorical;
  negative.num_categories = {-1};
  overflow.num_categories = {kLargest, kLargest};
  const std::vector<float> two(2, 1.0F);
  expect_refused({
      {"Pass::train: progress", [] { (void)Pass::train(Random(1), 1.5); }},
      {"Pass::train: NaN", [] { (void)Pass::train(Random(1), kNan); }},
      {"Pass::add_loss: shape", [&] { pass.add_loss(wrong); }},
      {"Pass::update: inference", [&] { inference.update(statistic, Tensor(1, 1)); }},
      {"LayerInput: none", [&] { (void)LayerInput(nothing); }},
      {"LayerInput: categories", [&] { (void)LayerInput(few); }},
      {"LayerInput::dropped: rate", [&] { (void)x.dropped(1.0F, pass); }},
      {"LayerInput::dropped: NaN", [&] { (void)x.dropped(static_cast<float>(kNan), pass); }},
      {"LayerInput::first: count", [&] { (void)x.first(4); }},
      {"LayerInput::first: below 0", [&] { (void)x.first(-1); }},
      {"LayerInput::project: w", [&] { (void)x.project(wrong, wrong, Activation::none); }},
      {"LayerInput: empty", [&] { (void)LayerInput(Variable()).project({}, constant(Tensor(1, 0)), {}); }},
      {"input_width: below 0", [&] { (void)input_width(negative); }},
      {"input_width: overflow", [&] { (void)input_width(overflow); }},
      {"glorot_uniform: rows", [] { (void)glorot_uniform(-1, 2, Random(1)); }},
      {"glorot_uniform: overflow", [] { (void)glorot_uniform(kLargest, 2, Random(1)); }},
      {"Linear: in", [] { (void)Linear(-1, 2, Random(1)); }},
      {"Linear: out", [] { (void)Linear(2, -1, Random(1)); }},
      {"Linear::forward: columns", [&] { (void)linear.forward(LayerInput(wrong), pass); }},
      {"Linear::forward: activation", [&] { (void)linear.forward(x, pass, static_cast<Activation>(9)); }},
      {"Linear::forward_without_bias: columns", [&] { (void)linear.forward_without_bias(LayerInput(wrong), pass); }},
      {"Linear::forward_through: columns",
       [&] { (void)linear.forward_through(other, x.states(), pass, Activation::relu); }},
      {"Linear::add_bias: columns", [&] { (void)linear.add_bias(wrong, pass); }},
      {"Norm: kind", [] { (void)Norm(static_cast<NormKind>(5), 4); }},
      {"Norm: width", [] { (void)Norm(NormKind::layer, -4); }},
      {"Norm::forward: columns", [&] { (void)layer.forward(wrong, pass); }},
      {"Norm::forward: batch, columns", [&] { (void)batch.forward(wrong, inference); }},
      {"Norm::forward: counts", [&] { (void)batch.forward(x.states(), pass, Activation::none, two); }},
      {"Norm::forward: empty", [&] { (void)layer.forward(Variable(), pass); }},
      {"update_statistics: unknown",
       [&] {
         pass.update(statistic, Tensor(1, 1));
         update_statistics(ParameterList{}, pass);
       }},
  });
}

TEST(BrokenArguments, OfConvolutionsAndAttentionsAreRefused) {
  const MessageBlock block(path_and_loner());
  const auto make = [](ConvolutionOptions options) { (void)make_convolution(options, Random(1)); };
  Pass pass = Pass::train(Random(1));
  expect_refused({
      {"make_convolution: kind", [&] { make({.kind = "gnc", .in = 2, .out = 2}); }},
      {"convolution_info: kind", [] { (void)convolution_info("gnc"); }},
  });
  for (const ConvolutionInfo& info : convolutions()) {
    SCOPED_TRACE(info.name);
    const auto layer = make_convolution({.kind = info.name, .in = 4, .out = 4}, Random(1));
    expect_refused({
        {"make_convolution: in", [&] { make({.kind = info.name, .in = -1, .out = 2}); }},
        {"make_convolution: out", [&] { make({.kind = info.name, .in = 2, .out = -1}); }},
        {"make_convolution: dropout", [&] { make({.kind = info.name, .in = 2, .out = 2, .attention_dropout = 1.0F}); }},
        {"make_convolution: edges", [&] { make({.kind = info.name, .in = 2, .out = 2, .edge_width = 3}); }},
        {"make_convolution: norm",
         [&] { make({.kind = info.name, .in = 2, .out = 2, .edge_norm = static_cast<NormKind>(9)}); }},
        {"Convolution::forward: rows", [&] { (void)layer->forward(block, constant(Tensor(3, 4)), pass); }},
        {"Convolution::forward: columns", [&] { (void)layer->forward(block, constant(Tensor(4, 3)), pass); }},
        {"Convolution::forward: empty", [&] { (void)layer->forward(block, Variable(), pass); }},
    });
    if (info.has_heads) {
      expect_refused({
          {"make_convolution: heads", [&] { make({.kind = info.name, .in = 2, .out = 3, .heads = 2}); }},
          {"make_convolution: no heads", [&] { make({.kind = info.name, .in = 2, .out = 2, .heads = 0}); }},
      });
    }
  }
  const auto options = [](std::int64_t hidden, std::int64_t heads) {
    const Option widths[] = {{"hidden", hidden, ""}, {"heads", heads, ""}};
    Options all{std::span<const Option>(widths)};
    all.add(global_attention_options());
    return all;
  };
  expect_refused({
      {"make_global_attention: kind", [&] { (void)make_global_attention("liner", options(8, 2), 0, Random(1)); }},
  });
  for (const AttentionInfo& info : global_attentions()) {
    SCOPED_TRACE(info.name);
    const auto attention = make_global_attention(info.name, options(8, 2), 0, Random(1));
    const auto attend = [&](const Tensor& h) { (void)attention->forward(block, Variable::constant(h), pass); };
    expect_refused({
        {"make_global_attention: heads", [&] { (void)make_global_attention(info.name, options(8, 3), 0, Random(1)); }},
        {"make_global_attention: no heads",
         [&] { (void)make_global_attention(info.name, options(8, 0), 0, Random(1)); }},
        {"make_global_attention: hidden", [&] { (void)make_global_attention(info.name, options(0, 2), 0, Random(1)); }},
        {"make_global_attention: hidden below 0",
         [&] { (void)make_global_attention(info.name, options(-8, 2), 0, Random(1)); }},
        {"make_global_attention: layer", [&] { (void)make_global_attention(info.name, options(8, 2), -1, Random(1)); }},
        {"make_global_attention: options", [&] { (void)make_global_attention(info.name, Options(), 0, Random(1)); }},
        {"GlobalAttention::forward: columns", [&] { attend(Tensor(4, 7)); }},
        {"GlobalAttention::forward: rows", [&] { attend(Tensor(3, 8)); }},
    });
  }
}

TEST(BrokenArguments, OfModelsAreRefused) {
  const MessageBlock block(path_and_loner());
  const ModelShape good = shape_for(Tensor(4, 3), 2);
  const auto with = [&](auto change) {
    ModelShape shape = good;
    change(shape);
    return shape;
  };
  const ModelShape no_outputs = with([](ModelShape&s) { s.num_outputs = -1; }),
                   many_outputs = with([](ModelShape&s) { s.num_outputs = kLargest; }),
                   features = with([](ModelShape&s) { s.num_features = -3; }),
                   many_features = with([](ModelShape&s) { s.num_features = kLargest; }),
                   kind = with([](ModelShape&s) { s.feature_kind = static_cast<FeatureKind>(9); }),
                   edges = with([](ModelShape&s) { s.edge_kind = FeatureKind::sparse; }),
                   edge_features = with([](ModelShape&s) { s.num_edge_features = -1; });
  for (const ModelInfo& info : models()) {
    SCOPED_TRACE(info.name);
    Options all(info.options);
    all.add(graph_options());
    const auto make = [&](const ModelShape& shape) {
      (void)(info.needs_graphs ? make_graph_model(info.name, shape, all, Random(1))
                               : make_model(info.name, shape, all, Random(1)));
    };
    expect_refused({
        {"make_model: outputs", [&] { make(no_outputs); }},
        {"make_model: many outputs", [&] { make(many_outputs); }},
        {"make_model: features", [&] { make(features); }},
        {"make_model: many features", [&] { make(many_features); }},
        {"make_model: kind", [&] { make(kind); }},
        {"make_model: edges", [&] { make(edges); }},
        {"make_model: edge features", [&] { make(edge_features); }},
        {"make_model: no options", [&] { (void)make_graph_model(info.name, good, Options(), Random(1)); }},
        {"make_graph_model: outputs",
         [&] { (void)make_graph_model(info.name, with([](ModelShape& s) { s.num_outputs = 0; }), all, Random(1)); }},
    });
    if (info.needs_graphs) {
      continue;
    }
    const auto model = make_model(info.name, good, all, Random(1));
    const auto forward = [&](const Features& x) { (void)test::logits(*model, block, x); };
    expect_refused({
        {"forward: rows", [&] { forward(Tensor(3, 3)); }},
        {"forward: columns", [&] { forward(Tensor(4, 2)); }},
        {"forward: kind", [&] { forward(test::small_sparse()); }},
        {"forward: none", [&] { forward(Features()); }},
    });
  }
  const auto options_out_of = [](const char* name, OptionValue value) {
    // A table of the caller's own, which knows no ranges.
    Options own(model_info("gcn").options);
    std::vector<Option> table = model_info("gcn").options;
    for (Option& option : table) {
      option.minimum = -kInfinite;
      option.maximum = kInfinite;
      option.fallback = option.name == name ? value : option.fallback;
    }
    return Options(table);
  };
  const auto make_gcn = [&](const Options& options) { (void)make_model("gcn", good, options, Random(1)); };
  const std::vector<MessageBlock> hops = {block, test::sampled_block()};
  expect_refused({
      {"make_model: name", [&] { (void)make_model("gnc", good, Options(), Random(1)); }},
      {"make_model: needs graphs", [&] { (void)make_model("wl", good, test::options_of("wl"), Random(1)); }},
      {"make_model: hidden of 0", [&] { make_gcn(options_out_of("hidden", std::int64_t{0})); }},
      {"make_model: hidden below 0", [&] { make_gcn(options_out_of("hidden", std::int64_t{-64})); }},
      {"make_model: layers", [&] { make_gcn(options_out_of("layers", std::int64_t{0})); }},
      {"make_model: dropout", [&] { make_gcn(options_out_of("dropout", kNan)); }},
      {"StackOptions: hidden", [] { (void)ModelOptions(StackOptions{.hidden = 0}); }},
      {"StackOptions: layers", [] { (void)ModelOptions(StackOptions{.layers = kLargest}); }},
      {"StackOptions: dropout", [] { (void)ModelOptions(StackOptions{.dropout = kNan}); }},
      {"StackOptions: convolution", [] { (void)ModelOptions(StackOptions{.convolution = "gnc"}); }},
      {"StackOptions: norm", [] { (void)ModelOptions(StackOptions{.norm = static_cast<NormKind>(9)}); }},
      {"WeftOptions: attention", [] { (void)ModelOptions(WeftOptions{.attention = "liner"}); }},
      {"WeftOptions: warmup", [] { (void)ModelOptions(WeftOptions{.attention_warmup = -1.0}); }},
      {"WeftOptions: attention's own",
       [] {
         (void)ModelOptions(WeftOptions{.attention_options = {{"window", std::int64_t{0}}}});
       }},
      {"GpsOptions: heads", [] { (void)ModelOptions(GpsOptions{.heads = -4}); }},
      {"PolynormerOptions: layers", [] { (void)ModelOptions(PolynormerOptions{.global_layers = 0}); }},
      {"SignOptions: hops", [] { (void)ModelOptions(SignOptions{.hops = 65}); }},
      {"NagphormerOptions: hops", [] { (void)ModelOptions(NagphormerOptions{.hops = 0}); }},
      {"WlOptions: rounds", [] { (void)ModelOptions(WlOptions{.rounds = -1}); }},
      {"GraphModelOptions: head layers",
       [&] { (void)make_graph_model(good, StackOptions{}, {.head_layers = 0}, Random(1)); }},
      {"traits_of: name", [] { (void)traits_of("gnc", Options(), FeatureKind::none); }},
      {"traits_of: options", [] { (void)traits_of("gcn", Options(), FeatureKind::none); }},
      {"model_info: name", [] { (void)model_info("gnc"); }},
      {"graph_defaults: name", [] { (void)graph_defaults("gnc"); }},
      {"shape_for: edges", [] { (void)shape_for({}, 1, test::small_sparse()); }},
      {"Blocks: none", [] { (void)Blocks(std::span<const MessageBlock>()); }},
      {"Blocks: hops", [&] { (void)Blocks(hops); }},
      {"Blocks::whole: sample", [&] { (void)Blocks(hops[1]).whole("gcn"); }},
  });
}

TEST(BrokenArguments, ThatNoMachineHasTheMemoryForAreRefusedBeforeAnythingIsAllocated) {
  const ModelShape shape = shape_for(Tensor(4, 100), 7);
  for (const ModelInfo& info : models()) {
    if (!Options(info.options).has("hidden")) {
      continue;
    }
    SCOPED_TRACE(info.name);
    Options options(info.options);
    options.add(graph_options());
    options.set("hidden", "65536");
    options.set("layers", "1000");
    const std::int64_t before = memory_use().peak;
    expect_refused({
        {"make_model: weights", [&] { (void)make_model(info.name, shape, options, Random(1)); }},
        {"make_graph_model: weights", [&] { (void)make_graph_model(info.name, shape, options, Random(1)); }},
    });
    EXPECT_LT(memory_use().peak - before, std::int64_t{1} << 28);
  }
  const Dataset data = test::communities(60);
  TrainJob job = test::short_job("gcn");
  job.options.set("hidden", "65536");
  job.options.set("layers", "1000");
  test::expect_throws<ArgumentError>([&] { (void)train(*make_task(data, job), job); },
                                     "model gcn: training its weights takes ");
}

TEST(BrokenArguments, OfTrainingAreRefused) {
  Parameter w(Tensor(2, 2));
  const std::vector<NamedParameter> parameters = {{"w", &w, ParameterGroup::weight}};
  const auto adam = [&](AdamOptions options) { (void)Adam(parameters, options); };
  Gradients none;
  const auto factor = [](ScheduleOptions options, double epochs, std::int64_t num_epochs) {
    (void)schedule_factor(options, epochs, num_epochs);
  };
  const Dataset data = test::communities(60);
  const TrainJob good = test::short_job("gcn");
  const auto job_with = [&](auto change) {
    TrainJob job = good;
    change(job);
    return job;
  };
  const auto task = make_task(data, good);
  const auto train_with = [&](auto change) { (void)train(*task, job_with(change)); };
  expect_refused({
      {"Adam: beta1", [&] { adam({.beta1 = 1.0}); }},
      {"Adam: beta2", [&] { adam({.beta2 = kNan}); }},
      {"Adam: epsilon", [&] { adam({.epsilon = 0.0}); }},
      {"Adam: decay", [&] { adam({.weight_decay = -1.0}); }},
      {"Adam: clip", [&] { adam({.clip = kInfinite}); }},
      {"Adam: null",
       [] {
         (void)Adam({{"w", nullptr, ParameterGroup::weight}}, {});
       }},
      {"Adam: empty",
       [] {
         Parameter empty;
         (void)Adam({{"w", &empty, ParameterGroup::weight}}, {});
       }},
      {"Adam::step: NaN", [&] { Adam(parameters, {}).step(none, kNan); }},
      {"Adam::step: below 0", [&] { Adam(parameters, {}).step(none, -0.1); }},
      {"Adam::restore: steps", [&] { Adam(parameters, {}).restore(-1, {Tensor(2, 2)}, {Tensor(2, 2)}); }},
      {"Adam::restore: moments", [&] { Adam(parameters, {}).restore(1, {}, {Tensor(2, 2)}); }},
      {"Adam::restore: shapes", [&] { Adam(parameters, {}).restore(1, {Tensor(2, 1)}, {Tensor(2, 2)}); }},
      {"schedule_factor: epochs", [&] { factor({}, -1.0, 10); }},
      {"schedule_factor: NaN", [&] { factor({}, kNan, 10); }},
      {"schedule_factor: num_epochs", [&] { factor({}, 1.0, 0); }},
      {"schedule_factor: kind", [&] { factor({.kind = static_cast<ScheduleKind>(7)}, 1.0, 10); }},
      {"schedule_factor: warmup", [&] { factor({.warmup = kNan}, 1.0, 10); }},
      {"schedule_factor: step_epochs", [&] { factor({.step_epochs = 0}, 1.0, 10); }},
      {"schedule_factor: step_factor", [&] { factor({.step_factor = kInfinite}, 1.0, 10); }},
      {"schedule_factor: final_rate", [&] { factor({.final_rate = kNan}, 1.0, 10); }},
      {"train_options_of: options", [] { (void)train_options_of(Options()); }},
      {"changes_of: epochs", [] { (void)changes_of(TrainOptions{.epochs = 0}); }},
      {"changes_of: rate", [] { (void)changes_of(TrainOptions{.learning_rate = kNan}); }},
      {"changes_of: kind", [] { (void)changes_of(TrainOptions{.optimizer = static_cast<OptimizerKind>(5)}); }},
      {"train: split", [&] { train_with([](TrainJob& job) { job.splits = {"rand1"}; }); }},
      {"train: no splits", [&] { train_with([](TrainJob& job) { job.splits.clear(); }); }},
      {"train: no seeds", [&] { train_with([](TrainJob& job) { job.seeds.clear(); }); }},
      {"train: options", [&] { train_with([](TrainJob& job) { job.options = {}; }); }},
      {"train: max_minutes", [&] { train_with([](TrainJob& job) { job.max_minutes = kNan; }); }},
      {"train: max_minutes below 0", [&] { train_with([](TrainJob& job) { job.max_minutes = -1.0; }); }},
      {"train: resume", [&] { train_with([](TrainJob& job) { job.resume = true; }); }},
  });
}

}  // namespace
}  // namespace weft
