// Variable-length strings of an HDF5 file, read from its global heap by Weft itself: following damaged
// references is where libhdf5 1.10 crashes most. Private.
//
// HDF5 File Format Specification 3.0, III.E (global heap) and IV.A.2.d: a stored string is its length (4
// bytes), the address of a heap collection (8) and the number of an object in it (4), little-endian.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace weft::hdf5 {

inline constexpr std::size_t kReferenceBytes = 16;

class TextHeap {
 public:
  /// Throws with the problem.
  using Fail = std::function<void(const std::string& problem)>;

  /// `base`: what addresses count from. `fail` is called on damaged data.
  TextHeap(const std::string& file, std::int64_t file_bytes, std::int64_t base, Fail fail);

  /// The string of a stored reference of kReferenceBytes. All strings together are at most as long as the
  /// file.
  [[nodiscard]] std::string text(const unsigned char* reference);

 private:
  struct Object {
    std::size_t at = 0, bytes = 0;
  };
  void load(std::uint64_t address);
  [[nodiscard]] std::string_view object(std::uint32_t number) const;

  std::ifstream file_;
  std::int64_t file_bytes_, base_;
  Fail fail_;
  std::int64_t text_left_;
  /// Damaged references may jump to and fro; this bounds the bytes that such jumps read.
  std::int64_t load_left_;
  std::uint64_t address_ = 0;
  std::string collection_;
  std::map<std::uint32_t, Object> objects_;
};

}  // namespace weft::hdf5
