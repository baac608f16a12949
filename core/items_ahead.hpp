// Work that is done ahead of its use, by threads that would have nothing to do.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace weft {

/// Items made ahead of their use: make(i, slot) for i = first, first + 1, ... runs on threads that the caller does not
/// keep busy, at most `depth` items before they are used. `slot` in [0, depth) is free for item i from the start of
/// make() until the next() after the one that handed it over: what make() leaves is kept by the caller, a place a slot.
/// Which thread makes an item, and when, must not change it.
class ItemsAhead {
 public:
  using Make = std::function<void(std::int64_t item, std::int64_t slot)>;
  /// first <= end, depth >= 1.
  ItemsAhead(std::int64_t first, std::int64_t end, std::int64_t depth, Make make);
  ItemsAhead(const ItemsAhead&) = delete;
  ItemsAhead& operator=(const ItemsAhead&) = delete;
  /// No make() runs any more after this, whether all items were used or not.
  ~ItemsAhead();

  struct Item {
    std::int64_t number, slot;
  };
  /// The next item, once it is made; the caller waits by helping to make items. Nothing when the items have ended. An
  /// exception of make() reaches the caller where the item was to be handed over.
  [[nodiscard]] std::optional<Item> next();

 private:
  class UnderWay;
  std::unique_ptr<UnderWay> under_way_;
  std::int64_t next_, end_, depth_;
};

}  // namespace weft
