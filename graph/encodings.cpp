#include "weft/graph/encodings.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/random.hpp"

namespace weft {
namespace {

/// Probes that are carried through the graph together: a cache line of floats for each node.
constexpr std::int64_t kGroup = 16;

/// y_v = mean of x over v's sources; x and y cover the nodes [first, last) of one graph.
void step_back(const CsrGraph& graph, std::int64_t first, std::int64_t last, const double* x, double* y) {
  for (std::int64_t v = first; v < last; ++v) {
    const auto sources = graph.sources_of(static_cast<NodeId>(v));
    double sum = 0.0;
    for (const NodeId u : sources) {
      sum += x[u - first];
    }
    y[v - first] = sources.empty() ? 0.0 : sum / static_cast<double>(sources.size());
  }
}

/// The rows [begin, end) of the encoding of the graph on the nodes [first, last).
void write_exact(const CsrGraph& graph, std::int64_t first, std::int64_t last, std::int64_t begin, std::int64_t end,
                 std::int64_t steps, float* out) {
  const auto n = static_cast<std::size_t>(last - first);
  std::vector<double> x(n), next(n);
  for (std::int64_t v = begin; v < end; ++v) {
    std::ranges::fill(x, 0.0);
    const auto own = static_cast<std::size_t>(v - first);
    x[own] = 1.0;
    for (std::int64_t k = 0; k < steps; ++k) {
      step_back(graph, first, last, x.data(), next.data());
      std::swap(x, next);
      out[v * steps + k] = static_cast<float>(x[own]);
    }
  }
}

/// Estimates for the nodes [first, last) of one graph whose edges may be many.
class ProbedWalks {
 public:
  ProbedWalks(const MessageBlock& block, std::int64_t first, std::int64_t last, const RandomWalkOptions& options)
      : forward_(block.graph()),
        backward_(block.reversed().graph),
        is_symmetric_(backward_.shares_rows_with(forward_)),
        first_(first),
        n_(last - first),
        options_(options),
        random_(options.seed),
        scale_(static_cast<std::size_t>(n_)) {
    for_rows([&](std::int64_t i) {
      const std::int64_t degree = forward_.in_degree(node(i));
      scale_[static_cast<std::size_t>(i)] = degree > 0 ? 1.0F / std::sqrt(static_cast<float>(degree)) : 0.0F;
    });
  }

  void write(std::int64_t steps, float* out) const {
    std::vector<double> sums(static_cast<std::size_t>(n_ * steps), 0.0);
    for (std::int64_t probe = 0; steps > 2 && probe < options_.num_probes; probe += kGroup) {
      add_group(probe, std::min(kGroup, options_.num_probes - probe), steps, sums);
    }
    const double share = 1.0 / static_cast<double>(options_.num_probes);
    for_rows([&](std::int64_t i) {
      float* row = out + (first_ + i) * steps;
      for (std::int64_t k = 2; k < steps; ++k) {
        row[k] = static_cast<float>(sums[static_cast<std::size_t>(i * steps + k)] * share);
      }
      write_two_steps(i, steps, row);
    });
  }

 private:
  template <class Body>
  void for_rows(Body body) const {
    parallel_for(n_, 1024, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        body(i);
      }
    });
  }
  [[nodiscard]] NodeId node(std::int64_t i) const { return static_cast<NodeId>(first_ + i); }
  [[nodiscard]] float scale_of(NodeId v) const { return scale_[v - static_cast<std::size_t>(first_)]; }

  /// Loops and the edges that have their reverse.
  void write_two_steps(std::int64_t i, std::int64_t steps, float* row) const {
    const NodeId v = node(i);
    double once = 0.0, twice = 0.0;
    for (const NodeId u : forward_.sources_of(v)) {
      const double scale = scale_of(u) * scale_of(v);
      once += u == v ? scale : 0.0;
      twice += is_symmetric_ || forward_.has_edge({v, u}) ? scale * scale : 0.0;
    }
    row[0] = static_cast<float>(once);
    if (steps > 1) {
      row[1] = static_cast<float>(twice);
    }
  }

  /// y = S x along `graph`, whose rows are those of A or of its transpose. [n, kGroup]
  void multiply(const CsrGraph& graph, const Buffer<float>& x, Buffer<float>& y) const {
    for_rows([&](std::int64_t i) {
      float sum[kGroup] = {};
      for (const NodeId u : graph.sources_of(node(i))) {
        const float scale = scale_of(u);
        const float* from = x.data() + (static_cast<std::int64_t>(u) - first_) * kGroup;
        for (std::int64_t p = 0; p < kGroup; ++p) {
          sum[p] += scale * from[p];
        }
      }
      for (std::int64_t p = 0; p < kGroup; ++p) {
        y[static_cast<std::size_t>(i * kGroup + p)] = scale_[static_cast<std::size_t>(i)] * sum[p];
      }
    });
  }

  void add_group(std::int64_t probe, std::int64_t count, std::int64_t steps, std::vector<double>& sums) const {
    const auto size = static_cast<std::size_t>(n_ * kGroup);
    Buffer<float> ahead(size), back(size), next(size);
    for_rows([&](std::int64_t i) {
      for (std::int64_t p = 0; p < kGroup; ++p) {
        const std::uint64_t bit = random_.bits(static_cast<std::uint64_t>(i), static_cast<std::uint32_t>(probe + p));
        const float sign = p >= count ? 0.0F : (bit & 1) == 0 ? 1.0F : -1.0F;
        ahead[static_cast<std::size_t>(i * kGroup + p)] = back[static_cast<std::size_t>(i * kGroup + p)] = sign;
      }
    });
    // Before round k, one of the two has made k / 2 steps and the other (k + 1) / 2.
    for (std::int64_t k = 1; k <= steps; ++k) {
      if (k % 2 == 1) {
        multiply(forward_, ahead, next);
        std::swap(ahead, next);
      } else if (is_symmetric_) {
        std::copy(ahead.begin(), ahead.end(), back.begin());
      } else {
        multiply(backward_, back, next);
        std::swap(back, next);
      }
      for_rows([&](std::int64_t i) {
        double sum = 0.0;
        for (auto p = static_cast<std::size_t>(i * kGroup); p < static_cast<std::size_t>((i + 1) * kGroup); ++p) {
          sum += static_cast<double>(ahead[p]) * static_cast<double>(back[p]);
        }
        sums[static_cast<std::size_t>(i * steps + k - 1)] += sum;
      });
    }
  }

  const CsrGraph& forward_;
  const CsrGraph& backward_;
  bool is_symmetric_;
  std::int64_t first_, n_;
  RandomWalkOptions options_;
  Random random_;
  std::vector<float> scale_;
};

}  // namespace

Buffer<float> random_walk_encoding(const MessageBlock& block, std::int64_t steps, const RandomWalkOptions& options) {
  require(steps >= 1 && options.num_probes >= 1, "random_walk_encoding: steps is ", steps, " and num_probes ",
          options.num_probes, ", expected at least 1");
  require(block.num_inputs() == block.num_outputs(), "random_walk_encoding: the block has ", block.num_inputs(),
          " inputs and ", block.num_outputs(), " outputs, expected as many of both");
  Buffer<float> result(static_cast<std::size_t>(block.num_outputs() * steps));
  const std::span<const std::int64_t> segments = block.segments();
  // Chunks of nodes: small graphs side by side, and one graph by many.
  parallel_for(block.num_outputs(), 32, [&](std::int64_t begin, std::int64_t end) {
    auto g = static_cast<std::size_t>(std::ranges::upper_bound(segments, begin) - segments.begin()) - 1;
    for (std::int64_t v = begin; v < end; ++g) {
      const std::int64_t last = std::min(end, segments[g + 1]);
      if (segments[g + 1] - segments[g] <= options.exact_nodes && v < last) {
        write_exact(block.graph(), segments[g], segments[g + 1], v, last, steps, result.data());
      }
      v = std::max(v, last);
    }
  });
  for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
    if (segments[g + 1] - segments[g] > options.exact_nodes) {
      ProbedWalks(block, segments[g], segments[g + 1], options).write(steps, result.data());
    }
  }
  return result;
}

Buffer<float> degree_encoding(const CsrGraph& graph) {
  Buffer<float> result(static_cast<std::size_t>(graph.num_nodes()));
  for (std::size_t v = 0; v < result.size(); ++v) {
    result[v] = std::log1p(static_cast<float>(graph.in_degree(static_cast<NodeId>(v))));
  }
  return result;
}

}  // namespace weft
