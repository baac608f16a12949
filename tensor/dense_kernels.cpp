// Products on oneDNN's sgemm, which is the same in versions 2 and 3. oneTBB owns every thread: oneDNN is
// called as a single-threaded engine for tiles, because its own threads (OpenMP in Debian's build) would
// spin against oneTBB's between calls. A call costs under a microsecond and keeps no state, so tiles may
// migrate between threads. Bias and activation are applied while a tile is still in cache.
#include "weft/tensor/dense_kernels.hpp"

#include <algorithm>
#include <csignal>
#include <new>

#include <dnnl.h>

#include "weft/core/buffer.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"

#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP
// Two symbols of the OpenMP runtime that oneDNN links; <omp.h> would ask every compiler for OpenMP.
extern "C" void omp_set_num_threads(int);
extern "C" int omp_get_max_threads();
#endif

namespace weft::kernels {
namespace {

#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP
/// While it lives, oneDNN runs on this thread alone. The setting belongs to the thread, so nobody else's
/// OpenMP is changed, and the thread's own is put back.
class OneOpenMpThread {
 public:
  OneOpenMpThread() : before_(omp_get_max_threads()) {
    if (before_ != 1) {
      omp_set_num_threads(1);
    }
  }
  ~OneOpenMpThread() {
    if (before_ != 1) {
      omp_set_num_threads(before_);
    }
  }
  OneOpenMpThread(const OneOpenMpThread&) = delete;
  OneOpenMpThread& operator=(const OneOpenMpThread&) = delete;

 private:
  int before_;
};
#endif

/// While it lives, no signal interrupts this thread. The code that oneDNN generates keeps data below the stack pointer
/// or moves it, so that a handler on the same stack would overwrite them (uxlfoundation/oneDNN issue 4845). Signals
/// that the code itself causes cannot be put off and are left as they are.
class NoSignals {
 public:
  NoSignals() { pthread_sigmask(SIG_SETMASK, &all_but_faults(), &before_); }
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

 private:
  static const sigset_t& all_but_faults() {
    static const sigset_t signals = [] {
      sigset_t set;
      sigfillset(&set);
      for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT}) {
        sigdelset(&set, fault);
      }
      return set;
    }();
    return signals;
  }
  sigset_t before_;
};

/// dnnl_sgemm on the calling thread, whatever threads oneDNN was built for.
dnnl_status_t sgemm(bool transpose_a, bool transpose_b, std::int64_t m, std::int64_t n, std::int64_t k, ConstMatrix a,
                    ConstMatrix b, bool accumulate, MutableMatrix c) {
  dnnl_status_t status = dnnl_success;
  const auto run = [&] {
    const NoSignals whole_call;
    status = dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1.0F, a.data, a.stride, b.data,
                        b.stride, accumulate ? 1.0F : 0.0F, c.data, c.stride);
  };
#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP
  const OneOpenMpThread one;
  run();
#elif DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_TBB
  on_this_thread(run);
#else
  run();
#endif
  return status;
}

// About two megaflops a task at least, so that a task outweighs its start; rows enough for the engine's
// own blocking, few enough that a tile of C stays in the second-level cache.
std::int64_t panel_rows(std::int64_t n, std::int64_t k) {
  const std::int64_t wanted = (1 << 20) / std::max<std::int64_t>(1, n * k) + 1;
  return std::clamp<std::int64_t>((wanted + 63) / 64 * 64, 256, 1024);
}

}  // namespace

void finish_rows(const GemmEpilogue& epilogue, std::int64_t rows, std::int64_t n, MutableMatrix c) {
  const bool is_relu = epilogue.activation == Activation::relu;
  for (std::int64_t i = 0; i < rows; ++i) {
    float* row = c.data + i * c.stride;
    if (epilogue.bias != nullptr && is_relu) {
      for (std::int64_t j = 0; j < n; ++j) {
        row[j] = std::max(row[j] + epilogue.bias[j], 0.0F);
      }
      continue;
    }
    if (epilogue.bias != nullptr) {
      for (std::int64_t j = 0; j < n; ++j) {
        row[j] += epilogue.bias[j];
      }
    }
    apply_activation(epilogue.activation, {row, static_cast<std::size_t>(n)});
  }
}

void gemm_sequential(bool transpose_a, bool transpose_b, std::int64_t m, std::int64_t n, std::int64_t k, ConstMatrix a,
                     ConstMatrix b, bool accumulate, MutableMatrix c) {
  if (m == 0 || n == 0) {
    return;
  }
  if (k == 0) {
    if (!accumulate) {
      for (std::int64_t i = 0; i < m; ++i) {
        std::fill_n(c.data + i * c.stride, n, 0.0F);
      }
    }
    return;
  }
  const dnnl_status_t status = sgemm(transpose_a, transpose_b, m, n, k, a, b, accumulate, c);
  if (status == dnnl_out_of_memory) {
    throw std::bad_alloc();
  }
  require(status == dnnl_success, "gemm: oneDNN refused m ", m, ", n ", n, ", k ", k, " with status ",
          static_cast<int>(status));
}

void gemm(std::int64_t m, std::int64_t n, std::int64_t k, ConstMatrix a, ConstMatrix b, bool transpose_b,
          MutableMatrix c, const GemmEpilogue& epilogue) {
  parallel_for(m, panel_rows(n, k), [&](std::int64_t begin, std::int64_t end) {
    const MutableMatrix tile{c.data + begin * c.stride, c.stride};
    gemm_sequential(false, transpose_b, end - begin, n, k, {a.data + begin * a.stride, a.stride}, b,
                    epilogue.accumulate, tile);
    finish_rows(epilogue, end - begin, n, tile);
  });
}

void gemm_transposed_a(std::int64_t m, std::int64_t n, std::int64_t k, ConstMatrix a, ConstMatrix b, MutableMatrix c) {
  constexpr std::int64_t kMaxSlots = 8;
  constexpr std::int64_t kChunk = 1024;
  const std::int64_t num_slots = std::clamp<std::int64_t>(k / kChunk, 1, kMaxSlots);
  // A wide result would cost more in partial sums than it gains: cut its rows instead.
  if (num_slots == 1 || m * n > (1 << 20)) {
    const std::int64_t grain = std::max<std::int64_t>(64, (m + kMaxSlots - 1) / kMaxSlots);
    parallel_for(m, grain, [&](std::int64_t begin, std::int64_t end) {
      gemm_sequential(true, false, end - begin, n, k, {a.data + begin, a.stride}, b, false,
                      {c.data + begin * c.stride, c.stride});
    });
    return;
  }
  Buffer<float> partial(static_cast<std::size_t>(num_slots * m * n));
  const std::int64_t slot_rows = (k + num_slots - 1) / num_slots;
  parallel_for(num_slots, 1, [&](std::int64_t slot, std::int64_t) {
    float* sum = partial.data() + slot * m * n;
    const std::int64_t last = std::min(k, (slot + 1) * slot_rows);
    for (std::int64_t row = slot * slot_rows; row < last; row += kChunk) {
      gemm_sequential(true, false, m, n, std::min(kChunk, last - row), {a.data + row * a.stride, a.stride},
                      {b.data + row * b.stride, b.stride}, row != slot * slot_rows, {sum, n});
    }
  });
  parallel_for(m, std::max<std::int64_t>(1, 16384 / std::max<std::int64_t>(1, n)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   float* out = c.data + i * c.stride;
                   std::copy_n(partial.data() + i * n, n, out);
                   for (std::int64_t slot = 1; slot < num_slots; ++slot) {
                     const float* more = partial.data() + (slot * m + i) * n;
                     for (std::int64_t j = 0; j < n; ++j) {
                       out[j] += more[j];
                     }
                   }
                 }
               });
}

}  // namespace weft::kernels
