#include "tests/simgpu/config_image.h"

#include <cstring>
#include <map>
#include <mutex>

#include "tests/simgpu/counts.h"
#include "tests/simgpu/real_cupti.h"

namespace simgpu {
namespace {

constexpr char kMagic[] = "LOPC";  // after four bytes, in what libcupti 13.0 makes
constexpr std::size_t kMagicAt = 4;

using Metrics = std::set<std::string, std::less<>>;
struct Remembered {
  std::mutex mutex;
  std::map<std::string, Metrics, std::less<>> by_image;
};
Remembered& remembered() {
  static auto& all = *new Remembered;
  return all;
}

std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// The real library reads whatever it is given.
bool is_config(std::string_view image) {
  return image.size() > 64 && image.substr(kMagicAt, 4) == kMagic;
}

}  // namespace

std::optional<ConfigImage> ConfigImage::read(const std::uint8_t* bytes, std::size_t size,
                                             std::string_view chip) {
  if (bytes == nullptr) return std::nullopt;
  const std::string_view image = text_of(bytes, size);
  if (!is_config(image) || image.find(chip) == std::string_view::npos) return std::nullopt;
  ConfigImage config;
  if (const RealCupti* real = real_cupti()) {
    CUpti_Profiler_Host_GetNumOfPasses_Params params{
        .structSize = CUpti_Profiler_Host_GetNumOfPasses_Params_STRUCT_SIZE,
        .configImageSize = size,
        .pConfigImage = const_cast<std::uint8_t*>(bytes)};
    if (real->passes(&params) != CUPTI_SUCCESS) return std::nullopt;
    config.passes_ = params.numOfPasses;
  }
  const std::lock_guard lock(remembered().mutex);
  const auto known = remembered().by_image.find(image);
  if (known != remembered().by_image.end()) config.metrics_ = known->second;
  return config;
}

bool ConfigImage::counts(std::string_view metric) const {
  return metrics_.empty() || metrics_.contains(base_of(metric));
}

void ConfigImage::remember(const std::uint8_t* bytes, std::size_t size,
                           const std::vector<std::string>& metrics) {
  const std::lock_guard lock(remembered().mutex);
  Metrics& bases = remembered().by_image[std::string(text_of(bytes, size))];
  for (const std::string& metric : metrics) bases.emplace(base_of(metric));
}

}  // namespace simgpu
