// The few things that data sets of graphs hold in Python's pickle format, read without running anything.
//
// A pickle is a program for a small stack machine (Python's pickletools lists it), which may call any function.
// Known here are the opcodes for numbers, texts, tuples, lists and dictionaries, and six names: NumPy's arrays
// and their types, SciPy's csr_matrix, list and defaultdict. All others are refused by name.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/io/importers/npy_array.hpp"

namespace weft {

struct PickleObject {
  enum class Kind { none, boolean, integer, text, tuple, list, dictionary, name, number_type, array, compressed_rows };
  Kind kind = Kind::none;
  /// Of booleans too.
  std::int64_t integer = 0;
  std::string text;
  /// Of bytes, which stay in the pickle.
  std::string_view bytes;
  /// Of a dictionary: key, value, key, value, ... Of compressed rows: the dictionary of its members, once it is set.
  std::vector<const PickleObject*> items;
  NumberForm form;
  std::vector<std::int64_t> shape;
  bool column_major = false;
};

/// Owns everything that a pickle holds.
class Pickle {
 public:
  /// Throws DataError naming the file and the byte.
  explicit Pickle(const std::filesystem::path& path);
  Pickle(const Pickle&) = delete;
  Pickle& operator=(const Pickle&) = delete;

  [[nodiscard]] const PickleObject& root() const { return *root_; }
  /// An array as the root, or the member of compressed rows of that name.
  [[nodiscard]] NumberArray array() const { return array_of(*root_, ""); }
  [[nodiscard]] NumberArray member_array(std::string_view name) const;
  /// [rows, columns] of compressed rows.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> shape_of_rows() const;
  /// In bytes: what a list names more often than this was written once and used again and again.
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(content_.size()); }
  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    throw DataError(name_, "", concat(parts...));
  }

 private:
  friend class PickleMachine;
  [[nodiscard]] NumberArray array_of(const PickleObject& object, std::string_view member) const;
  [[nodiscard]] const PickleObject* member(std::string_view name) const;

  std::string name_;
  std::string content_;
  /// Flat, so that nesting costs no stack when it ends.
  std::deque<PickleObject> objects_;
  const PickleObject* root_ = nullptr;
};

}  // namespace weft
