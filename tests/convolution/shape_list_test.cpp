#include "profiler/convolution/shape_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>

#include "profiler/convolution/work.h"

namespace flopprof::convolution {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::int64_t flops_per_image(std::string_view network) {
  std::int64_t flops = 0;
  for (const Layer& layer : shipped_shapes(network, 1).layers) {
    flops += layer.count * algorithmic_flops(layer.shape).value();
  }
  return flops;
}

std::string refusal(std::string_view csv) {
  try {
    layers_of(csv, 32);
  } catch (const ShapeListError& error) {
    return error.what();
  }
  return "taken";
}

TEST(ShippedShapes, OfDeepBenchAreItsTrainingProblems) {
  const ShapeList list = shipped_shapes("deepbench", 32);
  EXPECT_FALSE(list.is_network);
  ASSERT_THAT(list.layers, SizeIs(94));
  EXPECT_EQ(text_of(list.layers[0].shape), "4x1x161x700 k32 5x20 s2");
  EXPECT_EQ(algorithmic_flops(list.layers[0].shape).value(), 689'638'400);
  EXPECT_EQ(text_of(list.layers[44].shape), "8x2048x7x7 k512 1x1 p3 s2");
  std::int64_t all = 0;
  for (const Layer& layer : list.layers) all += algorithmic_flops(layer.shape).value();
  EXPECT_EQ(all, 562'504'360'960);
}

TEST(ShippedShapes, OfNetworksSumToWhatIsKnownOfThem) {
  // ResNet-50's convolutions: 4.087 GMAC. With its classifier, 2048 x 1000, the published 4.089.
  EXPECT_EQ(flops_per_image("resnet50"), 8'174'272'512);
  EXPECT_EQ(flops_per_image("resnet50") + 2 * 2048 * 1000, 2 * 4'089'184'256);
  EXPECT_EQ(flops_per_image("vgg16"), 30'693'261'312);
  EXPECT_EQ(flops_per_image("alexnet"), 1'311'133'056);
  EXPECT_EQ(flops_per_image("mobilenet"), 1'113'756'672);
}

TEST(ShippedShapes, OfNetworksHaveTheImagesThatAreAskedFor) {
  const ShapeList list = shipped_shapes("resnet50", 64);
  EXPECT_TRUE(list.is_network);
  EXPECT_EQ(list.layers[0].name, "conv1");
  EXPECT_EQ(list.layers[0].shape.images, 64);
  const auto layers = [&] {
    std::int64_t count = 0;
    for (const Layer& layer : list.layers) count += layer.count;
    return count;
  }();
  EXPECT_EQ(layers, 53);
}

TEST(ShippedShapes, OfTheSelectionAreTwentyFourWithDilationAndGroups) {
  const ShapeList list = shipped_shapes("selection", 1);
  ASSERT_THAT(list.layers, SizeIs(24));
  EXPECT_EQ(text_of(list.layers[9].shape), "8x2048x7x7 k512 1x1 p3 s2");
  EXPECT_EQ(text_of(list.layers[22].shape), "16x256x28x28 k256 3x3 p2 d2");
  EXPECT_EQ(text_of(list.layers[23].shape), "32x256x28x28 k256 3x3 p1 g32");
}

TEST(ShippedShapes, AreNamed) {
  EXPECT_THAT(shipped_shape_lists(),
              ElementsAre("deepbench", "resnet50", "vgg16", "alexnet", "mobilenet", "selection"));
  EXPECT_THROW(shipped_shapes("lenet", 1), std::out_of_range);
}

TEST(ShapeFile, NeedsSixColumnsAndMayHaveMoreInAnyOrder) {
  const auto layers = layers_of("K,name,C,H,W,R,S,groups,stride_h\n64,stem,3,224,200,7,5,1,2\n", 8);
  ASSERT_THAT(layers, SizeIs(1));
  EXPECT_EQ(layers[0].name, "stem");
  EXPECT_EQ(layers[0].count, 1);
  EXPECT_EQ(text_of(layers[0].shape), "8x3x224x200 k64 7x5 s2,1");
}

TEST(ShapeFile, ThatIsMalformedIsRefusedByLineAndColumn) {
  EXPECT_EQ(refusal("C,H,W,K,R,S\n3,8,8,4,3,3\n3,8,x8,4,3,3\n"),
            "line 3, column 3 (W): \"x8\" is not a whole number");
  EXPECT_EQ(refusal("C,H,W,K,R,S\n3,8,,4,3,3\n"),
            "line 2, column 3 (W): \"\" is not a whole number");
  EXPECT_EQ(refusal("C,H,W,K,R,S\n3,8,8,4,9,3\n"),
            "line 2, column 5 (R): a filter of 9 rows does not fit into H = 8 with pad_h = 0 and "
            "dilation_h = 1");
  EXPECT_EQ(refusal("C,H,W,K,R,S\n99999999999999999999,8,8,4,3,3\n"),
            "line 2, column 1 (C): 99999999999999999999 does not fit into 64 bits");
  EXPECT_EQ(refusal("C,H,W,K,R,S,C\n"), "line 1, column 7 (C): this column stands here twice");
  EXPECT_EQ(refusal("C,H,W,R,S\n3,8,8,3,3\n"),
            "line 1: no column K; a shape file needs C, H, W, K, R, S");
  EXPECT_EQ(refusal("C,H,W,K,R,S\n"), "no shape below the header");
  EXPECT_EQ(refusal("C,H,W,K,R,S,count\n3,8,8,4,3,3,0\n"),
            "line 2, column 7 (count): 0 is not from 1 to 2147483647");
  EXPECT_THAT(
      refusal("C,H,W,K,R,S,depth\n"),
      testing::StartsWith("line 1, column 7 (depth): no such column; a shape file has name"));
  EXPECT_THAT(refusal("C,H,W,K,R,S\n1,2,3\n"), testing::HasSubstr("2"));
}

TEST(ShapeFile, WhoseShapeOverflowsIsRefused) {
  EXPECT_EQ(refusal("N,C,H,W,K,R,S\n2000000000,3,2000000000,2000000000,4,3,3\n"),
            "line 2, column 1 (N): the FLOPs or bytes of this shape do not fit into 64 bits");
  EXPECT_EQ(refusal("C,H,W,K,R,S\n3,2000000000,2000000000,4000,3,3\n"),
            "line 2, column 1 (C): the FLOPs or bytes of this shape do not fit into 64 bits");
}

TEST(ShapeFile, ThatSaysWhatItsSizesGiveIsCheckedForIt) {
  EXPECT_EQ(refusal("C,H,W,K,R,S,P,Q\n3,8,8,4,3,3,6,6\n"), "taken");
  EXPECT_EQ(refusal("C,H,W,K,R,S,P,Q\n3,8,8,4,3,3,6,8\n"),
            "line 2, column 8 (Q): 8 should be 6 for these sizes");
  EXPECT_EQ(refusal("N,C,H,W,K,R,S,flops_fwd_2MAC\n1,3,8,8,4,3,3,1\n"),
            "line 2, column 8 (flops_fwd_2MAC): 1 should be 7776 for these sizes");
}

}  // namespace
}  // namespace flopprof::convolution
