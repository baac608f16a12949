// The kinds that layers and models come in, and how they are spelled. What grows by rows (convolutions, attentions,
// models) has a table instead.
#pragma once

#include "weft/core/options.hpp"
#include "weft/tensor/activation.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// How states are normalized: not at all, each row, or each column over the rows.
enum class NormKind { none, layer, batch };

/// How features are scaled: sparse ones to rows of sum 1 and dense ones whose columns differ in size to columns of mean
/// 0 and deviation 1; all in rows; dense ones in columns; or not at all.
enum class FeatureNorm { automatic, row, column, none };

/// What a node is told of its place: probabilities of return of random walks, eigenvectors of the Laplacian, or its
/// degree.
enum class NodeEncoding { none, random_walk, laplacian, degree };

/// What the head reads: the last layer, the sum of all, or all side by side.
enum class JumpingKnowledge { none, sum, concat };

/// What makes the outputs: the last hop itself, or a linear map after it.
enum class HeadKind { convolution, linear };

/// How the states of a graph's nodes become its own; attention is a mean with learned weights.
enum class Pooling { sum, mean, max, attention };

/// What is pooled: the states after the last layer, or after every layer, side by side.
enum class Readout { last, all };

/// What the counts of a histogram are scaled by.
enum class HistogramScale {
  /// Nothing.
  count,
  /// The square root is taken of each.
  root,
  /// Divided by the length of the row, as a kernel with equal diagonal has it.
  unit,
};

template <>
inline constexpr std::array<std::string_view, 3> kEnumNames<NormKind> = {"none", "layer", "batch"};
template <>
inline constexpr std::array<std::string_view, 4> kEnumNames<FeatureNorm> = {"auto", "row", "column", "none"};
template <>
inline constexpr std::array<std::string_view, 4> kEnumNames<NodeEncoding> = {"none", "random_walk", "laplacian",
                                                                             "degree"};
template <>
inline constexpr std::array<std::string_view, 3> kEnumNames<JumpingKnowledge> = {"none", "sum", "concat"};
template <>
inline constexpr std::array<std::string_view, 2> kEnumNames<HeadKind> = {"convolution", "linear"};
template <>
inline constexpr std::array<std::string_view, 4> kEnumNames<Pooling> = {"sum", "mean", "max", "attention"};
template <>
inline constexpr std::array<std::string_view, 2> kEnumNames<Readout> = {"last", "all"};
template <>
inline constexpr std::array<std::string_view, 3> kEnumNames<HistogramScale> = {"count", "root", "unit"};

}  // namespace weft
#pragma GCC visibility pop
