// What tests of importers share: zip archives, and the comparison of two datasets.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/file_content.hpp"
#include "tests/public_files.hpp"
#include "tests/support.hpp"
#include "weft/io/dataset.hpp"

namespace weft::test {

/// A zip archive of these names and contents, in this order.
inline std::filesystem::path write_zip(const std::filesystem::path& path,
                                       const std::vector<std::pair<std::string, std::string>>& members,
                                       unsigned type = AE_IFREG) {
  archive* out = archive_write_new();
  archive_write_set_format_zip(out);
  archive_write_open_filename(out, path.c_str());
  for (const auto& [name, content] : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    if (type == AE_IFLNK) {
      archive_entry_set_symlink(entry, content.c_str());
      archive_write_header(out, entry);
    } else {
      archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
      archive_write_header(out, entry);
      archive_write_data(out, content.data(), content.size());
    }
    archive_entry_free(entry);
  }
  archive_write_free(out);
  return path;
}

inline void expect_same_features(const Features& actual, const Features& expected, double tolerance = 0.0) {
  ASSERT_EQ(actual.index(), expected.index()) << "one is dense, the other sparse, categorical or missing";
  ASSERT_EQ(shape_of(actual), shape_of(expected));
  if (const auto* dense = std::get_if<Tensor>(&expected)) {
    expect_near(std::get<Tensor>(actual), *dense, tolerance);
  } else if (const auto* sparse = std::get_if<SparseMatrix>(&expected)) {
    const SparseMatrix::Rows& a = std::get<SparseMatrix>(actual).by_row();
    const SparseMatrix::Rows& b = sparse->by_row();
    EXPECT_TRUE(std::ranges::equal(a.offsets, b.offsets));
    EXPECT_TRUE(std::ranges::equal(a.columns, b.columns));
    EXPECT_TRUE(std::ranges::equal(a.values, b.values));
  } else if (const auto* columns = std::get_if<CategoricalMatrix>(&expected)) {
    EXPECT_EQ(std::get<CategoricalMatrix>(actual).num_categories, columns->num_categories);
    EXPECT_TRUE(std::ranges::equal(std::get<CategoricalMatrix>(actual).values, columns->values));
  }
}

inline void expect_same_labels(const Labels& actual, const Labels& expected) {
  ASSERT_EQ(actual.index(), expected.index());
  if (const auto* classes = std::get_if<std::vector<std::int64_t>>(&expected)) {
    EXPECT_EQ(std::get<std::vector<std::int64_t>>(actual), *classes);
  } else if (const auto* targets = std::get_if<Tensor>(&expected)) {
    const Tensor& values = std::get<Tensor>(actual);
    ASSERT_EQ(values.shape(), targets->shape());
    for (std::int64_t i = 0; i < values.size(); ++i) {
      const float a = values.data()[i];
      const float b = targets->data()[i];
      ASSERT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << a << " instead of " << b << " at " << i;
    }
  }
}

inline void expect_same_split(const Dataset& actual, const Dataset& expected, const std::string& name) {
  const Split* a = actual.find_split(name);
  const Split* b = expected.find_split(name);
  ASSERT_NE(a, nullptr) << name;
  ASSERT_NE(b, nullptr) << name;
  EXPECT_EQ(a->train, b->train) << name;
  EXPECT_EQ(a->val, b->val) << name;
  EXPECT_EQ(a->test, b->test) << name;
}

/// All but names, sources and splits.
inline void expect_same_data(const Dataset& actual, const Dataset& expected) {
  EXPECT_EQ(actual.task, expected.task);
  EXPECT_EQ(actual.directed, expected.directed);
  EXPECT_EQ(actual.num_classes, expected.num_classes);
  EXPECT_TRUE(std::ranges::equal(actual.graph.offsets(), expected.graph.offsets()));
  EXPECT_TRUE(std::ranges::equal(actual.graph.sources(), expected.graph.sources()));
  EXPECT_EQ(actual.node_ptr, expected.node_ptr);
  expect_same_features(actual.node_features, expected.node_features);
  expect_same_features(actual.edge_features, expected.edge_features);
  expect_same_labels(actual.node_labels, expected.node_labels);
  expect_same_labels(actual.graph_labels, expected.graph_labels);
}

/// All of it.
inline void expect_same_dataset(const Dataset& actual, const Dataset& expected) {
  expect_same_data(actual, expected);
  EXPECT_EQ(actual.name, expected.name);
  EXPECT_EQ(actual.source, expected.source);
  EXPECT_EQ(actual.node_names, expected.node_names);
  EXPECT_EQ(actual.class_names, expected.class_names);
  ASSERT_EQ(actual.splits.size(), expected.splits.size());
  for (const Split& split : expected.splits) {
    expect_same_split(actual, expected, split.name);
  }
}

/// A file cut or with one byte changed, at about 50 places of it: `read` gives a dataset
/// or a DataError, and nothing else.
inline void expect_no_surprise(const std::filesystem::path& path, const std::function<void()>& read) {
  const std::string whole = content_of(path);
  const auto attempt = [&](const std::string& bytes) {
    write_content(path, bytes);
    try {
      read();
    } catch (const DataError& error) {
      EXPECT_FALSE(error.file().empty());
    }
  };
  const std::size_t step = std::max<std::size_t>(1, whole.size() / 49);
  for (std::size_t at = 0; at < whole.size(); at += step) {
    attempt(whole.substr(0, at));
    for (const int change : {0x01, 0x80, 0xff}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ change);
      attempt(changed);
    }
  }
  write_content(path, whole);
}

}  // namespace weft::test
