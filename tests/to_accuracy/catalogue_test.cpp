#include "profiler/to_accuracy/catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "profiler/to_accuracy/field_error.h"

namespace flopprof::to_accuracy {
namespace {

TEST(Catalogue, HoldsSixtyFiguresOverTwentyFiveModels) {
  EXPECT_GE(catalogue().size(), 60u);
  EXPECT_GE(catalogued_models().size(), 25u);
}

TEST(Catalogue, GivesEveryFigureASourceAnInputAndAPlausibleValue) {
  const std::set<std::string> quantities = {"macs_per_image", "macs_per_sequence", "training_macs"};
  for (const PublishedFigure& figure : catalogue()) {
    EXPECT_FALSE(figure.model.empty());
    EXPECT_GE(figure.input, 224) << figure.model;
    EXPECT_GT(figure.source.size(), 10u) << figure.model;
    EXPECT_TRUE(quantities.contains(figure.quantity)) << figure.quantity;
    EXPECT_GE(figure.value.value, 1e7) << figure.model;
  }
}

TEST(Catalogue, HoldsNoFigureTwice) {
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  for (const PublishedFigure& figure : catalogue()) {
    EXPECT_TRUE(seen.insert({figure.model, figure.source, figure.quantity}).second)
        << figure.model << ", " << figure.source;
  }
}

TEST(Catalogue, HoldsTheSixteenRowsOfTable3) {
  EXPECT_EQ(
      std::ranges::count_if(catalogue(),
                            [](const PublishedFigure& figure) {
                              return figure.source.ends_with("Table 3 (gigaflops/img by THOP)");
                            }),
      16);
}

TEST(Catalogue, KeepsTheUnitAsItWasClaimed) {
  const auto alexnet = std::ranges::find(catalogue(), "alexnet", &PublishedFigure::model);
  EXPECT_EQ(alexnet->value.value, 0.714e9);
  EXPECT_EQ(alexnet->unit, ClaimedUnit::kFlops);  // torchvision heads its MACs "GFLOPS"
}

TEST(PublishedArgument, ReadsValueAndUnit) {
  const PublishedFigure figure = published_argument("3.8e9:FLOPs");
  EXPECT_EQ(figure.value.value, 3.8e9);
  EXPECT_EQ(name_of(figure.unit), "FLOPs");
}

TEST(PublishedArgument, RefusesWhatNamesNoNumberOrNoUnit) {
  for (const char* text : {"", "3.8e9", "3.8e9:", "3.8e9:GFLOPs", ":FLOPs", "-1:MACs", "x:MACs"}) {
    EXPECT_THROW(published_argument(text), FieldError) << text;
  }
}

}  // namespace
}  // namespace flopprof::to_accuracy
