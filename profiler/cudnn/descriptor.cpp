#include "profiler/cudnn/descriptor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace flopprof::cudnn {

Descriptor::Descriptor(const Library& library, cudnnBackendDescriptorType_t type, std::string what)
    : library_(library), what_(std::move(what)) {
  library_.check(library_.create_descriptor(type, &handle_), what_);
}

Descriptor::~Descriptor() {
  if (handle_) library_.destroy_descriptor(handle_);
}

Descriptor::Descriptor(Descriptor&& other) noexcept
    : library_(other.library_),
      what_(std::move(other.what_)),
      handle_(std::exchange(other.handle_, nullptr)) {}

Descriptor& Descriptor::set(cudnnBackendAttributeName_t name, const Descriptor& other) {
  set_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &other.handle_);
  return *this;
}

Descriptor& Descriptor::finalize() {
  library_.check(library_.finalize(handle_), what_);
  return *this;
}

bool Descriptor::supported() { return library_.finalize(handle_) == CUDNN_STATUS_SUCCESS; }

std::size_t Descriptor::count_of_descriptors(cudnnBackendAttributeName_t name) const {
  std::int64_t count = 0;
  library_.check(
      library_.get_attribute(handle_, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count, nullptr),
      what_);
  return static_cast<std::size_t>(count);
}

std::size_t Descriptor::get(cudnnBackendAttributeName_t name,
                            std::vector<Descriptor>& others) const {
  std::vector<cudnnBackendDescriptor_t> handles;
  for (const Descriptor& other : others) handles.push_back(other.handle_);
  return get_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, handles.size(), handles.data());
}

void Descriptor::set_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                         std::int64_t count, const void* values) {
  library_.check(library_.set_attribute(handle_, name, type, count, values),
                 fmt::format("{}, attribute {}", what_, static_cast<int>(name)));
}

std::size_t Descriptor::get_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                                std::size_t most, void* values) const {
  std::int64_t count = 0;
  library_.check(
      library_.get_attribute(handle_, name, type, static_cast<std::int64_t>(most), &count, values),
      fmt::format("{}, attribute {}", what_, static_cast<int>(name)));
  return std::min(most, static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
}

}  // namespace flopprof::cudnn
