#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Rules that feed themselves: they are warned about, the TTL is decremented by
# the output that closes the cycle, and one packet does not multiply for ever.
#
#    NS[src]         NS[mcr]                          NS[snk]
#   +------+        +-------------------+            +-------------------+
#   |  s0 -|--------|- in0        out1 -|------------|- k1               |
#   +------+        |             out2 -|------------|- k2    (rules in  |
#                   |  rules      out3 -|------------|- k3     two cases)|
#                   +-------------------+            +-------------------+

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

WARNING='rules feed themselves: .*TTL is decremented'
ENDLESS='rules feed themselves without end'

# add_quiet WORD...: a rule that nothing is to be said of.
add_quiet() {
	rule_add "$@"
	check_equal "said of: $*" "$OUTPUT" ""
}

# add_warned REGEX MET WORD...: a rule that is warned of, naming rule MET.
add_warned() {
	rule_add "${@:3}"
	check_match "warning of: ${*:3}" "$OUTPUT" "$1.*rule '$2'"
}

# feeds NAME EXPECTED: whom its outputs feed, by name; null: nobody.
feeds() {
	local all ids
	run_ok mcr -j rule list
	all=$OUTPUT
	ids=$(jq -c --arg name "$1" '(if type == "array" then . else .rules end)
		as $rules | [$rules[] | select(.name == $name) |
		.outputs[].feeds as $met |
		([$rules[] | select(.id == $met).name][0])]' <<<"$all")
	check_equal "whom $1 feeds" "$ids" "$2"
}

# What is not a cycle is neither warned of nor changed.
ordinary() {
	local group=${GROUP[4]} other=${GROUP2[4]}
	add_quiet name plain iif in0 group "$group" to out1 to out2
	add_quiet name groups iif out1 group "$other" to in0
	add_quiet name chain iif out2 group "$group" to out3
	add_quiet name port1 iif in0 group 239.3.3.3 dport 1000-1999 to out1
	add_quiet name port2 iif out1 group 239.3.3.3 dport 2000-2999 to in0
	add_quiet name moved iif in0 group 239.4.4.4 to out1 group 239.4.4.5
	add_quiet name back iif out1 group 239.4.4.4 to in0
	add_quiet name away iif in0 group 239.5.5.5 to in0 group 239.5.5.6
	add_quiet name source iif in0 group 239.6.6.6 src 10.0.0.1 \
		to in0 src 10.9.9.9
	add_quiet name off iif in0 group 239.7.7.7 disabled to in0
	add_quiet name family iif out1 group ff1e::/16 to in0
	check_query '[.. | .feeds? // empty] | length' 0 rule list
	check_output "list" 'id' mcr rule list
	[[ $OUTPUT != *feeds* ]] || fail "list tells of rules that feed others"
	rules_flush
}

# A rule that sends to where it receives.
self_loop() {
	add_warned "$WARNING" self name self iif in0 group "${GROUP[4]}" to in0
	feeds self '["self"]'
	check_output "list" '# id ([0-9]+), output 1 feeds rule id \1: ttl dec' \
		mcr rule list
	[[ $OUTPUT != *" ttl dec "* ]] || fail "the statement has a ttl: $OUTPUT"
	send --group "${GROUP[4]}" --ttl 1
	check_rule self '.outputs[0].drops.ttl' 1
	send --group "${GROUP[4]}" --ttl 2
	check_rule self '.outputs[0].sent' 1
	check_balance self
	rules_flush
}

# What the words of an output make of it: stated ones are left as they are.
stated() {
	local group=${GROUP[4]}
	add_quiet name dec iif in0 group "$group" to in0 ttl dec
	feeds dec '[null]'
	rules_flush
	add_warned "$ENDLESS" keep name keep iif in0 group "$group" \
		to in0 ttl keep
	feeds keep '["keep"]'
	send --group "$group" --ttl 1
	check_rule keep '[.outputs[0].sent, .outputs[0].drops.ttl]' '[1,0]'
	rules_flush
	add_warned "$ENDLESS" set name set iif in0 group "$group" to in0 ttl 9
	rules_flush
	# Another one sets it, so that what is decremented does not run out.
	add_quiet name set iif in0 group "$group" to out1 ttl 9
	add_warned "$ENDLESS" set name back iif out1 group "$group" to in0
	rules_flush
	# Another one decrements it.
	add_quiet name dec iif in0 group "$group" to out1 ttl dec
	add_quiet name back iif out1 group "$group" to in0
	feeds back '[null]'
	rules_flush
}

# Two rules; the last one is warned of, whichever command completes it.
two_rules() {
	local group=${GROUP[4]}
	add_quiet name a iif in0 group "$group" to out1
	add_warned "$WARNING" a name b iif out1 group 239.1.0.0/16 to out2 to in0
	feeds a '[null]'
	feeds b '[null,"a"]'
	# Whatever opens the cycle lets the TTL be.
	run_ok mcr rule disable a
	feeds b '[null,null]'
	run_ok mcr rule enable a
	check_match "enabled" "$OUTPUT" "$WARNING.*rule 'b'"
	feeds a '["b"]'
	run_ok mcr rule del b
	feeds a '[null]'
	add_quiet name b iif out1 group "$group" to out2
	run_ok mcr output add rule b to in0
	check_match "output added" "$OUTPUT" "$WARNING.*rule 'a'"
	feeds b '[null,"a"]'
	run_ok mcr output add rule b to out3
	check_equal "said of an innocent output" "$OUTPUT" ""
	run_ok mcr stats reset
	feeds b '[null,"a",null]'
	run_ok mcr rule replace name a iif in0 group "$group" to out1 dport 7
	feeds b '[null,"a",null]'
	run_ok mcr rule replace name a iif in0 group "$group" to out3
	feeds b '[null,null,null]'
	run_ok mcr rule replace name a iif in0 group "$group" to out1
	check_match "replaced" "$OUTPUT" "$WARNING.*rule 'b'"
	feeds a '["b"]'
	run_ok mcr output del rule b to in0
	feeds a '[null]'
	rules_flush
}

# Rules that come at once: one of them ends the cycle, and a warning is given.
together() {
	local file=$WORK/rules group=${GROUP[4]}
	printf 'rule name %s iif %s group %s to %s\n' a in0 "$group" out1 \
		b out1 "$group" in0 c in0 "${GROUP2[4]}" out1 >"$file"
	run_ok mcr apply "$file"
	check_match "applied" "$OUTPUT" "$WARNING.*rule '[ab]'"
	check_query '[.. | .feeds? // empty] | length' 1 rule list
	run_ok mcr apply "$file"
	check_equal "applied again" "${OUTPUT//*warning*/}" "$OUTPUT"
	# Without the one, the other lets the TTL be.
	sed -i '/name a/d' "$file"
	run_ok mcr apply "$file"
	check_query '[.. | .feeds? // empty] | length' 0 rule list
	echo "rule name a iif in0 group $group to out1 ttl keep" >>"$file"
	run_ok mcr apply "$file"
	check_match "applied with a TTL" "$OUTPUT" "$ENDLESS.*rule 'b'"
	rules_flush
}

# A device that goes takes the cycle with it; one that comes brings it back.
devices() {
	local group=${GROUP[4]}
	ip_in mcr link add dum0 type "$DUMMY"
	add_quiet name a iif in0 group "$group" to dum0
	add_warned "$WARNING" a name b iif dum0 group "$group" to in0
	ip_in mcr link set dum0 name dum1
	feeds b '[null]'
	ip_in mcr link set dum1 name dum0
	feeds b '["a"]'
	ip_in mcr link del dum0
	feeds b '[null]'
	rules_flush
}

settled() {
	local before=$VALUE
	read -rt 0.3 -u "$NOTHING_FD"
	query '[.. | .packets? // empty] | add' rule list
	[[ $before == "$VALUE" && $VALUE -gt 0 ]]
}

in_sink() {
	local mcr=${NS[mcr]} status
	NS[mcr]=${NS[snk]}
	"$@"
	status=$?
	NS[mcr]=$mcr
	return "$status"
}

# Two namespaces send to each other what they receive. One packet comes in.
relays() {
	only_kernel "a daemon knows the rules of its own namespace" || return
	local group=${GROUP[$1]} ttl=32 sent
	add_quiet name start iif in0 group "$group" to out1
	add_quiet name there iif out2 group "$group" to out1 to out3
	in_sink add_warned "$WARNING" back name back iif k1 group "$group" \
		to k2
	feeds there '[null,null]'
	in_sink feeds back '["back"]'
	send --group "$group" --ttl "$ttl"
	VALUE=
	wait_for settled || fail "after $MCR_TEST_WAIT s it still goes round"
	in_sink rule_query back .packets
	sent=$VALUE
	# All of them, less one each time round: it ends by the TTL alone.
	check_equal "packets that came round" "$sent" "$ttl"
	in_sink check_rule back '.outputs[0].drops.ttl' 1
	check_rule there .packets $((ttl - 1))
	check_balance there
	in_sink check_balance back
	# What is deleted in the one namespace is seen in the other.
	run_ok mcr rule del there
	in_sink feeds back '[null]'
	# Put back, it is the other one that closes the cycle.
	add_warned "$WARNING" there name there iif out2 group "$group" to out1
	in_sink feeds back '[null]'
	rules_flush
	in_sink rules_flush
}

goes_round() {
	rule_query there .packets
	[[ $VALUE -gt 100 ]]
}

# A packet that nothing ends, as was stated, leaves the host time for a change
# that does.
without_end() {
	local group=${GROUP[4]} warned=(add_warned "$ENDLESS" back)
	# A daemon knows the rules of its own namespace.
	[[ $MCR_VIA != relay ]] || warned=(add_quiet)
	add_quiet name start iif in0 group "$group" to out1 ttl keep
	add_quiet name there iif out2 group "$group" to out1 ttl keep to out3
	in_sink "${warned[@]}" name back iif k1 group "$group" to k2 ttl keep
	send --group "$group"
	wait_for goes_round || fail "it does not go round"
	run_ok mcr rule disable there
	VALUE=
	wait_for settled || fail "after $MCR_TEST_WAIT s it still goes round"
	check_balance there
	in_sink check_balance back
	rules_flush
	in_sink rules_flush
}

case_add "rules that do not feed themselves are not warned of" ordinary
case_add "a rule that sends to where it receives" self_loop
case_add "a TTL that is stated stays, and is warned of" stated
case_add "two rules: the one that closes the cycle, and what opens it" two_rules
case_add "rules that are applied together" together
case_add "devices that go and come back" devices
case_add "IPv4: two namespaces relay to each other" relays 4
case_add "IPv6: two namespaces relay to each other" relays 6
case_add "one packet goes round without end until a rule is disabled" without_end

require_all
work_directory
topology_make 3
serve snk
links_wait snk
cases_run
