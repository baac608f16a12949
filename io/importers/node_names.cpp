#include "weft/io/importers/node_names.hpp"

#include <algorithm>
#include <numeric>

#include "weft/core/error.hpp"
#include "weft/io/importers/delimited_text.hpp"

namespace weft {

NodeNames NodeNames::integers(std::int64_t largest) {
  NodeNames names;
  names.largest_ = std::clamp<std::int64_t>(largest, 0, kMaxNodes - 1);
  return names;
}

NodeNames NodeNames::decimals() {
  NodeNames names;
  names.are_decimals_ = true;
  return names;
}

NodeId NodeNames::add(std::string_view name, FailRow fail) {
  if (expects_integers() || are_decimals_) {
    const std::string_view whole = without_zeros(name);
    num_decimals_ += whole.size() < name.size() ? 1 : 0;
    name = whole;
  }
  if (are_decimals_ && parse_id(name) < 0) {
    throw NotIntegers();
  }
  if (expects_integers()) {
    const std::int64_t id = parse_id(name);
    if (id < 0 || id > largest_) {
      throw NotIntegers(num_decimals_ > 0);
    }
    add_integer(static_cast<NodeId>(id));
    return static_cast<NodeId>(id);
  }
  if (const auto found = node_of_.find(name); found != node_of_.end()) {
    return found->second;
  }
  if (name.empty()) {
    fail("a node has an empty name");
  }
  if (static_cast<std::int64_t>(names_.size()) == kMaxNodes) {
    fail(concat("is one node too many, expected at most ", kMaxNodes));
  }
  const auto node = static_cast<NodeId>(names_.size());
  const auto at = node_of_.emplace(std::string(name), node).first;
  names_.push_back(&at->first);
  return node;
}

void NodeNames::add_integer(NodeId node) {
  if (node >= seen_.size()) {
    if (std::int64_t{node} > largest_) {
      throw NotIntegers(num_decimals_ > 0);
    }
    seen_.reserve(node < seen_.capacity() ? 0 : std::max<std::size_t>(node + std::size_t{1}, 2 * seen_.size()));
    seen_.resize(node + std::size_t{1});
  }
  seen_[node] = true;
}

bool NodeNames::contains(std::string_view name) const {
  if (expects_integers() || are_decimals_) {
    name = without_zeros(name);
  }
  if (expects_integers()) {
    const std::int64_t id = parse_id(name);
    return id >= 0 && id < static_cast<std::int64_t>(seen_.size()) && seen_[static_cast<std::size_t>(id)];
  }
  return node_of_.contains(name);
}

NodeId NodeNames::find(std::string_view name, FailRow fail) const {
  if (expects_integers() || are_decimals_) {
    name = without_zeros(name);
  }
  if (expects_integers()) {
    const std::int64_t id = parse_id(name);
    if (id < 0 || id >= static_cast<std::int64_t>(seen_.size()) || !seen_[static_cast<std::size_t>(id)]) {
      fail(concat("node '", name, "' is in no other file"));
    }
    return static_cast<NodeId>(id);
  }
  const auto found = node_of_.find(name);
  if (found == node_of_.end()) {
    fail(concat("node '", name, "' is in no other file"));
  }
  return found->second;
}

std::size_t NodeNames::num_named() const {
  return expects_integers() ? static_cast<std::size_t>(std::count(seen_.begin(), seen_.end(), true)) : names_.size();
}

std::string NodeNames::name(std::size_t node) const {
  return expects_integers() ? std::to_string(node) : *names_[node];
}

bool NodeNames::are_numbers() const {
  if (expects_integers()) {
    if (std::find(seen_.begin(), seen_.end(), false) != seen_.end()) {
      throw NotIntegers(num_decimals_ > 0);
    }
    return true;
  }
  return std::all_of(names_.begin(), names_.end(), [&](const std::string* name) {
    const std::int64_t id = parse_id(*name);
    return id >= 0 && id < static_cast<std::int64_t>(names_.size());
  });
}

std::vector<NodeId> NodeNames::numbering() const {
  std::vector<NodeId> number(size());
  if (expects_integers() || !are_numbers()) {
    std::iota(number.begin(), number.end(), NodeId{0});
    return number;
  }
  for (std::size_t i = 0; i < names_.size(); ++i) {
    number[i] = static_cast<NodeId>(parse_id(*names_[i]));
  }
  return number;
}

}  // namespace weft
