// The stand-in for the profiling library: the records of a tape.

#include <cupti.h>

#include <cstring>
#include <map>
#include <mutex>
#include <optional>

#include "tests/simgpu/activity_forms.h"
#include "tests/simgpu/tape.h"

namespace {

using simgpu::Record;
using simgpu::TapeEvent;

/// The texts that records of the tape point to, by their address then. Never destroyed: records
/// that are read late point to them.
struct Names {
  std::mutex mutex;
  std::map<std::uint64_t, std::string> at;
};
Names& names() {
  static auto& all = *new Names;
  return all;
}

/// Where a record of this kind has the address of its name.
std::optional<std::size_t> name_place(CUpti_ActivityKind kind) {
  if (kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) return offsetof(CUpti_ActivityKernel10, name);
  if (kind == CUPTI_ACTIVITY_KIND_DEVICE) return offsetof(CUpti_ActivityDevice5, name);
  return std::nullopt;
}

/// Points to the text as it is here; to none where the tape has not told it.
void point_to_name(Record& record) {
  CUpti_ActivityKind kind{};
  if (record.size() < sizeof kind) return;
  std::memcpy(&kind, record.data(), sizeof kind);
  const auto place = name_place(kind);
  if (!place || *place + sizeof(std::uint64_t) > record.size()) return;
  std::uint64_t then = 0;
  std::memcpy(&then, record.data() + *place, sizeof then);
  const auto found = names().at.find(then);
  const char* now = found == names().at.end() ? nullptr : found->second.c_str();
  std::memcpy(record.data() + *place, &now, sizeof now);
}

void play_records(const TapeEvent& event) {
  for (std::size_t at = 0; at + 8 <= event.payload.size();) {
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, event.payload.data() + at, sizeof bytes);
    at += 8;
    if (bytes > event.payload.size() - at) return;
    Record record(event.payload.begin() + static_cast<std::ptrdiff_t>(at),
                  event.payload.begin() + static_cast<std::ptrdiff_t>(at + bytes));
    at += bytes;
    point_to_name(record);
    simgpu::record_taped(std::move(record));
  }
}

}  // namespace

extern "C" void simgpu_play(const TapeEvent* event) {
  const std::lock_guard lock(names().mutex);
  if (event->kind == simgpu::TapeKind::kName)
    names().at[event->head<std::uint64_t>()] = event->text_after(sizeof(std::uint64_t));
  else if (event->kind == simgpu::TapeKind::kRecords)
    play_records(*event);
}
