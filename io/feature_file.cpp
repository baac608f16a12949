#include "weft/io/feature_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include "weft/io/half_floats.hpp"
#include "weft/io/hdf5_file.hpp"

namespace weft {
namespace {

using hdf5::RowLayout;

constexpr const char* kObject = "/node/x";
constexpr std::uint32_t kNotKept = std::numeric_limits<std::uint32_t>::max();
/// Rows that are closer together than this are read in one call, with what lies between.
constexpr std::int64_t kLargestGap = 8 << 10;
constexpr std::int64_t kLargestRead = 1 << 20;

/// A row to read, and where it goes.
struct Wanted {
  std::uint32_t row, place;
};

}  // namespace

/// The file and the layout of its rows.
class FeatureFile::Reader {
 public:
  Reader(std::string name, RowLayout layout) : name_(std::move(name)), layout_(std::move(layout)) {
    file_ = ::open(name_.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) {
      throw DataError(name_, kObject, std::string("cannot be opened: ") + std::strerror(errno));
    }
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { ::close(file_); }

  [[nodiscard]] Shape shape() const { return {layout_.rows, layout_.cols}; }

  /// `wanted` ascends by row.
  void read(std::span<const Wanted> wanted, Tensor& out) const {
    layout_.offset >= 0 ? read_plain(wanted, out) : read_chunks(wanted, out);
    check_finite(wanted, out);
  }

 private:
  void read_bytes(std::int64_t offset, std::int64_t bytes, unsigned char* to) const {
    while (bytes > 0) {
      const ssize_t got = ::pread(file_, to, static_cast<std::size_t>(bytes), offset);
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got <= 0) {
        throw DataError(
            name_, kObject,
            concat("cannot be read at byte ", offset, ": ", got == 0 ? "the file ends" : std::strerror(errno)));
      }
      offset += got;
      to += got;
      bytes -= got;
    }
  }

  /// `count` elements as they are stored to floats.
  void convert(const unsigned char* from, std::int64_t count, float* to) const {
    if (layout_.element_bytes == 4) {
      std::memcpy(to, from, static_cast<std::size_t>(count) * 4);
      return;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      if (layout_.element_bytes == 2) {
        std::uint16_t half = 0;
        std::memcpy(&half, from + 2 * i, sizeof half);
        to[i] = layout_.is_bfloat16 ? from_bfloat16(half) : from_float16(half);
      } else {
        double wide = 0.0;
        std::memcpy(&wide, from + 8 * i, sizeof wide);
        to[i] = static_cast<float>(wide);
      }
    }
  }

  /// Where the run of close rows that starts at `begin` ends.
  [[nodiscard]] std::size_t end_of_run(std::span<const Wanted> wanted, std::size_t begin,
                                       std::int64_t row_bytes) const {
    const std::int64_t first = wanted[begin].row;
    std::size_t end = begin + 1;
    while (end < wanted.size() &&
           (std::int64_t{wanted[end].row} - wanted[end - 1].row - 1) * row_bytes <= kLargestGap &&
           (std::int64_t{wanted[end].row} - first + 1) * row_bytes <= kLargestRead) {
      ++end;
    }
    return end;
  }

  void read_plain(std::span<const Wanted> wanted, Tensor& out) const {
    const std::int64_t row_bytes = layout_.cols * layout_.element_bytes;
    const auto bytes_of = [&](std::size_t begin, std::size_t end) {
      return (std::int64_t{wanted[end - 1].row} - wanted[begin].row + 1) * row_bytes;
    };
    // All runs are asked for before the first is waited for: a disk serves many at a time.
    for (std::size_t begin = 0, end = 0; begin < wanted.size(); begin = end) {
      end = end_of_run(wanted, begin, row_bytes);
      (void)::posix_fadvise(file_, layout_.offset + wanted[begin].row * row_bytes, bytes_of(begin, end),
                            POSIX_FADV_WILLNEED);
    }
    std::vector<unsigned char> block;
    for (std::size_t begin = 0; begin < wanted.size();) {
      const std::size_t end = end_of_run(wanted, begin, row_bytes);
      const std::int64_t first = wanted[begin].row, bytes = bytes_of(begin, end);
      block.resize(static_cast<std::size_t>(bytes));
      read_bytes(layout_.offset + first * row_bytes, bytes, block.data());
      for (; begin < end; ++begin) {
        convert(block.data() + (std::int64_t{wanted[begin].row} - first) * row_bytes, layout_.cols,
                out.row(wanted[begin].place).data());
      }
    }
  }

  void read_chunks(std::span<const Wanted> wanted, Tensor& out) const {
    const std::int64_t across = (layout_.cols + layout_.chunk_cols - 1) / layout_.chunk_cols;
    std::vector<unsigned char> stored, shuffled, elements;
    for (std::size_t begin = 0; begin < wanted.size();) {
      const std::int64_t strip = wanted[begin].row / layout_.chunk_rows;
      std::size_t end = begin;
      while (end < wanted.size() && wanted[end].row / layout_.chunk_rows == strip) {
        ++end;
      }
      for (std::int64_t k = 0; k < across; ++k) {
        const std::int64_t first_col = k * layout_.chunk_cols;
        const std::int64_t cols = std::min(layout_.chunk_cols, layout_.cols - first_col);
        const bool is_there =
            read_chunk(layout_.chunks[static_cast<std::size_t>(strip * across + k)], stored, shuffled, elements);
        for (std::size_t i = begin; i < end; ++i) {
          float* to = out.row(wanted[i].place).data() + first_col;
          if (is_there) {
            const std::int64_t row = wanted[i].row - strip * layout_.chunk_rows;
            convert(elements.data() + row * layout_.chunk_cols * layout_.element_bytes, cols, to);
          } else {
            std::fill_n(to, cols, 0.0F);
          }
        }
      }
      begin = end;
    }
  }

  /// Whether the chunk was ever written; then its elements.
  bool read_chunk(const RowLayout::Chunk& chunk, std::vector<unsigned char>& stored,
                  std::vector<unsigned char>& shuffled, std::vector<unsigned char>& elements) const {
    if (chunk.offset < 0) {
      return false;
    }
    const auto bytes = static_cast<std::size_t>(layout_.chunk_rows * layout_.chunk_cols * layout_.element_bytes);
    const auto was_applied = [&](bool there, unsigned place) { return there && (chunk.skipped >> place & 1U) == 0; };
    const bool shuffles = was_applied(layout_.shuffled, 0), deflates = was_applied(layout_.deflated, layout_.shuffled);
    stored.resize(static_cast<std::size_t>(chunk.bytes));
    read_bytes(chunk.offset, chunk.bytes, stored.data());
    std::vector<unsigned char>& plain = shuffles ? shuffled : elements;
    if (deflates) {
      plain.resize(bytes);
      uLongf size = bytes;
      if (uncompress(plain.data(), &size, stored.data(), stored.size()) != Z_OK || size != bytes) {
        throw DataError(name_, kObject, concat("the chunk at byte ", chunk.offset, " cannot be decompressed"));
      }
    } else {
      if (stored.size() != bytes) {
        throw DataError(name_, kObject,
                        concat("the chunk at byte ", chunk.offset, " has ", stored.size(), " bytes, expected ", bytes));
      }
      plain.swap(stored);
    }
    if (shuffles) {
      // Byte b of all elements, then byte b + 1.
      elements.resize(bytes);
      const auto element = static_cast<std::size_t>(layout_.element_bytes);
      const std::size_t count = bytes / element;
      for (std::size_t b = 0; b < element; ++b) {
        for (std::size_t i = 0; i < count; ++i) {
          elements[i * element + b] = shuffled[b * count + i];
        }
      }
    }
    return true;
  }

  void check_finite(std::span<const Wanted> wanted, const Tensor& out) const {
    for (const Wanted& one : wanted) {
      for (const float value : out.row(one.place)) {
        if (!std::isfinite(value)) {
          throw DataError(name_, kObject, concat("row ", one.row, " holds ", value, ", expected finite numbers"));
        }
      }
    }
  }

  std::string name_;
  RowLayout layout_;
  int file_ = -1;
};

FeatureFile::FeatureFile(std::unique_ptr<const Reader> reader) : reader_(std::move(reader)) {}
FeatureFile::~FeatureFile() = default;

std::unique_ptr<FeatureFile> FeatureFile::open(const std::filesystem::path& path) {
  std::optional<RowLayout> layout;
  {
    const hdf5::InputFile file(path);
    if (!file.has(kObject) || file.is_group(kObject)) {
      return nullptr;
    }
    layout = file.row_layout(kObject);
  }
  if (!layout || layout->rows > std::int64_t{kNotKept}) {
    return nullptr;
  }
  return std::unique_ptr<FeatureFile>(
      new FeatureFile(std::make_unique<const Reader>(path.string(), std::move(*layout))));
}

Shape FeatureFile::shape() const {
  return reader_->shape();
}

void FeatureFile::keep(std::span<const std::uint32_t> index) {
  place_ = {};
  Tensor kept = std::get<Tensor>(rows(index));
  Buffer<std::uint32_t> place(static_cast<std::size_t>(shape().rows), kNotKept);
  for (std::size_t i = 0; i < index.size(); ++i) {
    place[index[i]] = static_cast<std::uint32_t>(i);
  }
  kept_ = std::move(kept);
  place_ = std::move(place);
}

Features FeatureFile::rows(std::span<const std::uint32_t> index) const {
  Tensor out = Tensor::uninitialized(static_cast<std::int64_t>(index.size()), shape().cols);
  std::vector<Wanted> wanted;
  for (std::size_t i = 0; i < index.size(); ++i) {
    require(std::int64_t{index[i]} < shape().rows, "FeatureFile: row ", index[i], " was asked for, expected below ",
            shape().rows);
    if (!place_.empty() && place_[index[i]] != kNotKept) {
      std::ranges::copy(kept_.row(place_[index[i]]), out.row(static_cast<std::int64_t>(i)).begin());
    } else {
      wanted.push_back({index[i], static_cast<std::uint32_t>(i)});
    }
  }
  std::ranges::sort(wanted, {}, &Wanted::row);
  reader_->read(wanted, out);
  return out;
}

}  // namespace weft
