#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Groups are joined as rules want them: seen on the wire, in the kernel's lists
# and by a snooping bridge.
#
#    NS[src]            NS[mcr]
#   +---------+        +----------------------+
#   |     s0 -|--------|- in0           out1  |
#   +---------+        +----------------------+
#
# tshark listens in NS[src] all the time.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

declare -A SOURCE2=([4]=10.0.0.5 [6]=2001:db8:a::5) \
	FILTERS=([4]=/proc/net/mcfilter [6]=/proc/net/mcfilter6) \
	FILTER_GROUP=([4]=0xef010101 [6]=ff1e0000000000000000000000010001) \
	MTU_LOW=([4]=67 [6]=1279)

# Record types of IGMPv3 (RFC 3376, 4.2.12) and MLDv2 (RFC 3810, 5.2.12).
IS_EX=2
TO_IN=3
TO_EX=4
ALLOW=5
BLOCK=6

FIELDS=(igmp.type icmpv6.type igmp.record_type icmpv6.mldr.mar.record_type
	igmp.maddr icmpv6.mldr.mar.multicast_address
	icmpv6.mld.multicast_address igmp.saddr
	icmpv6.mldr.mar.source_address)
MARK=0

capture_start() {
	local field fields=()
	work_directory
	for field in "${FIELDS[@]}"; do
		fields+=(-e "$field")
	done
	: >"$WORK/reports"
	start ip netns exec "${NS[src]}" tshark -l -n -i any -T fields \
		-E separator='|' "${fields[@]}" \
		-f "igmp or (ip6 and ip6[6] == 0)" \
		>"$WORK/reports" 2>"$WORK/tshark"
	wait_for captures || bail "tshark: $(<"$WORK/tshark")"
}

# What tshark says comes before it listens: a group is joined until it hears.
captures() {
	ip_in mcr address add 239.9.9.9/32 dev in0 autojoin
	ip_in mcr address del 239.9.9.9/32 dev in0
	[[ -s $WORK/reports ]]
}

reports_load() { mapfile -t REPORTS <"$WORK/reports"; }

# mark: what has come until now does not count.
mark() {
	reports_load
	MARK=${#REPORTS[@]}
}

# is_record LINE TYPES GROUP [SOURCE]: does it have a record of that kind?
is_record() {
	local type4 type6 record4 record6 group4 group6 old source4 source6 i
	local records groups
	IFS='|' read -r type4 type6 record4 record6 group4 group6 old source4 \
		source6 <<<"$1"
	[[ ! ${4:-} || ,$source4$source6, == *",$4,"* ]] || return
	IFS=, read -ra records <<<"$record4$record6"
	IFS=, read -ra groups <<<"$group4$group6"
	for i in "${!records[@]}"; do
		[[ ${groups[i]} == "$3" && $2 == *"${records[i]}"* ]] && return
	done
	return 1
}

# is_old LINE TYPE GROUP: is it a message of IGMPv2 or MLDv1 of this type?
is_old() {
	local type4 type6 record4 record6 group4 group6 old rest
	IFS='|' read -r type4 type6 record4 record6 group4 group6 old rest \
		<<<"$1"
	[[ $type4$type6 == "$2" && $group4$old == "$3" ]]
}

came() {
	local line
	reports_load
	for line in "${REPORTS[@]:MARK}"; do
		"$@" "$line" && return
	done
	return 1
}

came_record() { came record_matches "$@"; }
record_matches() { is_record "${*: -1}" "${@:1:$#-1}"; }
came_old() { came old_matches "$@"; }
old_matches() { is_old "$3" "$1" "$2"; }

# reported TYPES GROUP [SOURCE]: a record came since mark.
reported() {
	wait_for came_record "$@" ||
		fail "no record $* in: ${REPORTS[*]:MARK}"
}

reported_old() {
	wait_for came_old "$@" || fail "no message $* in: ${REPORTS[*]:MARK}"
}

# filter_is FAMILY EXPECTED [DEV]: sources of the group on in0, and how often each
# is included and excluded. The kernel only shows them where what was joined last
# has sources; that is all hosts for a device that has just come up.
filter_is() {
	local dev group source include exclude one='' five=''
	capture in_ns mcr cat "${FILTERS[$1]}"
	while read -r _ dev group source include exclude; do
		[[ $dev == "${3:-in0}" && $group == "${FILTER_GROUP[$1]}" ]] || continue
		case $source in
		*1) one=" 1:$include/$exclude" ;;
		*5) five=" 5:$include/$exclude" ;;
		esac
	done <<<"$OUTPUT"
	VALUE=$one$five
	VALUE=${VALUE# }
	[[ $VALUE == "$2" ]]
}

check_filter() {
	wait_for filter_is "$@" || fail "sources: expected '$2', got '$VALUE'"
}

joins_are() {
	query .joins status
	[[ $VALUE -eq $1 ]]
}

check_joins() {
	wait_for joins_are "$1" || fail "joins: expected $1, got $VALUE"
}

check_joined() { check_rule "$1" .membership '"joined"'; }

# What in0 loses when it goes down or away.
in0_addresses() {
	ip_in mcr address replace "${IN_ADDRESS[4]}/24" dev in0
	ip_in mcr address replace "${IN_ADDRESS[6]}/64" dev in0 nodad
}

any_source() {
	local group=${GROUP[$1]}
	mark
	rule_add name r1 iif in0 group "$group" to out1
	reported "$IS_EX$TO_EX" "$group"
	rule_add name r2 iif in0 group "$group" dport 5001 to out1
	check_joined r2
	check_joins 1
	mark
	run_ok mcr rule del r1
	run_ok mcr rule del r2
	reported "$TO_IN" "$group"
	check_joins 0
}

# Sources are joined one by one, for all rules that want them, and on their own
# again when the rule that wants all of them is gone.
single_sources() {
	local group=${GROUP[$1]} one=${SOURCE[$1]} two=${SOURCE2[$1]}
	mark
	rule_add name r1 iif in0 group "$group" src "$one" to out1
	reported "$ALLOW" "$group" "$one"
	check_filter "$1" "1:1/0"
	rule_add name r1b iif in0 group "$group" src "$one" dport 5001 to out1
	check_joined r1b
	check_filter "$1" "1:1/0"
	rule_add name r2 iif in0 group "$group" src "$two" to out1
	reported "$ALLOW" "$group" "$two"
	check_filter "$1" "1:1/0 5:1/0"
	check_joins 2
	rule_add name all iif in0 group "$group" to out1
	reported "$TO_EX" "$group"
	check_joins 3
	run_ok mcr rule disable all
	reported "$TO_IN" "$group" "$one"
	check_joins 2
	run_ok mcr rule del r1
	check_rule r1b .membership '"joined"'
	check_filter "$1" "1:1/0 5:1/0"
	mark
	run_ok mcr rule disable r1b
	reported "$BLOCK" "$group" "$one"
	check_filter "$1" "5:1/0"
	check_rule r1b .membership '"none"'
	run_ok mcr rule replace name r2 iif in0 group "$group" src "$two" \
		join none to out1
	reported "$BLOCK" "$group" "$two"
	check_rule r2 .membership '"allmulti"'
	check_joins 0
	rules_flush
}

# A router that has lost its state hears everything again.
link_flap() {
	local group=${GROUP[$1]} other=${GROUP2[$1]} one=${SOURCE[$1]}
	rule_add name r1 iif in0 group "$group" src "$one" to out1
	rule_add name r2 iif in0 group "$other" to out1
	check_joined r1
	check_joined r2
	ip_in mcr link set in0 down
	mark
	ip_in mcr link set in0 up
	in0_addresses
	reported "1$TO_IN$ALLOW" "$group" "$one"
	reported "$IS_EX$TO_EX" "$other"
	links_wait src mcr
	rules_flush
	check_joins 0
}

# The same where only the other end of the link was away.
carrier_flap() {
	local group=${GROUP[$1]} other=${GROUP2[$1]} one=${SOURCE[$1]}
	rule_add name r1 iif in0 group "$group" src "$one" to out1
	rule_add name r2 iif in0 group "$other" to out1
	check_joined r1
	check_joined r2
	ip_in src link set s0 down
	wait_for no_carrier || fail "in0 has its carrier still"
	mark
	ip_in src link set s0 up
	reported "1$TO_IN$ALLOW" "$group" "$one"
	reported "$IS_EX$TO_EX" "$other"
	links_wait src mcr
	rules_flush
	check_joins 0
}

no_carrier() { ip_in mcr link show dev in0 | grep -q NO-CARRIER; }

# More groups, and more sources of one group, than a socket may join.
many() {
	local i n_groups=6 n_sources=4 prefix=239.3.3. net=10.0.0.
	if [[ $1 == 6 ]]; then
		n_groups=22 n_sources=11 prefix=ff1e::3: net=2001:db8:a::
	else
		run_ok in_ns mcr sysctl -q net.ipv4.igmp_max_memberships=2 \
			net.ipv4.igmp_max_msf=1
	fi
	for ((i = 1; i <= n_groups; i++)); do
		rule_add iif in0 group "$prefix$i" to out1
	done
	for ((i = 1; i <= n_sources; i++)); do
		rule_add iif in0 group "${GROUP[$1]}" src "$net$i" to out1
	done
	check_joins $((n_groups + n_sources))
	check_query '[.[].membership] | unique' '["joined"]' rule list
	check_equal "groups" \
		"$(ip_in mcr maddr show dev in0 | grep -cF " $prefix")" \
		"$n_groups"
	check_equal "sources" "$(in_ns mcr cat "${FILTERS[$1]}" |
		grep -cF "${FILTER_GROUP[$1]}")" "$n_sources"
	rules_flush
	check_joins 0
	check_equal "groups left" \
		"$(ip_in mcr maddr show dev in0 | grep -cF " $prefix")" 0
	check_filter "$1" ""
	[[ $1 == 6 ]] || run_ok in_ns mcr sysctl -q \
		net.ipv4.igmp_max_memberships=20 net.ipv4.igmp_max_msf=10
}

# A join that fails does not refuse the rule, and is tried again. The device is
# one that allows any MTU.
mtu_too_small() {
	local state='[.membership, .membership_error]'
	ip_in mcr link add any0 type "$DUMMY"
	ip_in mcr link set any0 up mtu "${MTU_LOW[$1]}"
	rule_add name r1 iif any0 group "${GROUP[$1]}" to out1
	rule_add name r2 iif any0 group "${GROUP[$1]}" src "${SOURCE[$1]}" \
		to out1
	check_rule r1 "$state" '["failed","Protocol not supported"]'
	check_rule r2 "$state" '["failed","Protocol not supported"]'
	check_output "rule list" "join failed: Protocol not supported" \
		mcr rule list
	check_joins 0
	ip_in mcr link set any0 mtu 1500
	check_joined r1
	check_joined r2
	check_filter "$1" "1:1/0" any0
	ip_in mcr link set any0 mtu "${MTU_LOW[$1]}"
	check_rule r1 "$state" '["failed","Protocol not supported"]'
	check_joins 0
	ip_in mcr link set any0 mtu 1500
	check_joined r1
	check_joined r2
	check_filter "$1" "1:1/0" any0
	rules_flush
	check_joins 0
	ip_in mcr link del any0
}

# No room in any socket: tried again after a while, or when the device changes.
no_room() {
	local state='[.membership, .membership_error]'
	run_ok in_ns mcr sysctl -q net.ipv4.igmp_max_memberships=0
	rule_add name r1 iif in0 group "${GROUP[4]}" to out1
	rule_add name r2 iif in0 group "${GROUP[4]}" src "${SOURCE[4]}" to out1
	check_rule r1 "$state" '["failed","No buffer space available"]'
	check_rule r2 "$state" '["failed","No buffer space available"]'
	run_ok in_ns mcr sysctl -q net.ipv4.igmp_max_memberships=1
	check_joined r1
	check_joined r2
	check_filter 4 "1:1/0"
	run_ok in_ns mcr sysctl -q net.ipv4.igmp_max_memberships=0
	rule_add name r3 iif in0 group "${GROUP2[4]}" to out1
	check_rule r3 "$state" '["failed","No buffer space available"]'
	run_ok in_ns mcr sysctl -q net.ipv4.igmp_max_memberships=20
	ip_in mcr link set in0 mtu 1400
	check_joined r3
	ip_in mcr link set in0 mtu 1500
	rules_flush
	check_joins 0
	check_filter 4 ""
}

# A join needs no address.
no_address() {
	local group=${GROUP[$1]}
	ip_in mcr address flush dev in0
	mark
	rule_add name r1 iif in0 group "$group" to out1
	check_joined r1
	reported "$IS_EX$TO_EX" "$group"
	rules_flush
	in0_addresses
}

# Another device, or the same one that has been away, under the same name.
comes_back() {
	local group=${GROUP[$1]} one=${SOURCE[$1]}
	rule_add name r1 iif in0 group "${GROUP2[$1]}" to out1
	rule_add name r2 iif in0 group "$group" src "$one" to out1
	check_joined r1
	check_joined r2
	ip_in mcr link set in0 netns "${NS[src]}"
	check_rule r1 '[.waiting, .membership]' '[true,"none"]'
	check_joins 0
	ip_in src link set in0 netns "${NS[mcr]}"
	mark
	ip_in mcr link set in0 up
	in0_addresses
	check_joined r1
	check_joined r2
	reported "1$TO_IN$ALLOW" "$group" "$one"
	reported "$IS_EX$TO_EX" "${GROUP2[$1]}"
	check_joins 2
	ip_in mcr link set in0 down
	run_ok ip_in mcr link set in0 name other0
	check_joins 0
	mark
	run_ok ip_in mcr link set other0 name in0
	ip_in mcr link set in0 up
	in0_addresses
	check_joins 2
	reported "1$TO_IN$ALLOW" "$group" "$one"
	rules_flush
	check_joins 0
	links_wait src mcr
}

# What other programs have joined is theirs.
others_stay() {
	local group=${GROUP[4]}
	start ip netns exec "${NS[mcr]}" python3 -c '
import socket, struct, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
index = socket.if_nametoindex("in0")
s.setsockopt(0, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(sys.argv[1]) +
             bytes(4) + struct.pack("i", index))
time.sleep(1000)' "$group"
	wait_for has_group "$group" || fail "the other program has not joined"
	rule_add name r1 iif in0 group "$group" to out1
	check_joined r1
	run_ok mcr rule del r1
	check_joins 0
	has_group "$group" || fail "the other program's group was left"
	stop "$STARTED_PID"
}

has_group() { ip_in mcr maddr show dev in0 | grep -qF " $1"; }

old_version() {
	local group=${GROUP[$1]} report=0x16 leave=0x17
	local conf=net.ipv4.conf.in0.force_igmp_version version=2
	if [[ $1 == 6 ]]; then
		report=131 leave=132 version=1
		conf=net.ipv6.conf.in0.force_mld_version
	fi
	run_ok in_ns mcr sysctl -q "$conf=$version"
	mark
	rule_add name r1 iif in0 group "$group" to out1
	reported_old "$report" "$group"
	run_ok mcr rule del r1
	reported_old "$leave" "$group"
	run_ok in_ns mcr sysctl -q "$conf=0"
	check_joins 0
}

# A router that asks in IGMPv2 is answered in IGMPv2, for sources, too.
old_querier() {
	local group=${GROUP[4]}
	rule_add name r1 iif in0 group "$group" src "${SOURCE[4]}" to out1
	check_joined r1
	mark
	run_ok in_ns src python3 -c '
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 2)
s.setsockopt(0, socket.IP_MULTICAST_IF, bytes(8) + struct.pack(
    "i", socket.if_nametoindex("s0")))
s.setsockopt(0, socket.IP_OPTIONS, b"\x94\4\0\0")
s.sendto(struct.pack("!BBHI", 0x11, 1, 0xeefe, 0), ("224.0.0.1", 0))'
	reported_old 0x16 "$group"
	run_ok mcr rule del r1
	reported_old 0x17 "$group"
	check_joins 0
}

mdb_has() { bridge -n "${NS[src]}" mdb show dev br0 | grep -qE "$1"; }
mdb_has_not() { ! mdb_has "$1"; }

# A switch between sends to us what we have joined, and no more.
snooped() {
	local group=${GROUP[$1]} other=${GROUP2[$1]} one=${SOURCE[$1]}
	mdb_has "grp ($group|$other)" && fail "the bridge has the groups already"
	rule_add name r1 iif in0 group "$group" to out1
	rule_add name r2 iif in0 group "$other" src "$one" to out1
	wait_for mdb_has "port s0 grp $group " || fail "the bridge: no $group"
	wait_for mdb_has "port s0 grp $other src $one " ||
		fail "the bridge: no $other from $one"
	run_ok mcr rule del r1
	wait_for mdb_has_not "grp $group" || fail "the bridge keeps $group"
	rules_flush
	check_joins 0
}

bridge_make() {
	if ! ip_in src link add br0 type bridge mcast_snooping 1 \
		mcast_querier 1 mcast_igmp_version 3 mcast_mld_version 2; then
		skip_case "no snooping bridge"
		return
	fi
	ip_in src link set s0 master br0
	ip_in src link set br0 up
	snooped 4
	snooped 6
	ip_in src link del br0
}

# A namespace ends while groups are being joined.
namespace_ends() {
	local i
	for i in 1 2 3; do
		rule_add iif in0 group "239.4.4.$i" to out1
		rule_add iif in0 group "239.4.4.$i" src 10.0.0.1 to out1
	done
	ns_drop mcr
	wait_for device_gone || fail "s0 does not go: in0 is kept"
}

device_gone() { ! ip_in src link show dev s0 >/dev/null 2>&1; }

for family in 4 6; do
	who=${FAMILY[$family]}
	case_add "$who: any source" any_source $family
	case_add "$who: single sources" single_sources $family
	case_add "$who: a link goes down and up" link_flap $family
	case_add "$who: a link is lost and comes back" carrier_flap $family
	case_add "$who: more than a socket may join" many $family
	case_add "$who: an MTU too small for the protocol" mtu_too_small $family
	case_add "$who: no address" no_address $family
	case_add "$who: a device goes and comes back" comes_back $family
	case_add "$who: an older version" old_version $family
done
case_add "IPv4: no room in any socket" no_room
case_add "what others have joined stays" others_stay
case_add "a snooping bridge" bridge_make
case_add "IPv4: an older querier" old_querier
case_add "a namespace ends while groups are joined" namespace_ends

require_all
require_command tshark python3 bridge sysctl
topology_make 1
run_ok in_ns mcr sysctl -q net.ipv4.conf.in0.igmpv3_unsolicited_report_interval=50 \
	net.ipv6.conf.in0.mldv2_unsolicited_report_interval=50
capture_start
cases_run
