#pragma once

namespace flopprof::capture {

/// The layers that the calling thread is in, innermost last. A leave without an enter does nothing.
/// `path` must stay valid for ever.
void enter_layer(const char* path) noexcept;
void leave_layer() noexcept;

/// Null outside any layer.
const char* current_layer() noexcept;

}  // namespace flopprof::capture
