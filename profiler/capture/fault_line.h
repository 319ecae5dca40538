#pragma once

/// Tells the launcher, through FLOPPROF_FAULTS, that this process used LibTorch unseen. Without a
/// launcher there is nobody to tell.
void flopprof_report_not_attached(void);
