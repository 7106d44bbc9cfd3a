#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What mcrtool stats --openmetrics prints is read by Prometheus's own parser, has
# nothing that its linter complains of, and says what the other forms say,
# whatever devices and rules are called.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |  a"b\c         out2 -|--------|- k2     |
#   +---------+        +----------------------+        +---------+
#
# The parser and the linter are those of promtool, in $MCR_PROMETHEUS or where
# metrics/prometheus-fetch.sh has put it.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"
. "$(dirname "$0")/metrics/lib.sh"

G=239.1.1.1
COUNT=$(scaled 30)

# sample_is LINE: it is one of the samples.
sample_is() {
	printf '%s\n' "$METRICS" | grep -Fxq -- "$1" ||
		fail "no sample $1 in: $(grep "^${1%%[{ ]*}" <<<"$METRICS")"
}

metrics_read() {
	run_ok mcr stats --openmetrics
	METRICS=$OUTPUT
}

check_metrics() {
	metrics_read
	parser_takes "$METRICS"
	linter_takes "$METRICS"
}

empty() {
	check_metrics
	sample_is 'mcr_rules 0'
	check_match "the end" "$METRICS" $'\n# EOF$'
}

# The checks can fail: a text with one thing wrong is refused.
broken() {
	local one=$'# TYPE a counter\n# HELP a A.\na_total 1\n# EOF'
	parser_takes "$one"
	linter_takes "$one"
	parser_refuses "${one/$'\n'# EOF/}"
	parser_refuses "${one/_total 1/_total\{b=\"\"c\"\} 1}"
	parser_refuses "${one/HELP/UNIT a seconds$'\n'# HELP}"
	linter_refuses "${one/'# HELP a A.'$'\n'/}"
}

# A device that is not there is told of, and so is one with an odd name.
names() {
	run_ok ip_in mcr link add 'a"b\c' type "$DUMMY"
	rule_add name x.1-y iif 'a"b\c' group "$G" comment 'it\s {1}, é' \
		to out1 to nowhere
	rule_add iif in0 group ff1e::/16 src 2001:db8::7 proto any disabled \
		to out1
	check_rule x.1-y '[.waiting, .outputs[0].waiting]' '[false,false]'
	check_metrics
	query '.[0].id' rule list
	sample_is "mcr_rule_device_present{rule=\"$VALUE\",name=\"x.1-y\",iif=\"a\\\"b\\\\c\",group=\"$G\"} 1"
	sample_is "mcr_output_device_present{rule=\"$VALUE\",name=\"x.1-y\",output=\"1\",dev=\"out1\"} 1"
	sample_is "mcr_output_device_present{rule=\"$VALUE\",name=\"x.1-y\",output=\"2\",dev=\"nowhere\"} 0"
	sample_is 'mcr_ingress_hooked{dev="a\"b\\c"} 1'
	query '.ingress[] | select(.dev == "a\"b\\c") | if .filtered then 1 else 0 end' status
	sample_is "mcr_ingress_filtered{dev=\"a\\\"b\\\\c\"} $VALUE"
	sample_is "mcr_rule_info{rule=\"$VALUE\",name=\"x.1-y\",iif=\"a\\\"b\\\\c\",group=\"$G\",proto=\"udp\",mode=\"pass\",join=\"auto\",plane=\"auto\",latency=\"auto\",comment=\"it\\\\s {1}, é\"} 1"
	ip_in mcr link del 'a"b\c'
	check_rule x.1-y .waiting true
	metrics_read
	sample_is 'mcr_ingress_device_present{dev="a\"b\\c"} 0'
	rules_flush
}

counters() {
	local id labels
	ip_in mcr link set out2 down
	rule_add name r1 iif in0 group "$G" to out1 to out2
	sink_start dev k1 count "$COUNT" group "$G"
	send --group "$G" --count "$COUNT"
	sink_end
	check_delivery
	check_rule r1 '[.packets, .outputs[0].sent, .outputs[1].offered]' \
		"[$COUNT,$COUNT,$COUNT]"
	rule_query r1 .id
	id=$VALUE
	check_metrics
	labels="rule=\"$id\",name=\"r1\""
	sample_is "mcr_rule_matched_packets_total{$labels,iif=\"in0\",group=\"$G\"} $COUNT"
	rule_query r1 .bytes
	sample_is "mcr_rule_matched_bytes_total{$labels,iif=\"in0\",group=\"$G\"} $VALUE"
	sample_is "mcr_output_sent_packets_total{$labels,output=\"1\",dev=\"out1\"} $COUNT"
	sample_is "mcr_output_sent_bytes_total{$labels,output=\"1\",dev=\"out1\"} $VALUE"
	sample_is "mcr_output_sent_packets_total{$labels,output=\"2\",dev=\"out2\"} 0"
	sample_is "mcr_output_dropped_packets_total{$labels,output=\"2\",dev=\"out2\",reason=\"device-down\"} $COUNT"
	check_match "seen" "$METRICS" 'mcr_ingress_seen_frames_total\{dev="in0"\} [1-9]'
	check_match "idle" "$METRICS" 'mcr_rule_idle_seconds\{[^}]*\} [0-9]+\.[0-9]{3}'
	ip_in mcr link set out2 up
	rules_flush
}

many_rules() {
	local i lines=''
	for ((i = 1; i <= 500; i++)); do
		lines+="rule add name r$i iif in0 group 239.2.$((i / 250)).$((i % 250)) to out1 to out2"$'\n'
	done
	run_ok mcr -b - <<<"$lines"
	check_metrics
	check_equal "samples of outputs" \
		"$(grep -c '^mcr_output_sent_bytes_total{' <<<"$METRICS")" 1000
	rules_flush
}

words() {
	run_refused 2 "does not go with -j" mcr -j stats --openmetrics
	run_refused 2 "too much" mcr stats --openmetrics r1
}

case_add "no rules" empty
case_add "the checks can fail" broken
case_add "names that need care, devices that are not there" names
case_add "counters are what the tool says elsewhere" counters
case_add "many rules" many_rules
case_add "what it does not go with" words

require_all
promtool_find || skip_test "promtool is missing: metrics/prometheus-fetch.sh fetches it"
topology_make 2
work_directory
cases_run
