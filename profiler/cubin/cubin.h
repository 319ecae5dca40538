#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/flops/machine_word.h"

namespace flopprof::cubin {

/// The message says what is wrong with the bytes, without the name of their file.
class CubinError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The machine code of one kernel, or of one function that kernels call.
struct Kernel {
  std::string name;          ///< as the linker knows it: mangled
  std::string architecture;  ///< "sm_90a"
  int capability = 0;        ///< 90 is compute capability 9.0
  std::vector<flops::MachineWord> code;
};

/// Older GPUs have instructions of 64 bits.
constexpr int kFirstCapability = 75;

bool is_cubin(std::string_view bytes);

/// The kernels of one cubin, in the order of the file. Throws CubinError.
std::vector<Kernel> kernels_of_cubin(std::string_view bytes);

}  // namespace flopprof::cubin
