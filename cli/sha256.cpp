#include "weft/cli/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

#include "weft/core/error.hpp"

namespace weft::cli {

std::string sha256_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    throw DataError(file.string(), "", "cannot be opened");
  }
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto need = [](bool is_done) {
    if (!is_done) {
      throw std::runtime_error("libcrypto cannot compute SHA-256");
    }
  };
  need(context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
  std::vector<char> block(1 << 20);
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    need(EVP_DigestUpdate(context.get(), block.data(), static_cast<std::size_t>(in.gcount())) == 1);
  }
  if (in.bad()) {
    throw DataError(file.string(), "", "cannot be read to its end");
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  need(EVP_DigestFinal_ex(context.get(), digest.data(), &length) == 1);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < length; ++i) {
    text += kDigits[digest[i] / 16];
    text += kDigits[digest[i] % 16];
  }
  return text;
}

}  // namespace weft::cli
