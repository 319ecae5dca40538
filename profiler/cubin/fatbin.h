#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flopprof::cubin {

/// One piece of a fat binary.
struct FatbinEntry {
  enum class Kind : std::uint16_t { kPtx = 1, kCubin = 2 };
  enum class Compression { kNone, kLz4, kZstd };

  Kind kind = Kind::kCubin;
  int capability = 0;
  Compression compression = Compression::kNone;
  std::string_view payload;             ///< as it is stored
  std::uint64_t uncompressed_size = 0;  ///< bytes; 0 where nothing is compressed
};

bool is_fatbin(std::string_view bytes);

/// The entries of all containers in a section or a .fatbin file. Throws CubinError.
std::vector<FatbinEntry> entries_of(std::string_view bytes);

/// What an entry holds once it is unpacked. Throws CubinError.
std::string unpacked(const FatbinEntry& entry);

}  // namespace flopprof::cubin
