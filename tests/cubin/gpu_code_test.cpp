#include "profiler/cubin/gpu_code.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "profiler/flops/code_counts.h"

namespace flopprof::cubin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::string content_of(const std::string& name) {
  std::ifstream file(std::string(FLOPPROF_TEST_DATA "/gpu_code/") + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Read {
  GpuCode code;
  std::vector<std::string> kernels;  ///< "axpy sm_90a: 1 FFMA, 1 of it in 1 loop"
};

Read read(const std::string& file) {
  Read result;
  result.code = read_gpu_code(file, [&](const Kernel& kernel) {
    const flops::CodeCounts counts = flops::counts_of(kernel.code, kernel.capability);
    std::string text = kernel.name + " " + kernel.architecture + ":";
    for (const flops::InstructionCount& entry : counts.counts) {
      text += " " + std::to_string(entry.count) + " " + name_of(entry.instruction) + ", " +
              std::to_string(entry.in_loops) + " in loops";
    }
    result.kernels.push_back(text);
  });
  return result;
}

void expect_refused(const std::string& file, const std::string& message) {
  EXPECT_THAT([&] { read(file); }, ThrowsMessage<CubinError>(HasSubstr(message)));
}

TEST(GpuCode, IsReadFromACubin) {
  EXPECT_THAT(read(content_of("axpy.cubin")).kernels,
              ElementsAre("axpy sm_90a: 1 FFMA, 1 in loops"));
}

TEST(GpuCode, IsReadFromAnObject) {
  EXPECT_THAT(read(content_of("axpy.o")).kernels, ElementsAre("axpy sm_90a: 1 FFMA, 1 in loops"));
}

/// A file of an archive, as ar(5) lays it out.
std::string member(const std::string& name, const std::string& content) {
  std::string header(60, ' ');
  const auto put = [&](std::size_t at, const std::string& text) {
    header.replace(at, text.size(), text);
  };
  put(0, name);
  put(16, "0");
  put(28, "0");
  put(34, "0");
  put(40, "644");
  put(48, std::to_string(content.size()));
  put(58, "`\n");
  return header + content + (content.size() % 2 == 0 ? "" : "\n");
}

TEST(GpuCode, IsReadFromEveryFileOfAnArchive) {
  const std::string archive = "!<arch>\n" + member("notes.txt/", "odd") +
                              member("axpy.o/", content_of("axpy.o")) +
                              member("axpy.cubin/", content_of("axpy.cubin"));
  const Read result = read(archive);
  EXPECT_THAT(result.kernels,
              ElementsAre("axpy sm_90a: 1 FFMA, 1 in loops", "axpy sm_90a: 1 FFMA, 1 in loops"));
  EXPECT_EQ(result.code.cubins, 2);
}

TEST(GpuCode, IsRefusedWhereAnArchiveIsDamagedOrEmpty) {
  expect_refused("!<arch>\n", "no GPU code: an archive whose files have no section");
  expect_refused("!<arch>\n" + member("notes.txt/", "text"), "no GPU code: an archive");
  expect_refused("!<thin>\n" + member("axpy.o/", ""), "a thin archive, which only names its files");
  const std::string object = content_of("axpy.o");
  expect_refused("!<arch>\n" + member("axpy.o/", object.substr(0, 700)), "axpy.o: truncated");
  const std::string archive = "!<arch>\n" + member("axpy.o/", object);
  expect_refused(archive + member("more.o/", object).substr(0, 30),
                 "truncated or damaged: no file starts at byte");
  for (const std::size_t bytes : {9UL, 40UL, 68UL, 200UL, archive.size() - 100}) {
    EXPECT_THROW(read(archive.substr(0, bytes)), CubinError) << bytes;
  }
}

TEST(GpuCode, IsReadFromFatBinariesCompressedEitherWay) {
  for (const char* name : {"zstd.fatbin", "lz4.fatbin"}) {
    // For sm_80 the compiler makes a constant with a multiplication of zeros.
    EXPECT_THAT(read(content_of(name)).kernels,
                ElementsAre("axpy sm_90a: 1 FFMA, 1 in loops",
                            "axpy sm_80: 1 FFMA, 1 in loops 1 HFMA2.MMA, 1 in loops"))
        << name;
  }
}

TEST(GpuCode, IsNotInAFileWithoutAny) {
  expect_refused("", "the file is empty");
  expect_refused("#!/bin/sh\n", "not an ELF file");
  expect_refused(content_of("ptx_only.fatbin"), "only PTX, no machine code; compile with");
}

TEST(GpuCode, IsRefusedWhereTheFileIsCutOff) {
  const std::string cubin = content_of("axpy.cubin");
  for (const std::size_t bytes : {20UL, 63UL, 64UL, 1000UL, cubin.size() - 500}) {
    EXPECT_THROW(read(cubin.substr(0, bytes)), CubinError) << bytes;
  }
  const std::string fatbin = content_of("zstd.fatbin");
  expect_refused(fatbin + "P\xed\x55\xba",
                 "truncated: the header at byte 2016 of the fat binary's");
  expect_refused(fatbin.substr(0, 700), "truncated or damaged: the fat binary at byte 0");
}

TEST(GpuCode, IsRefusedWhereACompressedCubinIsDamaged) {
  std::string zstd = content_of("zstd.fatbin");
  zstd[16 + 64] = 'x';  // of the first cubin, behind both headers
  expect_refused(zstd, "is compressed with zstd and damaged");
  std::string huge = content_of("lz4.fatbin");
  huge[16 + 56 + 4] = 1;  // its uncompressed size: 4 GiB more
  expect_refused(huge, "would grow from");
}

TEST(GpuCode, OfAnOldGpuIsRefusedByItsName) {
  std::string cubin = content_of("axpy.cubin");
  cubin[49] = 70;  // the capability, in the ELF header's flags
  expect_refused(cubin, "compute capability 7.0, whose instructions flopprof does not read");
  std::string fatbin = content_of("zstd.fatbin");
  fatbin[16 + 28] = 70;
  const Read rest = read(fatbin);
  EXPECT_EQ(rest.code.cubins, 1);
  EXPECT_THAT(rest.code.left_out, ElementsAre(HasSubstr("1 cubin for sm_70")));
}

}  // namespace
}  // namespace flopprof::cubin
