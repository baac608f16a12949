// The HDF5 library, included here and nowhere else: entering it, closing its handles, its last message.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <mutex>
#include <new>
#include <string>
#include <utility>

namespace weft::hdf5 {

// libhdf5 has one state for the whole process. While Weft is inside, it prints nothing and loads no plugin;
// what the application had set is restored. H5dont_atexit: after a failed write the library's cleanup at
// exit crashes (1.10.8).
class Inside {
 public:
  Inside() : lock_(mutex()) {
    static const herr_t once = H5dont_atexit();
    static_cast<void>(once);
    H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    H5PLget_loading_state(&plugins_);
    H5PLset_loading_state(0);
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() {
    H5PLset_loading_state(plugins_);
    H5Eset_auto2(H5E_DEFAULT, print_, print_data_);
  }

 private:
  friend class Closed;
  static std::recursive_mutex& mutex() {
    static std::recursive_mutex instance;
    return instance;
  }
  std::lock_guard<std::recursive_mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* print_data_ = nullptr;
  unsigned plugins_ = 0;
};

/// While it lives no thread is inside, so that a process may be forked.
class Closed {
 public:
  Closed() { Inside::mutex().lock(); }
  Closed(const Closed&) = delete;
  Closed& operator=(const Closed&) = delete;
  ~Closed() { Inside::mutex().unlock(); }

  /// The child has another thread number, to which a lock that its parent took does not belong.
  void open_in_child() { new (&Inside::mutex()) std::recursive_mutex; }
};

class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) {
      close_(id_);
    }
  }
  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor)

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// What libhdf5 says of the last failure: its innermost message, or the system's inside that.
[[nodiscard]] std::string last_message();

/// Whether a number fills its bytes in a form that memory has: integers, IEEE 754 binary16, 32, 64, or bfloat16.
[[nodiscard]] bool is_plain_number(hid_t type);
/// Whether the type is an enumeration of 0 and 1 in whole integers, as numpy's booleans are written.
[[nodiscard]] bool is_boolean(hid_t type);
/// Of plain numbers.
[[nodiscard]] bool is_bfloat16(hid_t type);

/// While it lives, stored variable-length strings can be read as their references, unresolved, by the
/// memory type type() (see text_heap.hpp).
class RawReferences {
 public:
  RawReferences();
  RawReferences(const RawReferences&) = delete;
  RawReferences& operator=(const RawReferences&) = delete;
  ~RawReferences();
  [[nodiscard]] hid_t type() const { return opaque_; }

 private:
  Handle string_, opaque_;
};

/// Where addresses of the file count from; -1 if it does not use addresses and sizes of 8 bytes.
[[nodiscard]] std::int64_t base_address(hid_t file);

/// The text of a fixed-length string, without the padding that its type declares.
[[nodiscard]] std::string unpadded(const char* text, std::size_t bytes, hid_t type);

}  // namespace weft::hdf5
