// Method: a node's tokens fit the first cache, so its small products are plain loops over columns, nodes in parallel.
// Chen, Gao, Li, He, "NAGphormer: a tokenized graph transformer for node classification in large graphs", 2023.
#include "weft/layers/kernels/token_attention.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "weft/core/parallel.hpp"

namespace weft {
namespace {

constexpr std::int64_t kNodesPerChunk = 64;

std::int64_t num_nodes(std::string_view operation, const Variable& tokens, std::int64_t num_tokens) {
  require(num_tokens >= 1 && tokens.rows() % num_tokens == 0, operation, ": ", tokens.rows(), " rows are not ",
          num_tokens, " tokens of each node");
  return tokens.rows() / num_tokens;
}

float dot(const float* a, const float* b, std::int64_t count) {
  float sum = 0.0F;
  for (std::int64_t j = 0; j < count; ++j) {
    sum += a[j] * b[j];
  }
  return sum;
}

void add_scaled(float factor, const float* x, float* y, std::int64_t count) {
  for (std::int64_t j = 0; j < count; ++j) {
    y[j] += factor * x[j];
  }
}

void softmax_in_place(float* x, std::int64_t count) {
  const float highest = *std::max_element(x, x + count);
  float total = 0.0F;
  for (std::int64_t j = 0; j < count; ++j) {
    x[j] = std::exp(x[j] - highest);
    total += x[j];
  }
  for (std::int64_t j = 0; j < count; ++j) {
    x[j] /= total;
  }
}

/// The attention of one node and head: pointers to the first token's columns of the head.
struct Head {
  std::int64_t tokens, stride, columns;
  float scale;

  /// weights[i T + j], the softmax over j.
  void write_weights(const float* q, const float* k, float* weights) const {
    for (std::int64_t i = 0; i < tokens; ++i) {
      for (std::int64_t j = 0; j < tokens; ++j) {
        weights[i * tokens + j] = scale * dot(q + i * stride, k + j * stride, columns);
      }
      softmax_in_place(weights + i * tokens, tokens);
    }
  }

  void write_result(const float* weights, const float* v, float* y) const {
    for (std::int64_t i = 0; i < tokens; ++i) {
      for (std::int64_t j = 0; j < tokens; ++j) {
        add_scaled(weights[i * tokens + j], v + j * stride, y + i * stride, columns);
      }
    }
  }

  /// dS = A (dA - sum of A dA over the row), dA_ij = dy_i v_j; dq = dS k, dk = dSᵀ q, both scaled, dv = Aᵀ dy.
  void add_gradients(const float* weights, const float* q, const float* k, const float* v, const float* dy, float* dq,
                     float* dk, float* dv, float* dweights) const {
    for (std::int64_t i = 0; i < tokens; ++i) {
      const float* row = weights + i * tokens;
      for (std::int64_t j = 0; j < tokens; ++j) {
        dweights[j] = dot(dy + i * stride, v + j * stride, columns);
        add_scaled(row[j], dy + i * stride, dv + j * stride, columns);
      }
      const float mean = dot(row, dweights, tokens);
      for (std::int64_t j = 0; j < tokens; ++j) {
        const float ds = scale * row[j] * (dweights[j] - mean);
        add_scaled(ds, k + j * stride, dq + i * stride, columns);
        add_scaled(ds, q + i * stride, dk + j * stride, columns);
      }
    }
  }
};

/// Calls body(first element of a node and head, scratch of T (T + 1) floats) for all of them.
template <class Body>
void for_heads(std::int64_t nodes, const Head& head, std::int64_t heads, Body body) {
  parallel_for(nodes, kNodesPerChunk, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> scratch(static_cast<std::size_t>(head.tokens * (head.tokens + 1)));
    for (std::int64_t v = begin; v < end; ++v) {
      for (std::int64_t h = 0; h < heads; ++h) {
        body(v * head.tokens * head.stride + h * head.columns, scratch.data());
      }
    }
  });
}

}  // namespace

// y[v T + k] = tokens[k][v]; the gradient goes back the same way.
Variable interleave_tokens(std::span<const Variable> tokens) {
  require(!tokens.empty(), "interleave_tokens: there are no tokens");
  const Shape one = tokens.front().shape();
  for (const Variable& token : tokens) {
    require(token.shape() == one, "interleave_tokens: shapes ", one, " and ", token.shape(), " differ");
  }
  const auto count = static_cast<std::int64_t>(tokens.size());
  Tensor y = Tensor::uninitialized(one.rows * count, one.cols);
  parallel_for(one.rows, 512, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      for (std::int64_t k = 0; k < count; ++k) {
        std::ranges::copy(tokens[static_cast<std::size_t>(k)].value().row(v), y.row(v * count + k).begin());
      }
    }
  });
  std::vector<Variable> inputs;
  for (const Variable& token : tokens) {
    inputs.push_back(token.without_value());
  }
  return record("interleave_tokens", std::move(y), {tokens.begin(), tokens.end()},
                [inputs, one, count](const Tensor& dy, Gradients& gradients) {
                  for (std::int64_t k = 0; k < count; ++k) {
                    const Variable& token = inputs[static_cast<std::size_t>(k)];
                    if (!gradients.wants(token)) {
                      continue;
                    }
                    Tensor dtoken = Tensor::uninitialized(one);
                    parallel_for(one.rows, 2048, [&](std::int64_t begin, std::int64_t end) {
                      for (std::int64_t v = begin; v < end; ++v) {
                        std::ranges::copy(dy.row(v * count + k), dtoken.row(v).begin());
                      }
                    });
                    gradients.add(token, std::move(dtoken));
                  }
                });
}

// See Head for the formulas.
Variable token_attention(const Variable& q, const Variable& k, const Variable& v, std::int64_t num_tokens,
                         std::int64_t heads) {
  const std::int64_t nodes = num_nodes("token_attention", q, num_tokens);
  require(q.shape() == k.shape() && q.shape() == v.shape(), "token_attention: q has shape ", q.shape(), ", k ",
          k.shape(), ", v ", v.shape(), ", expected the same");
  require(heads >= 1 && q.cols() % heads == 0, "token_attention: a width of ", q.cols(), " cannot be cut into ", heads,
          " heads");
  const std::int64_t columns = q.cols() / heads;
  const Head head{num_tokens, q.cols(), columns,
                  1.0F / std::sqrt(static_cast<float>(std::max<std::int64_t>(1, columns)))};
  Tensor y = Tensor::zeros(q.shape());
  for_heads(nodes, head, heads, [&](std::int64_t at, float* weights) {
    head.write_weights(q.value().data() + at, k.value().data() + at, weights);
    head.write_result(weights, v.value().data() + at, y.data() + at);
  });
  return record("token_attention", std::move(y), {q, k, v},
                [q, k, v, nodes, head, heads](const Tensor& dy, Gradients& gradients) {
                  Tensor dq = Tensor::zeros(q.shape()), dk = Tensor::zeros(q.shape()), dv = Tensor::zeros(q.shape());
                  for_heads(nodes, head, heads, [&](std::int64_t at, float* weights) {
                    const float *own_q = q.value().data() + at, *own_k = k.value().data() + at;
                    head.write_weights(own_q, own_k, weights);
                    head.add_gradients(weights, own_q, own_k, v.value().data() + at, dy.data() + at, dq.data() + at,
                                       dk.data() + at, dv.data() + at, weights + head.tokens * head.tokens);
                  });
                  gradients.add(q, std::move(dq));
                  gradients.add(k, std::move(dk));
                  gradients.add(v, std::move(dv));
                });
}

// y = t_0 + sum of a_k t_k, a = softmax(score); dt_0 = dy, dt_k = a_k dy, dscore_k = a_k (dy t_k - sum of a_j dy t_j).
Variable token_readout(const Variable& tokens, const Variable& score, std::int64_t num_tokens) {
  const std::int64_t nodes = num_nodes("token_readout", tokens, num_tokens), d = tokens.cols();
  require(num_tokens >= 2 && score.shape() == Shape({tokens.rows(), 1}), "token_readout: score has shape ",
          score.shape(), " for ", num_tokens, " tokens of a node, expected ", Shape({tokens.rows(), 1}),
          " and at least 2");
  const std::int64_t others = num_tokens - 1;
  // Calls body(node, its first token, the weights of the others).
  const auto for_nodes = [nodes, num_tokens, others, score](auto body) {
    parallel_for(nodes, kNodesPerChunk, [&](std::int64_t begin, std::int64_t end) {
      std::vector<float> weights(static_cast<std::size_t>(others));
      for (std::int64_t v = begin; v < end; ++v) {
        const float* scores = score.value().data() + v * num_tokens + 1;
        std::copy(scores, scores + others, weights.begin());
        softmax_in_place(weights.data(), others);
        body(v, v * num_tokens, weights.data());
      }
    });
  };
  Tensor y = Tensor::uninitialized(nodes, d);
  for_nodes([&](std::int64_t v, std::int64_t first, const float* weights) {
    std::ranges::copy(tokens.value().row(first), y.row(v).begin());
    for (std::int64_t k = 0; k < others; ++k) {
      add_scaled(weights[k], tokens.value().row(first + 1 + k).data(), y.row(v).data(), d);
    }
  });
  return record("token_readout", std::move(y), {tokens, score},
                [tokens, score, for_nodes, others, d](const Tensor& dy, Gradients& gradients) {
                  Tensor dtokens = Tensor::zeros(tokens.shape()), dscore = Tensor::zeros(score.shape());
                  for_nodes([&](std::int64_t v, std::int64_t first, const float* weights) {
                    const float* gradient = dy.row(v).data();
                    float mean = 0.0F;
                    std::copy(gradient, gradient + d, dtokens.row(first).begin());
                    for (std::int64_t k = 0; k < others; ++k) {
                      const std::int64_t row = first + 1 + k;
                      add_scaled(weights[k], gradient, dtokens.row(row).data(), d);
                      dscore(row, 0) = dot(gradient, tokens.value().row(row).data(), d);
                      mean += weights[k] * dscore(row, 0);
                    }
                    for (std::int64_t k = 0; k < others; ++k) {
                      float& ds = dscore(first + 1 + k, 0);
                      ds = weights[k] * (ds - mean);
                    }
                  });
                  gradients.add(tokens, std::move(dtokens));
                  gradients.add(score, std::move(dscore));
                });
}

}  // namespace weft
