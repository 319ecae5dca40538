#include "tests/simgpu/config_image.h"

#include <cstring>
#include <map>
#include <mutex>

#include "tests/simgpu/counts.h"

namespace simgpu {
namespace {

// What libcupti 13 makes is a FlatBuffer "LOPC", whose table has the passes as its second field and
// the chip's name as its fourth. The library itself is not asked: its host side would come into the
// job with a hundred megabytes, and reads whatever it is given.
constexpr std::string_view kMagic = "LOPC";
constexpr std::size_t kMagicAt = 4;
constexpr unsigned kPasses = 1;
constexpr unsigned kChip = 3;

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

template <typename Number>
std::size_t number_at(std::string_view bytes, std::size_t at) {
  Number number = 0;
  if (at <= bytes.size() && sizeof number <= bytes.size() - at)
    std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

/// Where the vector of a field of the root table begins, with its length; 0 where it has none.
std::size_t vector_of(std::string_view image, unsigned field) {
  const std::size_t table = number_at<std::uint32_t>(image, 0);
  const std::size_t fields = table - number_at<std::uint32_t>(image, table);
  const std::size_t in_table = number_at<std::uint16_t>(image, fields + 4 + 2 * field);
  if (in_table == 0) return 0;
  return table + in_table + number_at<std::uint32_t>(image, table + in_table);
}

}  // namespace

std::optional<ConfigImage> ConfigImage::read(const std::uint8_t* bytes, std::size_t size,
                                             std::string_view chip) {
  if (bytes == nullptr) return std::nullopt;
  const std::string_view image = text_of(bytes, size);
  if (image.size() < 16 || image.substr(kMagicAt, kMagic.size()) != kMagic) return std::nullopt;
  const std::size_t name = vector_of(image, kChip);
  const std::size_t length = number_at<std::uint32_t>(image, name);
  if (name == 0 || image.substr(name + 4, length) != chip) return std::nullopt;
  ConfigImage config;
  config.passes_ = number_at<std::uint32_t>(image, vector_of(image, kPasses));
  if (config.passes_ == 0) return std::nullopt;
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
