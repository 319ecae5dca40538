#include "profiler/merge/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "profiler/store/database.h"

namespace flopprof::merge {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const fs::path& output, const std::string& why) {
  throw store::DatabaseError(output.string() + " cannot be written: " + why, 1);
}

/// Answers 0 or errno. File systems that cannot do it in one step get the two.
int rename_to_free_name(const fs::path& from, const fs::path& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(to, ignored))) return EEXIST;
  return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

OutputFile::OutputFile(fs::path output, store::Existing existing)
    : output_(std::move(output)), existing_(existing) {
  store::check_replaceable(output_, existing_);
  std::string name = output_.string() + ".merging-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) cannot_write(output_, std::strerror(errno));
  folder_ = name;
}

OutputFile::~OutputFile() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

fs::path OutputFile::scratch() const { return folder_ / "merged.db"; }

void OutputFile::take_name() {
  const int failed = existing_ == store::Existing::kKeep
                         ? rename_to_free_name(scratch(), output_)
                         : (std::rename(scratch().c_str(), output_.c_str()) == 0 ? 0 : errno);
  if (failed == EEXIST) {
    throw store::RunInTheWay(output_.string() + " was made by another meanwhile");
  }
  if (failed != 0) cannot_write(output_, std::strerror(failed));
}

fs::path OutputFile::copy_with_journal(const fs::path& run) {
  const fs::path copy = folder_ / ("copy-" + std::to_string(++copies_) + ".db");
  fs::copy_file(run, copy);
  fs::copy_file(run.string() + "-journal", copy.string() + "-journal");
  return copy;
}

}  // namespace flopprof::merge
