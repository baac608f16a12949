// One NumPy array, each element read as an integer and as a real.
#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/npy_array.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  const std::string_view input = fuzz::text_of(data, size);
  fuzz::expect_data_error_only([&] {
    const NumberArray array = parse_npy(input, "a.npz", "a");
    for (std::int64_t i = 0; i < array.size(); ++i) {
      static_cast<void>(array.real(i));
    }
    for (std::int64_t i = 0; i < array.size(); ++i) {
      static_cast<void>(array.integer(i));
    }
  });
  return 0;
}
