// Nearest codes by panels of states: argmin |c|^2 / 2 - <x, c>, one product a panel. The states of a code are summed
// in their order, so that nothing depends on threads.
#include "weft/layers/codebook.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "weft/core/parallel.hpp"
#include "weft/layers/kernels/head_products.hpp"
#include "weft/layers/kernels/row_vectors.hpp"
#include "weft/layers/kernels/segment_parts.hpp"

namespace weft {
namespace {

constexpr std::int64_t kPanelRows = 256;
constexpr float kKept = 0.99F;
constexpr float kMomentum = 0.1F;
/// Of the nodes for each code if all had as many.
constexpr float kDeadShare = 0.1F;
constexpr float kLeastVariance = 1e-5F;

float deviation(float variance) {
  return std::sqrt(std::max(variance, kLeastVariance));
}

struct Moments {
  Tensor mean, variance;
};

/// Of each column, [1, d] each.
Moments moments_of(const Tensor& x) {
  const std::vector<std::int64_t> whole{0, x.rows()};
  const attention::SegmentParts parts(whole);
  const float factor = 1.0F / static_cast<float>(x.rows());
  const auto mean_of = [&](auto term) {
    Tensor sum =
        parts.sum(x.cols(), attention::no_scratch, [&](const attention::SegmentPart& part, float* total, auto&) {
          for (std::int64_t i = part.begin; i < part.end; ++i) {
            for (std::int64_t c = 0; c < x.cols(); ++c) {
              total[c] += term(x(i, c), c);
            }
          }
        });
    attention::multiply_by(sum.data(), factor, sum.size());
    return sum;
  };
  Tensor mean = mean_of([](float value, std::int64_t) { return value; });
  Tensor variance = mean_of([&](float value, std::int64_t c) { return (value - mean(0, c)) * (value - mean(0, c)); });
  return {std::move(mean), std::move(variance)};
}

}  // namespace

Codebook::Codebook(std::int64_t size, std::int64_t width, const Random& random)
    : codes_(Tensor::uninitialized(size, width)),
      sizes_(1, size),
      mean_(1, width),
      variance_(Tensor::full(1, width, 1.0F)) {
  require(size >= 1 && width >= 1, "Codebook: there are ", size, " codes of ", width,
          " columns, expected at least 1 of both");
  for (std::int64_t i = 0; i < codes_.size(); ++i) {
    codes_.data()[i] = static_cast<float>(random.normal(static_cast<std::uint64_t>(i)));
  }
}

Codebook Codebook::as_of(const Pass& pass) const {
  Codebook result = *this;
  for (Tensor Codebook::*part : {&Codebook::codes_, &Codebook::sizes_, &Codebook::mean_, &Codebook::variance_}) {
    result.*part = pass.current(this->*part);
  }
  return result;
}

void Codebook::update(Pass& pass, Codebook learned) const {
  for (Tensor Codebook::*part : {&Codebook::codes_, &Codebook::sizes_, &Codebook::mean_, &Codebook::variance_}) {
    pass.update(this->*part, std::move(learned.*part));
  }
}

void Codebook::list_parameters(ParameterList& list) {
  list.add_statistic("codebook", codes_);
  list.add_statistic("codebook_sizes", sizes_);
  list.add_statistic("codebook_mean", mean_);
  list.add_statistic("codebook_variance", variance_);
}

void Codebook::normalize(std::span<const float> x, std::span<float> to) const {
  for (std::size_t c = 0; c < x.size(); ++c) {
    to[c] = (x[c] - mean_.data()[c]) / deviation(variance_.data()[c]);
  }
}

std::vector<std::int64_t> Codebook::nearest(const Tensor& x) const {
  const std::int64_t size = codes_.rows(), d = codes_.cols();
  require(x.cols() == d, "Codebook: states have shape ", x.shape(), ", expected ", d, " columns");
  std::vector<float> half_square(static_cast<std::size_t>(size));
  for (std::int64_t j = 0; j < size; ++j) {
    half_square[static_cast<std::size_t>(j)] = 0.5F * attention::dot(codes_.row(j).data(), codes_.row(j).data(), d);
  }
  std::vector<std::int64_t> result(static_cast<std::size_t>(x.rows()));
  parallel_for(x.rows(), kPanelRows, [&](std::int64_t begin, std::int64_t end) {
    Tensor panel = Tensor::uninitialized(end - begin, d), products = Tensor::uninitialized(end - begin, size);
    for (std::int64_t i = begin; i < end; ++i) {
      normalize(x.row(i), panel.row(i - begin));
    }
    attention::product_with_transposed(end - begin, {panel.data(), d}, d, {codes_.data(), d}, size,
                                       {products.data(), size});
    for (std::int64_t i = begin; i < end; ++i) {
      float* distance = products.row(i - begin).data();
      std::transform(half_square.begin(), half_square.end(), distance, distance, std::minus<>());
      result[static_cast<std::size_t>(i)] = std::min_element(distance, distance + size) - distance;
    }
  });
  return result;
}

Tensor Codebook::states() const {
  Tensor result = codes_;
  for (std::int64_t j = 0; j < result.rows(); ++j) {
    for (std::int64_t c = 0; c < result.cols(); ++c) {
      result(j, c) = result(j, c) * deviation(variance_(0, c)) + mean_(0, c);
    }
  }
  return result;
}

void Codebook::learn(const Tensor& x, std::span<const std::int64_t> code_of, const Random& random) {
  if (x.rows() == 0) {
    return;
  }
  if (std::ranges::all_of(sizes_.values(), [](float size) { return size == 0.0F; })) {
    start(x);
    return;
  }
  move_codes(x, code_of);
  replace_dead(x, random);
  const Moments now = moments_of(x);
  for (std::int64_t c = 0; c < mean_.cols(); ++c) {
    mean_(0, c) += kMomentum * (now.mean(0, c) - mean_(0, c));
    variance_(0, c) += kMomentum * (now.variance(0, c) - variance_(0, c));
  }
}

void Codebook::start(const Tensor& x) {
  Moments now = moments_of(x);
  mean_ = std::move(now.mean);
  variance_ = std::move(now.variance);
  for (std::int64_t j = 0; j < codes_.rows(); ++j) {
    normalize(x.row(j * x.rows() / codes_.rows()), codes_.row(j));
  }
  std::ranges::fill(sizes_.values(), static_cast<float>(x.rows()) / static_cast<float>(codes_.rows()));
}

void Codebook::move_codes(const Tensor& x, std::span<const std::int64_t> code_of) {
  // The nodes of code j are nodes[first[j]] .. nodes[first[j + 1]].
  std::vector<std::size_t> first(static_cast<std::size_t>(codes_.rows()) + 1), nodes(code_of.size());
  for (const std::int64_t j : code_of) {
    ++first[static_cast<std::size_t>(j) + 1];
  }
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<std::size_t> next = first;
  for (std::size_t i = 0; i < code_of.size(); ++i) {
    nodes[next[static_cast<std::size_t>(code_of[i])]++] = i;
  }
  parallel_for(codes_.rows(), 1, [&](std::int64_t j, std::int64_t) {
    const std::size_t begin = first[static_cast<std::size_t>(j)], end = first[static_cast<std::size_t>(j) + 1];
    const float before = kKept * sizes_(0, j);
    float* code = codes_.row(j).data();
    attention::multiply_by(code, before, codes_.cols());
    std::vector<float> normalized(static_cast<std::size_t>(codes_.cols()));
    for (std::size_t p = begin; p < end; ++p) {
      normalize(x.row(static_cast<std::int64_t>(nodes[p])), normalized);
      attention::add_scaled(code, normalized.data(), 1.0F - kKept, codes_.cols());
    }
    sizes_(0, j) = before + (1.0F - kKept) * static_cast<float>(end - begin);
    attention::multiply_by(code, 1.0F / std::max(sizes_(0, j), 1e-30F), codes_.cols());
  });
}

void Codebook::replace_dead(const Tensor& x, const Random& random) {
  const float share =
      std::accumulate(sizes_.values().begin(), sizes_.values().end(), 0.0F) / static_cast<float>(codes_.rows());
  for (std::int64_t j = 0; j < codes_.rows(); ++j) {
    if (sizes_(0, j) < kDeadShare * share) {
      const std::uint64_t node = random.below(static_cast<std::uint64_t>(x.rows()), static_cast<std::uint64_t>(j));
      normalize(x.row(static_cast<std::int64_t>(node)), codes_.row(j));
      sizes_(0, j) = share;
    }
  }
}

}  // namespace weft
