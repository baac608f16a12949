// What a task is: a generator of sequences with questions, and how to train for it with each attention that it is
// meant for. Every task is a file of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/core/random.hpp>

#include "sequence_batch.hpp"

/// How a task is learned with one attention.
struct Recipe {
  std::string_view attention;
  /// Of the model "gps", beside those that all recipes share (training.cpp).
  std::vector<std::pair<std::string_view, std::string_view>> options;
  /// Sequences a step.
  std::int64_t batch = 32;
  std::int64_t steps = 1000;
  double learning_rate = 1e-3;
};

struct Task {
  std::string_view name, summary;
  /// What an answer is: "token" or "sequence".
  std::string_view unit;
  std::vector<std::int64_t> num_categories;
  std::int64_t num_classes = 0;
  /// That many sequences; a function of the randomness alone.
  std::function<SequenceBatch(const weft::Random&, std::int64_t count)> draw;
  /// The first is the default.
  std::vector<Recipe> recipes;
  std::int64_t test_sequences = 0;
  /// Whether tokens further on hold the answers, so that only attentions that look back may be asked.
  bool is_causal = false;
};

[[nodiscard]] Task copy_task();
[[nodiscard]] Task duplication_task();
[[nodiscard]] Task listops_task();
[[nodiscard]] Task pathfinder_task();
