#include <gtest/gtest.h>

#include "integrations/accuracy_logs/accuracy_log.h"
#include "profiler/to_accuracy/target_result.h"

namespace flopprof::accuracy_logs {
namespace {

using namespace to_accuracy;

/// Where the log first has a top-5 of at least 79.1.
Position reached(const std::string& name) {
  AccuracyCurve curve(79.1, 0);
  const LogTraits traits = read_log(FLOPPROF_TEST_DATA "/dawnbench/" + name, "", {.metric = "top5"},
                                    [&](const AccuracyPoint& point) { curve.add(point); });
  EXPECT_EQ(traits.format, "dawnbench");
  return result_of_log(curve, traits, 79.1, 0, {}, {}).position.value_or(Position{});
}

TEST(DawnBenchLogs, GiveTheEpochThatFirstReachedAlexNetsLevel) {
  EXPECT_EQ(reached("dawn_resnet152_b_8k80_ec2_mxnet.tsv").epochs, 19);
  EXPECT_EQ(reached("diux_resnet50_p3-tensorpack.tsv").epochs, 15);
  EXPECT_EQ(reached("google_resnet50_tpu_tensorflow18.tsv").epochs, 12);
  EXPECT_EQ(reached("google_amoeba_net_d_tpu_tensorflow18.tsv").epochs, 4);
  EXPECT_EQ(reached("gehc_resnet50_1_p3_16xlarge_tensorflow111.tsv").epochs, 22.7);
}

TEST(DawnBenchLogs, CountCompletedEpochsWhereTheLogCountsFromZero) {
  const Position position = reached("fastai_pytorch.tsv");
  EXPECT_EQ(position.log_epoch, 21);
  EXPECT_EQ(position.epochs, 22);
}

}  // namespace
}  // namespace flopprof::accuracy_logs
