#include "profiler/nsys/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <span>

#include "profiler/nsys/process_work.h"
#include "profiler/store/run_file.h"
#include "profiler/store/run_writer.h"

namespace flopprof::nsys {
namespace {

/// Steps are written as they are complete, so that a long capture needs no memory for them.
constexpr std::int64_t kKernelsAWrite = 100'000;

std::span<const store::NsysRange> ranges_of(const std::vector<store::NsysRange>& ranges,
                                            std::int64_t process) {
  const auto [first, last] = std::equal_range(
      ranges.begin(), ranges.end(), store::NsysRange{.process = process},
      [](const auto& left, const auto& right) { return left.process < right.process; });
  return {first, last};
}

/// The faults that the run of one process has.
std::vector<Fault> faults_of(const ProcessWork& work, std::int64_t since_ns) {
  std::vector<Fault> faults;
  const auto add = [&](std::int64_t count, const char* what, const char* detail,
                       const char* remedy) {
    if (count == 0) return;
    faults.push_back(
        {.what = what, .count = count, .since_ns = since_ns, .detail = detail, .remedy = remedy});
  };
  add(work.without_launch(), "kernels without a launch",
      "the export has no record of their launch; they stand outside steps",
      "capture from before the first of them was launched");
  add(work.without_times(), "kernels without times", "they are counted, and add no GPU-seconds",
      "");
  add(work.whole_graphs(), "CUDA graphs recorded whole",
      "each counts as one kernel, and as busy from its first kernel to its last",
      "capture with `nsys profile --cuda-graph-trace=node`");
  add(work.ranges().overlapping(), "step ranges overlap",
      "several threads had the range open at once; each range is a step of its own",
      "name a range that one thread has");
  return faults;
}

/// One export on its way into one run.db.
class Import {
 public:
  Import(const store::NsysExport& nsys, const std::string& step_range,
         const std::filesystem::path& run_path)
      : nsys_(nsys), capture_(nsys.capture()), run_path_(run_path) {
    if (!step_range.empty()) ranges_ = nsys.ranges(step_range);
    run_ = {.run_id = fmt::format("nsys-{}", capture_.started_at_ns),
            .command = capture_.command,
            .directory = capture_.directory,
            .host = capture_.host,
            .started_at_ns = capture_.started_at_ns,
            .every_steps = 1,
            .step_range = step_range};
  }

  Imported run() {
    store::create_run(run_path_, run_, 0);
    for (const store::NsysProcess& process : nsys_.processes()) known_[process.process] = process;
    nsys_.each_kernel([this](const store::NsysKernel& kernel) {
      turn_to(kernel.process);
      last_sign_ns_ = std::max(last_sign_ns_, kernel.ended_at);
      work_->add(kernel);
      if (work_->kernels() % kKernelsAWrite == 0) write(work_->take(false));
    });
    finish_process();
    for (const auto& [process, ignored] : known_) finish_without_kernels(process);
    finish_run();
    return imported_;
  }

 private:
  void turn_to(std::int64_t process) {
    if (work_ && process == process_) return;
    finish_process();
    process_ = process;
    work_ = std::make_unique<ProcessWork>(ranges_of(ranges_, process));
    const store::NsysProcess& known = known_[process];
    writer_ =
        std::make_unique<store::RunWriter>(run_path_, run_,
                                           ProcessInfo{.pid = known.pid,
                                                       .host = capture_.host,
                                                       .command = {known.name},
                                                       .started_at_ns = capture_.started_at_ns,
                                                       .cpu_name = capture_.cpu_name});
  }

  void finish_without_kernels(std::int64_t process) {
    if (finished_.contains(process) || ranges_of(ranges_, process).empty()) return;
    turn_to(process);
    finish_process();
  }

  void write(Drained drained) {
    drained.written_at_ns = capture_.started_at_ns + duration();
    drained.overhead.step_source = work_->ranges().steps().empty() ? "" : "nvtx";
    writer_->write(std::move(drained));
  }

  void finish_process() {
    if (!work_) return;
    Drained rest = work_->take(true);
    rest.last = true;
    rest.faults = faults_of(*work_, capture_.started_at_ns);
    for (const GpuDevice& device : nsys_.devices(known_[process_].pid)) {
      if (work_->devices().contains(device.device)) rest.devices.push_back(device);
    }
    for (const RangedStep& step : work_->ranges().steps()) {
      last_sign_ns_ = std::max(last_sign_ns_, step.ended_at);
    }
    write(std::move(rest));
    ++imported_.processes;
    imported_.steps += static_cast<std::int64_t>(work_->ranges().steps().size());
    imported_.kernels += work_->kernels();
    imported_.kernels_outside_steps += work_->outside();
    finished_[process_] = true;
    work_.reset();
  }

  /// An export may not say how long the capture was.
  std::int64_t duration() const {
    return capture_.duration_ns > 0 ? capture_.duration_ns : last_sign_ns_;
  }

  void finish_run() {
    store::Database run = store::join_run(run_path_);
    store::add_fault(run, 0,
                     {.what = "imported from nsys",
                      .since_ns = capture_.started_at_ns,
                      .detail = fmt::format(
                          "Nsight Systems {}, export schema {}: it knows no operators, so there "
                          "are no model FLOPs, nor how the job ended",
                          capture_.version.empty() ? "of no stated version" : capture_.version,
                          capture_.schema.empty() ? "not stated" : capture_.schema),
                      .remedy = "`flopprof run` counts them"});
    for (Fault fault : nsys_.faults()) {
      fault.since_ns = capture_.started_at_ns;
      store::add_fault(run, 0, fault);
    }
    run.prepare("UPDATE run SET ended_at_ns = ?, ended = 'exited'")
        .bind(0, capture_.started_at_ns + duration())
        .run();
  }

  const store::NsysExport& nsys_;
  const store::NsysCapture capture_;
  const std::filesystem::path run_path_;
  RunInfo run_;
  std::vector<store::NsysRange> ranges_;
  std::map<std::int64_t, store::NsysProcess> known_;
  std::map<std::int64_t, bool> finished_;
  std::int64_t process_ = 0;
  std::unique_ptr<ProcessWork> work_;
  std::unique_ptr<store::RunWriter> writer_;
  std::int64_t last_sign_ns_ = 0;
  Imported imported_;
};

}  // namespace

Imported import_run(const store::NsysExport& nsys, const std::string& step_range,
                    const std::filesystem::path& run_path) {
  std::filesystem::path unfinished = run_path;
  unfinished += ".unfinished";
  try {
    Import import(nsys, step_range, unfinished);
    const Imported imported = import.run();
    std::filesystem::rename(unfinished, run_path);
    return imported;
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    throw;
  }
}

}  // namespace flopprof::nsys
