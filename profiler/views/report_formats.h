#pragma once

#include <functional>
#include <ostream>

#include "profiler/views/report.h"

namespace flopprof::views {

/// Hands on the steps of a report by step, in order.
using EachStep = std::function<void(const std::function<void(const StepTotal&)>&)>;

void print_text(std::ostream& out, const Report& report, const ReportRequest& request,
                const EachStep& each_step);
void print_markdown(std::ostream& out, const Report& report, const ReportRequest& request,
                    const EachStep& each_step);
void print_csv(std::ostream& out, const Report& report, const ReportRequest& request,
               const EachStep& each_step);
void print_json(std::ostream& out, const Report& report, const ReportRequest& request,
                const EachStep& each_step);

/// The faults as lines of text, for every format that has room for lines.
void print_faults(std::ostream& out, const Report& report, bool colour);

/// "python train.py --lr 0.1", quoted as a shell would need it.
std::string command_line(const std::vector<std::string>& command);

}  // namespace flopprof::views
