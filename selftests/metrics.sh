#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# mcrd --metrics: what it serves over HTTP is scraped by a real Prometheus, which
# then knows the counters that the tool tells of; and what peers of HTTP do is
# nobody's harm.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        | mcrd --metrics  out2 |--------|- k2     |
#   |         |        | prometheus           |        |         |
#   +---------+        +----------------------+        +---------+
#
# The daemon serves, whatever MCR_VIA is.

export MCR_VIA=relay
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"
. "$(dirname "$0")/metrics/lib.sh"

G=239.1.1.1
COUNT=$(scaled 200)
PORT=9464
URL=http://127.0.0.1:$PORT/metrics
PROMETHEUS_URL=http://127.0.0.1:9090

# get ARGUMENT...: by curl, in NS[mcr].
get() { in_ns mcr curl -sS -m "$MCR_TEST_WAIT" "$@"; }

got() { capture get "$@"; }

content() {
	wait_for got -f "$URL" || fail "no metrics: $OUTPUT"
	check_match "the end" "$OUTPUT" $'\n# EOF$'
	parser_takes "$OUTPUT"
	run_ok get -f "$URL"
	linter_takes "$OUTPUT"
	check_output "its type" \
		'^200 application/openmetrics-text; version=1\.0\.0; charset=utf-8$' \
		get -o "$WORK/body" -w '%{http_code} %{content_type}' "$URL"
	check_output "headers alone" '^200 0$' \
		get -I -o /dev/null -w '%{http_code} %{size_download}' "$URL"
}

other_requests() {
	local method
	check_output "another path" $'metrics are at /metrics.*404$' \
		get -w '%{http_code}' "${URL%/metrics}/"
	for method in POST PUT DELETE OPTIONS; do
		check_output "$method" $'Allow: GET, HEAD.*405$' \
			get -i -w '%{http_code}' -X "$method" -d a=b "$URL"
	done
	# A request that is none, and one that is too long, are hung up on.
	check_output "no HTTP" '^(HTTP/1.. [45]..|$)' \
		in_ns mcr socat -t 5 - TCP:127.0.0.1:"$PORT" <<<"hello there"
	get -H "X: $(head -c 60000 /dev/zero | tr '\0' x)" \
		-o /dev/null -w '%{http_code}' "$URL" >"$WORK/long" 2>&1
	check_match "a long request" "$(<"$WORK/long")" '4..|000'
	run_ok get -f "$URL"
}

# On the loopback device alone, unless an address is given.
loopback_only() {
	in_ns src curl -sS -m 5 "http://${IN_ADDRESS[4]}:$PORT/metrics" \
		>"$WORK/body" 2>&1 && fail "others can connect"
	check_match "why not" "$(<"$WORK/body")" 'refused|connect'
}

no_rights() {
	local status uid bits
	metrics_pid
	status=$(<"/proc/$METRICS_PID/status")
	uid=$(id -u nobody)
	check_match "its user" "$status" $'\nUid:\t'"$uid"$'\t'"$uid"
	for bits in CapInh CapPrm CapEff CapBnd CapAmb; do
		check_match "$bits" "$status" $'\n'"$bits:"$'\t0+\n'
	done
	check_match "no new privileges" "$status" $'\nNoNewPrivs:\t1\n'
}

# metrics_pid: the process is in METRICS_PID.
metrics_pid() {
	METRICS_PID=$(pgrep -P "${RELAY[mcr]}" -f '^mcrd-metrics')
	[[ $METRICS_PID ]]
}

another_process() {
	local old=$METRICS_PID
	metrics_pid && [[ $METRICS_PID != "$old" ]]
}

dies() {
	metrics_pid || fail "no process serves metrics"
	kill -9 "$METRICS_PID"
	wait_for another_process || fail "no other process took its place"
	wait_for got -f "$URL" || fail "no metrics any more: $OUTPUT"
	check_query .plane '"relay"' status
}

# Those who connect and say nothing take all connections there are, for a while.
# The daemon has nothing to do with it.
silent_peers() {
	local i pids=()
	for i in {1..12}; do
		in_ns mcr socat -u TCP:127.0.0.1:"$PORT",retry=0 \
			"OPEN:/dev/null,append" &
		pids+=($!)
		STARTED+=($!)
	done
	run_ok mcr rule add name beside iif in0 group 239.9.9.9 to out1
	run_ok mcr rule del beside
	wait_for got -f "$URL" || fail "no metrics any more: $OUTPUT"
	for i in "${pids[@]}"; do
		stop "$i"
	done
}

# --- Prometheus.

prometheus_start() {
	mkdir "$WORK/data"
	cat >"$WORK/prometheus.yml" <<-END
	global:
	  scrape_interval: 1s
	  scrape_timeout: 1s
	scrape_configs:
	  - job_name: mcr
	    static_configs:
	      - targets: ['127.0.0.1:$PORT']
	END
	run_ok "$MCR_PROMETHEUS/promtool" check config "$WORK/prometheus.yml"
	start in_ns mcr "$MCR_PROMETHEUS/prometheus" \
		--config.file="$WORK/prometheus.yml" \
		--storage.tsdb.path="$WORK/data" \
		--web.listen-address=127.0.0.1:9090 \
		--log.level=warn >"$WORK/prometheus.log" 2>&1
	PROMETHEUS_PID=$STARTED_PID
}

# asks QUERY: the values that Prometheus has, sorted, are in VALUE.
asks() {
	VALUE=$(get -G --data-urlencode "query=$1" \
		"$PROMETHEUS_URL/api/v1/query" 2>&1)
	VALUE=$("$MCR_JQ" -c '[.data.result[].value[1]] | sort' \
		2>&1 <<<"$VALUE")
}

knows() {
	asks "$1"
	[[ $VALUE == "$2" ]]
}

# check_knows QUERY VALUES: soon.
check_knows() {
	wait_for knows "$@" ||
		fail "Prometheus says of $1: $VALUE, not $2: $(tail -n 3 "$WORK/prometheus.log")"
}

scraped() {
	local labels='name="r1"'
	ip_in mcr link set out2 down
	rule_add name r1 iif in0 group "$G" to out1 to out2
	sink_start dev k1 count "$COUNT" group "$G"
	send --group "$G" --count "$COUNT"
	sink_end
	check_delivery
	check_all_sent_or_down
	prometheus_start
	check_knows 'up' '["1"]'
	check_knows "mcr_rule_matched_packets_total{$labels}" "[\"$COUNT\"]"
	check_knows "mcr_output_sent_packets_total{$labels,dev=\"out1\"}" \
		"[\"$COUNT\"]"
	check_knows "sum by (reason) (mcr_output_dropped_packets_total)" \
		"[\"$COUNT\"]"
	check_knows 'mcr_output_offered_packets_total - mcr_output_sent_packets_total' \
		"[\"0\",\"$COUNT\"]"
	check_knows 'mcr_server_info{plane="relay"}' '["1"]'
	check_knows 'sum(mcr_worker_received_packets_total) >= bool '"$COUNT" \
		'["1"]'
	check_knows 'sum(mcr_worker_running)' '["2"]'
	# Of the first batch of each worker a time was taken.
	check_knows 'histogram_quantile(0.99, sum by (le) (mcr_worker_latency_seconds_bucket)) > bool 0' \
		'["1"]'
	# Types and units are what the heads say.
	get "$PROMETHEUS_URL/api/v1/metadata?metric=mcr_rule_matched_packets" \
		>"$WORK/body"
	check_match "metadata" "$(<"$WORK/body")" \
		'"type":"counter".*"unit":"packets"'
	check_output "by promtool" "=> $COUNT @" in_ns mcr \
		"$MCR_PROMETHEUS/promtool" query instant "$PROMETHEUS_URL" \
		"mcr_rule_matched_packets_total"
	ip_in mcr link set out2 up
}

check_all_sent_or_down() {
	check_rule r1 '[.packets, .outputs[0].sent,
		.outputs[1].drops."device-down"]' "[$COUNT,$COUNT,$COUNT]"
}

# Rules come and go, and counters go on, while it scrapes.
follows() {
	send --group "$G" --count "$COUNT"
	check_knows 'mcr_rule_matched_packets_total' "[\"$((2 * COUNT))\"]"
	run_ok mcr rule del r1
	check_knows 'count(mcr_rule_info) or vector(0)' '["0"]'
	check_knows 'mcr_rules' '["0"]'
	check_knows 'min_over_time(up[1m])' '["1"]'
	stop "$PROMETHEUS_PID"
}

ends() {
	metrics_pid
	relay_end mcr || fail "the daemon did not end well"
	[[ ! -d /proc/$METRICS_PID ]] || fail "the process is left behind"
	got -f "$URL" && fail "something listens still"
	RELAY_OPTIONS=(--metrics "$PORT" --workers 2)
	serve mcr
	wait_for got -f "$URL" || fail "no metrics after a new start: $OUTPUT"
}

case_add "text, type and headers" content
case_add "other paths, methods and what is no request" other_requests
case_add "on the loopback device alone" loopback_only
case_add "by a process without rights" no_rights
case_add "which is started anew when it dies" dies
case_add "peers that say nothing" silent_peers
case_add "Prometheus knows the counters" scraped
case_add "Prometheus follows" follows
case_add "it ends with the daemon" ends

require_all
require_command curl socat pgrep
promtool_find || skip_test "prometheus is missing: metrics/prometheus-fetch.sh fetches it"
work_directory
# shellcheck disable=SC2034  # for lib.sh
RELAY_OPTIONS=(--metrics "$PORT" --workers 2)
topology_make 2
ip_in mcr link set lo up
cases_run
