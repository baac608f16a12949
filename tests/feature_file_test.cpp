// Features that stay in their file, and jobs that read them there.
#include "weft/io/feature_file.hpp"

#include <filesystem>
#include <fstream>
#include <limits>
#include <vector>

#include <hdf5.h>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/trained_models.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/dataset.hpp"
#include "weft/runs/run.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::same_bits;
using test::TemporaryFolder;
using test::two_communities;

/// Rows in an order of their own, with repeats and neighbors.
std::vector<std::uint32_t> some_rows(std::int64_t count) {
  std::vector<std::uint32_t> rows = {5, 4, 6, 0, 5, static_cast<std::uint32_t>(count - 1)};
  for (std::int64_t i = 0; i < count; i += 7) {
    rows.push_back(static_cast<std::uint32_t>(i * 131 % count));
  }
  return rows;
}

TEST(FeatureFile, ReadsRowsThatFollowEachOtherAndRowsInCompressedChunks) {
  const TemporaryFolder folder;
  // 64 KiB and less are stored plainly, more in chunks of about 256 KiB.
  for (const auto& [nodes, columns] : {std::pair{300, 8}, std::pair{5000, 50}, std::pair{40, 70000}}) {
    SCOPED_TRACE(columns);
    const Dataset data = two_communities(nodes, columns);
    const auto& x = std::get<Tensor>(data.node_features.in_memory());
    write_dataset(data, folder / "data.h5");
    const auto file = FeatureFile::open(folder / "data.h5");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(file->shape(), x.shape());
    const auto rows = some_rows(nodes);
    EXPECT_TRUE(same_bits(std::get<Tensor>(file->rows(rows)), gather_rows(x, rows)));
    file->keep(std::vector<std::uint32_t>{5, 7, 14});
    EXPECT_TRUE(same_bits(std::get<Tensor>(file->rows(rows)), gather_rows(x, rows)));
    expect_throws<ArgumentError>(
        [&] { (void)file->rows(std::vector<std::uint32_t>{static_cast<std::uint32_t>(nodes)}); },
        "was asked for, expected below");
  }
}

TEST(FeatureFile, ReadsHalvesAndDoubles) {
  const TemporaryFolder folder;
  const std::string path = (folder / "data.h5").string();
  const std::vector<float> values = {0.0F, -0.0F, 1.0F, -2.5F, 65504.0F, 5.9604645e-8F, 0.33325195F, 1024.0F};
  for (const bool halves : {true, false}) {
    const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t group = H5Gcreate2(file, "/node", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t type = H5Tcopy(halves ? H5T_IEEE_F32LE : H5T_IEEE_F64LE);
    if (halves) {
      H5Tset_fields(type, 15, 10, 5, 0, 10);
      H5Tset_size(type, 2);
      H5Tset_ebias(type, 15);
    }
    const hsize_t shape[] = {4, 2};
    const hid_t space = H5Screate_simple(2, shape, nullptr);
    const hid_t array = H5Dcreate2(file, "/node/x", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ASSERT_GE(H5Dwrite(array, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
    H5Dclose(array), H5Sclose(space), H5Tclose(type), H5Gclose(group), H5Fclose(file);
    const auto rows = FeatureFile::open(path);
    ASSERT_NE(rows, nullptr);
    const Features read = rows->rows(std::vector<std::uint32_t>{0, 1, 2, 3});
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(std::get<Tensor>(read).values()[i], values[i]) << halves;
    }
  }
}

TEST(FeatureFile, RefusesNumbersThatAreNotFiniteAndFilesThatEnd) {
  const TemporaryFolder folder;
  Dataset data = two_communities(300, 8);
  write_dataset(data, folder / "data.h5");
  const auto file = FeatureFile::open(folder / "data.h5");
  std::filesystem::resize_file(folder / "data.h5", 100);
  expect_throws<DataError>([&] { (void)file->rows(some_rows(300)); }, "the file ends");

  // The bytes of one feature are found in the file and overwritten.
  write_dataset(data, folder / "broken.h5");
  const auto broken = FeatureFile::open(folder / "broken.h5");
  std::fstream bytes(folder / "broken.h5", std::ios::in | std::ios::out | std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(bytes), {});
  const auto& x = std::get<Tensor>(data.node_features.in_memory());
  const std::string row(reinterpret_cast<const char*>(x.row(7).data()), 32);
  const std::size_t at = text.find(row);
  ASSERT_NE(at, std::string::npos);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  bytes.clear();
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.write(reinterpret_cast<const char*>(&nan), sizeof nan);
  bytes.close();
  expect_throws<DataError>([&] { (void)broken->rows(std::vector<std::uint32_t>{6, 7}); }, "row 7 holds nan");
}

TEST(FeatureFile, TrainsToTheSameBitsAsFeaturesInMemory) {
  const TemporaryFolder folder;
  write_dataset(two_communities(1500, 20), folder / "data.h5");
  std::vector<std::vector<NamedTensor>> states;
  for (const bool in_file : {false, true}) {
    const Dataset data =
        read_dataset(folder / "data.h5", {}, {.leaves_features = in_file, .kept_rows = in_file ? 100 : 0});
    EXPECT_EQ(data.node_features.is_in_file(), in_file);
    TrainJob job;
    job.model = "sage";
    job.options = default_options("sage");
    for (const auto& [name, value] : {std::pair{"epochs", "4"}, std::pair{"sampler", "neighbor"},
                                      std::pair{"batch_size", "100"}, std::pair{"inference_rows", "400"}}) {
      job.options.set(name, value);
    }
    job.splits = {"rand0"};
    job.folder = folder / (in_file ? "file" : "memory");
    with_threads(in_file ? 2 : 1, [&] { (void)train(data, job); });
    states.push_back(test::weights_in(job.folder));
  }
  test::expect_same_bits(states[0], states[1]);
}

TEST(FeatureFile, IsRefusedByJobsThatReadAllFeaturesAtOnce) {
  const TemporaryFolder folder;
  write_dataset(two_communities(300, 8), folder / "data.h5");
  const Dataset data = read_dataset(folder / "data.h5", {}, {.leaves_features = true});
  TrainJob job;
  job.model = "sage";
  job.options = default_options("sage");
  job.splits = {"rand0"};
  expect_throws<ArgumentError>([&] { (void)train(data, job); }, "the job reads them all at once");
}

}  // namespace
}  // namespace weft
