// Compressed text, a block at a time: gzip, xz, bzip2 and Zstandard. Private.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace weft {

/// Turns compressed bytes into text, a block at a time.
class TextDecoder {
 public:
  virtual ~TextDecoder() = default;
  /// Decodes from `in`, which it shortens, into `out`; returns the bytes written. `last`: no more input
  /// will come. An empty problem() means that all is well.
  virtual std::size_t decode(std::span<const unsigned char>& in, std::span<unsigned char> out, bool last) = 0;
  /// Whether the data ended where a whole file may end.
  [[nodiscard]] virtual bool is_complete() const = 0;
  [[nodiscard]] const std::string& problem() const { return problem_; }

 protected:
  std::string problem_;
};

/// For what begins with these bytes; nothing if it is not compressed in one of these ways.
[[nodiscard]] std::unique_ptr<TextDecoder> decoder_of(std::span<const unsigned char> first_bytes);

}  // namespace weft
