#include "recurrent_reader.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <ostream>

#include <weft/core/error.hpp>
#include <weft/tensor/dense_ops.hpp>
#include <weft/tensor/norm_ops.hpp>

bool RecurrentReader::can_read(const weft::Options& options) {
  const std::string& attention = options.text("attention");
  return attention == "causal" || (attention == "scan" && options.text("direction") == "forward");
}

RecurrentReader::RecurrentReader(weft::NodeModel& model, const weft::Options& options,
                                 std::vector<std::int64_t> num_categories)
    : num_categories_(std::move(num_categories)),
      num_blocks_(options.integer("layers")),
      width_(options.integer("hidden")),
      heads_(options.integer("heads")),
      decays_(options.text("attention") == "scan"),
      activation_(weft::activation_of(options.text("activation"))) {
  weft::require(can_read(options), "RecurrentReader: attention is ", options.text("attention"),
                ", expected causal, or scan with direction forward");
  for (const weft::NamedParameter& named : weft::parameters_of(model).parameters) {
    parameters_[named.name] = named.parameter;
  }
  restart();
}

void RecurrentReader::restart() {
  const std::int64_t d = width_ / heads_;
  sums_.clear();
  scans_.clear();
  for (std::int64_t b = 0; b < num_blocks_; ++b) {
    if (decays_) {
      scans_.emplace_back(heads_, d, d);
    } else {
      sums_.emplace_back(heads_, d, d);
    }
  }
}

weft::Variable RecurrentReader::parameter(const std::string& name) const {
  const auto found = parameters_.find(name);
  weft::require(found != parameters_.end(), "RecurrentReader: the model has no parameter ", name);
  return weft::Variable::constant_view(found->second->value());
}

weft::Variable RecurrentReader::mapped(const weft::Variable& x, const std::string& name,
                                       weft::Activation activation) const {
  return weft::linear(x, parameter(name + ".weight"), parameter(name + ".bias"), activation);
}

weft::Variable RecurrentReader::normalized(const weft::Variable& x, const std::string& name) const {
  return weft::layer_norm(x, parameter(name + ".gain"), parameter(name + ".bias"));
}

weft::Variable RecurrentReader::attend(std::size_t block, const weft::Variable& x) {
  const std::string name = "block" + std::to_string(block) + ".global";
  const weft::Variable q = mapped(x, name + ".query"), k = mapped(x, name + ".key"), v = mapped(x, name + ".value");
  weft::Tensor read = weft::Tensor::uninitialized(1, width_);
  if (decays_) {
    // The decay's power of 1/16 is that of the library's scan.
    const weft::Variable decay = weft::scale(weft::log_sigmoid(mapped(x, name + ".decay_down")), 1.0F / 16.0F);
    scans_[block].step(q.value().values(), k.value().values(), v.value().values(), decay.value().values(),
                       read.values());
    return mapped(normalized(weft::Variable::constant(std::move(read)), name + ".attended_norm"), name + ".out");
  }
  sums_[block].step(q.value().values(), k.value().values(), v.value().values(), read.values());
  return mapped(weft::Variable::constant(std::move(read)), name + ".out");
}

weft::Tensor RecurrentReader::read(std::span<const std::int32_t> values) {
  const weft::CategoricalMatrix token{
      .rows = 1, .num_categories = num_categories_, .values = weft::Buffer<std::int32_t>::copy_of(values)};
  weft::Variable x = weft::embedding_sum(token, parameter("input.weight")) + parameter("input.bias");
  for (std::size_t b = 0; b < static_cast<std::size_t>(num_blocks_); ++b) {
    const std::string name = "block" + std::to_string(b);
    x = normalized(x + attend(b, x), name + ".global_norm");
    const weft::Variable inner = mapped(x, name + ".feed_forward.up", activation_);
    x = normalized(x + mapped(inner, name + ".feed_forward.down"), name + ".last_norm");
  }
  return mapped(x, "head").value();
}

namespace {

std::int32_t best_of(std::span<const float> logits) {
  return static_cast<std::int32_t>(std::ranges::max_element(logits) - logits.begin());
}

}  // namespace

void tell_of_recurrence(std::ostream& out, weft::NodeModel& model, const weft::Options& options,
                        const SequenceBatch& batch) {
  const auto& features = std::get<weft::CategoricalMatrix>(batch.features);
  weft::Pass pass = weft::Pass::inference();
  const weft::Tensor logits = model.forward(batch.block, batch.features, pass).logits.value();
  RecurrentReader reader(model, options, features.num_categories);
  const auto values_at = [&](std::int64_t token) {
    return std::span<const std::int32_t>(features.values)
        .subspan(static_cast<std::size_t>(token * features.cols()), static_cast<std::size_t>(features.cols()));
  };

  double difference = 0.0, largest = 0.0;
  std::int64_t said = 0, right = 0;
  for (std::int64_t s = 0; s < batch.block.num_graphs(); ++s) {
    const std::int64_t begin = batch.block.segments()[static_cast<std::size_t>(s)],
                       end = batch.block.segments()[static_cast<std::size_t>(s) + 1];
    reader.restart();
    for (std::int64_t token = begin; token < end; ++token) {
      const weft::Tensor own = reader.read(values_at(token));
      for (std::int64_t c = 0; c < own.cols(); ++c) {
        difference =
            std::max(difference, std::abs(static_cast<double>(own(0, c)) - static_cast<double>(logits(token, c))));
        largest = std::max(largest, std::abs(static_cast<double>(logits(token, c))));
      }
    }
    // Where nothing was asked before, the sequence itself is read; then the answer to the token before.
    reader.restart();
    std::int32_t answer = 0;
    for (std::int64_t token = begin; token < end; ++token) {
      std::vector<std::int32_t> values(values_at(token).begin(), values_at(token).end());
      if (token > begin && batch.labels[static_cast<std::size_t>(token) - 1] >= 0) {
        ++said;
        right += answer == values[0] ? 1 : 0;
        values[0] = answer;
      }
      answer = best_of(reader.read(values).row(0));
    }
  }
  if (!(difference <= 1e-3 * std::max(1.0, largest))) {
    throw weft::NumericError(weft::concat("the recurrent form differs from the parallel one by ", difference,
                                          " in logits of up to ", largest, ", expected at most a thousandth"));
  }
  out << "one token at a time: logits of up to " << largest << " differ by at most " << std::scientific
      << std::setprecision(1) << difference << std::fixed << std::setprecision(3) << "; said from its own answers, "
      << right << " of " << said << " tokens are right\n";
}
