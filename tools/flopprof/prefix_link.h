#pragma once

#include <filesystem>

namespace flopprof::tools {

/// A way to the prefix that LD_PRELOAD and PYTHONPATH can hold: the prefix itself where it fits,
/// else a link to it in a fresh private folder, removed with this object.
class PrefixLink {
 public:
  /// Throws std::system_error or std::filesystem::filesystem_error when no link can be made.
  explicit PrefixLink(const std::filesystem::path& prefix);
  ~PrefixLink();
  PrefixLink(const PrefixLink&) = delete;
  PrefixLink& operator=(const PrefixLink&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::filesystem::path folder_;  ///< empty: no link was needed
};

}  // namespace flopprof::tools
