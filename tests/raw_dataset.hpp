// A dataset file written with the HDF5 library itself, for tests that need files Weft refuses to write.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <vector>

namespace weft::test {

/// A good dataset file of 4 nodes, edges 0 - 1 and 1 - 2, features, classes and a split, in which objects
/// can be replaced. Compact code over leaks: the process is short-lived.
class RawFile {
 public:
  explicit RawFile(const std::filesystem::path& path) : path_(path) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    id_ = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    for (const char* group : {"graph", "node", "edge", "split", "split/public", "graphs", "meta"}) {
      H5Gclose(H5Gcreate2(id_, group, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    }
    text("format", "weft-graph");
    attribute("version", 1);
    text("name", "example");
    text("task", "node_classification");
    attribute("directed", 0);
    attribute("num_classes", 2);
    integers("graph/indptr", {0, 1, 3, 4, 4});
    integers("graph/indices", {1, 0, 2, 1}, H5T_STD_I32LE);
    reals("node/x", {4, 2}, {0, 1, 2, 3, 4, 5, 6, 7});
    integers("node/y", {0, 1, 0, -1});
    integers("split/public/train", {0});
    integers("split/public/val", {1});
    integers("split/public/test", {2});
  }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  ~RawFile() { H5Fclose(id_); }

  [[nodiscard]] hid_t id() const { return id_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  void remove(const char* object) {
    if (H5Lexists(id_, object, H5P_DEFAULT) > 0) {
      H5Ldelete(id_, object, H5P_DEFAULT);
    }
  }

  /// Replaces the object by an array; `data` null leaves it unwritten.
  void array(const char* object, const std::vector<hsize_t>& shape, hid_t stored, hid_t memory, const void* data,
             hid_t properties = H5P_DEFAULT) {
    remove(object);
    const hid_t space =
        shape.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t dataset = H5Dcreate2(id_, object, stored, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (dataset < 0 || (data != nullptr && H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)) {
      std::abort();
    }
    H5Dclose(dataset);
    H5Sclose(space);
  }
  void integers(const char* object, const std::vector<std::int64_t>& values, hid_t stored = H5T_STD_I64LE) {
    array(object, {values.size()}, stored, H5T_NATIVE_INT64, values.data());
  }
  void table(const char* object, const std::vector<hsize_t>& shape, const std::vector<std::int64_t>& values,
             hid_t stored = H5T_STD_I32LE) {
    array(object, shape, stored, H5T_NATIVE_INT64, values.data());
  }
  void reals(const char* object, const std::vector<hsize_t>& shape, const std::vector<double>& values,
             hid_t stored = H5T_IEEE_F32LE) {
    array(object, shape, stored, H5T_NATIVE_DOUBLE, values.data());
  }
  /// As numpy's are written.
  void booleans(const char* object, const std::vector<bool>& values) {
    const hid_t type = H5Tenum_create(H5T_STD_I8LE);
    const std::int8_t no = 0, yes = 1;
    H5Tenum_insert(type, "FALSE", &no);
    H5Tenum_insert(type, "TRUE", &yes);
    const std::vector<std::int8_t> bytes(values.begin(), values.end());
    array(object, {values.size()}, type, type, bytes.data());
  }
  void texts(const char* object, const std::vector<const char*>& values) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    array(object, {values.size()}, type, type, values.data());
  }

  /// Replaces an attribute of the root or of `object`.
  void attribute(const char* name, std::int64_t value, const char* object = "/") { attributes(name, {value}, object); }
  void attributes(const char* name, const std::vector<std::int64_t>& values, const char* object = "/") {
    const hid_t owner = H5Oopen(id_, object, H5P_DEFAULT);
    H5Adelete(owner, name);
    const hsize_t count = values.size();
    const hid_t space = count == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, nullptr);
    const hid_t id = H5Acreate2(owner, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(id, H5T_NATIVE_INT64, values.data());
    H5Aclose(id);
    H5Sclose(space);
    H5Oclose(owner);
  }
  void text(const char* name, const char* value) {
    H5Adelete(id_, name);
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t id = H5Acreate2(id_, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(id, type, &value);
    H5Aclose(id);
  }

  void sparse(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& indptr,
              const std::vector<std::int64_t>& indices, const std::vector<double>& values) {
    remove("node/x");
    H5Gclose(H5Gcreate2(id_, "node/x", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    attributes("shape", shape, "node/x");
    integers("node/x/indptr", indptr);
    integers("node/x/indices", indices, H5T_STD_I32LE);
    reals("node/x/data", {values.size()}, values);
  }
  void categorical(const char* object, const std::vector<hsize_t>& shape, const std::vector<std::int64_t>& values,
                   const std::vector<std::int64_t>& num_categories) {
    table(object, shape, values, H5T_STD_I16LE);
    attribute("categorical", 1, object);
    attributes("num_categories", num_categories, object);
  }
  /// Two graphs: nodes 0 - 2 and node 3.
  void graph_set() {
    text("task", "graph_classification");
    remove("node/y");
    integers("graphs/node_ptr", {0, 3, 4});
    integers("graphs/y", {0, 1});
    integers("split/public/train", {0});
    integers("split/public/val", {1});
    integers("split/public/test", {});
  }

 private:
  std::filesystem::path path_;
  hid_t id_;
};

/// The properties of a chunked array, with filters that `add` appends.
inline hid_t chunked(const std::vector<hsize_t>& chunk, const std::function<void(hid_t)>& add = {}) {
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
  if (add) {
    add(properties);
  }
  return properties;
}

}  // namespace weft::test
