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
  [[nodiscard]] const char* what() const noexcept override { return "names of nodes are not the integers 0 .. n - 1"; }
};

/// Throws a DataError: the row with a name has this problem.
using FailRow = FunctionRef<void(const std::string& problem)>;

class NodeNames {
 public:
  /// Any texts: nodes are numbered as they first appear, and every name is held.
  NodeNames() = default;
  /// Integers up to `largest`, which are the nodes themselves: a bit each is held.
  [[nodiscard]] static NodeNames integers(std::int64_t largest);

  [[nodiscard]] bool expects_integers() const { return largest_ >= 0; }
  /// Throws NotIntegers where integers are expected.
  NodeId add(std::string_view name, FailRow fail);
  /// Where integers are expected.
  void add_integer(NodeId node);
  /// Of a name that was added.
  [[nodiscard]] NodeId find(std::string_view name, FailRow fail) const;

  [[nodiscard]] std::size_t size() const { return expects_integers() ? seen_.size() : names_.size(); }
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
  std::vector<bool> seen_;
};

}  // namespace weft
