#include "integrations/accuracy_logs/log_lines.h"

#include <algorithm>
#include <istream>

namespace flopprof::accuracy_logs {
namespace {

constexpr std::size_t kChunkBytes = 1 << 16;

}  // namespace

LogLines::LogLines(std::istream& log, std::size_t longest) : log_(log), longest_(longest) {}

bool LogLines::next() {
  line_.clear();
  cut_ = false;
  if (at_ == chunk_.size() && !fill()) return false;
  ++number_;
  while (true) {
    const std::size_t end = chunk_.find_first_of("\r\n", at_);
    append(std::string_view(chunk_).substr(
        at_, end == std::string::npos ? std::string::npos : end - at_));
    if (end != std::string::npos) {
      at_ = end + 1;
      const bool pair =
          chunk_[end] == '\r' && (at_ < chunk_.size() || fill()) && chunk_[at_] == '\n';
      if (pair) ++at_;
      return true;
    }
    at_ = chunk_.size();
    if (!fill()) return true;
  }
}

bool LogLines::fill() {
  chunk_.resize(kChunkBytes);
  log_.read(chunk_.data(), static_cast<std::streamsize>(chunk_.size()));
  chunk_.resize(static_cast<std::size_t>(log_.gcount()));
  at_ = 0;
  return !chunk_.empty();
}

void LogLines::append(std::string_view piece) {
  const std::size_t room = longest_ - std::min(longest_, line_.size());
  cut_ = cut_ || piece.size() > room;
  line_.append(piece.substr(0, room));
}

}  // namespace flopprof::accuracy_logs
