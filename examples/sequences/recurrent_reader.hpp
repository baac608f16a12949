// A trained causal model as a recurrent network (Katharopoulos et al. 2020, section 3.4): one token at a time, in a
// state that does not grow with what has been read. The weights are the model's own.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <weft/core/options.hpp>
#include <weft/layers/kernels/causal_attention.hpp>
#include <weft/layers/kernels/gated_scan.hpp>
#include <weft/layers/models.hpp>
#include <weft/tensor/activation.hpp>

#include "sequence_batch.hpp"

class RecurrentReader {
 public:
  /// Whether the library has a recurrent form of the attention.
  [[nodiscard]] static bool can_read(const weft::Options& options);

  /// `model` is a "gps" with these options, as training.hpp makes it, and must outlive the reader.
  RecurrentReader(weft::NodeModel& model, const weft::Options& options, std::vector<std::int64_t> num_categories);

  /// Reads one token, a value for each feature column, and returns the logits that the model gives it, [1, classes].
  [[nodiscard]] weft::Tensor read(std::span<const std::int32_t> values);
  /// Starts a new sequence.
  void restart();

 private:
  [[nodiscard]] weft::Variable parameter(const std::string& name) const;
  [[nodiscard]] weft::Variable mapped(const weft::Variable& x, const std::string& name,
                                      weft::Activation activation = weft::Activation::none) const;
  [[nodiscard]] weft::Variable normalized(const weft::Variable& x, const std::string& name) const;
  [[nodiscard]] weft::Variable attend(std::size_t block, const weft::Variable& x);

  std::map<std::string, const weft::Parameter*> parameters_;
  std::vector<std::int64_t> num_categories_;
  std::int64_t num_blocks_, width_, heads_;
  bool decays_;
  weft::Activation activation_;
  /// One for each block; of the two kinds only that of the model's attention.
  std::vector<weft::CausalAttentionState> sums_;
  std::vector<weft::GatedScanState> scans_;
};

/// Reads sequences of the copy task one token at a time, tells by how much its logits differ from those of the model
/// that reads all tokens at once, then lets it say each word again from its own answers. Throws NumericError if the two
/// forms differ by more than rounding.
void tell_of_recurrence(std::ostream& out, weft::NodeModel& model, const weft::Options& options,
                        const SequenceBatch& batch);
