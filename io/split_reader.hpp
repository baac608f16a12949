// Splits of a dataset file, as lists of numbers or as masks. Private.
#pragma once

#include "weft/io/dataset.hpp"
#include "weft/io/hdf5_file.hpp"

namespace weft {

/// Sets Dataset::splits; what is taken for granted is said in Dataset::assumed. A part that is missing is empty. Arrays
/// of a boolean, or of 0 and 1, for each node or graph are masks. After graph and labels.
void read_splits(const hdf5::InputFile& file, Dataset& dataset);

/// Where a file of labeled nodes or graphs has no split: rand0, 60/20/20 at random, within each class.
void add_split_if_none(Dataset& dataset);

}  // namespace weft
