# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Prometheus's own parser and linter, for tests of what it is to read. Sourced
# after lib.sh; texts are written to WORK.

# promtool_find: its directory is in MCR_PROMETHEUS afterwards.
promtool_find() {
	local home cache
	home=$(getent passwd "$(id -un)" | cut -d: -f6)
	cache=${XDG_CACHE_HOME:-$home/.cache}/mcr/prometheus
	: "${MCR_PROMETHEUS:=$cache}"
	if [[ ! -x $MCR_PROMETHEUS/promtool ]]; then
		MCR_PROMETHEUS=$(command -v promtool) || return
		MCR_PROMETHEUS=${MCR_PROMETHEUS%/*}
	fi
}

# with_times: OpenMetrics text with a time at each sample, as importing it needs.
with_times() { sed '/^#/!s/$/ 1700000000/'; }

# As OpenMetrics: the parser of OpenMetrics that the server has, too, is behind
# this command alone. It says nothing on what it reads and gives it no samples.
promtool_parse() {
	rm -rf "$WORK/blocks"
	"$MCR_PROMETHEUS/promtool" tsdb create-blocks-from openmetrics \
		"$WORK/metrics" "$WORK/blocks"
}

# parser_takes TEXT
parser_takes() {
	with_times <<<"$1" >"$WORK/metrics"
	run_ok promtool_parse
}

# parser_refuses TEXT
parser_refuses() {
	with_times <<<"$1" >"$WORK/metrics"
	capture promtool_parse && fail "the parser takes: $1"
}

# as_text: OpenMetrics in the older text format, the only one that the linter of
# this version reads: there types are those of samples, whose names have all that
# belongs to them; infos are gauges; there are no units, and there is no end.
as_text() {
	awk '$1 == "#" && $2 == "EOF" || $2 == "UNIT" { next }
	$1 == "#" && $2 == "TYPE" {
		suffix = $4 == "counter" ? "_total" : $4 == "info" ? "_info" : ""
		$3 = $3 suffix
		sub(/^info$/, "gauge", $4)
	}
	$1 == "#" && $2 == "HELP" { $3 = $3 suffix }
	{ print }'
}

promtool_lint() { "$MCR_PROMETHEUS/promtool" check metrics <"$WORK/text"; }

# linter_takes TEXT
linter_takes() {
	as_text <<<"$1" >"$WORK/text"
	run_ok promtool_lint && check_equal "what the linter says" "$OUTPUT" ""
}

# linter_refuses TEXT
linter_refuses() {
	as_text <<<"$1" >"$WORK/text"
	capture promtool_lint && fail "the linter takes: $1"
}
