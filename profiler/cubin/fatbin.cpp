#include "profiler/cubin/fatbin.h"

#include <fmt/format.h>
#include <lz4.h>
#include <zstd.h>

#include <cstring>
#include <limits>
#include <utility>

#include "profiler/cubin/cubin.h"

namespace flopprof::cubin {
namespace {

constexpr std::uint32_t kMagic = 0xba55ed50;
/// Machine code shrinks to a fifth or a tenth. What claims more than this is damaged, and must not
/// make us ask for memory that it never fills.
constexpr std::uint64_t kMostTimes = 1000;

// The layout is fatbinary.h's of the toolkit for the header; that of the entries is not published.
struct Header {
  std::uint32_t magic;
  std::uint16_t version;
  std::uint16_t header_size;
  std::uint64_t size;  ///< of all entries
};

struct EntryHeader {
  std::uint16_t kind;
  std::uint16_t version;
  std::uint32_t header_size;
  std::uint64_t size;  ///< of the payload with its padding
  std::uint32_t compressed_size;
  std::uint32_t unknown_20;
  std::uint16_t minor;
  std::uint16_t major;
  std::uint32_t capability;
  std::uint32_t unknown_32[2];
  std::uint64_t flags;
  std::uint64_t unknown_48;
  std::uint64_t uncompressed_size;
};
static_assert(sizeof(Header) == 16 && sizeof(EntryHeader) == 64);

constexpr std::uint64_t kFlagLz4 = 0x2000;
constexpr std::uint64_t kFlagZstd = 0x8000;

template <class T>
T read_at(std::string_view bytes, std::size_t at, std::string_view what) {
  T value;
  if (at > bytes.size() || bytes.size() - at < sizeof value) {
    throw CubinError(fmt::format("truncated: the {} at byte {} of the fat binary's {} is cut off",
                                 what, at, bytes.size()));
  }
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

FatbinEntry entry_at(std::string_view container, std::size_t at, const EntryHeader& header) {
  const std::uint64_t room = container.size() - at;
  if (header.header_size < sizeof header || header.header_size > room ||
      header.size > room - header.header_size) {
    throw CubinError(fmt::format(
        "truncated or damaged: the entry at byte {} of a fat binary would have {} + {} bytes, but "
        "{} are left",
        at, header.header_size, header.size, room));
  }
  FatbinEntry entry{.kind = static_cast<FatbinEntry::Kind>(header.kind),
                    .capability = static_cast<int>(header.capability),
                    .payload = container.substr(at + header.header_size, header.size)};
  if ((header.flags & (kFlagLz4 | kFlagZstd)) == 0) return entry;
  entry.compression = (header.flags & kFlagZstd) != 0 ? FatbinEntry::Compression::kZstd
                                                      : FatbinEntry::Compression::kLz4;
  entry.uncompressed_size = header.uncompressed_size;
  if (header.compressed_size > header.size) {
    throw CubinError(
        fmt::format("damaged: the entry at byte {} of a fat binary has {} compressed bytes in {}",
                    at, header.compressed_size, header.size));
  }
  entry.payload = entry.payload.substr(0, header.compressed_size);
  return entry;
}

std::string from_zstd(const FatbinEntry& entry, std::string bytes) {
  const std::size_t written =
      ZSTD_decompress(bytes.data(), bytes.size(), entry.payload.data(), entry.payload.size());
  if (ZSTD_isError(written) != 0) {
    throw CubinError(fmt::format("a cubin for sm_{} is compressed with zstd and damaged: {}",
                                 entry.capability, ZSTD_getErrorName(written)));
  }
  bytes.resize(written);
  return bytes;
}

std::string from_lz4(const FatbinEntry& entry, std::string bytes) {
  const int written =
      LZ4_decompress_safe(entry.payload.data(), bytes.data(),
                          static_cast<int>(entry.payload.size()), static_cast<int>(bytes.size()));
  if (written < 0) {
    throw CubinError(
        fmt::format("a cubin for sm_{} is compressed with LZ4 and damaged", entry.capability));
  }
  bytes.resize(static_cast<std::size_t>(written));
  return bytes;
}

}  // namespace

bool is_fatbin(std::string_view bytes) {
  return bytes.size() >= sizeof(Header) && read_at<std::uint32_t>(bytes, 0, "magic") == kMagic;
}

std::vector<FatbinEntry> entries_of(std::string_view bytes) {
  std::vector<FatbinEntry> entries;
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (bytes[at] == 0) {  // containers are aligned
      ++at;
      continue;
    }
    const auto header = read_at<Header>(bytes, at, "header");
    if (header.magic != kMagic) {
      throw CubinError(fmt::format("damaged: no fat binary starts at byte {} of its section", at));
    }
    if (header.header_size < sizeof header || header.header_size > bytes.size() - at ||
        header.size > bytes.size() - at - header.header_size) {
      throw CubinError(fmt::format(
          "truncated or damaged: the fat binary at byte {} would have {} + {} bytes, but {} are "
          "left",
          at, header.header_size, header.size, bytes.size() - at));
    }
    const std::string_view container = bytes.substr(at, header.header_size + header.size);
    std::size_t entry_at_byte = header.header_size;
    while (entry_at_byte < container.size()) {
      const auto entry = read_at<EntryHeader>(container, entry_at_byte, "entry");
      entries.push_back(entry_at(container, entry_at_byte, entry));
      entry_at_byte += entry.header_size + entry.size;
    }
    at += container.size();
  }
  return entries;
}

std::string unpacked(const FatbinEntry& entry) {
  if (entry.compression == FatbinEntry::Compression::kNone) return std::string(entry.payload);
  if (entry.uncompressed_size > kMostTimes * entry.payload.size() ||
      entry.payload.size() > std::numeric_limits<int>::max()) {
    throw CubinError(fmt::format("damaged: a cubin for sm_{} would grow from {} to {} bytes",
                                 entry.capability, entry.payload.size(), entry.uncompressed_size));
  }
  std::string bytes(entry.uncompressed_size, '\0');
  return entry.compression == FatbinEntry::Compression::kZstd ? from_zstd(entry, std::move(bytes))
                                                              : from_lz4(entry, std::move(bytes));
}

}  // namespace flopprof::cubin
