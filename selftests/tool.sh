#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tool against the running server: every verb, exit statuses (0 done, 1
# refused, 2 syntax, 3 no server or no permission), sentences of refusal with
# the word at fault, JSON, and text that can be given back. A refused change
# changes nothing. No packets.
#
#    NS[mcr]: dummy devices in0 in1 out1 out2 out3      NS[else]: empty

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

G=239.1.1.1
KEPT=

# names_are NAMES WORD...: those of the rules that the tool lists.
names_are() { check_query 'map(.name // "-") | join(" ")' "\"$1\"" rule list "${@:2}"; }

add_and_show() {
	rule_add name tv iif in0 group "$G" src 10.0.0.1 dport 5000 consume \
		join none comment "a b" to out1 group 239.2.2.2 dport 6000 \
		src auto sport 6001 ttl dec dscp ef to out2 ttl 5 mac keep
	check_output "rule list" "^rule name tv iif in0 group $G src 10.0.0.1 dport 5000 consume join none comment \"a b\" to out1 group 239.2.2.2 dport 6000 src auto sport 6001 ttl dec dscp ef to out2 ttl 5 mac keep +# id [0-9]+, allmulti, never seen$" \
		mcr rule list
	check_output "rule show" "iif in0" mcr rule show tv
	rule_query tv .id
	check_query .name '"tv"' rule show id "$VALUE"
	check_rule tv '[.iif, .group, .src, .dport_min, .mode, .join, .comment,
		.disabled, .waiting]' "[\"in0\",\"$G\",\"10.0.0.1\",5000,\"consume\",\"none\",\"a b\",false,false]"
	check_rule tv '.outputs | map([.id, .to, .group, .dport, .src, .sport,
		.ttl, .dscp, .mac])' '[[1,"out1","239.2.2.2",6000,"auto",6001,"dec",46,"auto"],[2,"out2",null,null,null,null,5,null,"keep"]]'
	rules_flush
}

# What list prints makes the same rules again.
list_pastes_back() {
	local before line lines
	rule_add name a iif in0 group "$G" to out1 ttl 255 dscp 0 to out2
	rule_add iif in0 group "$G" dport 7 disabled to out1 group 239.9.9.9
	rule_add iif in1 group 239.1.0.0/16 src 10.0.0.0/8 dport 5000-5009 \
		vlan 5 to out1
	rule_add iif in1 group ff1e::/16 proto any to out1 group ff1e::7
	rule_add name b.6 iif in1 group ff1e::5 src 2001:db8::7 consume \
		comment "it's \$HOME; #1 \\ to" to out3 src 2001:db8::9 sport 1
	query 'map(del(.id))' rule list
	before=$VALUE
	mapfile -t lines < <(mcr rule list)
	rules_flush
	for line in "${lines[@]}"; do
		# As a shell reads it, the comment at its end included.
		eval "run_ok mcr rule add ${line#rule }"
	done
	check_query 'map(del(.id))' "$before" rule list
	rules_flush
}

# A warning: the rule is in force, the status is 0, and standard output says
# what it would say anyway.
shadows() {
	local line
	rule_add name wide iif in0 group 239.0.0.0/8 to out1
	line='warning: .*wider rule.*rule .wide. .id [0-9]+'
	run_ok mcr rule add name narrow iif in0 group "$G" dport 5000-5009 \
		to out2
	check_match "the warning" "${OUTPUT//$'\n'/ }" "$line"
	run_ok mcr rule add iif in1 group "$G" to out2
	check_equal "of another device" "${OUTPUT//*warning*/warning}" "$OUTPUT"
	VALUE=$(mcr -j rule add iif in0 group "$G" dport 5009 to out3 \
		2>/dev/null | jq .dport_min)
	check_equal "standard output" "$VALUE" 5009
	run_ok mcr rule disable narrow
	check_equal "of one that is disabled" "$OUTPUT" ""
	run_ok mcr rule enable narrow
	check_match "of one that is enabled" "${OUTPUT//$'\n'/ }" "$line"
	rules_flush
}

names_and_ids() {
	local id
	rule_add name a iif in0 group "$G" to out1
	rule_query a .id
	id=$VALUE
	run_ok mcr rule disable id "$id"
	check_rule a .disabled true
	run_ok mcr rule enable name a
	check_rule a .disabled false
	run_refused 1 "no.*rule" mcr rule del b
	run_refused 1 "no.*rule" mcr rule show id 4000000000
	run_refused 1 "name" mcr rule add name a iif in0 group 239.1.1.2 to out1
	run_refused 2 "id" mcr rule add name id iif in0 group 239.1.1.2 to out1
	run_ok mcr rule del id "$id"
	check_query length 0 rule list
}

twins() {
	local before
	rule_add name a iif in0 group "$G" dport 5 to out1
	query . rule list
	before=$VALUE
	run_refused 1 "exists already.*'a'" \
		mcr rule add name b iif in0 group "$G" dport 5 consume to out2
	check_query . "$before" rule list
	# Other devices, families, sources and ports are other rules.
	rule_add iif in1 group "$G" dport 5 to out1
	rule_add iif in0 group "$G" dport 6 to out1
	rule_add iif in0 group "$G" to out1
	rule_add iif in0 group "$G" src 10.0.0.1 dport 5 to out1
	check_query length 5 rule list
	rules_flush
}

replace() {
	local id
	run_ok mcr rule replace name a iif in0 group "$G" to out1 to out2
	rule_query a .id
	id=$VALUE
	run_ok mcr rule replace name new iif in0 group "$G" consume to out2 \
		to out3 ttl 3
	check_rule new .id "$id"
	check_rule new .mode '"consume"'
	check_rule new '.outputs | map(.to)' '["out2","out3"]'
	# The output that stayed is the one it was; the new one is a new one.
	check_rule new '.outputs | map(.id)' '[2,3]'
	check_query length 1 rule list
	rules_flush
}

outputs() {
	rule_add name a iif in0 group "$G" to out1
	run_ok mcr output add rule a to out2 ttl 4
	run_ok mcr output add rule a to out2 ttl 5
	check_rule a '.outputs | map(.id)' '[1,2,3]'
	run_refused 1 "already" mcr output add rule a to out2 ttl 5
	run_ok mcr output del rule a output 1
	run_ok mcr output del rule a to out2 ttl 4
	check_rule a '.outputs | map(.id)' '[3]'
	run_refused 1 "at least one output" mcr output del rule a output 3
	run_refused 1 "no such output" mcr output del rule a output 1
	run_refused 1 "no such output" mcr output del rule a to out1
	run_refused 2 "rule" mcr output add a to out1
	check_rule a '.outputs | map(.id)' '[3]'
	rules_flush
}

filters() {
	rule_add name a iif in0 group "$G" to out1
	rule_add name b iif in1 group "$G" to out2
	rule_add name c iif in1 group ff1e::5 consume disabled to out1
	names_are "b c" iif in1
	names_are "a b" group "$G"
	names_are "a c" to out1
	names_are "c" consume
	names_are "a b" enabled
	run_ok mcr rule flush iif in1 disabled
	names_are "a b"
	run_ok mcr rule flush
	check_query length 0 rule list
}

status_and_stats() {
	rule_add name a iif in0 group "$G" to out1
	check_query '[.plane, .rules, .outputs, .joins, (.ingress | length)]' \
		"[\"$MCR_VIA\",1,1,1,1]" status
	check_query '.ingress[0] | [.dev, .hooked, .waiting, .rules]' \
		'["in0",true,false,1]' status
	check_output "status" "$MCR_VIA.*in0 +hooked +(filtered|-) +1 " mcr status
	check_output "stats" "offered" mcr stats
	run_ok mcr stats a
	run_ok mcr stats reset a
	run_ok mcr stats reset
	run_refused 1 "no.*rule" mcr stats reset nobody
	rules_flush
	check_query '[.rules, .outputs, .joins, .ingress]' '[0,0,0,[]]' status
}

json_is_valid() {
	local words
	rule_add name b iif in0 group ff1e::1 comment 'b\s ü' to out1 ttl dec
	for words in "rule list" "rule show b" "stats" "stats b" "status" \
		"rule list name nobody"; do
		# shellcheck disable=SC2086  # words
		mcr -j $words | python3 -m json.tool >/dev/null ||
			fail "-j $words is no JSON"
		# shellcheck disable=SC2086
		mcr -j -p $words | python3 -m json.tool >/dev/null ||
			fail "-j -p $words is no JSON"
	done
	rules_flush
}

# refuses STATUS REGEX WORD...: and nothing has changed. One rule, "keep", stays
# there throughout.
refuses() {
	if [[ ! $KEPT ]]; then
		rules_flush
		rule_add name keep iif in1 group "$G" dport 9 to out3
		run_ok mcr -j rule list
		KEPT=$OUTPUT
	fi
	run_refused "$1" "$2" mcr "${@:3}"
	run_ok mcr -j rule list
	check_equal "rules after a refusal" "$OUTPUT" "$KEPT"
}

no_server() {
	run_refused 3 "CAP_NET_ADMIN" in_ns mcr env -i PATH="$PATH" \
		MCR_VIA="$MCR_VIA" MCR_RUN_DIR="${MCR_RUN_DIR:-}" \
		setpriv --reuid 65534 --clear-groups \
		"$MCRTOOL" rule add iif lo group "$G" to lo
}

no_namespace() {
	run_refused 1 "nowhere" "$MCRTOOL" -n nowhere rule list
}

by_namespace() {
	rule_add name a iif in0 group "$G" to out1
	check_equal "elsewhere" "$("$MCRTOOL" -n "${NS[else]}" rule list)" ""
	check_equal "by path" "$("$MCRTOOL" -n "/run/netns/${NS[mcr]}" \
		-j rule list | jq length)" 1
	check_equal "from within" "$(in_ns mcr "$MCRTOOL" -j rule list |
		jq length)" 1
	rules_flush
}

case_add "add, list and show" add_and_show
case_add "what list prints can be given back" list_pastes_back
case_add "who takes packets from a wider rule is warned" shadows
case_add "names and ids" names_and_ids
case_add "equal matches are refused, and the twin named" twins
case_add "replace keeps what stays" replace
case_add "outputs are added and deleted" outputs
case_add "filters" filters
case_add "status and stats" status_and_stats
case_add "JSON is valid" json_is_valid
case_add "another namespace" by_namespace
case_add "a namespace that is not there" no_namespace
case_add "without permission" no_server

# What is refused | with which status | by which words. Syntax first.
while IFS='|' read -r words status regex; do
	[[ $words ]] || continue
	read -ra list <<<"$words"
	case_add "refused: ${words%% }" refuses "${status// /}" \
		"${regex# }" "${list[@]}"
done <<'END'
frob                                                       |2|frob.*(object|rule)
rule frob                                                  |2|frob.*verb
rule add                                                   |2|iif
rule add iif in0                                           |2|group
rule add iif in0 group 239.1.1.1                           |2|output
rule add iif in0 group 239.1.1.1 to                        |2|to
rule add iif in0 iif in1 group 239.1.1.1 to out1           |2|twice
rule add group 239.1.1.1 iif in0 to out1                   |2|too late
rule add iif in0 grou 239.1.1.1 to out1                    |2|grou
rule add iif in0 group 239.1.1.300 to out1                 |2|239.1.1.300
rule add iif in0 group 10.0.0.1 to out1                    |1|multicast
rule add iif in0 group 239.1.1.1/33 to out1                |2|239.1.1.1/33
rule add iif in0 group 239.1.1.1/8 to out1                 |1|beyond its prefix
rule add iif in0 group 239.1.1.1 src ff1e::1 to out1       |1|same family
rule add iif in0 group 239.1.1.1 src 239.0.0.1 to out1     |1|unicast
rule add iif in0 group 239.1.1.1 dport 0 to out1           |2|dport
rule add iif in0 group 239.1.1.1 dport 65536 to out1       |2|65536
rule add iif in0 group 239.1.1.1 dport 9-5 to out1         |1|ascend
rule add iif a/b group 239.1.1.1 to out1                   |2|iif
rule add iif in0 group 239.1.1.1 to abcdefghijklmnop       |2|abcdefghijklmnop
rule add iif in0 group 239.1.1.1 to out1 ttl 0             |2|ttl
rule add iif in0 group 239.1.1.1 to out1 ttl 256           |2|256
rule add iif in0 group 239.1.1.1 to out1 dscp 64           |2|64
rule add iif in0 group 239.1.1.1 to out1 group 10.0.0.1    |1|multicast
rule add iif in0 group 239.1.1.1 to out1 group ff1e::1     |1|same family
rule add iif in0 group 239.1.1.1 to out1 mac keep group 239.2.2.2 |1|mac keep
rule add iif in0 group 239.1.1.1 to out1 src 224.0.0.1     |1|unicast
rule add iif in0 group 239.1.1.1 to out1 to out1           |1|already
rule add iif in0 group 239.1.1.0/24 mac keep to out1       |2|mac
rule add iif in0 group 239.1.1.0/24 to out1 mac keep group 239.1.1.0 |1|mac keep
rule add iif in0 group 239.1.1.1 src 10.0.0.1/8 to out1    |1|beyond its prefix
rule add iif in0 group 239.1.1.1 proto any dport 5 to out1 |1|udp
rule add iif in0 group 239.1.1.1 proto any to out1 dport 5 |1|udp
rule add iif in0 group 239.1.1.1 proto any to out1 sport 5 |1|udp
rule add iif in0 group 239.1.1.1 vlan 4095 to out1         |2|4095
rule add iif in0 group 239.1.1.1 to out1 rate 5 pps        |1|not supported yet
rule add iif in0 group 239.1.1.1 to out1 mtu fragment      |1|not supported yet
rule add iif in0 group 239.1.1.1 to lo                     |1|Ethernet
rule add iif in1 group 239.1.1.1 dport 9 to out1           |1|exists already
rule replace iif in1 group 239.1.1.1 dport 9 to lo         |1|Ethernet
rule del                                                   |2|which rule
rule del id 0                                              |2|id
rule del nobody                                            |1|no.*rule
rule enable nobody                                         |1|no.*rule
rule list frob                                             |2|frob
rule show                                                  |2|which rule
output add rule keep                                       |2|to
output add rule keep to lo                                 |1|Ethernet
output del rule keep output 7                              |1|no such output
stats keep more                                            |2|more
END

require_all
require_command python3 setpriv
ns_make mcr else
serve mcr else
for dev in in0 in1 out1 out2 out3; do
	echo "link add $dev type $DUMMY"
	echo "link set $dev up"
done | ip_batch mcr
cases_run
