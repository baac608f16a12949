// Sparse matrices.
#include "weft/tensor/sparse_matrix.hpp"

#include <vector>

#include "tests/support.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;
using test::small_sparse;

TEST(SparseMatrix, RefusesArraysThatBreakItsPromises) {
  const auto make = [](std::vector<EdgeId> offsets, std::vector<std::uint32_t> columns) {
    return SparseMatrix(2, 3, Buffer<EdgeId>::copy_of(offsets), Buffer<std::uint32_t>::copy_of(columns),
                        Buffer<float>(columns.size(), 1.0F));
  };
  expect_throws<ArgumentError>([&] { (void)make({0, 1}, {0}); }, "there are 2 offsets");
  expect_throws<ArgumentError>([&] { (void)make({1, 1, 1}, {0}); }, "start at 1");
  expect_throws<ArgumentError>([&] { (void)make({0, 2, 1}, {0}); }, "fall after row 1");
  expect_throws<ArgumentError>([&] { (void)make({0, 0, 2}, {0}); }, "end at 2");
  expect_throws<ArgumentError>([&] { (void)make({0, 1, 1}, {3}); }, "entry 0 is in column 3");
}

TEST(SparseMatrix, SelectsRows) {
  const std::vector<std::int64_t> index = {2, 0, 2};
  expect_near(select_rows(small_sparse(), index).to_dense(), Tensor{{0, 3, 4}, {1, 0, 2}, {0, 3, 4}});
}

}  // namespace
}  // namespace weft
