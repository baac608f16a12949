#include "weft/layers/known_labels.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "weft/core/error.hpp"

namespace weft {
namespace {

constexpr std::uint64_t kWord = 1U << 16U;

/// FNV-1a over 64-bit words (Fowler, Noll, Vo), as fingerprints of data have it.
class Hash {
 public:
  void mix(std::uint64_t word) { value_ = (value_ ^ word) * 0x100000001b3; }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

Tensor fingerprint_of(const CsrGraph& graph) {
  Hash hash;
  for (const EdgeId offset : graph.offsets()) {
    hash.mix(static_cast<std::uint64_t>(offset));
  }
  for (const NodeId source : graph.sources()) {
    hash.mix(source);
  }
  Tensor words(3, 4);
  std::int64_t row = 0;
  for (std::uint64_t number :
       {static_cast<std::uint64_t>(graph.num_nodes()), static_cast<std::uint64_t>(graph.num_edges()), hash.value()}) {
    for (std::int64_t j = 0; j < words.cols(); ++j, number /= kWord) {
      words(row, j) = static_cast<float>(number % kWord);
    }
    ++row;
  }
  return words;
}

bool is_word(float x) {
  return x >= 0.0F && x < static_cast<float>(kWord) && x == std::floor(x);
}

}  // namespace

void KnownLabels::set(std::span<const std::int64_t> nodes, Tensor values, const CsrGraph& graph) {
  require(values.rows() == static_cast<std::int64_t>(nodes.size()), "KnownLabels: there are values of ", values.rows(),
          " nodes, and ", nodes.size(), " nodes");
  nodes_ = Tensor(static_cast<std::int64_t>(nodes.size()), 2);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    require(nodes[i] >= 0 && nodes[i] < graph.num_nodes() && (i == 0 || nodes[i] > nodes[i - 1]), "KnownLabels: node ",
            nodes[i], " is not after the one before it, or none of ", graph.num_nodes());
    const auto number = static_cast<std::uint64_t>(nodes[i]);
    nodes_(static_cast<std::int64_t>(i), 0) = static_cast<float>(number / kWord);
    nodes_(static_cast<std::int64_t>(i), 1) = static_cast<float>(number % kWord);
  }
  values_ = std::move(values);
  graph_ = fingerprint_of(graph);
}

bool KnownLabels::are_of(const CsrGraph& graph) const {
  // The sizes first: they cost nothing.
  const auto size = [&](std::int64_t row) {
    double number = 0.0;
    for (std::int64_t j = graph_.cols(); j > 0; --j) {
      number = number * static_cast<double>(kWord) + static_cast<double>(graph_(row, j - 1));
    }
    return number;
  };
  return size(0) == static_cast<double>(graph.num_nodes()) && size(1) == static_cast<double>(graph.num_edges()) &&
         std::ranges::equal(fingerprint_of(graph).values(), graph_.values());
}

std::vector<std::int64_t> KnownLabels::nodes(const CsrGraph& graph) const {
  std::vector<std::int64_t> nodes(static_cast<std::size_t>(nodes_.rows()));
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    require(is_word(nodes_(row, 0)) && is_word(nodes_(row, 1)), "KnownLabels: row ", row, " of nodes holds ",
            nodes_(row, 0), " and ", nodes_(row, 1), ", expected whole numbers below ", kWord);
    nodes[i] = static_cast<std::int64_t>(nodes_(row, 0)) * static_cast<std::int64_t>(kWord) +
               static_cast<std::int64_t>(nodes_(row, 1));
    require(nodes[i] < graph.num_nodes() && (i == 0 || nodes[i] > nodes[i - 1]), "KnownLabels: row ", row,
            " of nodes is node ", nodes[i], ", which is not after the one before it, or none of ", graph.num_nodes());
  }
  return nodes;
}

Tensor KnownLabels::targets(std::int64_t num_outputs, bool are_classes) const {
  if (!are_classes) {
    require(values_.cols() == num_outputs, "KnownLabels: there are ", values_.cols(), " values of each node, expected ",
            num_outputs);
    return values_;
  }
  Tensor targets(values_.rows(), num_outputs);
  for (std::int64_t i = 0; i < values_.rows(); ++i) {
    const float label = values_(i, 0);
    require(label >= 0.0F && label < static_cast<float>(num_outputs) && label == std::floor(label), "KnownLabels: row ",
            i, " has class ", label, ", expected a whole number below ", num_outputs);
    targets(i, static_cast<std::int64_t>(label)) = 1.0F;
  }
  return targets;
}

void KnownLabels::make_room(std::int64_t num_nodes, std::int64_t columns) {
  require(num_nodes >= 0 && columns >= 0, "KnownLabels: room for ", num_nodes, " nodes and ", columns, " columns");
  nodes_ = Tensor(num_nodes, 2);
  values_ = Tensor(num_nodes, columns);
}

}  // namespace weft
