#include "profiler/store/gpu_rows.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <limits>

#include "profiler/store/kernel_short_name.h"

namespace flopprof::store {
namespace {

/// A disk that stays full must not take the job's memory: some 7 MB of each kind.
constexpr std::size_t kMostKeptRows = 60'000;
constexpr std::size_t kMostKeptKernels = 60'000;

/// Null when there is no room for another key.
template <typename Key, typename Row>
Row* room_for(std::map<Key, Row>& rows, const Key& key) {
  const auto known = rows.find(key);
  if (known != rows.end()) return &known->second;
  return rows.size() < kMostKeptRows ? &rows[key] : nullptr;
}

/// Answers how many rows were lost: 0 or 1.
template <typename Key, typename Row>
std::int64_t put(std::map<Key, Row>& rows, const Key& key, const Row& row) {
  Row* place = room_for(rows, key);
  if (place == nullptr) return 1;
  *place = row;
  return 0;
}

std::int64_t rounded_up(double flops) {
  if (!(flops > 0)) return 0;
  if (flops >= 9.2e18) return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::ceil(flops));
}

/// Counts come class by class, maybe at different times: what is there already stays.
std::string executed_step_insert() {
  std::string columns;
  std::string places;
  std::string updates;
  for (const std::string_view name : kFlopClassNames) {
    columns += fmt::format(", {}_flops", name);
    places += ",?";
    updates += fmt::format("{0}{1}_flops = coalesce(excluded.{1}_flops, {1}_flops)",
                           updates.empty() ? "" : ", ", name);
  }
  return fmt::format(
      "INSERT INTO executed_step (process, step, device{}) VALUES (?,?,?{})"
      " ON CONFLICT DO UPDATE SET {}",
      columns, places, updates);
}

}  // namespace

void GpuRows::keep_steps(const Drained& news) {
  for (const GpuStep& row : news.gpu_steps) lost_ += put(steps_, {row.step, row.device}, row);
  for (const StepLaunches& row : news.launches) lost_ += put(launches_, row.step, row);
  for (const ExecutedSignature& row : news.executed_signatures) {
    lost_ += put(executed_signatures_, {row.signature, row.device, row.flop_class}, row);
  }
  for (const ExecutedStep& row : news.executed_steps) {
    ByClass* place = room_for(executed_steps_, {row.step, row.device});
    if (place == nullptr)
      ++lost_;
    else
      (*place)[static_cast<std::size_t>(row.flop_class)] = row.flops;
  }
}

void GpuRows::keep_sums(Drained& news) {
  if (!news.devices.empty()) devices_ = std::move(news.devices);
  for (const OutsideLaunches& row : news.outside_launches) outside_launches_[row.signature] = row;
  for (const GpuActivity& row : news.activity) activity_[row.device] = row;
  for (KernelWork& row : news.kernels) kernels_[{row.kernel, row.in_steps}] = std::move(row);
  for (OpGpuWork& row : news.op_gpu_work) ops_[{row.op, row.phase, row.in_steps}] = std::move(row);
}

void GpuRows::keep(Drained& news) {
  keep_steps(news);
  keep_sums(news);
  splits_.keep(std::move(news.executed_splits));
  if (timeline_.size() < kMostKeptKernels) {
    std::move(news.timeline.begin(), news.timeline.end(), std::back_inserter(timeline_));
  } else {
    lost_ += static_cast<std::int64_t>(news.timeline.size());
  }
}

void GpuRows::write(Database& run, std::int64_t process, const ProcessInfo& info,
                    StringIds& strings) const {
  Statement device = run.prepare("INSERT OR REPLACE INTO gpu_device VALUES (?,?,?,?)");
  for (const GpuDevice& row : devices_) {
    device.bind(0, process).bind(1, row.device).bind(2, row.name).bind(3, row.uuid).run();
  }
  write_steps(run, process);
  write_executed(run, process);
  write_sums(run, process, strings);
  write_activity(run, process, info.started_at_ns);
  splits_.write(run, process, strings);
  write_timeline(run, process, info.pid, strings);
}

void GpuRows::write_steps(Database& run, std::int64_t process) const {
  Statement step = run.prepare("INSERT OR REPLACE INTO gpu_step VALUES (?,?,?,?,?,?,?,?,?,?,?)");
  for (const auto& [key, row] : steps_) {
    step.bind(0, process).bind(1, row.step).bind(2, row.device).bind(3, row.kernels);
    step.bind(4, row.kernel_ns).bind(5, row.busy_ns).bind(6, row.copies);
    step.bind(7, row.copy_ns)
        .bind(8, row.copied_bytes)
        .bind(9, row.graphs)
        .bind(10, row.graph_ns)
        .run();
  }
  Statement launches = run.prepare("INSERT OR REPLACE INTO step_launches VALUES (?,?,?,?,?)");
  for (const auto& [key, row] : launches_) {
    launches.bind(0, process).bind(1, row.step).bind(2, row.signature).bind(3, row.launches);
    launches.bind(4, static_cast<std::int64_t>(row.look)).run();
  }
  Statement outside = run.prepare("INSERT OR REPLACE INTO outside_launches VALUES (?,?,?,?)");
  for (const auto& [key, row] : outside_launches_) {
    outside.bind(0, process).bind(1, row.signature).bind(2, row.intervals);
    outside.bind(3, row.traced_intervals).run();
  }
}

void GpuRows::write_executed(Database& run, std::int64_t process) const {
  Statement step = run.prepare(executed_step_insert());
  for (const auto& [key, by_class] : executed_steps_) {
    step.bind(0, process).bind(1, key.first).bind(2, key.second);
    for (std::size_t i = 0; i < by_class.size(); ++i) {
      step.bind(static_cast<int>(i) + 3, by_class[i]);
    }
    step.run();
  }
  Statement signature =
      run.prepare("INSERT OR REPLACE INTO executed_signature VALUES (?,?,?,?,?,?,?,?,?)");
  for (const auto& [key, row] : executed_signatures_) {
    signature.bind(0, process).bind(1, row.signature).bind(2, row.device);
    signature.bind(3, static_cast<std::int64_t>(row.flop_class)).bind(4, row.flops);
    signature.bind(5, row.repeats).bind(6, row.spread);
    signature.bind(7, std::int64_t{row.data_dependent}).bind(8, rounded_up(row.margin95)).run();
  }
}

void GpuRows::write_sums(Database& run, std::int64_t process, StringIds& strings) const {
  Statement kernel = run.prepare("INSERT OR REPLACE INTO kernel_work VALUES (?,?,?,?,?)");
  for (const auto& [key, row] : kernels_) {
    kernel.bind(0, process).bind(1, strings.id_of(run, row.kernel));
    kernel.bind(2, std::int64_t{row.in_steps}).bind(3, row.launches).bind(4, row.kernel_ns).run();
  }
  Statement op = run.prepare("INSERT OR REPLACE INTO op_gpu_work VALUES (?,?,?,?,?,?)");
  for (const auto& [key, row] : ops_) {
    op.bind(0, process).bind(1, strings.id_of(run, row.op)).bind(2, row.phase);
    op.bind(3, std::int64_t{row.in_steps}).bind(4, row.launches).bind(5, row.kernel_ns).run();
  }
}

void GpuRows::write_activity(Database& run, std::int64_t process,
                             std::int64_t started_at_ns) const {
  Statement insert =
      run.prepare("INSERT OR REPLACE INTO gpu_activity VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  for (const auto& [device, row] : activity_) {
    insert.bind(0, process).bind(1, device).bind(2, row.began_at_ns - started_at_ns);
    insert.bind(3, row.ended_at_ns - started_at_ns).bind(4, row.watched_ns).bind(5, row.sm_ns);
    insert.bind(6, row.tensor_ns).bind(7, row.tensor_integer_ns).bind(8, row.tensor_fp64_ns);
    insert.bind(9, row.fp64_ns).bind(10, row.fp32_ns).bind(11, row.fp16_ns);
    insert.bind(12, row.tensor_cycles).bind(13, row.tensor_fp64_cycles).run();
  }
}

void GpuRows::write_timeline(Database& run, std::int64_t process, std::int64_t pid,
                             StringIds& strings) const {
  constexpr std::int64_t kPidUnit = 0x1000000;  // where nsys has the pid in globalPid
  Statement insert = run.prepare(
      "INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  for (const TimelineKernel& row : timeline_) {
    insert.bind(0, row.started_at_ns).bind(1, row.ended_at_ns).bind(2, row.device);
    insert.bind(3, row.context).bind(4, row.stream).bind(5, row.correlation);
    insert.bind(6, pid * kPidUnit).bind(7, strings.id_of(run, row.kernel));
    insert.bind(8, strings.id_of(run, kernel_short_name(row.kernel)));
    insert.bind(9, row.registers_a_thread);
    for (int axis = 0; axis < 3; ++axis) {
      insert.bind(10 + axis, row.grid[axis]).bind(13 + axis, row.block[axis]);
    }
    insert.bind(16, row.static_shared_bytes).bind(17, row.dynamic_shared_bytes);
    insert.bind(18, process).bind(19, row.step).run();
  }
}

}  // namespace flopprof::store
