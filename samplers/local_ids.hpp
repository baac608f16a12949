// Numbering the nodes of a sample 0, 1, 2, ... in the order in which they are first met. Both kinds keep their memory
// from sample to sample and are emptied in O(1): a slot counts only if it carries the stamp of the current sample.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/core/random.hpp"
#include "weft/core/types.hpp"
#include "weft/samplers/sample.hpp"

namespace weft {

/// The keys met so far, in order, with memory for those to come.
template <class Key>
class MetKeys {
 public:
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] std::span<const Key> span() const { return {keys_.data(), static_cast<std::size_t>(size_)}; }
  [[nodiscard]] Key operator[](std::int64_t i) const { return keys_[static_cast<std::size_t>(i)]; }
  void clear() { size_ = 0; }
  /// The entry behind the last must exist even if nothing new is met: appending does not branch.
  void make_room(std::int64_t more) {
    if (const auto needed = static_cast<std::size_t>(size_ + more + 1); needed > keys_.size()) {
      keys_.resize(2 * needed);
    }
  }
  void append_if(bool fresh, Key key) {
    keys_[static_cast<std::size_t>(size_)] = key;
    size_ += fresh ? 1 : 0;
  }

 private:
  std::vector<Key> keys_;
  std::int64_t size_ = 0;
};

/// One slot for each node of the graph: 8 bytes a node, one cache miss an insertion.
class DenseIds {
 public:
  using Key = NodeId;
  static NodeId node_of(Key key) { return key; }
  static Key neighbor_of(Key, NodeId u) { return u; }

  void start(std::int64_t num_nodes) {
    keys_.clear();
    if (static_cast<std::int64_t>(slots_.size()) < num_nodes || stamp_ == UINT32_MAX) {
      slots_ = Buffer<Slot>(static_cast<std::size_t>(num_nodes), Slot{});
      stamp_ = 0;
    }
    ++stamp_;
  }
  [[nodiscard]] std::int64_t size() const { return keys_.size(); }
  [[nodiscard]] std::span<const Key> keys() const { return keys_.span(); }
  [[nodiscard]] Key key(std::int64_t i) const { return keys_[i]; }
  void make_room(std::int64_t more) { keys_.make_room(more); }
  void prefetch(Key u) const { __builtin_prefetch(slots_.data() + u, 1); }

  /// The number of u, a new one if it was not met before; after make_room.
  NodeId insert(Key u) {
    Slot& slot = slots_[u];
    const bool fresh = slot.stamp != stamp_;
    const NodeId id = fresh ? static_cast<NodeId>(keys_.size()) : slot.id;
    slot = {stamp_, id};
    keys_.append_if(fresh, u);
    return id;
  }
  [[nodiscard]] NodeId find(Key u) const { return slots_[u].stamp == stamp_ ? slots_[u].id : kNoNode; }

 private:
  struct Slot {
    std::uint32_t stamp = 0;
    NodeId id = 0;
  };
  Buffer<Slot> slots_;
  std::uint32_t stamp_ = 0;
  MetKeys<Key> keys_;
};

/// Open addressing, at most half full: memory grows with the sample, not with the graph. The upper half of a key tells
/// copies of one node apart, which belong to different seeds.
class HashedIds {
 public:
  using Key = std::uint64_t;
  static Key key_of(std::int64_t copy, NodeId u) { return static_cast<std::uint64_t>(copy) << 32 | u; }
  static NodeId node_of(Key key) { return static_cast<NodeId>(key); }
  static std::int64_t copy_of(Key key) { return static_cast<std::int64_t>(key >> 32); }
  static Key neighbor_of(Key key, NodeId u) { return key >> 32 << 32 | u; }

  void start(std::int64_t = 0) {
    keys_.clear();
    if (slots_.empty()) {
      slots_ = Buffer<Slot>(kSmallest, Slot{});
    }
    if (stamp_ == UINT32_MAX) {
      slots_ = Buffer<Slot>(slots_.size(), Slot{});
      stamp_ = 0;
    }
    ++stamp_;
  }
  [[nodiscard]] std::int64_t size() const { return keys_.size(); }
  [[nodiscard]] std::span<const Key> keys() const { return keys_.span(); }
  [[nodiscard]] Key key(std::int64_t i) const { return keys_[i]; }
  void make_room(std::int64_t more) {
    keys_.make_room(more);
    const auto needed = 2 * static_cast<std::size_t>(size() + more);
    if (needed > slots_.size()) {
      slots_ = Buffer<Slot>(std::bit_ceil(2 * needed), Slot{});
      stamp_ = 1;
      for (std::int64_t i = 0; i < size(); ++i) {
        *place_of(key(i)) = {key(i), stamp_, static_cast<NodeId>(i)};
      }
    }
  }
  void prefetch(Key key) const { __builtin_prefetch(slots_.data() + first_place(key), 1); }

  NodeId insert(Key key) {
    Slot* slot = place_of(key);
    const bool fresh = slot->stamp != stamp_;
    if (fresh) {
      *slot = {key, stamp_, static_cast<NodeId>(size())};
    }
    keys_.append_if(fresh, key);
    return slot->id;
  }
  [[nodiscard]] NodeId find(Key key) const {
    const Slot* slot = const_cast<HashedIds*>(this)->place_of(key);
    return slot->stamp == stamp_ ? slot->id : kNoNode;
  }

 private:
  struct Slot {
    Key key = 0;
    std::uint32_t stamp = 0;
    NodeId id = 0;
  };
  static constexpr std::size_t kSmallest = 1024;

  [[nodiscard]] std::size_t first_place(Key key) const { return mixed_bits(key) & (slots_.size() - 1); }
  /// The slot that holds the key, or the free one where it belongs.
  Slot* place_of(Key key) {
    std::size_t place = first_place(key);
    while (slots_[place].stamp == stamp_ && slots_[place].key != key) {
      place = (place + 1) & (slots_.size() - 1);
    }
    return slots_.data() + place;
  }

  Buffer<Slot> slots_;
  std::uint32_t stamp_ = 0;
  MetKeys<Key> keys_;
};

/// Above this many nodes (128 MiB of slots for each thread) the table that grows with the sample is used.
inline constexpr std::int64_t kMaxDenseNodes = std::int64_t{1} << 24;

}  // namespace weft
