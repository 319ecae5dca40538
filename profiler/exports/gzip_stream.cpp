#include "profiler/exports/gzip_stream.h"

#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace flopprof::exports {

GzipBuffer::GzipBuffer(const std::filesystem::path& path) : file_(gzopen(path.c_str(), "wb6")) {
  if (!file_) {
    throw std::runtime_error("cannot write " + path.string() + ": " + std::strerror(errno));
  }
  setp(bytes_.data(), bytes_.data() + bytes_.size());
}

bool GzipBuffer::close() { return sync() == 0 && gzclose(file_.release()) == Z_OK; }

GzipBuffer::int_type GzipBuffer::overflow(int_type byte) {
  if (sync() != 0) return traits_type::eof();
  if (traits_type::eq_int_type(byte, traits_type::eof())) return traits_type::not_eof(byte);
  return sputc(traits_type::to_char_type(byte));
}

int GzipBuffer::sync() {
  const auto bytes = static_cast<unsigned>(pptr() - pbase());
  if (bytes > 0 && gzwrite(file_.get(), pbase(), bytes) != static_cast<int>(bytes)) return -1;
  setp(bytes_.data(), bytes_.data() + bytes_.size());
  return 0;
}

void GzipBuffer::Close::operator()(gzFile_s* file) const { gzclose(file); }

}  // namespace flopprof::exports
