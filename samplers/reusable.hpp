// Memory that is kept from batch to batch. A sampler is called from several threads at once: each call borrows one of
// the objects and gives it back, so there are never more of them than there were calls at the same time.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace weft {

/// Copies share the objects. T is default constructible; what a borrower finds in it is what the last one left.
template <class T>
class Reusable {
  struct Shelf {
    std::mutex mutex;
    std::vector<std::unique_ptr<T>> free;
    std::size_t made = 0;
  };

 public:
  class Borrowed {
   public:
    explicit Borrowed(std::shared_ptr<Shelf> shelf) : shelf_(std::move(shelf)) {
      const std::lock_guard lock(shelf_->mutex);
      if (shelf_->free.empty()) {
        // Room for all of them: giving back must not throw.
        shelf_->free.reserve(++shelf_->made);
        object_ = std::make_unique<T>();
      } else {
        object_ = std::move(shelf_->free.back());
        shelf_->free.pop_back();
      }
    }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    ~Borrowed() {
      const std::lock_guard lock(shelf_->mutex);
      shelf_->free.push_back(std::move(object_));
    }
    T& operator*() const { return *object_; }
    T* operator->() const { return object_.get(); }

   private:
    std::shared_ptr<Shelf> shelf_;
    std::unique_ptr<T> object_;
  };

  [[nodiscard]] Borrowed borrow() const { return Borrowed(shelf_); }

 private:
  std::shared_ptr<Shelf> shelf_ = std::make_shared<Shelf>();
};

}  // namespace weft
