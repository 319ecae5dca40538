#include "tests/simgpu/counter_image.h"

#include <algorithm>
#include <cstring>

namespace simgpu {
namespace {

constexpr char kMagic[8] = {'s', 'i', 'm', 'r', 'a', 'n', 'g', 'e'};

struct Header {
  char magic[8];
  std::uint64_t metrics;
  std::uint64_t most_ranges;
  std::uint64_t ranges;
};

Header& header_in(std::uint8_t* memory) { return *reinterpret_cast<Header*>(memory); }

void write_name(std::uint8_t* to, const std::string& name) {
  std::memset(to, 0, CounterImage::kNameBytes);
  std::memcpy(to, name.data(), std::min(name.size(), CounterImage::kNameBytes - 1));
}

std::size_t range_bytes(std::size_t metrics) {
  return CounterImage::kNameBytes + metrics * sizeof(double);
}

}  // namespace

std::size_t CounterImage::bytes(std::size_t metrics, std::size_t most_ranges) {
  return sizeof(Header) + metrics * kNameBytes + most_ranges * range_bytes(metrics);
}

CounterImage CounterImage::made(std::uint8_t* memory, const std::vector<std::string>& metrics,
                                std::size_t most_ranges) {
  Header header{.metrics = metrics.size(), .most_ranges = most_ranges, .ranges = 0};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  std::memcpy(memory, &header, sizeof header);
  for (std::size_t at = 0; at < metrics.size(); ++at)
    write_name(memory + sizeof header + at * kNameBytes, metrics[at]);
  return CounterImage(memory);
}

std::optional<CounterImage> CounterImage::at(const std::uint8_t* memory, std::size_t size) {
  if (memory == nullptr || size < sizeof(Header)) return std::nullopt;
  if (std::memcmp(memory, kMagic, sizeof kMagic) != 0) return std::nullopt;
  const CounterImage image(const_cast<std::uint8_t*>(memory));
  const Header& header = header_in(image.memory_);
  if (size < bytes(header.metrics, header.most_ranges)) return std::nullopt;
  return image;
}

std::size_t CounterImage::ranges() const { return header_in(memory_).ranges; }

std::vector<std::string> CounterImage::metrics() const {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < header_in(memory_).metrics; ++at)
    names.emplace_back(reinterpret_cast<const char*>(memory_ + sizeof(Header) + at * kNameBytes));
  return names;
}

std::uint8_t* CounterImage::range_at(std::size_t index) const {
  const std::size_t metrics = header_in(memory_).metrics;
  return memory_ + sizeof(Header) + metrics * kNameBytes + index * range_bytes(metrics);
}

const char* CounterImage::range_name(std::size_t index) const {
  return reinterpret_cast<const char*>(range_at(index));
}

CountedRange CounterImage::range(std::size_t index) const {
  CountedRange range{.name = range_name(index), .values = {}};
  range.values.resize(header_in(memory_).metrics);
  std::memcpy(range.values.data(), range_at(index) + kNameBytes,
              range.values.size() * sizeof(double));
  return range;
}

bool CounterImage::put(std::size_t index, const CountedRange& range) {
  Header& header = header_in(memory_);
  if (index >= header.most_ranges || range.values.size() != header.metrics) return false;
  write_name(range_at(index), range.name);
  std::memcpy(range_at(index) + kNameBytes, range.values.data(),
              range.values.size() * sizeof(double));
  header.ranges = std::max<std::uint64_t>(header.ranges, index + 1);
  return true;
}

}  // namespace simgpu
