// A codebook of node states: a few vectors that stand for all states, kept by k-means over training passes (van den
// Oord, Vinyals, Kavukcuoglu 2017, appendix A.1; GOAT, Kong et al. 2023, section 4.1).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/layers/layer.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft {

/// States are compared with codes after each of their d columns has been brought to mean 0 and variance 1, by averages
/// that training passes move by a tenth, as batch norm's. Before the first of them codes are standard normal draws.
class Codebook {
 public:
  /// `size` codes for states of `width` columns.
  Codebook(std::int64_t size, std::int64_t width, const Random& random);

  /// As this pass knows it: with what the pass has found so far.
  [[nodiscard]] Codebook as_of(const Pass& pass) const;
  /// Hands the pass what `learned` holds as the new statistics of this codebook.
  void update(Pass& pass, Codebook learned) const;

  /// The code nearest to each row of x [n, d]; the first of equally near ones. O(n size d), in parallel.
  [[nodiscard]] std::vector<std::int64_t> nearest(const Tensor& x) const;

  /// The codes as states, [size, d].
  [[nodiscard]] Tensor states() const;

  /// What one training pass over x teaches, code_of being nearest(x): each code becomes the mean of the states nearest
  /// to it, over passes that count less by 1% each as they go by. The first pass makes nodes at even distances in x the
  /// codes. A code that stands for less than a tenth of its share of the nodes is dead: it becomes a node drawn by
  /// `random`. The same for every number of threads.
  void learn(const Tensor& x, std::span<const std::int64_t> code_of, const Random& random);

  /// Statistics: "codebook" [size, d], "codebook_sizes" [1, size] (nodes that each code stands for), "codebook_mean"
  /// and "codebook_variance" [1, d].
  void list_parameters(ParameterList& list);

 private:
  void start(const Tensor& x);
  void move_codes(const Tensor& x, std::span<const std::int64_t> code_of);
  void replace_dead(const Tensor& x, const Random& random);
  void normalize(std::span<const float> x, std::span<float> to) const;

  Tensor codes_, sizes_, mean_, variance_;
};

}  // namespace weft
