#include "weft/tensor/variable.hpp"

#include <atomic>
#include <queue>
#include <string>

#include "weft/core/parallel.hpp"

namespace weft {

namespace detail {
struct Node {
  std::uint64_t number = 0;
  std::string name;
  Shape shape;
  bool is_leaf = false;
  std::vector<std::shared_ptr<Node>> inputs;
  Backward backward;

  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  // A long chain of records is released in a loop: the default recursion could exhaust the stack.
  ~Node() {
    std::vector<std::shared_ptr<Node>> pending = std::move(inputs);
    backward = nullptr;
    while (!pending.empty()) {
      const std::shared_ptr<Node> node = std::move(pending.back());
      pending.pop_back();
      if (node.use_count() == 1) {
        node->backward = nullptr;
        for (auto& input : node->inputs) {
          pending.push_back(std::move(input));
        }
        node->inputs.clear();
      }
    }
  }
};
}  // namespace detail

using detail::Node;

namespace {
/// Records are numbered at birth: an operation always has a higher number than its inputs.
std::uint64_t next_number() {
  static std::atomic<std::uint64_t> counter{0};
  return counter.fetch_add(1, std::memory_order_relaxed);
}
}  // namespace

Variable Variable::constant(Tensor value) {
  Variable result;
  result.shape_ = value.shape();
  result.value_ = std::make_shared<const Tensor>(std::move(value));
  return result;
}

Variable Variable::constant_view(const Tensor& value) {
  Variable result;
  result.shape_ = value.shape();
  result.value_ = std::shared_ptr<const Tensor>(std::shared_ptr<void>(), &value);
  return result;
}

Variable Variable::parameter(Tensor value) {
  Variable result;
  result.shape_ = value.shape();
  result.value_ = std::make_shared<Tensor>(std::move(value));
  result.node_ = std::make_shared<Node>();
  result.node_->number = next_number();
  result.node_->name = "parameter";
  result.node_->shape = result.shape_;
  result.node_->is_leaf = true;
  return result;
}

void Variable::refuse_empty() {
  throw ArgumentError("Variable: it is empty, expected one that was made of a tensor or by an operation");
}

Variable Variable::without_value() const {
  Variable result = *this;
  result.value_ = nullptr;
  return result;
}

Variable record(std::string_view name, std::shared_ptr<const Tensor> value, std::vector<Variable> inputs,
                Backward backward) {
  require(value != nullptr, "record: the value of ", name, " is null, expected a tensor");
  Variable result;
  result.shape_ = value->shape();
  result.value_ = std::move(value);
  for (const Variable& input : inputs) {
    if (input.has_gradient()) {
      if (!result.node_) {
        result.node_ = std::make_shared<Node>();
      }
      result.node_->inputs.push_back(input.node_);
    }
  }
  if (result.node_) {
    result.node_->number = next_number();
    result.node_->name = name;
    result.node_->shape = result.shape_;
    result.node_->backward = std::move(backward);
  }
  return result;
}

Variable record(std::string_view name, Tensor value, std::vector<Variable> inputs, Backward backward) {
  return record(name, std::make_shared<const Tensor>(std::move(value)), std::move(inputs), std::move(backward));
}

namespace {
void add_to(Tensor& sum, const Tensor& more) {
  float* to = sum.data();
  const float* from = more.data();
  parallel_for(more.size(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      to[i] += from[i];
    }
  });
}
}  // namespace

void Gradients::add(const Variable& variable, Tensor gradient) {
  if (!variable.has_gradient()) {
    return;
  }
  require(gradient.shape() == variable.shape(), "backward of ", variable.node_->name, ": gradient has shape ",
          gradient.shape(), ", the value ", variable.shape());
  const auto [place, is_new] = by_node_.try_emplace(variable.node_.get(), std::move(gradient));
  if (!is_new) {
    add_to(place->second, gradient);
  }
}

void Gradients::add_first_rows(const Variable& variable, Tensor gradient) {
  if (!variable.has_gradient()) {
    return;
  }
  require(gradient.cols() == variable.cols() && gradient.rows() <= variable.rows(), "backward of ",
          variable.node_->name, ": gradient of the first rows has shape ", gradient.shape(), ", the value ",
          variable.shape());
  auto place = by_node_.find(variable.node_.get());
  if (place == by_node_.end()) {
    place = by_node_.emplace(variable.node_.get(), Tensor::zeros(variable.shape())).first;
  }
  add_to(place->second, gradient);
}

const Tensor* Gradients::of(const Variable& leaf) const {
  const auto found = by_node_.find(leaf.node_.get());
  return found == by_node_.end() ? nullptr : &found->second;
}

Tensor* Gradients::of(const Variable& leaf) {
  return const_cast<Tensor*>(static_cast<const Gradients&>(*this).of(leaf));
}

Gradients backward(const Variable& loss) {
  require(loss.shape() == Shape{1, 1}, "backward: the loss has shape ", loss.shape(), ", expected [1, 1]");
  return backward(loss, Tensor{{1.0F}});
}

Gradients backward(const Variable& output, Tensor gradient) {
  require(output.has_gradient(), "backward: the output does not depend on any parameter");
  Gradients result;
  result.add(output, std::move(gradient));

  const auto older = [](const std::shared_ptr<Node>& a, const std::shared_ptr<Node>& b) {
    return a->number < b->number;
  };
  std::priority_queue<std::shared_ptr<Node>, std::vector<std::shared_ptr<Node>>, decltype(older)> pending(older);
  pending.push(output.node_);
  while (!pending.empty()) {
    const std::shared_ptr<Node> node = pending.top();
    while (!pending.empty() && pending.top() == node) {
      pending.pop();
    }
    if (node->is_leaf) {
      continue;
    }
    require(node->backward != nullptr, "backward: ", node->name, " was differentiated before, its record is gone");
    const Backward step = std::move(node->backward);
    node->backward = nullptr;
    const std::vector<std::shared_ptr<Node>> inputs = std::move(node->inputs);
    node->inputs.clear();
    if (const auto found = result.by_node_.find(node.get()); found != result.by_node_.end()) {
      Tensor own = std::move(found->second);
      result.by_node_.erase(found);
      step(own, result);
    }
    for (const auto& input : inputs) {
      pending.push(input);
    }
  }
  return result;
}

Variable Parameter::constant() const {
  Variable result = variable_;
  result.node_ = nullptr;
  return result;
}

}  // namespace weft
