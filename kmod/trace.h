/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints of the data path. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM omasec

#if !defined(OMASEC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define OMASEC_TRACE_H

#include <linux/tracepoint.h>
#include "flow_internal.h"

TRACE_EVENT(omasec_attach,
	TP_PROTO(const struct omasec_flow *f),
	TP_ARGS(f),
	TP_STRUCT__entry(
		__field(u64, flow)
		__field(u32, rule)
	),
	TP_fast_assign(
		__entry->flow = f->id;
		__entry->rule = f->rule ? f->rule->id : 0;
	),
	TP_printk("flow=%llu rule=%u", __entry->flow, __entry->rule)
);

TRACE_EVENT(omasec_message,
	TP_PROTO(const struct omasec_flow *f, int path, size_t body, unsigned int mac_state),
	TP_ARGS(f, path, body, mac_state),
	TP_STRUCT__entry(
		__field(u64, flow)
		__field(int, path)
		__field(size_t, body)
		__field(unsigned int, mac_state)
	),
	TP_fast_assign(
		__entry->flow = f->id;
		__entry->path = path;
		__entry->body = body;
		__entry->mac_state = mac_state;
	),
	TP_printk("flow=%llu path=%s body=%zu mac-state=%u", __entry->flow,
		  __entry->path ? "tx" : "rx", __entry->body, __entry->mac_state)
);

TRACE_EVENT(omasec_refuse,
	TP_PROTO(const struct omasec_flow *f, int path, unsigned int reason),
	TP_ARGS(f, path, reason),
	TP_STRUCT__entry(
		__field(u64, flow)
		__field(int, path)
		__field(unsigned int, reason)
	),
	TP_fast_assign(
		__entry->flow = f->id;
		__entry->path = path;
		__entry->reason = reason;
	),
	TP_printk("flow=%llu path=%s reason=%u", __entry->flow,
		  __entry->path ? "tx" : "rx", __entry->reason)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
