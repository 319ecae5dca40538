#include "tests/simgpu/tape.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/simgpu/environment.h"

namespace simgpu {
namespace {

using flopprof::kTapeAlignment;
using flopprof::kTapeMagic;

constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kEventBytes = 8;

std::uint32_t number_at(const std::vector<std::uint8_t>& bytes, std::size_t at) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

std::vector<std::uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("no tape at " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::string_view TapeEvent::text_after(std::size_t bytes) const {
  const auto rest = payload.subspan(std::min(bytes, payload.size()));
  return {reinterpret_cast<const char*>(rest.data()), rest.size()};
}

Tape::Tape(const std::string& folder) : bytes_(read_file(folder + "/tape")) {
  const bool is_tape = bytes_.size() >= kHeaderBytes &&
                       std::memcmp(bytes_.data(), kTapeMagic.data(), kTapeMagic.size()) == 0 &&
                       number_at(bytes_, kTapeMagic.size()) == flopprof::kTapeForm;
  if (!is_tape) throw std::runtime_error(folder + "/tape is no tape of form 1");
  cupti_version_ = number_at(bytes_, 12);
  for (std::size_t at = kHeaderBytes; at + kEventBytes <= bytes_.size();) {
    const std::size_t size = number_at(bytes_, at + 4);
    if (size > bytes_.size() - at - kEventBytes) break;
    events_.push_back({.kind = static_cast<TapeKind>(number_at(bytes_, at)),
                       .payload = std::span(bytes_).subspan(at + kEventBytes, size)});
    at += kEventBytes + (size + kTapeAlignment - 1) / kTapeAlignment * kTapeAlignment;
  }
}

const Tape* tape() {
  static const Tape* const the_tape = [] {
    const std::string folder = text_in("SIMGPU_TAPE");
    return folder.empty() ? nullptr : new Tape(folder);
  }();
  return the_tape;
}

}  // namespace simgpu
