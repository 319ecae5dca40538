#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/convolution/shape.h"

namespace flopprof::convolution {

/// A convolution of a list, and how often it stands in the network.
struct Layer {
  std::string name;  ///< empty: its sizes are its name
  std::int64_t count = 1;
  Shape shape;
};

struct ShapeList {
  std::string name;
  std::string source;
  bool is_network = false;  ///< one forward pass is all layers, each `count` times
  std::vector<Layer> layers;
};

/// A shape file that cannot be read. The message names line, column and what would be right.
struct ShapeListError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The layers of a CSV file with a header. C, H, W, K, R and S must be there; name, count, N
/// (`images` where there is none), pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w and
/// groups may be; P, Q and flops_fwd_2MAC are compared with what the sizes give. Throws
/// ShapeListError for everything else, for a list without layers, and for what is no convolution.
std::vector<Layer> layers_of(std::string_view csv, std::int64_t images);

/// The lists that are shipped: deepbench, resnet50, vgg16, alexnet, mobilenet, and a selection of
/// all that takes minutes to measure.
std::vector<std::string> shipped_shape_lists();

/// `images` is the N of the networks; DeepBench has its own. Throws std::out_of_range for a list
/// that is not shipped.
ShapeList shipped_shapes(std::string_view name, std::int64_t images);

}  // namespace flopprof::convolution
