// Text, plain or compressed, as lines, as fields, and as numbers.
#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/number_rows.hpp"
#include "weft/io/importers/text_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  std::string_view input = fuzz::text_of(data, size);
  const unsigned reader = fuzz::take_byte(input) % 3;
  const auto path = fuzz::folder().write("text", input);
  fuzz::expect_data_error_only([&] {
    if (reader == 0) {
      DelimitedRows rows(path);
      for (std::vector<std::string_view> fields; rows.next(fields);) {
        static_cast<void>(rows.parse_float(fields.back(), {}));
      }
      return;
    }
    TextInput text(path);
    if (reader == 1) {
      for (std::string_view line; text.next(line);) {
      }
      return;
    }
    NumberRows rows(text);
    while (rows.next()) {
      for (std::int64_t j = 0; j < rows.cols(); ++j) {
        static_cast<void>(rows.is_integer(j) ? static_cast<float>(rows.integer(j)) : rows.real(j, NotANumber::allowed));
      }
    }
  });
  return 0;
}
