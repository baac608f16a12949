#include "weft/io/importers/text_decoder.hpp"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>

#include "weft/core/error.hpp"
#include "weft/io/importers/zip_decoder.hpp"

namespace weft {
namespace {

constexpr std::uint64_t kLzmaMemory = std::uint64_t{1} << 28;

// One or more gzip members (RFC 1952) end to end, each with its checksum.
class GzipDecoder final : public TextDecoder {
 public:
  GzipDecoder() {
    if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;
  ~GzipDecoder() override { inflateEnd(&stream_); }

  std::size_t decode(std::span<const unsigned char>& in, std::span<unsigned char> out, bool /*last*/) override {
    if (complete_ && !in.empty()) {
      inflateReset(&stream_);
      complete_ = false;
    }
    stream_.next_in = const_cast<unsigned char*>(in.data());
    stream_.avail_in = static_cast<unsigned>(in.size());
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<unsigned>(out.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    in = in.last(stream_.avail_in);
    if (result == Z_STREAM_END) {
      complete_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      problem_ = concat("the gzip data is damaged (", stream_.msg == nullptr ? "no reason given" : stream_.msg, ")");
    }
    return out.size() - stream_.avail_out;
  }
  [[nodiscard]] bool is_complete() const override { return complete_; }

 private:
  z_stream stream_{};
  bool complete_ = false;
};

/// One or more streams end to end.
class XzDecoder final : public TextDecoder {
 public:
  XzDecoder() {
    if (lzma_stream_decoder(&stream_, kLzmaMemory, LZMA_CONCATENATED) != LZMA_OK) {
      throw std::bad_alloc();
    }
  }
  XzDecoder(const XzDecoder&) = delete;
  XzDecoder& operator=(const XzDecoder&) = delete;
  ~XzDecoder() override { lzma_end(&stream_); }

  std::size_t decode(std::span<const unsigned char>& in, std::span<unsigned char> out, bool last) override {
    stream_.next_in = in.data();
    stream_.avail_in = in.size();
    stream_.next_out = out.data();
    stream_.avail_out = out.size();
    const lzma_ret result = lzma_code(&stream_, last ? LZMA_FINISH : LZMA_RUN);
    in = in.last(stream_.avail_in);
    complete_ = result == LZMA_STREAM_END;
    if (result == LZMA_MEMLIMIT_ERROR) {
      problem_ = concat("the xz data needs more than ", kLzmaMemory, " bytes of memory");
    } else if (result != LZMA_OK && result != LZMA_STREAM_END && result != LZMA_BUF_ERROR) {
      problem_ = "the xz data is damaged";
    }
    return out.size() - stream_.avail_out;
  }
  [[nodiscard]] bool is_complete() const override { return complete_; }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool complete_ = false;
};

/// One or more streams end to end, as parallel programs write them.
class Bzip2Decoder final : public TextDecoder {
 public:
  Bzip2Decoder() { start(); }
  Bzip2Decoder(const Bzip2Decoder&) = delete;
  Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;
  ~Bzip2Decoder() override { BZ2_bzDecompressEnd(&stream_); }

  std::size_t decode(std::span<const unsigned char>& in, std::span<unsigned char> out, bool /*last*/) override {
    if (complete_ && !in.empty()) {
      BZ2_bzDecompressEnd(&stream_);
      start();
    }
    // The library does not write to its input.
    stream_.next_in = const_cast<char*>(reinterpret_cast<const char*>(in.data()));
    stream_.avail_in = static_cast<unsigned>(in.size());
    stream_.next_out = reinterpret_cast<char*>(out.data());
    stream_.avail_out = static_cast<unsigned>(out.size());
    const int result = BZ2_bzDecompress(&stream_);
    in = in.last(stream_.avail_in);
    if (result == BZ_STREAM_END) {
      complete_ = true;
    } else if (result != BZ_OK) {
      problem_ = "the bzip2 data is damaged";
    }
    return out.size() - stream_.avail_out;
  }
  [[nodiscard]] bool is_complete() const override { return complete_; }

 private:
  void start() {
    stream_ = {};
    complete_ = false;
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) {
      throw std::bad_alloc();
    }
  }

  bz_stream stream_{};
  bool complete_ = false;
};

/// One or more frames end to end.
class ZstdDecoder final : public TextDecoder {
 public:
  ZstdDecoder() : stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) {
      throw std::bad_alloc();
    }
  }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;
  ~ZstdDecoder() override { ZSTD_freeDStream(stream_); }

  std::size_t decode(std::span<const unsigned char>& in, std::span<unsigned char> out, bool /*last*/) override {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t result = ZSTD_decompressStream(stream_, &to, &from);
    in = in.subspan(from.pos);
    if (ZSTD_isError(result) != 0U) {
      problem_ = concat("the zstd data is damaged (", ZSTD_getErrorName(result), ")");
    }
    complete_ = result == 0;
    return to.pos;
  }
  [[nodiscard]] bool is_complete() const override { return complete_; }

 private:
  ZSTD_DStream* stream_;
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<TextDecoder> decoder_of(std::span<const unsigned char> first_bytes) {
  const auto starts_with = [&](std::string_view magic) {
    return first_bytes.size() >= magic.size() && std::memcmp(first_bytes.data(), magic.data(), magic.size()) == 0;
  };
  if (starts_with("\x1f\x8b")) {
    return std::make_unique<GzipDecoder>();
  }
  constexpr std::string_view kXz("\xfd\x37zXZ\0", 6);
  if (starts_with(kXz)) {
    return std::make_unique<XzDecoder>();
  }
  // A text may begin with BZh: the head of the first block follows, or the end of a stream without any.
  constexpr std::size_t kBlockAt = 4;
  const bool is_bzip2 = starts_with("BZh") && first_bytes.size() > kBlockAt + 1 &&
                        ((first_bytes[kBlockAt] == 0x31 && first_bytes[kBlockAt + 1] == 0x41) ||
                         (first_bytes[kBlockAt] == 0x17 && first_bytes[kBlockAt + 1] == 0x72));
  if (is_bzip2) {
    return std::make_unique<Bzip2Decoder>();
  }
  if (starts_with("\x28\xb5\x2f\xfd")) {
    return std::make_unique<ZstdDecoder>();
  }
  return begins_as_zip(first_bytes) ? zip_decoder() : nullptr;
}

}  // namespace weft
