#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>

#include "integrations/accuracy_logs/accuracy_log.h"
#include "profiler/to_accuracy/entry_json.h"
#include "profiler/to_accuracy/target_result.h"

using namespace flopprof;

namespace {

to_accuracy::TargetResult against_target(const std::string& text,
                                         const accuracy_logs::LogFormat& format) {
  to_accuracy::AccuracyCurve curve(79.1, 0);
  std::istringstream log(text);
  const auto traits =
      format.read(log, {.metric = "top5"}, [&](const auto& point) { curve.add(point); });
  auto result = to_accuracy::result_of_log(curve, traits, 79.1, 0, {}, {.images_per_epoch = 1000});
  to_accuracy::add_nominal(result, 1e9);
  return result;
}

}  // namespace

/// The first byte names the reader. Logs may be refused, in words; nothing else may happen.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const auto formats = accuracy_logs::log_formats();
  const accuracy_logs::LogFormat& format = formats[bytes[0] % formats.size()];
  const std::string text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  for (const auto& other : formats) other.recognises(text);
  try {
    to_accuracy::to_json({against_target(text, format)}, "top5", to_accuracy::Convention::kMac);
  } catch (const std::runtime_error&) {
    return 0;
  } catch (const std::invalid_argument&) {
    return 0;
  }
  return 0;
}
