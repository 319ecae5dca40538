#include "profiler/cudnn/graph.h"

#include <array>

namespace flopprof::cudnn {
namespace {

using convolution::Shape;

constexpr std::int64_t kAlignment = 16;  ///< bytes; device memory is aligned to more

cudnnDataType_t type_of(const convolution::NumberFormat& format) {
  if (format.name == "fp16") return CUDNN_DATA_HALF;
  if (format.name == "bf16") return CUDNN_DATA_BFLOAT16;
  return CUDNN_DATA_FLOAT;
}

/// Of dimensions in the order N, C, H, W.
std::vector<std::int64_t> strides(const std::vector<std::int64_t>& d, Layout layout) {
  if (layout == Layout::kChannelsFirst) return {d[1] * d[2] * d[3], d[2] * d[3], d[3], 1};
  return {d[1] * d[2] * d[3], 1, d[3] * d[1], d[1]};
}

std::vector<std::int64_t> sizes_of(const Shape& shape, Tensor tensor) {
  switch (tensor) {
    case Tensor::kInput:
      return {shape.images, shape.channels, shape.height, shape.width};
    case Tensor::kWeights:
      return {shape.filters, shape.channels / shape.groups, shape.filter_height,
              shape.filter_width};
    case Tensor::kOutput:
      break;
  }
  return {shape.images, shape.filters, shape.output_height(), shape.output_width()};
}

Descriptor tensor_of(const Library& library, const Problem& problem, Tensor tensor) {
  const std::vector<std::int64_t> sizes = sizes_of(problem.shape, tensor);
  Descriptor descriptor(library, CUDNN_BACKEND_TENSOR_DESCRIPTOR, "a tensor for cuDNN");
  descriptor.set(CUDNN_ATTR_TENSOR_DATA_TYPE, type_of(problem.format))
      .set(CUDNN_ATTR_TENSOR_DIMENSIONS, sizes)
      .set(CUDNN_ATTR_TENSOR_STRIDES, strides(sizes, problem.layout))
      .set(CUDNN_ATTR_TENSOR_UNIQUE_ID, static_cast<std::int64_t>(tensor))
      .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, kAlignment)
      .finalize();
  return descriptor;
}

using Pair = std::vector<std::int64_t>;

Descriptor convolution_of(const Library& library, const Shape& shape) {
  Descriptor descriptor(library, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, "a convolution for cuDNN");
  descriptor.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT)
      .set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION)
      .set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::int64_t{2})
      .set(CUDNN_ATTR_CONVOLUTION_DILATIONS, Pair{shape.dilation_height, shape.dilation_width})
      .set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, Pair{shape.stride_height, shape.stride_width})
      .set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, Pair{shape.pad_height, shape.pad_width})
      .set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, Pair{shape.pad_height, shape.pad_width})
      .finalize();
  return descriptor;
}

/// The names of one direction's attributes.
struct OperationNames {
  cudnnBackendDescriptorType_t type;
  cudnnBackendAttributeName_t convolution, input, weights, output, alpha, beta;
};

constexpr std::array<OperationNames, 3> kOperations = {{
    {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA},
    {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA},
    {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA},
}};

}  // namespace

Descriptor graph_of(const Library& library, const Problem& problem) {
  const OperationNames& names = kOperations[static_cast<std::size_t>(problem.direction)];
  const Descriptor convolution = convolution_of(library, problem.shape);
  const Descriptor input = tensor_of(library, problem, Tensor::kInput);
  const Descriptor weights = tensor_of(library, problem, Tensor::kWeights);
  const Descriptor output = tensor_of(library, problem, Tensor::kOutput);
  Descriptor operation(library, names.type, "an operation for cuDNN");
  operation.set(names.convolution, convolution)
      .set(names.input, input)
      .set(names.weights, weights)
      .set(names.output, output)
      .set(names.alpha, 1.0F)
      .set(names.beta, 0.0F)
      .finalize();
  Descriptor graph(library, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR, "a graph for cuDNN");
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operation).finalize();
  return graph;
}

}  // namespace flopprof::cudnn
