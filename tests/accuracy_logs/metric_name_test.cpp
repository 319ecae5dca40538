#include "integrations/accuracy_logs/metric_name.h"

#include <gtest/gtest.h>

namespace flopprof::accuracy_logs {
namespace {

TEST(CanonicalMetric, KnowsTheManyNamesOfTop5) {
  for (const char* name : {"top5", "top-5", "eval_top5", "val_acc5", "val/acc@5", "Prec@5", "Acc@5",
                           "top5Accuracy", "valid_top5_acc", "test accuracy top 5"}) {
    EXPECT_EQ(canonical_metric(name), "top5") << name;
  }
}

TEST(CanonicalMetric, KeepsErrorRatesAndTrainingMetricsApart) {
  EXPECT_EQ(canonical_metric("top5_error"), "err top5");
  EXPECT_EQ(canonical_metric("err@1"), "err top1");
  EXPECT_EQ(canonical_metric("train_top5"), "");
  EXPECT_EQ(canonical_metric("eval_accuracy"), "accuracy");
  EXPECT_EQ(canonical_metric("eval_loss"), "loss");
}

}  // namespace
}  // namespace flopprof::accuracy_logs
