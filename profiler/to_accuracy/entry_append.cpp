#include "profiler/to_accuracy/entry_append.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "profiler/to_accuracy/entry.h"

namespace flopprof::to_accuracy {
namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) {
    throw EntryError(path.string() + " cannot be read: give the data set's CSV file");
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string shown(std::string_view line_end) { return line_end == "\r\n" ? "CRLF" : "LF"; }

/// CRLF or LF, the same throughout.
std::string line_end_of(const std::filesystem::path& path, std::string_view bytes,
                        Quoting quoting) {
  std::size_t crlf = 0;
  std::size_t lf = 0;
  std::size_t cr = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    quoted = quoted != (quoting == Quoting::kAllowed && bytes[i] == '"');
    if (quoted) continue;  // a line end inside quotes belongs to the cell
    const bool pair = bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n';
    crlf += pair;
    cr += bytes[i] == '\r' && !pair;
    lf += bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r');
  }
  if (quoted) throw EntryError(path.string() + " ends inside a quoted cell");
  if (cr > 0 || (crlf > 0 && lf > 0))
    throw EntryError(path.string() + " mixes line ends: make them all CRLF or all LF");
  return lf > 0 ? "\n" : "\r\n";
}

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& beside) : path_(beside.string() + ".XXXXXX") {
    descriptor_ = ::mkstemp(path_.data());
    if (descriptor_ < 0) fail("make a file beside it");
  }
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) fail("write");
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void take_the_place_of(const std::filesystem::path& target) {
    struct stat old{};
    const mode_t mode = ::stat(target.c_str(), &old) == 0 ? old.st_mode & 07777 : 0644;
    if (::fchmod(descriptor_, mode) != 0 || ::fsync(descriptor_) != 0) fail("write");
    if (::rename(path_.c_str(), target.c_str()) != 0) fail("replace " + target.string());
    path_.clear();
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw EntryError(fmt::format("{}: cannot {}: {}", path_, what, std::strerror(errno)));
  }
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace

DataSetFile read_data_set(const std::filesystem::path& path, std::string_view header,
                          std::string_view line_end, Quoting quoting) {
  DataSetFile file{.path = path, .bytes = bytes_of(path)};
  const std::string_view bytes = file.bytes;
  const std::size_t first_end = bytes.find_first_of("\r\n");
  if (bytes.substr(0, first_end) != header) {
    throw EntryError(
        fmt::format("{} has another header; the first line must be: {}", path.string(), header));
  }
  if (quoting == Quoting::kNone && bytes.find('"') != std::string_view::npos) {
    throw EntryError(path.string() + " has quotes, and the data set has none: take them out first");
  }
  if (bytes.find('\0') != std::string_view::npos)
    throw EntryError(path.string() + " holds NUL bytes: no text");
  file.line_end = first_end == std::string_view::npos && !line_end.empty()
                      ? std::string(line_end)
                      : line_end_of(path, bytes, quoting);
  if (!line_end.empty() && file.line_end != line_end) {
    throw EntryError(
        fmt::format("{} ends its lines with {}, the data set with {}: convert it first",
                    path.string(), shown(file.line_end), shown(line_end)));
  }
  return file;
}

void append_row(const DataSetFile& file, std::string_view row) {
  const std::string& end = file.line_end;
  const bool ended = file.bytes.ends_with(end);
  const std::string around = end + file.bytes + end;
  if (around.find(end + std::string(row) + end) != std::string::npos) {
    throw EntryError(file.path.string() + " has this row already");
  }
  if (bytes_of(file.path) != file.bytes)
    throw EntryError(file.path.string() + " was changed meanwhile: try again");
  std::string bytes = file.bytes;
  bytes += ended ? std::string(row) + end : end + std::string(row);
  replace_file(file.path, bytes);
}

void replace_file(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code ignored;
  const auto real =
      std::filesystem::weakly_canonical(path, ignored);  // behind a link stands the file itself
  const auto& target = real.empty() ? path : real;
  if (::access(target.c_str(), W_OK) != 0 && errno != ENOENT) {
    throw EntryError(
        fmt::format("{} cannot be written: {}", target.string(), std::strerror(errno)));
  }
  TemporaryFile temporary(target);
  temporary.write(bytes);
  temporary.take_the_place_of(target);
}

}  // namespace flopprof::to_accuracy
