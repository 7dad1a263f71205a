// SPDX-License-Identifier: GPL-2.0
/*
 * The one place where the tracepoints of trace.h become code. Every other
 * file only calls them. The build gives this file the directory of trace.h
 * as an include path (-I), which <trace/define_trace.h> reads it through.
 */

#define CREATE_TRACE_POINTS
#include "../trace.h"
