#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <istream>
#include <limits>
#include <optional>
#include <protozero/pbf_reader.hpp>

#include "integrations/accuracy_logs/accuracy_log.h"
#include "integrations/accuracy_logs/metric_name.h"

namespace flopprof::accuracy_logs {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::uint64_t kLargestRecord = std::uint64_t{256} << 20;

/// CRC-32C, reflected, as TFRecord uses it.
std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
  }
  return ~crc;
}

std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8U; }

template <typename Number>
Number little_endian(const char* bytes) {
  Number value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

bool is_header(std::string_view bytes) {
  return bytes.size() >= kHeaderBytes &&
         masked(crc32c(bytes.substr(0, 8))) == little_endian<std::uint32_t>(bytes.data() + 8);
}

bool recognises(std::string_view head) { return is_header(head); }

/// 0.791 as a float is not 0.791 as a double: the shortest decimal is what was logged.
double decimal(float value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  double exact = value;
  if (std::isfinite(value)) std::from_chars(digits.data(), end, exact);
  return exact;
}

/// TensorProto of a scalar: float_val, double_val or its bytes.
std::optional<double> scalar_in(protozero::pbf_reader tensor) {
  std::int32_t type = 0;
  std::optional<double> value;
  while (tensor.next()) {
    if (tensor.tag() == 1) {
      type = tensor.get_enum();
    } else if (tensor.tag() == 4 &&
               tensor.wire_type() == protozero::pbf_wire_type::length_delimited) {
      const auto bytes = tensor.get_view();
      if (type == 1 && bytes.size() == 4) value = decimal(little_endian<float>(bytes.data()));
      if (type == 2 && bytes.size() == 8) value = little_endian<double>(bytes.data());
    } else if (tensor.tag() == 5 &&
               tensor.wire_type() == protozero::pbf_wire_type::length_delimited) {
      const auto floats = tensor.get_packed_float();
      if (!floats.empty()) value = decimal(*floats.begin());
    } else if (tensor.tag() == 6 &&
               tensor.wire_type() == protozero::pbf_wire_type::length_delimited) {
      const auto doubles = tensor.get_packed_double();
      if (!doubles.empty()) value = *doubles.begin();
    } else {
      tensor.skip();
    }
  }
  return value;
}

/// Summary.Value: a tag and a simple_value, or a tensor in TensorFlow 2.
void read_value(protozero::pbf_reader summary_value, double step, std::int64_t record,
                MetricChoice& metric, const PointSink& sink) {
  std::string tag;
  std::optional<double> value;
  while (summary_value.next()) {
    switch (summary_value.tag()) {
      case 1:
        tag = summary_value.get_string();
        break;
      case 2:
        value = decimal(summary_value.get_float());
        break;
      case 8:
        value = scalar_in(summary_value.get_message());
        break;
      default:
        summary_value.skip();
    }
  }
  if (value && metric.is(tag)) sink({.value = *value, .step = step, .line = record});
}

void read_event(std::string_view bytes, std::int64_t record, MetricChoice& metric,
                const PointSink& sink) {
  double step = 0;
  protozero::pbf_reader event(bytes.data(), bytes.size());
  while (event.next()) {  // `step` may follow the summary
    if (event.tag() == 2) {
      step = static_cast<double>(event.get_int64());
    } else {
      event.skip();
    }
  }
  event = protozero::pbf_reader(bytes.data(), bytes.size());
  while (event.next(5)) {
    protozero::pbf_reader summary = event.get_message();
    while (summary.next(1)) read_value(summary.get_message(), step, record, metric, sink);
  }
}

enum class Taken { kRecord, kEnd, kCutShort };

Taken take_record(std::istream& log, std::int64_t number, std::string& record) {
  std::array<char, kHeaderBytes> header;
  if (!log.read(header.data(), header.size()))
    return log.gcount() == 0 ? Taken::kEnd : Taken::kCutShort;
  const auto size = little_endian<std::uint64_t>(header.data());
  if (!is_header({header.data(), header.size()}) || size > kLargestRecord) {
    throw LogError(
        fmt::format("record {} is damaged: its length does not match its checksum", number));
  }
  record.resize(static_cast<std::size_t>(size));
  std::array<char, 4> checksum;
  if (!log.read(record.data(), static_cast<std::streamsize>(size)) ||
      !log.read(checksum.data(), checksum.size())) {
    return Taken::kCutShort;
  }
  if (masked(crc32c(record)) != little_endian<std::uint32_t>(checksum.data())) {
    throw LogError(
        fmt::format("record {} is damaged: its bytes do not match their checksum", number));
  }
  return Taken::kRecord;
}

to_accuracy::LogTraits read(std::istream& log, const LogRequest& request, const PointSink& sink) {
  to_accuracy::LogTraits traits;
  MetricChoice metric(request.metric);
  std::string record;
  std::int64_t number = 1;
  Taken taken = Taken::kEnd;
  for (; (taken = take_record(log, number, record)) == Taken::kRecord; ++number) {
    try {
      read_event(record, number, metric, sink);
    } catch (const protozero::exception& error) {
      throw LogError(fmt::format("record {} is no TensorBoard event: {}", number, error.what()));
    }
  }
  if (taken == Taken::kCutShort) {
    traits.notes.push_back(fmt::format(
        "the event file ends inside record {}: the job was still writing, or was killed", number));
  }
  traits.metric = metric.found();
  return traits;
}

}  // namespace

const LogFormat kTensorBoardEvents{.name = "tensorboard", .recognises = recognises, .read = read};

}  // namespace flopprof::accuracy_logs
