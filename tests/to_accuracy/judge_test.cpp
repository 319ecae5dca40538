#include "profiler/to_accuracy/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flopprof::to_accuracy {
namespace {

using testing::HasSubstr;

/// torchvision's ResNet-50 at 224: 4,089,184,256 MACs, its normalisation and its linear layer.
const MeasuredNetwork kResNet50{
    .flops = {8'178'368'512},
    .input = 224,
    .beside = {
        .linear_macs = 2'048'000, .batch_norm_elements = 11'113'984, .relu_elements = 9'608'704}};
/// The same with the stride in the 1x1 convolution.
const MeasuredNetwork kResNet50V1{.flops = {7'715'946'496}, .input = 224};

PublishedFigure figure(const char* text, std::int64_t input = 0) {
  PublishedFigure published = published_argument(text);
  published.input = input;
  return published;
}

TEST(Judge, AgreesWithFlopsThatAreTwoAMac) {
  const Judgement judgement = judged(figure("8.2e9:FLOPs"), kResNet50);
  EXPECT_EQ(name_of(judgement.verdict), "agrees");
  EXPECT_NEAR(judgement.ratio, 0.99736, 1e-5);
  EXPECT_EQ(judgement.reason, "");
}

TEST(Judge, AgreesWithMacsThatAreCalledMacs) {
  EXPECT_EQ(judged(figure("4.09e9:MACs"), kResNet50).verdict, Verdict::kAgrees);
}

TEST(Judge, NamesMacsThatAreCalledFlops) {
  const Judgement judgement = judged(figure("4.1e9:FLOPs"), kResNet50);
  EXPECT_EQ(name_of(judgement.verdict), "agrees as MACs");
  EXPECT_NEAR(judgement.ratio, 1.99472, 1e-5);
  EXPECT_EQ(judgement.reason, "a MAC called FLOP");
}

TEST(Judge, NamesTheVariantThatTheFigureIsOf) {
  PublishedFigure published = figure("3.8e9:FLOPs", 224);
  EXPECT_NE(judged(published, kResNet50).verdict, Verdict::kVariant);
  published.network = "resnet50_v1";
  const Judgement judgement = judged(published, kResNet50, kResNet50V1);
  EXPECT_EQ(name_of(judgement.verdict), "variant");
  EXPECT_EQ(judgement.reason, "the figure is of resnet50_v1; a MAC called FLOP");
}

TEST(Judge, KnowsAVariantFromTheCatalogueWhereNobodyNamedTheModel) {
  const Judgement judgement = judged_by_catalogue(figure("3.8e9:FLOPs"), kResNet50);
  EXPECT_EQ(name_of(judgement.verdict), "variant");
  EXPECT_THAT(judgement.reason, HasSubstr("the run is resnet50, and the figure resnet50_v1 of He"));
  const MeasuredNetwork other{.flops = {9'000'000'000}};
  EXPECT_EQ(judged_by_catalogue(figure("3.8e9:FLOPs"), other).verdict, Verdict::kDiffers);
}

TEST(Judge, NamesAnotherResolution) {
  const Judgement judgement = judged(figure("5.34e9:MACs", 256), kResNet50);
  EXPECT_EQ(name_of(judgement.verdict), "resolution");
  EXPECT_EQ(judgement.reason, "measured at input 224, the figure is for 256");
}

TEST(Judge, NamesUnitsOfTwoToTheThirty) {
  const Judgement judgement = judged(figure("3.81e9:MACs"), kResNet50);
  EXPECT_EQ(name_of(judgement.verdict), "GiMAC");
  EXPECT_NEAR(judgement.ratio, 1.07328, 1e-5);
}

TEST(Judge, NamesCountersThatCountNormalisation) {
  const Judgement judgement = judged(figure("4.14e9:MACs"), kResNet50);
  EXPECT_EQ(name_of(judgement.verdict), "variant");
  EXPECT_THAT(judgement.reason, HasSubstr("THOP did in September 2019"));
}

TEST(Judge, NamesTable3sCounterOfJuly2019) {
  const Judgement judgement = judged(figure("3.86e9:FLOPs", 224), kResNet50);
  EXPECT_EQ(name_of(judgement.verdict), "GiMAC");
  EXPECT_THAT(judgement.reason, HasSubstr("batch-norm"));
  EXPECT_THAT(judgement.reason, HasSubstr("a MAC called FLOP"));
}

TEST(Judge, DoesNotExplainAPaperByALaterCounter) {
  PublishedFigure published = figure("4.14e9:MACs");
  published.model = "resnet50";
  published.source = "a paper of 2015";
  EXPECT_EQ(judged(published, kResNet50).verdict, Verdict::kDiffers);
}

TEST(Judge, NamesTheBackwardPassButLetsTheFigureDiffer) {
  const Judgement judgement = judged(figure("2.4535e10:FLOPs"), kResNet50);
  EXPECT_EQ(name_of(judgement.verdict), "differs");
  EXPECT_THAT(judgement.reason, HasSubstr("forward and backward"));
}

TEST(Judge, NamesFlopsThatAreCalledMacs) {
  const Judgement judgement = judged(figure("8.18e9:MACs"), kResNet50);
  EXPECT_EQ(judgement.verdict, Verdict::kDiffers);
  EXPECT_EQ(judgement.reason, "a FLOP called MAC");
}

TEST(Judge, FindsNoExcuseForAWrongFigure) {
  const Judgement judgement = judged(figure("5.0e9:FLOPs", 224), kResNet50, kResNet50V1);
  EXPECT_EQ(name_of(judgement.verdict), "differs");
  EXPECT_THAT(judgement.reason, HasSubstr("+22.3 % off the measured MACs"));
}

TEST(Judge, TellsAttentionThatWasLeftOut) {
  const MeasuredNetwork transformer{.flops = {2'120'000'000},
                                    .beside = {.attention_macs = {60'000'000}}};
  EXPECT_EQ(judged(figure("1.000e9:MACs"), transformer).reason,
            "the products of attention left out");
}

}  // namespace
}  // namespace flopprof::to_accuracy
