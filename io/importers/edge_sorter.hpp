// Edges of any number brought into the order of a graph's arrays in bounded memory.
//
// Method: external merge sort (Knuth, The Art of Computer Programming 3, section 5.4). Edges are collected until the
// memory is full, sorted by (row, source) into a run, and written; the runs are then merged range by range of the
// sorted order, the ranges in parallel, their borders taken from samples of the runs. O(m log m) time; on disk 8 bytes
// for each stored edge, 12 with a weight, or nothing if all fit in memory. Two visits of the runs read them twice.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "weft/core/parallel.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/io/large_dataset.hpp"

namespace weft {

struct EdgeSorterOptions {
  /// The file that the edges are for; what does not fit in memory goes to a file without a name beside it.
  std::filesystem::path target = {};
  /// About as many bytes are held while edges are added, fewer while they are visited.
  std::int64_t memory_bytes = std::int64_t{1} << 30;
  /// Both directions of every edge.
  bool symmetrize = false;
  bool drops_self_loops = false;
  bool has_weights = false;
};

/// The same edges as CsrGraph::from_edges makes, for every memory and number of threads. Of repeats, reversed ones
/// among them, the weight that was added first counts. Throws DataError naming the target if the disk fails.
class EdgeSorter {
 public:
  explicit EdgeSorter(const EdgeSorterOptions& options);
  EdgeSorter(EdgeSorter&&) noexcept;
  EdgeSorter& operator=(EdgeSorter&&) noexcept;
  ~EdgeSorter();

  /// `weights`: one for each edge, or none. Not after finish().
  void add(std::span<const Edge> edges, std::span<const float> weights = {});
  /// Sorts what was added; before the first visit.
  void finish();
  /// Calls back with all edges, by row and by source, without repeats.
  void visit(FunctionRef<void(const EdgePiece&)> use) const;

  /// How often memory was full; 0: nothing went to the disk.
  [[nodiscard]] std::int64_t num_runs() const;
  [[nodiscard]] std::int64_t spilled_bytes() const;

 private:
  class Sorter;
  template <class Item>
  class SorterOf;
  std::unique_ptr<Sorter> sorter_;
};

}  // namespace weft
