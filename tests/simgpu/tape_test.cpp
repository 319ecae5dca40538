// A tape, written here byte by byte as tape.h says, and what is played of it.

#include "tests/simgpu/tape.h"

#include <cupti.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/simgpu/counter_image.h"
#include "tests/simgpu/profiled.h"

namespace simgpu {
namespace {

using ::testing::ElementsAre;
using ::testing::ExitedWithCode;

const std::string kGemm = "sm__ops_path_tensor_op_hgmma_src_bf16_dst_fp32.sum";
constexpr std::uint64_t kNameThen = 0x7f0000001000;

template <typename Value>
std::string bytes_of(const Value& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string header(std::uint32_t cupti_version) {
  return "floptape" + std::string("\1\0\0\0", 4) + bytes_of(cupti_version);
}

std::string event(TapeKind kind, const std::string& payload) {
  const auto size = static_cast<std::uint32_t>(payload.size());
  return bytes_of(kind) + bytes_of(size) + payload +
         std::string((8 - payload.size() % 8) % 8, '\0');
}

/// Its form is one that no header here knows: 300 bytes.
std::string kernel_record(std::uint32_t correlation) {
  CUpti_ActivityKernel10 record{};
  record.kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL;
  record.correlationId = correlation;
  record.name = reinterpret_cast<const char*>(kNameThen);
  std::string bytes = bytes_of(record);
  bytes.resize(300);
  return bytes;
}

std::string records(const std::vector<std::string>& all) {
  std::string payload;
  for (const std::string& record : all) payload += bytes_of(std::uint64_t{record.size()}) + record;
  return event(TapeKind::kRecords, payload);
}

std::string counter_data(double count) {
  std::vector<std::uint8_t> image(CounterImage::bytes(1, 1));
  CounterImage::made(image.data(), {kGemm}, 1).put(0, {.name = "step", .values = {count}});
  const std::string metrics = kGemm + "\n";
  const TapeCounterData told{.metrics_bytes = static_cast<std::uint32_t>(metrics.size())};
  return event(TapeKind::kCounterData,
               bytes_of(told) + metrics + std::string(image.begin(), image.end()));
}

class Taped : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& bytes) const {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ + "/tape", std::ios::binary) << bytes;
  }
  void expect_in_a_process(const std::function<bool()>& holds) const {
    setenv("SIMGPU_TAPE", folder_.c_str(), 1);
    EXPECT_EXIT(std::exit(holds() ? 0 : 1), ExitedWithCode(0), "");
    unsetenv("SIMGPU_TAPE");
  }
  const std::string folder_ = ::testing::TempDir() + "simgpu_tape-" + std::to_string(getpid());
};

TEST_F(Taped, HasItsEventsInOrder) {
  write(header(130200) + event(TapeKind::kStepBegins, "train") + event(TapeKind::kStepEnds, ""));
  const Tape tape(folder_);
  EXPECT_EQ(tape.cupti_version(), 130200);
  ASSERT_EQ(tape.events().size(), 2);
  EXPECT_EQ(tape.events()[0].kind, TapeKind::kStepBegins);
  EXPECT_EQ(tape.events()[0].text_after(0), "train");
  EXPECT_EQ(tape.events()[1].kind, TapeKind::kStepEnds);
}

TEST_F(Taped, EndsBeforeAnEventThatIsCutShort) {
  const std::string whole = header(130001) + event(TapeKind::kStepBegins, "");
  for (std::size_t cut = 1; cut < 16; ++cut) {
    write(whole + event(TapeKind::kName, "12345678").substr(0, cut));
    EXPECT_EQ(Tape(folder_).events().size(), 1) << cut;
  }
}

TEST_F(Taped, IsNoOtherFile) {
  write("floptape" + std::string("\2\0\0\0\0\0\0\0", 8));
  EXPECT_THROW(Tape{folder_}, std::runtime_error);
  write("flop");
  EXPECT_THROW(Tape{folder_}, std::runtime_error);
  EXPECT_THROW(Tape{"/nowhere"}, std::runtime_error);
}

std::vector<CUpti_ActivityKernel10> read;

void CUPTIAPI on_wanted(std::uint8_t** data, std::size_t* size, std::size_t* most) {
  static std::uint8_t memory[4096];
  *data = memory;
  *size = sizeof memory;
  *most = 0;
}

void CUPTIAPI on_full(CUcontext, std::uint32_t, std::uint8_t* data, std::size_t, std::size_t used) {
  CUpti_Activity* record = nullptr;
  while (cuptiActivityGetNextRecord(data, used, &record) == CUPTI_SUCCESS)
    read.push_back(*reinterpret_cast<CUpti_ActivityKernel10*>(record));
}

TEST_F(Taped, GivesRecordsOfWhateverLengthWithTheirNames) {
  write(header(140000) + event(TapeKind::kName, bytes_of(kNameThen) + "gemm") +
        records({kernel_record(7), kernel_record(8)}));
  expect_in_a_process([] {
    std::uint32_t version = 0;
    check(cuptiGetVersion(&version));
    check(cuptiActivityRegisterCallbacks(on_wanted, on_full));
    check(cuptiActivityEnable(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL));
    for (const TapeEvent& one : tape()->events()) simgpu_play(&one);
    check(cuptiActivityFlushAll(0));
    return version == 140000 && read.size() == 2 && read[0].correlationId == 7 &&
           read[1].correlationId == 8 && std::string(read[1].name) == "gemm";
  });
}

TEST_F(Taped, GivesTheImagesOfItsRangesOneAfterTheOtherAndThenNone) {
  write(header(130001) + counter_data(1'000) + counter_data(3'000));
  expect_in_a_process([] {
    const Context gpu;
    Profiled profiled(gpu, {kGemm});
    std::vector<double> counts;
    for (int range = 0; range < 2; ++range) {
      check(profiled.configure());
      profiled.begin();
      profiled.end();
      counts.push_back(profiled.values().at(0));
    }
    check(profiled.configure());
    profiled.begin();
    profiled.end();
    return counts == std::vector<double>{1'000, 3'000} && profiled.dropped() == 1;
  });
}

TEST_F(Taped, HasNoCountsThatWereNotTaken) {
  write(header(130001) + counter_data(1'000));
  expect_in_a_process([] {
    const Context gpu;
    const Profiled profiled(gpu);
    const char* metric = "sm__ops_path_tensor_src_fp8.sum";
    CUpti_RangeProfiler_GetCounterDataSize_Params size{
        .structSize = CUpti_RangeProfiler_GetCounterDataSize_Params_STRUCT_SIZE,
        .pRangeProfilerObject = profiled.object(),
        .pMetricNames = &metric,
        .numMetrics = 1,
        .maxNumOfRanges = 1,
        .maxNumRangeTreeNodes = 1};
    return cuptiRangeProfilerGetCounterDataSize(&size) == CUPTI_ERROR_INVALID_METRIC_NAME;
  });
}

}  // namespace
}  // namespace simgpu
