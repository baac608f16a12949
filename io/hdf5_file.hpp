// HDF5 for the readers and writers of this room, without its types: a strict profile for reading files
// from strangers, and whole-or-nothing writing. Private; safe to use from several threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/io/atomic_file.hpp"

namespace weft::hdf5 {

enum class Kind { integer, real, text };

struct ArrayInfo {
  /// Booleans, enumerations of 0 and 1, are integers.
  Kind kind = Kind::integer;
  bool is_boolean = false;
  /// One or two extents.
  std::vector<std::int64_t> shape;
};

/// Whether a file carries the seal of file_seal.hpp.
enum class Seal { none, checked };

/// What reals may be besides finite: nothing, NaN, or NaN and infinities.
enum class Missing { refused, as_nan, any };

/// Where the rows of a matrix of reals lie in the file, for reading them without libhdf5, which admits one thread at a
/// time.
struct RowLayout {
  std::int64_t rows = 0, cols = 0;
  /// Of an element, little-endian: 2, 4 or 8 (IEEE binary16, 32, 64).
  std::int64_t element_bytes = 4;
  /// The two bytes of an element are the upper half of a binary32.
  bool is_bfloat16 = false;
  /// Where the first row is, if all follow each other; otherwise -1, and the rows are in chunks.
  std::int64_t offset = -1;

  struct Chunk {
    std::int64_t offset = -1, bytes = 0;
    /// Bit i set: filter i was left out.
    std::uint32_t skipped = 0;
  };
  std::int64_t chunk_rows = 0, chunk_cols = 0;
  /// The filters that were applied, in this order, where they are there.
  bool shuffled = false, deflated = false;
  /// Row after row of chunks; offset -1: never written, all zero.
  std::vector<Chunk> chunks;
};

/// A file open for reading. Objects are named by absolute path. Only hard links, built-in numeric and
/// string types, arrays of rank 1 or 2 stored inside the file, and the shuffle, deflate and fletcher32
/// filters are accepted. Sizes are checked against the bytes really stored before anything is allocated.
/// Every violation is a DataError naming file and object.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path, Seal seal = Seal::none);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  [[nodiscard]] bool has(std::string_view object) const;
  [[nodiscard]] bool is_group(std::string_view object) const;
  /// Names of what a group holds, in the order of their bytes; empty if there is no such group.
  [[nodiscard]] std::vector<std::string> members(std::string_view group) const;

  [[nodiscard]] std::optional<std::string> text_attribute(std::string_view object, const char* name) const;
  /// All elements of a scalar or rank 1 attribute of strings.
  [[nodiscard]] std::optional<std::vector<std::string>> texts_attribute(std::string_view object,
                                                                        const char* name) const;
  /// All elements of a scalar or rank 1 integer attribute.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> integers_attribute(std::string_view object,
                                                                            const char* name) const;
  /// A scalar, or an array of one.
  [[nodiscard]] std::optional<std::int64_t> integer_attribute(std::string_view object, const char* name) const;

  /// Names of the columns where `object` is a table, an array of records; empty if it is none.
  [[nodiscard]] std::vector<std::string> columns(std::string_view object) const;

  /// Where a `column` is named, here and below, that of a table: numbers, or as many numbers in each row.
  [[nodiscard]] ArrayInfo array(std::string_view object, std::string_view column = {}) const;
  /// Nothing if the array is no matrix of little-endian reals, or is stored in a way of which there is no layout.
  [[nodiscard]] std::optional<RowLayout> row_layout(std::string_view object) const;
  /// Where the array begins in the file, if it is stored as it is: little-endian integers of 32 bits at a multiple of
  /// 4, one after the other. Signed ones with the first bit set are beyond 2^31 there.
  [[nodiscard]] std::optional<std::int64_t> place_of_int32(std::string_view object) const;
  /// T: int32, int64 or uint32. `out` has as many elements as the array; integers of every width and byte
  /// order are accepted if each lies in [lowest, highest].
  template <class T>
  void read_integers(std::string_view object, std::span<T> out, std::int64_t lowest, std::int64_t highest,
                     std::string_view column = {}) const;
  /// T: float or double. Integers are rounded to the nearest; reals are stored as 16 (binary16 or bfloat16), 32 or 64
  /// bits; beyond the range of T is refused, like infinities.
  template <class T>
  void read_reals(std::string_view object, std::span<T> out, Missing missing, std::string_view column = {}) const;
  /// Of fixed or variable length, valid UTF-8; together at most as long as the file.
  [[nodiscard]] std::vector<std::string> read_texts(std::string_view object) const;

  [[nodiscard]] const std::string& name() const { return name_; }

  /// Bytes in memory of all that was read so far, and the most that a file of this size may ask for: constant numbers
  /// deflate to a thousandth, and a file of kilobytes must not take gigabytes.
  [[nodiscard]] std::int64_t read_bytes() const { return read_; }
  [[nodiscard]] std::int64_t most_bytes() const;
  void spend(std::int64_t bytes) const;

  template <class... Parts>
  [[noreturn]] void fail(std::string_view object, const Parts&... parts) const {
    throw DataError(name_, std::string(object), concat(parts...));
  }

 private:
  std::string name_;
  std::int64_t size_ = 0;
  std::int64_t id_ = -1;
  mutable std::int64_t read_ = 0;
};

/// How an array is stored: compressed in chunks where it is large, or as it is, for reading single rows.
enum class Storage { compressed, plain };

/// How numbers lie in memory, or are stored (always little-endian). Those of 16 bits lie in memory as they are stored;
/// bfloat16 has no name in HDF5, it is a type of 8 bits of exponent and 7 of fraction.
enum class Number { int32, int64, uint32, float32, float64, float16, bfloat16 };

inline constexpr std::size_t kMostTextsInAttribute = 4000;

/// A file being written beside its target. Groups on the way to an object are made as needed. Arrays
/// above 64 KiB are chunked, shuffled and deflated. Errors are DataErrors naming the target.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& target, Seal seal = Seal::none);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  void make_group(std::string_view object);
  void write_text_attribute(std::string_view object, const char* name, const std::string& value);
  /// Rank 1. Attributes hold 64 KiB: at most kMostTextsInAttribute strings, however long each is.
  void write_texts_attribute(std::string_view object, const char* name, std::span<const std::string> values);
  void write_integer_attribute(std::string_view object, const char* name, std::int64_t value);
  void write_integers_attribute(std::string_view object, const char* name, std::span<const std::int64_t> values);

  void write(std::string_view object, std::span<const std::int64_t> values);
  void write(std::string_view object, std::span<const std::int32_t> values);
  void write(std::string_view object, std::span<const float> values);
  void write(std::string_view object, std::span<const double> values);
  /// Row after row; each value of `memory` type must be one of the `stored` type too.
  void write_array(std::string_view object, std::span<const std::int64_t> shape, const void* data, Number memory,
                   Number stored, Storage storage = Storage::compressed);
  /// The same array, to be filled by write_rows; of `storage` plain it has its place in the file from the first row on.
  void create_array(std::string_view object, std::span<const std::int64_t> shape, Number stored, Storage storage);
  /// Rows first .. first + count of an array that was created.
  void write_rows(std::string_view object, std::int64_t first, std::int64_t count, const void* data, Number memory);
  void write_texts(std::string_view object, std::span<const std::string> values);

  /// Closes the file, flushes it to disk and gives it its name.
  void commit();

 private:
  [[noreturn]] void fail(std::string_view object, std::string_view what) const;

  AtomicFile file_;
  Seal seal_;
  std::int64_t id_ = -1;
};

}  // namespace weft::hdf5
