#include <algorithm>
#include <array>
#include <string_view>

#include "profiler/flops/formula.h"

namespace flopprof::flops {
namespace {

// Base names in aten, sorted. In-place variants (a trailing underscore) count as their base.
constexpr auto kNoFlops = std::to_array<std::string_view>({
    // clang-format off
    "_assert_async", "_assert_scalar", "_assert_tensor_metadata", "_backward", "_cast_Double",
    "_cast_Float", "_cast_Half", "_cast_Int", "_cast_Long", "_cat", "_choose_qparams_per_tensor",
    "_coalesced", "_conj", "_copy_from", "_copy_from_and_resize", "_cudnn_init_dropout_state",
    "_debug_has_internal_overlap", "_dim_arange", "_foreach_copy", "_foreach_zero", "_fw_primal",
    "_has_compatible_shallow_copy_type", "_index_put_impl", "_indices", "_is_all_true",
    "_is_any_true", "_linalg_check_errors", "_local_scalar_dense", "_make_dual", "_neg_view",
    "_nested_tensor_from_tensor_list", "_nested_tensor_size", "_nested_tensor_storage_offsets",
    "_nested_tensor_strides", "_nested_view_from_buffer", "_nnpack_available", "_nnz",
    "_pack_padded_sequence", "_pad_circular", "_pad_enum", "_pad_packed_sequence", "_pin_memory",
    "_reshape_alias", "_reshape_alias_copy", "_reshape_copy", "_reshape_from_tensor",
    "_resize_output", "_shape_as_tensor", "_sparse_compressed_tensor_unsafe",
    "_sparse_compressed_tensor_with_dims", "_sparse_coo_tensor_unsafe",
    "_sparse_coo_tensor_with_dims", "_sparse_coo_tensor_with_dims_and_tensors",
    "_sparse_csr_tensor_unsafe", "_stack", "_to_copy", "_to_cpu", "_to_dense", "_to_sparse",
    "_to_sparse_csc", "_to_sparse_csr", "_unique", "_unique2", "_unpack_dual", "_unsafe_index",
    "_unsafe_index_put", "_unsafe_view", "_use_cudnn_ctc_loss",
    "_validate_sparse_compressed_tensor_args", "_validate_sparse_coo_tensor_args",
    "_validate_sparse_csr_tensor_args", "_values", "_version", "adaptive_max_pool1d",
    "adaptive_max_pool2d", "adaptive_max_pool3d", "alias", "alias_copy", "all", "alpha_dropout",
    "amax", "amin", "aminmax", "any", "arange", "argmax", "argmin", "argsort", "argwhere",
    "as_strided", "as_strided_copy", "as_strided_scatter", "atleast_1d", "atleast_2d",
    "atleast_3d", "bernoulli", "bincount", "bitwise_and", "bitwise_left_shift", "bitwise_not",
    "bitwise_or", "bitwise_right_shift", "bitwise_xor", "broadcast_tensors", "broadcast_to",
    "bucketize", "can_cast", "cat", "cauchy", "ccol_indices", "ceil", "channel_shuffle", "chunk",
    "clamp", "clamp_max", "clamp_min", "clip", "clone", "col_indices", "column_stack", "complex",
    "concat", "concatenate", "conj", "conj_physical", "constant_pad_nd", "contiguous", "copy",
    "copysign", "count_nonzero", "crow_indices", "cudnn_is_acceptable", "cummax", "cummin",
    "dense_dim", "dequantize", "detach", "detach_copy", "diag", "diag_embed", "diagflat",
    "diagonal", "diagonal_backward", "diagonal_scatter", "dropout", "dsplit", "dstack",
    "embedding", "empty", "empty_like", "empty_permuted", "empty_quantized", "empty_strided",
    "eq", "equal", "expand", "expand_as", "expand_copy", "exponential", "eye", "feature_dropout",
    "fill", "fill_diagonal", "flatten", "flatten_dense_tensors", "flip", "fliplr", "flipud",
    "floor", "fmax", "fmin", "from_file", "full", "full_like", "gather", "ge", "geometric",
    "greater", "greater_equal", "gt", "hardshrink", "hash_tensor", "heaviside", "histc", "hsplit",
    "hstack", "im2col", "imag", "index", "index_copy", "index_fill", "index_put", "index_select",
    "indices", "int_repr", "is_coalesced", "is_complex", "is_contiguous", "is_floating_point",
    "is_inference", "is_nonzero", "is_pinned", "is_same_size", "is_set_to", "is_signed",
    "isfinite", "isin", "isinf", "isnan", "isneginf", "isposinf", "isreal", "item", "kthvalue",
    "le", "less", "less_equal", "lift", "lift_fresh", "lift_fresh_copy", "log_normal",
    "logical_and", "logical_not", "logical_or", "logical_xor", "lt", "mT", "masked_fill",
    "masked_scatter", "masked_select", "max", "max_pool1d", "max_pool1d_with_indices",
    "max_pool2d", "max_pool2d_with_indices", "max_pool3d", "max_pool3d_with_indices",
    "max_unpool2d", "max_unpool3d", "maximum", "median", "meshgrid", "min", "minimum",
    "mkldnn_max_pool2d", "mkldnn_reorder_conv2d_weight", "mode", "moveaxis", "movedim", "msort",
    "multinomial", "nan_to_num", "nanmedian", "narrow", "narrow_copy", "native_channel_shuffle",
    "ne", "neg", "negative", "new_empty", "new_empty_strided", "new_full", "new_ones",
    "new_zeros", "nonzero", "nonzero_numpy", "normal", "normal_functional", "not_equal",
    "numpy_T", "one_hot", "ones", "ones_like", "output_nr", "pad", "pad_sequence", "permute",
    "pin_memory", "pixel_shuffle", "pixel_unshuffle", "positive", "q_per_channel_axis",
    "q_per_channel_scales", "q_per_channel_zero_points", "q_scale", "q_zero_point", "qscheme",
    "quantize_per_channel", "quantize_per_tensor", "quantize_per_tensor_dynamic", "rand",
    "rand_like", "randint", "randint_like", "randn", "randn_like", "random", "randperm", "ravel",
    "real", "record_stream", "reflection_pad1d", "reflection_pad2d", "reflection_pad3d", "relu",
    "relu6", "rename", "repeat", "repeat_interleave", "replication_pad1d", "replication_pad2d",
    "replication_pad3d", "requires_grad", "reshape", "reshape_as", "resize", "resize_as",
    "resolve_conj", "resolve_neg", "result_type", "retain_grad", "retains_grad", "roll", "rot90",
    "round", "row_indices", "row_stack", "scalar_tensor", "scatter", "searchsorted", "select",
    "select_backward", "select_copy", "select_scatter", "set", "set_data", "sign", "signbit",
    "size", "slice", "slice_backward", "slice_copy", "slice_scatter", "sort",
    "sparse_compressed_tensor", "sparse_coo_tensor", "sparse_csr_tensor", "sparse_dim",
    "sparse_resize", "sparse_resize_and_clear", "split", "split_copy", "split_with_sizes",
    "squeeze", "squeeze_copy", "stack", "stride", "swapaxes", "swapdims", "sym_is_contiguous",
    "sym_numel", "sym_size", "sym_storage_offset", "sym_stride", "t", "t_copy", "take",
    "take_along_dim", "tensor_split", "threshold", "threshold_backward", "tile", "to", "to_dense",
    "to_mkldnn", "to_mkldnn_backward", "to_sparse", "to_sparse_bsc", "to_sparse_bsr",
    "to_sparse_csc", "to_sparse_csr", "topk", "transpose", "transpose_copy", "tril",
    "tril_indices", "triu", "triu_indices", "trunc", "type_as", "unbind", "unbind_copy",
    "unflatten", "unfold", "unfold_copy", "uniform", "unique_consecutive", "unique_dim",
    "unsafe_chunk", "unsafe_split", "unsafe_split_with_sizes", "unsqueeze", "unsqueeze_copy",
    "upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d",
    "value_selecting_reduction_backward", "values", "view", "view_as", "view_as_complex",
    "view_as_real", "view_copy", "vsplit", "vstack", "where", "zero", "zeros", "zeros_like",
    // clang-format on
});

}  // namespace

bool does_no_flops(std::string_view name) {
  if (name == "detach" || name == "detach_") return true;  // autograd's own scopes for them
  if (name.starts_with("profiler::") || name.starts_with("c10d::") || name.starts_with("prim::"))
    return true;
  if (name.ends_with("_prepack") || name.ends_with("_unpack")) return true;
  if (!name.starts_with("aten::")) return false;
  name.remove_prefix(6);
  const auto known = [](std::string_view base) {
    return std::binary_search(kNoFlops.begin(), kNoFlops.end(), base);
  };
  return known(name) || (name.ends_with('_') && known(name.substr(0, name.size() - 1)));
}

}  // namespace flopprof::flops
