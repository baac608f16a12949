#include "weft/generation/sequence_model.hpp"

#include <cmath>
#include <numeric>
#include <string>

#include "weft/core/error.hpp"
#include "weft/layers/kernels/gated_scan.hpp"
#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/gated_ops.hpp"

namespace weft {
namespace {

Tensor normal(std::int64_t rows, std::int64_t cols, float deviation, const Random& random) {
  Tensor result = Tensor::uninitialized(rows, cols);
  for (std::int64_t i = 0; i < result.size(); ++i) {
    result.data()[i] = deviation * static_cast<float>(random.normal(static_cast<std::uint64_t>(i)));
  }
  return result;
}

Tensor scaled(Tensor x, float factor) {
  for (float& value : x.values()) {
    value *= factor;
  }
  return x;
}

}  // namespace

// Maps back into the states start smaller the more of them add up (GPT-2, Radford et al. 2019, section 2.3). Gates
// start at sigmoid(1), sigmoid(3), ...: heads that forget within a few tokens and heads that keep everything.
SequenceBlock::SequenceBlock(const SequenceModelOptions& options, const Random& random) {
  const std::int64_t d = options.hidden;
  const float shrink = 1.0F / std::sqrt(2.0F * static_cast<float>(options.layers));
  norm = Parameter(Tensor::full(1, d, 1.0F));
  query = Parameter(glorot_uniform(d, d, random.stream(0)));
  key = Parameter(glorot_uniform(d, d, random.stream(1)));
  value = Parameter(glorot_uniform(d, d, random.stream(2)));
  gate = Parameter(glorot_uniform(d, d, random.stream(3)));
  decay = Parameter(glorot_uniform(d, options.heads, random.stream(4)));
  decay_bias = Parameter(Tensor(1, options.heads));
  for (std::int64_t h = 0; h < options.heads; ++h) {
    decay_bias.mutable_value()(0, h) = 1.0F + 2.0F * static_cast<float>(h % 4);
  }
  head_gain = Parameter(Tensor::full(1, d, 1.0F));
  output = Parameter(scaled(glorot_uniform(d, d, random.stream(5)), shrink));
  inner_norm = Parameter(Tensor::full(1, d, 1.0F));
  up = Parameter(glorot_uniform(d, 4 * d, random.stream(6)));
  down = Parameter(scaled(glorot_uniform(2 * d, d, random.stream(7)), shrink));
}

void SequenceBlock::list_parameters(ParameterList& list) {
  list.add("norm", norm, ParameterGroup::vector);
  list.add("query", query, ParameterGroup::weight);
  list.add("key", key, ParameterGroup::weight);
  list.add("value", value, ParameterGroup::weight);
  list.add("gate", gate, ParameterGroup::weight);
  list.add("decay", decay, ParameterGroup::weight);
  list.add("decay_bias", decay_bias, ParameterGroup::vector);
  list.add("head_gain", head_gain, ParameterGroup::vector);
  list.add("output", output, ParameterGroup::weight);
  list.add("inner_norm", inner_norm, ParameterGroup::vector);
  list.add("up", up, ParameterGroup::weight);
  list.add("down", down, ParameterGroup::weight);
}

SequenceModel::SequenceModel(const SequenceShape& shape, const SequenceModelOptions& options, const Random& random)
    : shape_(shape), options_(options) {
  require(options.hidden >= 1 && options.heads >= 1 && options.layers >= 1 && options.hidden % options.heads == 0,
          "sequence model: hidden ", options.hidden, ", heads ", options.heads, " and layers ", options.layers,
          ", expected at least 1 of each and a width that is a multiple of heads");
  require(shape.vocabulary >= 1 && !shape.input_categories.empty() && shape.properties >= 0,
          "sequence model: there are ", shape.vocabulary, " tokens and ", shape.input_categories.size(), " inputs");
  const std::int64_t categories =
      std::accumulate(shape.input_categories.begin(), shape.input_categories.end(), std::int64_t{0});
  embedding_ = Parameter(normal(categories, options.hidden, 0.3F, random.stream(0)));
  if (shape.properties > 0) {
    conditions_ = Parameter(normal(2 * shape.properties, options.hidden, 0.3F, random.stream(1)));
  }
  for (std::int64_t i = 0; i < options.layers; ++i) {
    blocks_.emplace_back(options, random.stream(2).stream(static_cast<std::uint64_t>(i)));
  }
  norm_ = Parameter(Tensor::full(1, options.hidden, 1.0F));
  head_ = Parameter(glorot_uniform(options.hidden, shape.vocabulary, random.stream(3)));
  head_bias_ = Parameter(Tensor(1, shape.vocabulary));
  if (shape.clue_features > 0) {
    clue_states_ = Parameter(glorot_uniform(options.hidden, kClueWidth, random.stream(4)));
    clue_bias_ = Parameter(Tensor(1, kClueWidth));
    clue_table_ = Parameter(normal(shape.clue_features, kClueWidth, 0.1F, random.stream(5)));
    clue_weights_ = Parameter(glorot_uniform(1, kClueWidth, random.stream(6)));
  }
}

Variable SequenceModel::forward(const SequenceBatch& batch, Pass& pass) const {
  require(batch.inputs.num_categories == shape_.input_categories && batch.conditions.cols() == 2 * shape_.properties,
          "sequence model: the batch has ", batch.inputs.cols(), " inputs and conditions ", batch.conditions.shape(),
          ", which are not those of the model");
  const auto dropped = [&](const Variable& x) { return LayerInput(x).dropped(options_.dropout, pass).states(); };
  Variable x = embedding_sum(batch.inputs, pass.use(embedding_));
  if (shape_.properties > 0) {
    x = x + matmul(Variable::constant_view(batch.conditions), pass.use(conditions_));
  }
  x = dropped(x);
  for (const SequenceBlock& block : blocks_) {
    const Variable h = rms_norm(x, pass.use(block.norm));
    const Variable decay = log_sigmoid(linear(h, pass.use(block.decay), pass.use(block.decay_bias)));
    const Variable o = gated_scan(matmul(h, pass.use(block.query)), matmul(h, pass.use(block.key)),
                                  matmul(h, pass.use(block.value)), decay, batch.segments, options_.heads);
    const Variable y = gated_head_norm(o, matmul(h, pass.use(block.gate)), pass.use(block.head_gain), options_.heads);
    x = x + dropped(matmul(y, pass.use(block.output)));
    const Variable inner = swiglu(matmul(rms_norm(x, pass.use(block.inner_norm)), pass.use(block.up)));
    x = x + dropped(matmul(inner, pass.use(block.down)));
  }
  const Variable h = rms_norm(x, pass.use(norm_));
  const Variable logits = linear(h, pass.use(head_), pass.use(head_bias_));
  if (shape_.clue_features == 0) {
    return logits;
  }
  return add_clue_scores(logits, linear(h, pass.use(clue_states_), pass.use(clue_bias_)), pass.use(clue_table_),
                         pass.use(clue_weights_), batch.clues);
}

void SequenceModel::list_parameters(ParameterList& list) {
  list.add("embedding", embedding_, ParameterGroup::vector);
  if (shape_.properties > 0) {
    list.add("conditions", conditions_, ParameterGroup::vector);
  }
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    list.add_layer("block" + std::to_string(i), blocks_[i]);
  }
  list.add("norm", norm_, ParameterGroup::vector);
  list.add("head", head_, ParameterGroup::weight);
  list.add("head_bias", head_bias_, ParameterGroup::vector);
  if (shape_.clue_features > 0) {
    list.add("clue_states", clue_states_, ParameterGroup::weight);
    list.add("clue_bias", clue_bias_, ParameterGroup::vector);
    list.add("clue_table", clue_table_, ParameterGroup::vector);
    list.add("clue_weights", clue_weights_, ParameterGroup::vector);
  }
}

}  // namespace weft
