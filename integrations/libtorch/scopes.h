#pragma once

#include "profiler/record/observer_port.h"

namespace flopprof::libtorch {

/// Watches the scopes that torch's Python side gives its optimisers and DataLoaders, in observed
/// steps and in others, and tells the port of updates that end and of batches. Call once.
///
/// Not by a callback for user scopes: torch copies its list of callbacks for every node of every
/// backward pass, which costs a small job 2 % while any is registered. The operators that open and
/// close such a scope are intercepted in the dispatcher instead.
void watch_scopes(ObserverPort& port);

}  // namespace flopprof::libtorch
