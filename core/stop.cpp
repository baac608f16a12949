#include "weft/core/stop.hpp"

namespace weft {
namespace {

thread_local StopFlag* t_flag = nullptr;

}  // namespace

StopScope::StopScope(StopFlag* flag, bool is_carried) noexcept : flag_(flag), outer_(t_flag), is_carried_(is_carried) {
  t_flag = flag_;
  count(1);
}

StopScope::~StopScope() {
  t_flag = outer_;
  count(-1);
}

void StopScope::count(int change) const noexcept {
  if (is_carried_ || flag_ == outer_) {
    return;
  }
  if (flag_ != nullptr) {
    flag_->num_scopes_ += change;
  }
  if (outer_ != nullptr) {
    outer_->num_scopes_ -= change;
  }
}

StopFlag* stop_flag() noexcept {
  return t_flag;
}

void throw_if_stopped() {
  if (t_flag != nullptr && t_flag->is_requested()) {
    throw Stopped();
  }
}

}  // namespace weft
