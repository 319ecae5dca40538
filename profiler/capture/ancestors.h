#pragma once

/// Takes FLOPPROF_* from the nearest ancestor of this process that was started with FLOPPROF_RUN,
/// for a job whose environment was cleared on the way. 0: there is none, or it is not ours to read.
int flopprof_take_from_ancestors(void);
