#pragma once

#include <ostream>

#include "profiler/views/report.h"

namespace flopprof::views {

void print_text(std::ostream& out, const Report& report, const ReportRequest& request,
                const EachStep& each_step);
void print_markdown(std::ostream& out, const Report& report, const ReportRequest& request,
                    const EachStep& each_step);
void print_csv(std::ostream& out, const Report& report, const ReportRequest& request,
               const EachStep& each_step);
void print_json(std::ostream& out, const Report& report, const ReportRequest& request,
                const EachStep& each_step);

/// One page that needs nothing from elsewhere.
void print_html(std::ostream& out, const Report& report);

/// The faults as lines of text, for every format that has room for lines.
void print_faults(std::ostream& out, const Report& report, bool colour);

/// "python train.py --lr 0.1", quoted as a shell would need it.
std::string command_line(const std::vector<std::string>& command);

}  // namespace flopprof::views
