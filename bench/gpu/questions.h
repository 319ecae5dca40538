#pragma once

namespace flopprof::gpu {

// Each prints one line of JSON a case, and throws only where no case of it can be asked.

/// Do the counters around a matrix product of cuBLAS count 2·M·N·K, plain, in a graph, over two
/// streams?
void ask_about_products();

/// Do they count what is known of the reference kernels, by class? What is one event of a packed
/// instruction?
void ask_about_known_kernels();

/// Microseconds of each call that a counted range needs, and of its evaluation.
void ask_about_range_cost();

/// May kernels be traced while they are counted, and does that change counts or times?
void ask_about_ranges_with_tracing();

/// What a launch costs while kernels are traced, while launches call back, and after either.
void ask_about_tracing_cost();

/// What does it take to wait for a busy context; what does a range see of kernels in flight; do two
/// streams run beside each other in it?
void ask_about_boundaries();

/// Which counter sets does this machine refuse to this user?
void ask_about_permissions();

/// What else than counters may this user have: PM sampling, patched kernels, the activity of tensor
/// cores? Is an estimate from the last near what is known of matrix products?
void ask_about_sources();

/// Empty kernels in steps: run bare and attached, it tells what being attached costs a launch.
void launch_in_steps();

}  // namespace flopprof::gpu
