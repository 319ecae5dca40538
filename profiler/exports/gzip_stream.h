#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <streambuf>

struct gzFile_s;

namespace flopprof::exports {

/// Writes a gzip file as it is written to. A failure shows as the stream's badbit.
class GzipBuffer : public std::streambuf {
 public:
  /// Throws std::runtime_error naming the path when it cannot be written.
  explicit GzipBuffer(const std::filesystem::path& path);

  /// The last bytes and the trailer; false: the disk is full or gone.
  bool close();

 protected:
  int_type overflow(int_type byte) override;
  int sync() override;

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };
  std::unique_ptr<gzFile_s, Close> file_;
  std::array<char, 65'536> bytes_{};
};

}  // namespace flopprof::exports
