// One pickle: run, then read as an array and as a matrix in compressed rows.
#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/pickle_reader.hpp"
#include "weft/io/importers/sparse_rows.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  const auto path = fuzz::folder().write("p", fuzz::text_of(data, size));
  fuzz::expect_data_error_only([&] {
    const Pickle pickle(path);
    if (pickle.root().kind != PickleObject::Kind::compressed_rows) {
      static_cast<void>(features_of(pickle.array()));
      return;
    }
    const auto [rows, cols] = pickle.shape_of_rows();
    static_cast<void>(to_sparse({.offsets = pickle.member_array("indptr"),
                                 .columns = pickle.member_array("indices"),
                                 .values = pickle.member_array("data"),
                                 .rows = rows,
                                 .cols = cols}));
  });
  return 0;
}
