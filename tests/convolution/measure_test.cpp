#include "profiler/convolution_timing/measure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace flopprof::convolution_timing {
namespace {

using convolution::Analysis;
using convolution::CountSource;
using convolution::Executed;
using convolution::Measured;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<Analysis> two_convolutions() {
  return convolution::analyse(
      convolution::layers_of("N,C,H,W,K,R,S\n1,3,8,8,4,3,3\n1,3,9,9,4,3,3\n", 1),
      {.directions = {convolution::Direction::kForward}});
}

Candidate candidate(const std::string& engine) {
  return {.engine = engine, .workspace_limits = {std::nullopt}, .launch = [](void*) {}};
}

/// A GPU that takes a millisecond for everything, with one library that has two ways.
Bench bench() {
  Bench bench;
  bench.allocate = [](const Analysis&) { return std::make_shared<const Tensors>(); };
  bench.sources = {[](const Analysis&, const Tensors&) {
    return std::vector<Candidate>{candidate("first"), candidate("second")};
  }};
  bench.time_launch = [](const Launch& launch, Cache) {
    launch(nullptr);
    return LaunchTime{.seconds = 1e-3};
  };
  bench.iterations = 3;
  return bench;
}

TEST(Measure, MakesARowForEveryConvolutionAndCandidate) {
  const auto rows = measure(two_convolutions(), bench());
  ASSERT_THAT(rows, SizeIs(4));
  EXPECT_EQ(rows[1].engine, "second");
  EXPECT_EQ(rows[2].analysis.layer.shape.height, 9);
  EXPECT_DOUBLE_EQ(rows[3].cold->median, 1e-3);
  EXPECT_EQ(rows[3].executed.source, CountSource::kNone);
  EXPECT_THAT(rows[3].problem, IsEmpty());
}

TEST(Measure, RepeatsTheRowForEveryWorkspaceLimitThatChoosesTheEngine) {
  Bench limits = bench();
  int runs = 0;
  limits.sources = {[&](const Analysis&, const Tensors&) {
    Candidate one = candidate("one");
    one.workspace_limits = {8 << 20, std::nullopt};
    one.launch = [&](void*) { ++runs; };
    return std::vector<Candidate>{one};
  }};
  const auto rows = measure({two_convolutions()[0]}, limits);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].workspace_limit, 8 << 20);
  EXPECT_FALSE(rows[1].workspace_limit);
  EXPECT_EQ(runs, 2 * (2 + 3)) << "timed once";
}

TEST(Measure, CountsWhatIsNotKnownByDefinition) {
  Bench counting = bench();
  counting.count_launch = [](const Launch&) {
    return Executed{.source = CountSource::kCounted, .by_class = {{FlopClass::kFp32, {7}}}};
  };
  counting.sources = {[](const Analysis&, const Tensors&) {
    Candidate known = candidate("known");
    known.known = {.source = CountSource::kDefinition, .by_class = {{FlopClass::kFp32, {5}}}};
    return std::vector<Candidate>{known, candidate("counted")};
  }};
  const auto rows = measure({two_convolutions()[0]}, counting);
  EXPECT_EQ(rows[0].executed.all().count, 5u);
  EXPECT_EQ(rows[1].executed.all().count, 7u);
}

TEST(Measure, SaysWhatTheCountersLeftOut) {
  Bench counting = bench();
  counting.count_launch = [](const Launch&) {
    return Executed{.source = CountSource::kCounted,
                    .by_class = {{FlopClass::kFp32, {7}}},
                    .problems = {"set D was refused", "set E too"}};
  };
  const auto rows = measure({two_convolutions()[0]}, counting);
  EXPECT_EQ(rows[0].executed.all().count, 7u);
  EXPECT_EQ(rows[0].problem, "not counted: set D was refused; set E too");
}

TEST(Measure, KeepsTheTimesWhereTheCountersAreDenied) {
  Bench denied = bench();
  denied.count_launch = [](const Launch&) -> Executed { throw std::runtime_error("denied"); };
  const auto rows = measure({two_convolutions()[0]}, denied);
  EXPECT_TRUE(rows[0].warm);
  EXPECT_EQ(rows[0].problem, "not counted: denied");
}

TEST(Measure, SaysWhatALaunchLaunchesAndMovesAndWhyNot) {
  Bench counting = bench();
  counting.take_footprint = [](const Launch&) {
    return convolution::Footprint{.kernels = 3, .problems = {"DRAM bytes: denied"}};
  };
  const auto rows = measure({two_convolutions()[0]}, counting);
  EXPECT_EQ(rows[0].footprint.kernels, 3);
  EXPECT_FALSE(rows[0].footprint.dram_bytes_read);
  EXPECT_EQ(rows[0].problem, "DRAM bytes: denied");
}

TEST(Measure, TakesNoFootprintOfWhatDidNotRun) {
  Bench failing = bench();
  failing.time_launch = [](const Launch&, Cache) -> LaunchTime {
    throw std::runtime_error("an illegal address");
  };
  failing.take_footprint = [](const Launch&) -> convolution::Footprint {
    ADD_FAILURE();
    return {};
  };
  EXPECT_THAT(measure({two_convolutions()[0]}, failing), SizeIs(2));
}

TEST(Measure, GoesOnAfterALibraryOrAnAllocationFailed) {
  Bench failing = bench();
  failing.sources.insert(failing.sources.begin(),
                         [](const Analysis&, const Tensors&) -> std::vector<Candidate> {
                           throw std::runtime_error("no such library");
                         });
  auto rows = measure({two_convolutions()[0]}, failing);
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].problem, "no such library");
  EXPECT_EQ(rows[1].engine, "first");

  Bench full = bench();
  full.allocate = [](const Analysis& analysis) -> std::shared_ptr<const Tensors> {
    if (analysis.layer.shape.height == 8) throw std::runtime_error("out of memory");
    return std::make_shared<const Tensors>();
  };
  rows = measure(two_convolutions(), full);
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].problem, "out of memory");
  EXPECT_EQ(rows[1].engine, "first");
}

TEST(Measure, TellsHowFarItIs) {
  Bench telling = bench();
  std::vector<std::size_t> told;
  telling.progress = [&](std::size_t done, std::size_t all, const Analysis&) {
    told.push_back(done);
    EXPECT_EQ(all, 2u);
  };
  measure(two_convolutions(), telling);
  EXPECT_THAT(told, testing::ElementsAre(0, 1));
}

}  // namespace
}  // namespace flopprof::convolution_timing
