#include "weft/io/text_heap.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/io/regular_file.hpp"

namespace weft::hdf5 {
namespace {

constexpr std::size_t kHeaderBytes = 16;
constexpr std::int64_t kMostReads = 256;

std::uint64_t number_at(const void* data, std::size_t bytes) {
  const auto* p = static_cast<const unsigned char*>(data);
  std::uint64_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) {
    value = value << 8 | p[i];
  }
  return value;
}

}  // namespace

TextHeap::TextHeap(const std::string& file, std::int64_t file_bytes, std::int64_t base, Fail fail)
    : file_(file, std::ios::binary),
      file_bytes_(file_bytes),
      base_(base),
      fail_(std::move(fail)),
      text_left_(file_bytes),
      load_left_(kMostReads * file_bytes) {
  if (!file_) {
    throw_not_opened(file, errno);
  }
}

std::string TextHeap::text(const unsigned char* reference) {
  const std::uint64_t length = number_at(reference, 4);
  const std::uint64_t address = number_at(reference + 4, 8);
  if (length == 0) {
    return {};
  }
  if (address != address_ || collection_.empty()) {
    load(address);
  }
  const std::string_view data = object(static_cast<std::uint32_t>(number_at(reference + 12, 4)));
  if (length > data.size()) {
    fail_(concat("a string of ", length, " bytes is stored in ", data.size()));
  }
  text_left_ -= static_cast<std::int64_t>(length);
  if (text_left_ < 0) {
    fail_("holds more text than the file has bytes");
  }
  const std::string_view text = data.substr(0, length);
  return std::string(text.substr(0, text.find('\0')));
}

void TextHeap::load(std::uint64_t address) {
  objects_.clear();
  collection_.clear();
  const auto room = static_cast<std::uint64_t>(file_bytes_ - base_);
  std::string header(kHeaderBytes, '\0');
  if (address > room || room - address < kHeaderBytes ||
      !file_.seekg(base_ + static_cast<std::int64_t>(address)).read(header.data(), kHeaderBytes)) {
    file_.clear();
    fail_("a string lies beyond the end of the file");
  }
  const std::uint64_t bytes = number_at(header.data() + 8, 8);
  if (header.substr(0, 5) != std::string("GCOL\x01", 5) || bytes < kHeaderBytes || bytes > room - address) {
    fail_("a string lies where no text is stored");
  }
  load_left_ -= static_cast<std::int64_t>(bytes);
  if (load_left_ < 0) {
    fail_("its strings are scattered without end");
  }
  collection_ = header;
  collection_.resize(bytes);
  if (!file_.read(collection_.data() + kHeaderBytes, static_cast<std::streamsize>(bytes - kHeaderBytes))) {
    file_.clear();
    fail_("the text cannot be read");
  }
  address_ = address;
  // Objects: number (2), references (2), reserved (4), size (8), data padded to 8. Number 0 is free space.
  for (std::size_t at = kHeaderBytes; bytes - at >= kHeaderBytes;) {
    const auto number = static_cast<std::uint32_t>(number_at(collection_.data() + at, 2));
    const std::uint64_t size = number_at(collection_.data() + at + 8, 8);
    at += kHeaderBytes;
    if (number == 0) {
      break;
    }
    if (size > bytes - at) {
      fail_("a stored string reaches beyond its heap");
    }
    objects_[number] = {at, static_cast<std::size_t>(size)};
    at += std::min<std::uint64_t>((size + 7) / 8 * 8, bytes - at);
  }
}

std::string_view TextHeap::object(std::uint32_t number) const {
  const auto found = objects_.find(number);
  if (found == objects_.end()) {
    fail_(concat("string ", number, " is not in its heap"));
    return {};
  }
  return std::string_view(collection_).substr(found->second.at, found->second.bytes);
}

}  // namespace weft::hdf5
