// Labels of a dataset file in the forms that people write them. Private.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/io/hdf5_file.hpp"

namespace weft {

struct FoundLabels {
  Labels labels;
  /// Of labels that are texts, in the order of the classes.
  std::vector<std::string> class_names = {};
  /// What was taken for granted, a sentence each.
  std::vector<std::string> assumed = {};
};

/// Nothing if there is no such array. Integers and booleans, and for a classification also whole reals (NaN: none),
/// texts ("" and nan: none) and rows with a single 1 among `declared_classes` columns (any number where none is
/// declared), are classes; all else is targets, of which one column may also have rank 1.
[[nodiscard]] FoundLabels read_labels(const hdf5::InputFile& file, const std::string& object, TaskKind task,
                                      std::optional<std::int64_t> declared_classes);

/// The task where the file does not say it: of labels that are certainly classes.
[[nodiscard]] TaskKind task_of_labels(const hdf5::InputFile& file);

}  // namespace weft
