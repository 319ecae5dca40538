#pragma once

#include <ostream>

#include "profiler/views/report.h"

namespace flopprof::views {

// The parts of a page that are no tables of rows.

/// What the run could not see, what to do about it, and how to read its numbers.
void print_html_faults(std::ostream& out, const Report& report);

/// The numbers that most people come for, each with its source.
void print_html_cards(std::ostream& out, const Report& report);

/// Both, the classes that were executed, and why they differ; nothing unless both are known.
void print_html_comparison(std::ostream& out, const Report& report);

/// Bars of what the phases share: FLOPs and times.
void print_html_phases(std::ostream& out, const Report& report);

/// Every line of the head of a report in text.
void print_html_facts(std::ostream& out, const Report& report);

}  // namespace flopprof::views
