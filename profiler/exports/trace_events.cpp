#include "profiler/exports/trace_events.h"

#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace flopprof::exports {
namespace {

std::string microseconds(std::int64_t ns) {
  const char* sign = ns < 0 ? "-" : "";
  const std::uint64_t size =
      ns < 0 ? 0 - static_cast<std::uint64_t>(ns) : static_cast<std::uint64_t>(ns);
  return fmt::format("{}{}.{:03}", sign, size / 1000, size % 1000);
}

std::string object(const Arguments& members) {
  std::string text = "{";
  for (const auto& [key, value] : members) {
    if (text.size() > 1) text += ',';
    text += fmt::format("\"{}\":{}", key, value);
  }
  return text + '}';
}

}  // namespace

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

TraceEvents::TraceEvents(std::ostream& out, const Arguments& head) : out_(out) {
  out_ << '{';
  for (const auto& [key, value] : head) out_ << fmt::format("\"{}\":{},\n", key, value);
  out_ << "\"traceEvents\":[";
}

void TraceEvents::write(const Arguments& event) {
  out_ << (empty_ ? "\n" : ",\n") << object(event);
  empty_ = false;
}

void TraceEvents::name_group(std::int64_t group, std::string_view name, std::int64_t place) {
  const std::string pid = std::to_string(group);
  write({{"ph", "\"M\""},
         {"name", "\"process_name\""},
         {"pid", pid},
         {"tid", "0"},
         {"args", object({{"name", json_string(name)}})}});
  write({{"ph", "\"M\""},
         {"name", "\"process_sort_index\""},
         {"pid", pid},
         {"tid", "0"},
         {"args", object({{"sort_index", std::to_string(place)}})}});
}

void TraceEvents::name_row(Track track, std::string_view name, std::int64_t place) {
  for (const auto& [what, argument] :
       {std::pair{"thread_name", object({{"name", json_string(name)}})},
        std::pair{"thread_sort_index", object({{"sort_index", std::to_string(place)}})}}) {
    write({{"ph", "\"M\""},
           {"name", json_string(what)},
           {"pid", std::to_string(track.group)},
           {"tid", std::to_string(track.row)},
           {"args", argument}});
  }
}

void TraceEvents::slice(Track track, std::string_view category, std::string_view name,
                        std::int64_t at_ns, std::int64_t duration_ns, const Arguments& arguments) {
  write({{"ph", "\"X\""},
         {"cat", json_string(category)},
         {"name", json_string(name)},
         {"pid", std::to_string(track.group)},
         {"tid", std::to_string(track.row)},
         {"ts", microseconds(at_ns)},
         {"dur", microseconds(duration_ns)},
         {"args", object(arguments)}});
}

void TraceEvents::counter(std::int64_t group, std::string_view name, std::int64_t at_ns,
                          double value) {
  write({{"ph", "\"C\""},
         {"name", json_string(name)},
         {"pid", std::to_string(group)},
         {"ts", microseconds(at_ns)},
         {"args", object({{"value", nlohmann::json(value).dump()}})}});
}

void TraceEvents::instant(std::string_view name, std::int64_t at_ns, const Arguments& arguments) {
  write({{"ph", "\"i\""},
         {"s", "\"g\""},
         {"cat", "\"fault\""},
         {"name", json_string(name)},
         {"pid", "0"},
         {"tid", "0"},
         {"ts", microseconds(at_ns)},
         {"args", object(arguments)}});
}

void TraceEvents::finish() { out_ << "\n]}\n"; }

}  // namespace flopprof::exports
