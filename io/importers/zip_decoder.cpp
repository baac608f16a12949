#include "weft/io/importers/zip_decoder.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>

#include "weft/core/error.hpp"

namespace weft {
namespace {

constexpr std::uint64_t kLocalHeader = 0x04034b50, kDescriptor = 0x08074b50;
// Of a member, and of its descriptor with the signature of what follows, whose sizes may have 8 bytes.
constexpr std::size_t kHeaderBytes = 30, kSignatureBytes = 4, kDescriptorBytes = 12, kLongDescriptorBytes = 20;

class ZipDecoder final : public TextDecoder {
 public:
  ZipDecoder() {
    if (inflateInit2(&stream_, -MAX_WBITS) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ZipDecoder(const ZipDecoder&) = delete;
  ZipDecoder& operator=(const ZipDecoder&) = delete;
  ~ZipDecoder() override { inflateEnd(&stream_); }

  std::size_t decode(std::span<const unsigned char>& in, std::span<unsigned char> out, bool /*last*/) override {
    while (problem_.empty()) {
      const std::size_t before = in.size();
      const Part part = part_;
      std::size_t written = 0;
      switch (part_) {
        case Part::signature:
          if (take(in, kSignatureBytes)) {
            part_ = number(0, kSignatureBytes) == kLocalHeader ? Part::header : Part::directory;
          }
          break;
        case Part::header:
          if (take(in, kHeaderBytes) && take(in, kHeaderBytes + number(26, 2) + number(28, 2))) {
            begin_member();
          }
          break;
        case Part::data:
          written = is_deflated_ ? inflate_some(in, out) : copy_some(in, out);
          break;
        case Part::descriptor:
          if (take(in, kSignatureBytes + kLongDescriptorBytes + kSignatureBytes)) {
            read_descriptor();
          }
          break;
        case Part::directory:
          if (!has_file_ && problem_.empty()) {
            problem_ = "the zip archive holds no file";
          }
          in = {};
          return 0;
      }
      if (written > 0 && !is_passed_over_) {
        return written;
      }
      if (in.size() == before && part_ == part && written == 0) {
        return 0;
      }
    }
    return 0;
  }
  [[nodiscard]] bool is_complete() const override { return part_ == Part::directory; }

 private:
  enum class Part : std::uint8_t { signature, header, data, descriptor, directory };

  /// Gathers so many bytes of a record; false: more are to come.
  bool take(std::span<const unsigned char>& in, std::size_t count) {
    const std::size_t more = std::min(in.size(), count - std::min(count, record_.size()));
    record_.append(reinterpret_cast<const char*>(in.data()), more);
    in = in.subspan(more);
    return record_.size() >= count;
  }
  [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t bytes) const {
    std::uint64_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) {
      value = value << 8 | static_cast<unsigned char>(record_[at + i]);
    }
    return value;
  }

  void begin_member() {
    const std::uint64_t flags = number(6, 2), method = number(8, 2);
    const std::string name = record_.substr(kHeaderBytes, number(26, 2));
    const std::string_view file = std::string_view(name).substr(name.rfind('/') + 1);
    is_passed_over_ = name.ends_with('/') || name.starts_with("__MACOSX/") || file == ".DS_Store";
    has_descriptor_ = (flags & 8U) != 0;
    is_deflated_ = method == Z_DEFLATED;
    expected_crc_ = number(14, 4);
    left_ = number(18, 4);
    if (left_ == 0xFFFFFFFFU && !has_descriptor_ && !read_long_size()) {
      problem_ = concat("the zip archive is damaged at '", name, "': it has no size");
    } else if ((flags & 1U) != 0) {
      problem_ = concat("'", name, "' in the zip archive is encrypted");
    } else if (!is_deflated_ && method != 0) {
      problem_ = concat("'", name, "' in the zip archive is packed by method ", method, ", expected deflate or none");
    } else if (!is_deflated_ && has_descriptor_ && !name.ends_with('/')) {
      problem_ = concat("'", name, "' in the zip archive is stored without its size");
    } else if (!is_passed_over_ && has_file_) {
      problem_ = concat("the zip archive holds several files, '", name_, "' and '", name,
                        "', expected one; unpack it, and name the file");
    }
    if (!is_passed_over_ && !has_file_) {
      has_file_ = true;
      name_ = name;
    }
    crc_ = crc32(0, nullptr, 0);
    inflateReset(&stream_);
    record_.clear();
    part_ = Part::data;
  }

  /// Of more than 4 GiB: in an extra field, behind the size of the content.
  bool read_long_size() {
    std::size_t at = kHeaderBytes + number(26, 2);
    constexpr std::size_t kFieldBytes = 4, kBothSizes = 16;
    while (at + kFieldBytes <= record_.size()) {
      const std::size_t length = number(at + 2, 2);
      if (number(at, 2) == 1 && length >= kBothSizes && at + kFieldBytes + kBothSizes <= record_.size()) {
        left_ = number(at + kFieldBytes + 8, 8);
        return true;
      }
      at += kFieldBytes + length;
    }
    return false;
  }

  std::size_t inflate_some(std::span<const unsigned char>& in, std::span<unsigned char> out) {
    stream_.next_in = const_cast<unsigned char*>(in.data());
    stream_.avail_in = static_cast<unsigned>(in.size());
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<unsigned>(out.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    in = in.last(stream_.avail_in);
    const std::size_t written = out.size() - stream_.avail_out;
    crc_ = crc32(crc_, out.data(), static_cast<unsigned>(written));
    if (result == Z_STREAM_END) {
      end_member();
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      problem_ = concat("the zip data is damaged (", stream_.msg == nullptr ? "no reason given" : stream_.msg, ")");
    }
    return written;
  }

  std::size_t copy_some(std::span<const unsigned char>& in, std::span<unsigned char> out) {
    const std::size_t count = std::min<std::uint64_t>({in.size(), out.size(), left_});
    std::copy_n(in.begin(), count, out.begin());
    crc_ = crc32(crc_, out.data(), static_cast<unsigned>(count));
    in = in.subspan(count);
    left_ -= count;
    if (left_ == 0) {
      end_member();
    }
    return count;
  }

  void end_member() {
    if (has_descriptor_) {
      part_ = Part::descriptor;
      return;
    }
    check(expected_crc_);
    part_ = Part::signature;
  }

  /// With a signature before it or not, and sizes of 4 or 8 bytes: as the signature of the next record stands behind
  /// it.
  void read_descriptor() {
    const std::size_t first = number(0, kSignatureBytes) == kDescriptor ? kSignatureBytes : 0;
    check(number(first, 4));
    const auto is_record = [&](std::size_t at) { return record_[at] == 'P' && record_[at + 1] == 'K'; };
    const std::size_t end = first + (is_record(first + kDescriptorBytes) ? kDescriptorBytes : kLongDescriptorBytes);
    if (!is_record(end)) {
      problem_ = "the zip data is damaged behind a file";
      return;
    }
    // The rest is of what follows.
    record_.erase(0, end);
    part_ = number(0, kSignatureBytes) == kLocalHeader ? Part::header : Part::directory;
  }

  void check(std::uint64_t expected) {
    if (crc_ != expected && problem_.empty()) {
      problem_ = "the zip data is damaged (its checksum is another)";
    }
  }

  z_stream stream_{};
  Part part_ = Part::signature;
  /// Of the record that is being read.
  std::string record_;
  /// Of the member that is read.
  bool is_deflated_ = false, has_descriptor_ = false, is_passed_over_ = false;
  std::uint64_t left_ = 0, crc_ = 0, expected_crc_ = 0;
  /// Of the file that is the text.
  bool has_file_ = false;
  std::string name_;
};

}  // namespace

bool begins_as_zip(std::span<const unsigned char> first_bytes) {
  // A member, or the end record of an empty archive.
  return first_bytes.size() >= kSignatureBytes && first_bytes[0] == 'P' && first_bytes[1] == 'K' &&
         ((first_bytes[2] == 3 && first_bytes[3] == 4) || (first_bytes[2] == 5 && first_bytes[3] == 6));
}

std::unique_ptr<TextDecoder> zip_decoder() {
  return std::make_unique<ZipDecoder>();
}

}  // namespace weft
