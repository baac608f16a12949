// A zip archive: its names, and every member.
#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/zip_archive.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  const auto path = fuzz::folder().write("a.zip", fuzz::text_of(data, size));
  fuzz::expect_data_error_only([&] {
    const ZipArchive archive(path);
    for (const std::string& name : archive.names()) {
      static_cast<void>(archive.read(name));
    }
  });
  return 0;
}
