// Zip archives without compression, in memory, for inputs whose arrays and texts are to be changed, not their
// checksums.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <zlib.h>

namespace weft::fuzz {

/// Stored members (PKWARE APPNOTE 6.3.3).
class ZipWriter {
 public:
  void add(std::string_view name, std::string_view content) {
    const auto at = static_cast<std::uint32_t>(bytes_.size());
    const auto checksum = static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
    std::string fields;
    number(fields, 20, 2);  // version needed
    number(fields, 0, 2);   // flags
    number(fields, 0, 2);   // stored
    number(fields, 0, 4);   // time and date
    number(fields, checksum, 4);
    number(fields, content.size(), 4);
    number(fields, content.size(), 4);
    number(fields, name.size(), 2);
    number(fields, 0, 2);
    bytes_.append("PK\x03\x04").append(fields).append(name).append(content);
    directory_.append("PK\x01\x02");
    number(directory_, 20, 2);
    directory_.append(fields);
    number(directory_, 0, 2);  // comment
    number(directory_, 0, 2);  // disk
    number(directory_, 0, 2);  // internal attributes
    number(directory_, 0, 4);  // external attributes
    number(directory_, at, 4);
    directory_.append(name);
    ++count_;
  }

  [[nodiscard]] std::string finish() const {
    std::string whole = bytes_ + directory_ + "PK\x05\x06";
    number(whole, 0, 4);  // disks
    number(whole, count_, 2);
    number(whole, count_, 2);
    number(whole, directory_.size(), 4);
    number(whole, bytes_.size(), 4);
    number(whole, 0, 2);
    return whole;
  }

 private:
  static void number(std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      out.push_back(static_cast<char>(value >> (8 * i) & 255));
    }
  }

  std::string bytes_, directory_;
  std::uint64_t count_ = 0;
};

}  // namespace weft::fuzz
