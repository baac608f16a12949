#include "weft/layers/kernels/link_scores.hpp"

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"

namespace weft {
namespace {

constexpr std::int64_t kGrain = 1024;

void put_scores(const Tensor& z, std::span<const Edge> links, std::span<float> scores) {
  for (std::size_t i = 0; i < links.size(); ++i) {
    require(links[i].source < z.rows() && links[i].destination < z.rows(), "link_scores: link ", i, " is ",
            links[i].source, " - ", links[i].destination, ", expected nodes below ", z.rows());
  }
  parallel_for(static_cast<std::int64_t>(links.size()), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto [u, v] = links[static_cast<std::size_t>(i)];
      const float *a = z.row(u).data(), *b = z.row(v).data();
      float sum = 0.0F;
      for (std::int64_t j = 0; j < z.cols(); ++j) {
        sum += a[j] * b[j];
      }
      scores[static_cast<std::size_t>(i)] = sum;
    }
  });
}

/// For each node the links that it is an end of, in their order, so that sums over them do not depend on threads.
struct Incidence {
  std::vector<EdgeId> offsets;
  struct End {
    std::int64_t link;
    NodeId other;
  };
  std::vector<End> ends;
};

Incidence incidence_of(std::int64_t num_nodes, std::span<const Edge> links) {
  Incidence result;
  result.offsets.assign(static_cast<std::size_t>(num_nodes) + 1, 0);
  for (const auto& [u, v] : links) {
    ++result.offsets[std::size_t{u} + 1];
    ++result.offsets[std::size_t{v} + 1];
  }
  for (std::size_t v = 1; v < result.offsets.size(); ++v) {
    result.offsets[v] += result.offsets[v - 1];
  }
  std::vector<EdgeId> next(result.offsets.begin(), result.offsets.end() - 1);
  result.ends.resize(2 * links.size());
  for (std::size_t i = 0; i < links.size(); ++i) {
    const auto [u, v] = links[i];
    result.ends[static_cast<std::size_t>(next[u]++)] = {static_cast<std::int64_t>(i), v};
    result.ends[static_cast<std::size_t>(next[v]++)] = {static_cast<std::int64_t>(i), u};
  }
  return result;
}

}  // namespace

// d z_u = sum over the links u - v of d score * z_v; a link of a node with itself counts twice, as it should.
Variable link_scores(const Variable& states, std::span<const Edge> links) {
  Tensor scores = Tensor::uninitialized(static_cast<std::int64_t>(links.size()), 1);
  put_scores(states.value(), links, scores.values());
  return record("link_scores", std::move(scores), {states},
                [states, kept = std::vector<Edge>(links.begin(), links.end())](Tensor& dy, Gradients& grads) {
                  const Tensor& z = states.value();
                  const Incidence at = incidence_of(z.rows(), kept);
                  Tensor dz = Tensor::zeros(z.shape());
                  parallel_rows(at.offsets, 1 << 12, [&](std::int64_t begin, std::int64_t end) {
                    for (std::int64_t v = begin; v < end; ++v) {
                      float* sum = dz.row(v).data();
                      for (EdgeId e = at.offsets[static_cast<std::size_t>(v)];
                           e < at.offsets[static_cast<std::size_t>(v) + 1]; ++e) {
                        const auto [link, other] = at.ends[static_cast<std::size_t>(e)];
                        const float weight = dy(link, 0);
                        const float* row = z.row(other).data();
                        for (std::int64_t j = 0; j < z.cols(); ++j) {
                          sum[j] += weight * row[j];
                        }
                      }
                    }
                  });
                  grads.add(states, std::move(dz));
                });
}

std::vector<float> link_scores(const Tensor& states, std::span<const Edge> links) {
  std::vector<float> scores(links.size());
  put_scores(states, links, scores);
  return scores;
}

}  // namespace weft
