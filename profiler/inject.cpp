// The front door of libflopprof.so: the C functions that the job's process calls, the wiring of the
// rooms, and the last line of defence. Nothing that happens here reaches the job.

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string_view>

#include "profiler/capture/config.h"
#include "profiler/capture/drain_thread.h"
#include "profiler/capture/fault_channel.h"
#include "profiler/capture/gpu_collector.h"
#include "profiler/capture/layer_stack.h"
#include "profiler/capture/libtorch.h"
#include "profiler/capture/session.h"
#include "profiler/capture/this_process.h"
#include "profiler/flops/expression.h"
#include "profiler/store/liveness.h"
#include "profiler/store/run_writer.h"
#ifdef FLOPPROF_HAVE_NVTX
#include "profiler/capture/nvtx.h"
#endif

#define FLOPPROF_EXPORT extern "C" __attribute__((visibility("default")))

namespace flopprof {
namespace {

/// Runs `work`; what it throws ends here, as one line on stderr.
template <class Work>
void guarded(const char* doing, Work work) noexcept {
  try {
    work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "flopprof: %s: %s; the job goes on\n", doing, error.what());
  } catch (...) {
    std::fprintf(stderr, "flopprof: %s failed; the job goes on\n", doing);
  }
}

/// Everything of ours in a process of the job. Never destroyed: the job's threads outlive main().
class Attachment {
 public:
  static Attachment& instance() {
    static auto& attachment = *new Attachment;
    return attachment;
  }

  capture::Session& session() { return session_; }
  const capture::Config& config() const { return config_; }
  bool asked_for() const { return !config_.run_path.empty(); }

  int attach_libtorch();
  void follow_gpu();
  void finish() noexcept;

 private:
  Attachment();
  void read_formulas();
  void drain(bool last) noexcept;
  void tell_fault(const std::string& what, const std::string& detail,
                  const std::string& remedy) noexcept;
  void after_fork_in_child() noexcept;

  capture::Config config_ = capture::read_config();
  capture::Session session_{config_};
  std::unique_ptr<store::RunWriter> writer_;
  capture::DrainThread drain_thread_{[this](bool last) { drain(last); }};
  std::string write_error_;
  std::mutex attaching_;
  bool attached_ = false;
  pid_t owner_ = getpid();  // a vfork()ed child shares this memory: only the owner may act
};

Attachment::Attachment() {
  session_.on_first_record([this] {
    if (!drain_thread_.start())
      std::fputs("flopprof: cannot start a thread; this process is not recorded\n", stderr);
  });
  guarded("reading formulas", [this] { read_formulas(); });
  pthread_atfork([] { instance().session_.before_fork(); },
                 [] { instance().session_.after_fork_in_parent(); },
                 [] { instance().after_fork_in_child(); });
  std::atexit([] { instance().finish(); });
}

/// Also called by _exit(), perhaps in a signal handler: no memory is asked for here.
void Attachment::finish() noexcept {
  constexpr int kPatienceMs = 5000;
  if (owner_ != getpid() || drain_thread_.finish(kPatienceMs)) return;
  static constexpr std::string_view kLine =
      "{\"what\":\"run.db: last record not written\",\"detail\":\"a process ended before its turn "
      "came; at most "
      "its last second is missing\",\"remedy\":\"\"}\n";
  capture::tell_launcher(config_.faults_path.c_str(), kLine);
}

void Attachment::after_fork_in_child() noexcept {
  owner_ = getpid();
  capture::forget_gpu();
  drain_thread_.forget();
  writer_.release();  // leaked: the parent's thread may have been writing with it
  write_error_.clear();
  guarded("following a fork", [this] { session_.after_fork_in_child(); });
}

void Attachment::read_formulas() {
  if (config_.formulas_path.empty()) return;
  std::ifstream file(config_.formulas_path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.good() && !file.eof()) {
    session_.add_fault("formulas not read", config_.formulas_path,
                       "give a file that can be read with --formulas");
  }
  for (const auto& formula : flops::read_formulas(text, config_.formulas_path)) {
    session_.add_formula(formula.op, formula.expression);
  }
}

void Attachment::tell_fault(const std::string& what, const std::string& detail,
                            const std::string& remedy) noexcept {
  guarded("telling a fault", [&] {
    const auto replace = nlohmann::json::error_handler_t::replace;
    const std::string line =
        nlohmann::json{{"what", what}, {"detail", detail}, {"remedy", remedy}}.dump(-1, ' ', false,
                                                                                    replace) +
        "\n";
    if (capture::tell_launcher(config_.faults_path.c_str(), line)) return;
    std::fprintf(stderr, "flopprof: %s: %s\n", what.c_str(), detail.c_str());
  });
}

void Attachment::drain(bool last) noexcept {
  try {
    if (writer_ == nullptr) {
      ProcessInfo process = capture::this_process(config_);
      process.start_ticks = store::start_ticks_of(getpid()).value_or(0);
      process.started_at_ns = session_.started_at_ns();
      writer_ = std::make_unique<store::RunWriter>(
          config_.run_path, capture::run_seen_from(config_, process), process);
    }
    session_.drain_cost_ns(capture::thread_cpu_ns());
    Drained drained = session_.drain(last);
    capture::drain_gpu(last, drained);
    writer_->write(std::move(drained));
    write_error_.clear();
  } catch (const std::exception& error) {
    write_error_ = error.what();
  } catch (...) {
    write_error_ = "unknown error";
  }
  if (last && !write_error_.empty()) {
    tell_fault("run.db not written", write_error_ + " (process " + std::to_string(getpid()) + ")",
               "make sure that the folder exists, can be written and has room");
  }
}

void Attachment::follow_gpu() {
  if (!asked_for() || !capture::follow_gpu(session_, [this] { drain_thread_.hurry(); })) return;
  // Before the driver's own exit handlers, which are there by now: they take the records with them.
  std::atexit([] { instance().finish(); });
  session_.thread_recorded();
}

int Attachment::attach_libtorch() {
  const std::lock_guard lock(attaching_);
  if (attached_ || !asked_for()) return attached_ ? 0 : 1;
  const std::int64_t began_at = capture::monotonic_ns();
  const auto libtorch = capture::mapped_libtorch();
  if (!libtorch) return 1;
  attached_ = true;  // one try is enough, and one message
  const std::string name = capture::observer_name(libtorch->build_id);
  void* observer = nullptr;
  for (const std::string& folder :
       {capture::library_folder() + "/flopprof/observers", config_.user_observers}) {
    if (!folder.empty() && observer == nullptr && std::filesystem::exists(folder + "/" + name)) {
      observer = dlopen((folder + "/" + name).c_str(), RTLD_NOW | RTLD_LOCAL);
      if (observer == nullptr)
        session_.add_fault("observer not loaded", dlerror(),
                           "build it anew: flopprof build-observer");
    }
  }
  const auto start =
      observer == nullptr
          ? nullptr
          : reinterpret_cast<ObserverStart>(dlsym(observer, "flopprof_observer_start"));
  ObserverControl control{};
  if (start == nullptr || start(&session_.port(), &control) != 0) {
    const std::string root = capture::libtorch_root(libtorch->path);
    const std::string command = "flopprof build-observer '" + root + "'";
    std::fprintf(stderr,
                 "flopprof: no observer for this LibTorch (%s, build id %s); its operators are not "
                 "counted.\n"
                 "flopprof: build it with: %s\n",
                 libtorch->path.c_str(), libtorch->build_id.c_str(), command.c_str());
    session_.add_fault("no observer for LibTorch",
                       libtorch->path + ", build id " + libtorch->build_id, "run: " + command);
    session_.thread_recorded();  // so that the fault is written
    return 1;
  }
  session_.observer_started(control, capture::monotonic_ns() - began_at);
  return 0;
}

}  // namespace
}  // namespace flopprof

using flopprof::Attachment;
using flopprof::guarded;

/// Finds the LibTorch that is mapped into this process and loads its observer. 0: it is observed.
FLOPPROF_EXPORT int flopprof_attach_libtorch() noexcept {
  int result = 1;
  guarded("not counting this process", [&] { result = Attachment::instance().attach_libtorch(); });
  return result;
}

/// Writes what is still to be written. For _exit(), which runs no handlers.
FLOPPROF_EXPORT void flopprof_flush() noexcept { Attachment::instance().finish(); }

FLOPPROF_EXPORT void flopprof_step_begin(const char*) noexcept {
  guarded("marking a step", [] {
    auto& attachment = Attachment::instance();
    if (!attachment.asked_for()) return;
    attachment.session().thread_recorded();
    attachment.session().step_began("mark");
  });
}

FLOPPROF_EXPORT void flopprof_step_end() noexcept {
  guarded("marking a step", [] { Attachment::instance().session().step_ended("mark"); });
}

FLOPPROF_EXPORT void flopprof_layer_enter(const char* path) noexcept {
  guarded("entering a layer", [&] {
    auto& session = Attachment::instance().session();
    session.port().layers.store(true, std::memory_order_relaxed);
    flopprof::capture::enter_layer(session.interned(path == nullptr ? "" : path));
  });
}

FLOPPROF_EXPORT void flopprof_layer_leave() noexcept { flopprof::capture::leave_layer(); }

/// 0, or 1 with the reason in `error` and the formula not taken.
FLOPPROF_EXPORT int flopprof_add_formula(const char* op, const char* expression, char* error,
                                         std::size_t error_size) noexcept {
  int result = 1;
  guarded("taking a formula", [&] {
    try {
      flopprof::flops::Expression check(expression);
      Attachment::instance().session().add_formula(op, expression);
      result = 0;
    } catch (const flopprof::flops::ExpressionError& wrong) {
      if (error_size > 0) std::snprintf(error, error_size, "%s", wrong.what());
    }
  });
  return result;
}

/// Called by libcuda, which found this library in CUDA_INJECTION64_PATH, before any context is
/// made.
FLOPPROF_EXPORT int InitializeInjection() noexcept {
  guarded("not following the GPU", [] { Attachment::instance().follow_gpu(); });
  return 1;
}

/// Called by NVTX, which found this library in NVTX_INJECTION64_PATH.
FLOPPROF_EXPORT int InitializeInjectionNvtx2([[maybe_unused]] void* get_export_table) noexcept {
  int result = 0;
#ifdef FLOPPROF_HAVE_NVTX
  guarded("following NVTX", [&] {
    auto& attachment = Attachment::instance();
    if (!attachment.asked_for() || attachment.config().step_range.empty()) return;
    auto& session = attachment.session();
    result = flopprof::capture::follow_nvtx_range(
        get_export_table, attachment.config().step_range,
        [&session] {
          guarded("following NVTX", [&] { session.thread_recorded(), session.step_began("nvtx"); });
        },
        [&session] { guarded("following NVTX", [&] { session.step_ended("nvtx"); }); });
  });
#endif
  return result;
}
