#include "weft/generation/vun.hpp"

#include <algorithm>
#include <map>

#include "weft/core/parallel.hpp"

namespace weft {
namespace {

std::vector<GraphColors> colors_of(std::span<const CsrGraph> graphs) {
  std::vector<GraphColors> colors(graphs.size());
  parallel_for(static_cast<std::int64_t>(graphs.size()), 4, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      colors[i] = refined_colors(graphs[i]);
    }
  });
  return colors;
}

/// Graphs of the same colors as a whole, in order.
struct Alike {
  std::vector<std::size_t> generated, training;
};

}  // namespace

std::vector<GraphVerdict> judge_graphs(std::span<const CsrGraph> generated, std::span<const CsrGraph> training,
                                       GraphKind kind, std::int64_t most_steps) {
  const std::vector<GraphColors> colors = colors_of(generated);
  const std::vector<GraphColors> known = colors_of(training);
  std::map<std::uint64_t, Alike> classes;
  for (std::size_t i = 0; i < generated.size(); ++i) {
    classes[colors[i].whole].generated.push_back(i);
  }
  for (std::size_t i = 0; i < training.size(); ++i) {
    if (const auto found = classes.find(known[i].whole); found != classes.end()) {
      found->second.training.push_back(i);
    }
  }
  std::vector<const Alike*> work;
  work.reserve(classes.size());
  for (const auto& [color, alike] : classes) {
    work.push_back(&alike);
  }

  std::vector<GraphVerdict> verdicts(generated.size());
  parallel_for(static_cast<std::int64_t>(work.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t k = begin; k < end; ++k) {
      const Alike& alike = *work[static_cast<std::size_t>(k)];
      std::vector<std::size_t> first;
      for (const std::size_t i : alike.generated) {
        const auto equals = [&](std::span<const CsrGraph> graphs, const std::vector<GraphColors>& others) {
          return [&, graphs](std::size_t j) {
            const Isomorphism found = compare_graphs(generated[i], colors[i], graphs[j], others[j], most_steps);
            verdicts[i].undecided = verdicts[i].undecided || found == Isomorphism::undecided;
            return found != Isomorphism::no;
          };
        };
        const auto earlier = std::ranges::find_if(first, equals(generated, colors));
        verdicts[i].unique = earlier == first.end();
        if (verdicts[i].unique) {
          first.push_back(i);
          verdicts[i].novel = std::ranges::none_of(alike.training, equals(training, known));
        } else {
          verdicts[i].novel = verdicts[*earlier].novel;
        }
      }
    }
  });
  parallel_for(static_cast<std::int64_t>(generated.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      verdicts[i].valid = is_valid_graph(generated[i], kind);
    }
  });
  return verdicts;
}

}  // namespace weft
