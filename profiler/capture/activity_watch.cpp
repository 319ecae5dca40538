#include "profiler/capture/activity_watch.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <new>
#include <thread>
#include <utility>

#include "profiler/capture/this_process.h"
#include "profiler/counters/activity_sums.h"

namespace flopprof::capture {
namespace {

/// Twice as far apart as samples have to be.
constexpr std::int64_t kLeastApartNs = 200'000'000;
/// Of the drain thread's time, at most one part of so many goes into samples.
constexpr std::int64_t kParts = 200;
constexpr int kPatience = 3;
constexpr int kMostDevices = 64;

void tell(Drained& drained, const DriverDevice& device, const std::string& detail,
          const char* remedy) {
  drained.faults.push_back({.what = "tensor activity not measured",
                            .since_ns = drained.written_at_ns,
                            .detail = fmt::format("GPU {} ({}): {}", device.ordinal,
                                                  device.name.empty() ? "?" : device.name, detail),
                            .remedy = remedy});
}

}  // namespace

ActivityWatch& ActivityWatch::instance() {
  static auto& watch = *new ActivityWatch;
  return watch;
}

void ActivityWatch::context_made(const CuptiLibrary& cupti, CUcontext context) noexcept {
  std::uint32_t device = 0;
  if (cupti.get_device_id == nullptr || cupti.get_device_id(context, &device) != CUPTI_SUCCESS)
    return;
  if (device < kMostDevices) used_.fetch_or(std::uint64_t{1} << device);
}

void ActivityWatch::drain(bool last, Drained& drained) {
  if (!wanted_.load(std::memory_order_relaxed) || watched_ == nullptr) return;
  const std::lock_guard lock(watched_->in_use);
  if (watched_->stopped) return;
  if (!last) find_devices(drained);  // the driver may be going when the process is
  const std::int64_t began_at_ns = monotonic_ns();
  if (!last && began_at_ns < watched_->not_before_ns) return;
  for (auto& [ordinal, device] : watched_->devices) {
    if (device.meter != nullptr) {
      const auto refusal = measured(device);
      device.failures = refusal ? device.failures + 1 : 0;
      if (device.failures == kPatience) give_up(device, *refusal, drained);
    }
    if (device.sums.watched_ns == 0) continue;
    drained.activity.push_back(device.sums);
    // Where the profiling library names it too, its row comes later and takes the place of this.
    drained.devices.push_back(
        {.device = ordinal, .name = device.driver.name, .uuid = "GPU-" + device.driver.uuid});
  }
  const std::int64_t ended_at_ns = monotonic_ns();
  watched_->not_before_ns = ended_at_ns + kParts * (ended_at_ns - began_at_ns);
}

void ActivityWatch::find_devices(Drained& drained) {
  const std::uint64_t used = used_.load();
  for (DriverDevice& found : driver_devices()) {
    if (watched_->devices.contains(found.ordinal) || found.ordinal >= kMostDevices) continue;
    if (!found.has_primary_context && (used >> found.ordinal & 1) == 0) continue;
    Device& device = watched_->devices[found.ordinal];
    device.sums.device = found.ordinal;
    device.driver = std::move(found);
    begin(device, drained);
  }
}

void ActivityWatch::begin(Device& device, Drained& drained) {
  if (watched_->nvml == nullptr) {
    watched_->nvml = std::make_unique<Nvml>();
    std::atexit([] { instance().stop(); });  // before what the library does at the exit
  }
  const Nvml& nvml = *watched_->nvml;
  if (!nvml.error().empty()) {
    tell(drained, device.driver, nvml.error(),
         nvml.refusal() ? remedy_for(*nvml.refusal())
                        : "libnvidia-ml.so.1 comes with the driver: a container lacks it without "
                          "NVIDIA_DRIVER_CAPABILITIES=utility");
    return;
  }
  void* handle = nullptr;
  auto refusal = find_device(nvml, device.driver.uuid, handle);
  if (!refusal) {
    device.meter = std::make_unique<ActivityMeter>(nvml, handle);
    refusal = device.meter->begin();
  }
  if (refusal) give_up(device, *refusal, drained);
}

std::optional<NvmlRefusal> ActivityWatch::measured(Device& device) {
  const std::int64_t before_ns = monotonic_ns();
  if (device.sampled_at_ns != 0 && before_ns - device.sampled_at_ns < kLeastApartNs)
    return std::nullopt;
  if (auto refusal = device.meter->sample()) return refusal;
  const std::int64_t sampled_at_ns = (before_ns + monotonic_ns()) / 2;
  const std::int64_t last_ns = std::exchange(device.sampled_at_ns, sampled_at_ns);
  if (last_ns == 0) return std::nullopt;
  ActivityShares shares;
  if (auto refusal = device.meter->read(shares)) return refusal;
  if (counters::add(shares, sampled_at_ns - last_ns, now_ns(), device.sums)) return std::nullopt;
  return no_tensor_activity();
}

/// What was measured until then stays.
void ActivityWatch::give_up(Device& device, const NvmlRefusal& refusal, Drained& drained) {
  tell(drained, device.driver, text_of(refusal), remedy_for(refusal));
  device.meter.reset();
}

/// The job's thread, in exit(): waits for a call of the library that is under way, not for ever.
void ActivityWatch::stop() noexcept {
  constexpr int kPatienceMs = 1000;
  if (watched_ == nullptr) return;
  for (int waited = 0; !watched_->in_use.try_lock(); ++waited) {
    if (waited == kPatienceMs) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  watched_->stopped = true;
  watched_->in_use.unlock();
}

/// The parent's thread may have been at work with what is here: it is leaked.
void ActivityWatch::forget() noexcept {
  wanted_ = false;
  used_ = 0;
  static_cast<void>(watched_.release());
  watched_.reset(new (std::nothrow) Watched);
}

}  // namespace flopprof::capture
