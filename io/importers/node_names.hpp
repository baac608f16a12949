// What the nodes of text files are called, and the numbers that they get. Private.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/core/types.hpp"

namespace weft {

/// Names were taken for the integers 0 .. n - 1, and are not: to be read again as texts.
class NotIntegers : public std::exception {
 public:
  explicit NotIntegers(bool have_zeros = false) : have_zeros_(have_zeros) {}
  /// Whether some of them were written like 12.0.
  [[nodiscard]] bool have_zeros() const { return have_zeros_; }
  [[nodiscard]] const char* what() const noexcept override { return "names of nodes are not the integers 0 .. n - 1"; }

 private:
  bool have_zeros_;
};

/// Throws a DataError: the row with a name has this problem.
using FailRow = FunctionRef<void(const std::string& problem)>;

class NodeNames {
 public:
  /// Any texts: nodes are numbered as they first appear, and every name is held.
  NodeNames() = default;
  /// Integers up to `largest`, which are the nodes themselves: a bit each is held.
  [[nodiscard]] static NodeNames integers(std::int64_t largest);

  /// Integers of any size, some written like 12.0, which is 12; numbered as they first appear.
  [[nodiscard]] static NodeNames decimals();

  [[nodiscard]] bool expects_integers() const { return largest_ >= 0; }
  /// Throws NotIntegers where integers are expected, in this or that form.
  NodeId add(std::string_view name, FailRow fail);
  /// Where integers are expected.
  void add_integer(NodeId node);
  [[nodiscard]] bool contains(std::string_view name) const;
  /// Of a name that was added.
  [[nodiscard]] NodeId find(std::string_view name, FailRow fail) const;

  /// How many names there are: of integers those that were added.
  [[nodiscard]] std::size_t num_named() const;
  [[nodiscard]] std::size_t size() const { return expects_integers() ? seen_.size() : names_.size(); }
  /// Where integers are expected: so many of those to be added were written like 12.0.
  void note_decimals(std::int64_t count) { num_decimals_ += count; }
  [[nodiscard]] bool are_decimals() const { return are_decimals_; }
  /// How many names were added that were written like 12.0.
  [[nodiscard]] std::int64_t num_decimals() const { return num_decimals_; }
  [[nodiscard]] std::string name(std::size_t node) const;
  /// Whether the names are the integers 0 .. size() - 1, in any order. Throws NotIntegers where they are expected and
  /// one is missing.
  [[nodiscard]] bool are_numbers() const;
  /// For each node its final number: its name if all names are numbers, else its place.
  [[nodiscard]] std::vector<NodeId> numbering() const;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  std::unordered_map<std::string, NodeId, TextHash, std::equal_to<>> node_of_;
  std::vector<const std::string*> names_;
  /// -1: any texts.
  std::int64_t largest_ = -1;
  bool are_decimals_ = false;
  std::int64_t num_decimals_ = 0;
  std::vector<bool> seen_;
};

}  // namespace weft
