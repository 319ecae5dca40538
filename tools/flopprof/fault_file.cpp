#include "tools/flopprof/fault_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <nlohmann/json.hpp>
#include <sstream>

namespace flopprof::tools {
namespace {

// The preloaded library and the start-up hook know the file by this name.
constexpr char kName[] = "flopprof-faults";

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Fault fault_of(const std::string& line) {
  const auto object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    return {.what = "unreadable fault", .since_ns = now_ns(), .detail = line};
  }
  return {.what = text_of(object, "what"),
          .since_ns = now_ns(),
          .detail = text_of(object, "detail"),
          .remedy = text_of(object, "remedy")};
}

}  // namespace

FaultFile::FaultFile() : file_(memfd_create(kName, MFD_CLOEXEC)) {}

FaultFile::~FaultFile() {
  if (file_ >= 0) close(file_);
}

std::string FaultFile::path() const {
  if (file_ < 0) return {};
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(file_);
}

std::vector<Fault> FaultFile::read() const {
  std::string text;
  std::array<char, 4096> block{};
  for (ssize_t length = 0;
       (length = pread(file_, block.data(), block.size(), static_cast<off_t>(text.size()))) > 0;) {
    text.append(block.data(), static_cast<std::size_t>(length));
  }
  std::vector<Fault> faults;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) faults.push_back(fault_of(line));
  return faults;
}

}  // namespace flopprof::tools
