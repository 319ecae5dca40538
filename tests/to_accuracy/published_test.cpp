#include "profiler/to_accuracy/published.h"

#include <gtest/gtest.h>

namespace flopprof::to_accuracy {
namespace {

TEST(ShippedDataSet, IsNothingForANameThatIsNotShipped) {
  EXPECT_FALSE(shipped_data_set("table4"));
  EXPECT_EQ(shipped_data_set("table3")->rows.size(), 16u);
  EXPECT_EQ(shipped_data_set("openai")->rows.size(), 12u);
}

TEST(PublishedParts, AreFoundWhateverThePunctuation) {
  const auto parts = published_parts("AlexNet", "EfficientNet-b0", "EfficientNet");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->epochs->printed, "4");
  EXPECT_EQ(parts->gmacs_per_image->printed, "0.39");
}

TEST(PublishedParts, AreNothingForAnotherMeasurementOfTheSameNetwork) {
  EXPECT_FALSE(published_parts("AlexNet", "ResNet-50", "measured with flopprof"));
  EXPECT_FALSE(published_parts("ResNet-50", "ResNet-50", "AI and Efficiency"));
}

TEST(ArxivNumberOfTitle, TakesTheLongestNameThatTheTitleBeginsWith) {
  EXPECT_EQ(arxiv_number_of_title("ShuffleNet v2 (1x)"), "1807.11164");
  EXPECT_EQ(arxiv_number_of_title("ShuffleNet (1x)"), "1707.01083");
  EXPECT_EQ(arxiv_number_of_title("attention is all you need"), "1706.03762");
  EXPECT_EQ(arxiv_number_of_title("AI and Compute"), "");
}

}  // namespace
}  // namespace flopprof::to_accuracy
