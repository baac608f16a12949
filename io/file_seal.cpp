#include "weft/io/file_seal.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "weft/core/error.hpp"

namespace weft {
namespace {

// Slicing by eight (Kounavis and Berry, "A systematic approach to building high performance software-based
// CRC generators", 2005): table[k][b] is the CRC of byte b followed by k zero bytes.
constexpr std::array<std::array<std::uint32_t, 256>, 8> make_tables() {
  std::array<std::array<std::uint32_t, 256>, 8> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc >> 1 ^ (0xEDB88320U & (0U - (crc & 1U)));
    }
    table[0][byte] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      table[k][byte] = table[k - 1][byte] >> 8 ^ table[0][table[k - 1][byte] & 0xFFU];
    }
  }
  return table;
}
constexpr auto kTable = make_tables();

struct Content {
  std::uint32_t crc = 0;
  std::int64_t bytes = 0;
};

// Of everything after the user block.
Content content_of(std::istream& file) {
  file.seekg(kSealBytes);
  std::vector<char> block(1 << 20);
  Content content;
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    content.crc = crc32({reinterpret_cast<const unsigned char*>(block.data()), count}, content.crc);
    content.bytes += static_cast<std::int64_t>(count);
  }
  return content;
}

std::string seal_of(const Content& content) {
  std::array<char, kSealBytes> text{};
  std::snprintf(text.data(), text.size(), "weft-seal 1 crc32 %08x bytes %lld\n", static_cast<unsigned>(content.crc),
                static_cast<long long>(content.bytes));
  return {text.data(), text.size()};
}

}  // namespace

std::uint32_t crc32(std::span<const unsigned char> bytes, std::uint32_t crc) {
  crc = ~crc;
  const unsigned char* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, p += 8) {
    crc ^= std::uint32_t{p[0]} | std::uint32_t{p[1]} << 8 | std::uint32_t{p[2]} << 16 | std::uint32_t{p[3]} << 24;
    crc = kTable[7][crc & 0xFF] ^ kTable[6][crc >> 8 & 0xFF] ^ kTable[5][crc >> 16 & 0xFF] ^ kTable[4][crc >> 24] ^
          kTable[3][p[4]] ^ kTable[2][p[5]] ^ kTable[1][p[6]] ^ kTable[0][p[7]];
  }
  for (; left > 0; --left, ++p) {
    crc = crc >> 8 ^ kTable[0][(crc ^ *p) & 0xFF];
  }
  return ~crc;
}

void seal_file(const std::filesystem::path& written, const std::filesystem::path& target) {
  std::fstream file(written, std::ios::in | std::ios::out | std::ios::binary);
  const std::string seal = seal_of(content_of(file));
  file.clear();
  file.seekp(0);
  file.write(seal.data(), static_cast<std::streamsize>(seal.size()));
  file.close();
  if (file.fail()) {
    throw DataError(target.string(), "", concat("cannot be sealed: ", std::strerror(errno)));
  }
}

void check_seal(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string seal(kSealBytes, '\0');
  file.read(seal.data(), kSealBytes);
  if (!file || !seal.starts_with("weft-seal ")) {
    throw DataError(path.string(), "", "does not start with the seal of a Weft model or checkpoint file");
  }
  if (const Content content = content_of(file); seal != seal_of(content)) {
    throw DataError(path.string(), "",
                    concat("is damaged: its content of ", content.bytes,
                           " bytes does not fit the length and checksum in its seal"));
  }
}

}  // namespace weft
