#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module is replaced under traffic and under rules in several namespaces:
# the rules are the same afterwards, and the pause that is told is the pause that
# packets saw. Where the new module fails, the old one comes back. What others do
# meanwhile loses no rules.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   +---------+        +----------------------+        +---------+
#
# NS[else] has rules, too, and a third namespace has no name but a process.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

UPGRADE=$MCR_SELFTESTS/../tools/systemd/mcr-upgrade
[[ -x $UPGRADE ]] || UPGRADE=mcr-upgrade
RATE=200

# upgrade WORD...: as `capture` has it.
upgrade() {
	capture env MCRTOOL="$TOOL" PATH="$WORK/bin:$PATH" "$UPGRADE" "$@"
}

# The rules of a namespace as statements, without ids.
rules_in() {
	local line
	RULES=
	capture "$MCRTOOL" -n "$1" rule list
	while IFS= read -r line; do
		RULES+="${line%% #*}"$'\n'
	done <<<"$OUTPUT"
}

all_rules() {
	local ns
	ALL=
	for ns in "${NS[mcr]}" "${NS[else]}" "/proc/$NAMELESS/ns/net"; do
		rules_in "$ns"
		ALL+="[$ns]"$'\n'$RULES
	done
}

some_rules() {
	rule_add name r1 iif in0 group "${GROUP[4]}" to out1
	rule_add name r2 iif in0 group "${GROUP[6]}" dport 5000 consume \
		comment "with blanks" to out1 ttl 9 to out1 group "${GROUP2[6]}"
	run_ok "$MCRTOOL" -n "${NS[else]}" rule add name r1 iif d0 \
		group 239.1.1.1 disabled to d0 group 239.1.1.2
	run_ok "$MCRTOOL" -n "/proc/$NAMELESS/ns/net" rule add iif d0 \
		group 239.1.1.1 to d0 group 239.1.1.2
}

no_rules() {
	rules_flush
	run_ok "$MCRTOOL" -n "${NS[else]}" rule flush
	run_ok "$MCRTOOL" -n "/proc/$NAMELESS/ns/net" rule flush
}

# counts NUMBER: r1 has taken so many.
counts() {
	rule_query r1 .packets
	[[ $VALUE -ge $1 ]]
}

# traffic_start: without end; what comes in and what goes out is counted.
traffic_start() {
	sink_start_in mcr --stay --timeout 600 dev in0 flow 7 count 1000000 ||
		return
	IN_FD=$SINK_FD
	IN_PID=${STARTED[-1]}
	sink_start --stay --timeout 600 dev k1 flow 7 count 1000000 || return
	OUT_PID=${STARTED[-1]}
	start "$MCR_HELPERS/mcsend" --netns "${NS[src]}" --dev s0 \
		--group "${GROUP[4]}" --flow 7 --count 1000000 --rate "$RATE" \
		>/dev/null 2>&1
	wait_for counts 20 || fail "no traffic before"
}

# traffic_end: packets that came in are in IN, those that did not go out in LOST.
traffic_end() {
	wait_for counts 20 || fail "no traffic afterwards"
	stop "$STARTED_PID"
	wait_for settled || fail "packets are still on their way"
	kill "$OUT_PID" "$IN_PID"
	sink_end
	line_value "${SINK_LINES[0]}" received
	LOST=$VALUE
	SINK_FD=$IN_FD
	sink_end
	line_value "${SINK_LINES[0]}" received
	IN=$VALUE
	LOST=$((IN - LOST))
}

settled() {
	local before
	rule_query r1 .packets
	before=$VALUE
	pause
	rule_query r1 .packets
	[[ $VALUE == "$before" ]]
}

# The packets that are lost are those of the pause, and no others. Of the pause
# that is told, NS[mcr] sees only a part: others have their rules later than it.
check_pause() {
	PAUSE=${OUTPUT##*paused for }
	PAUSE=${PAUSE%% ms*}
	[[ $PAUSE =~ ^[0-9]+$ ]] || fail "no pause is told: $OUTPUT" || return
	traffic_end
	note "told: $PAUSE ms; lost: $LOST of $IN packets, $RATE a second"
	[[ $LOST -le $((PAUSE * RATE / 1000 + RATE / 4)) ]] ||
		fail "$PAUSE ms are told, and $LOST packets were lost"
	[[ $LOST -gt 0 && $LOST -ge $((PAUSE * RATE / 1000 / 8)) ]] ||
		fail "$PAUSE ms are told, and only $LOST packets were lost"
}

srcversion() { VALUE=$(</sys/module/mcr/srcversion); }

# What is installed is another module, or again the one of the tree.
install_other() { mount --bind "$WORK/other.ko" "$INSTALLED"; }
install_tree() { umount "$INSTALLED"; }

# upgrades WORD: under traffic, and the rules are the same.
upgrades() {
	local before
	some_rules
	all_rules
	before=$ALL
	traffic_start || return
	upgrade ${1:+"$1"} || fail "status $STATUS: $OUTPUT"
	check_match "what it says" "$OUTPUT" \
		"4 rules in 3 network namespaces; forwarding paused for [0-9]+ ms"
	check_pause
	all_rules
	check_equal "rules" "$ALL" "$before"
	no_rules
}

to_another() {
	rm -rf /run/mcr/kept
	upgrade --keep || fail "$OUTPUT"
	install_other
	upgrades ""
	srcversion
	check_equal "loaded" "$VALUE" "$OTHER_ID"
}

# Without --keep: the upgrade has kept what it loaded.
and_back() {
	install_tree
	upgrades ""
	srcversion
	check_equal "loaded" "$VALUE" "$TREE_ID"
}

# stays STATUS REGEX WORD...: refused or without need, and nothing changes.
stays() {
	local generation
	some_rules
	query .generation status
	generation=$VALUE
	upgrade "${@:3}"
	check_equal "status" "$STATUS" "$1"
	check_match "what it says" "$OUTPUT" "$2"
	check_query .generation "$generation" status
	no_rules
}

no_way_back() {
	install_other
	rm -rf /run/mcr/kept
	stays 1 "no copy of the module .*--no-way-back"
	install_tree
}

# returns REGEX WORD...: the new module fails, and all is as before.
returns() {
	local before
	upgrade --keep || fail "$OUTPUT"
	some_rules
	all_rules
	before=$ALL
	traffic_start || return
	upgrade "${@:2}"
	check_equal "status" "$STATUS" 1
	check_match "what it says" "$OUTPUT" "$1"
	check_match "what it says" "$OUTPUT" \
		"is back, with its rules; forwarding paused for [0-9]+ ms"
	check_pause
	all_rules
	check_equal "rules" "$ALL" "$before"
	srcversion
	check_equal "loaded" "$VALUE" "$TREE_ID"
	no_rules
}

# hook WHEN STATEMENT...: what the tool does first of all when it is called with
# that word the next time. Its second word is then the path of the namespace.
hook() {
	printf '[[ " $* " != *" %s "* ]] || {\nrm -f %s\n%s\n}\n' "$1" \
		"$WORK/hook" "${*:2}" >"$WORK/hook"
}

# hook_in ROLE WHEN STATEMENT...: and in that namespace.
hook_in() {
	hook "${@:2}"
	sed -i "1s|^|[[ ! \$2 -ef /run/netns/${NS[$1]} ]] \|\| |" "$WORK/hook"
}

# check_number ROLE NUMBER: so many rules are there.
check_number() {
	check_output "rules in $1" "\"rules\": *$2[,}]" \
		"$MCRTOOL" -n "${NS[$1]}" -j status
}

# as_printed WORDS: for the tool, with quotes as a shell has them.
as_printed() { eval "$MCRTOOL $1"; }

refuses_rules() {
	hook_in mcr apply exit 1
	returns "does not take the rules" --force
}

# A namespace that had no rules gets one after it was looked at.
rule_meanwhile() {
	local add="rule add iif i0 group 239.2.2.2 to o0"
	hook_in snk status "$MCRTOOL \"\$@\"" \
		"; $MCRTOOL -n ${NS[snk]} $add >/dev/null; exit"
	stays 1 "being changed: nothing was done" --force
	check_number snk 1
	run_ok "$MCRTOOL" -n "${NS[snk]}" rule flush
}

# So does one that is not there when namespaces are looked for.
namespace_meanwhile() {
	local add="rule add iif i0 group 239.2.2.2 to o0"
	NS[late]=mcr-$$-late
	hook check "ip netns add ${NS[late]}; $MCRTOOL -n ${NS[late]} $add >/dev/null"
	stays 1 "being changed: nothing was done" --force
	ns_drop late
}

second_meanwhile() {
	hook status "MCRTOOL=$TOOL $UPGRADE --force; exit"
	stays 1 "another mcr-upgrade is at work, process [0-9]+" --force
}

# Somebody asks for the module while none is loaded: the one installed comes.
module_meanwhile() {
	local before
	upgrade --keep || fail "$OUTPUT"
	some_rules
	all_rules
	before=$ALL
	: >"$WORK/ask"
	upgrade --module "$WORK/other.ko" || fail "status $STATUS: $OUTPUT"
	check_match "what it says" "$OUTPUT" "another module was loaded meanwhile"
	all_rules
	check_equal "rules" "$ALL" "$before"
	srcversion
	check_equal "loaded" "$VALUE" "$OTHER_ID"
	no_rules
	upgrade || fail "status $STATUS: $OUTPUT"
	srcversion
	check_equal "loaded afterwards" "$VALUE" "$TREE_ID"
}

# Neither module takes the rules of one namespace, and nobody listens any more:
# the others have theirs, and the commands that are printed do what is missing.
no_module_takes() {
	local before command
	upgrade --keep || fail "$OUTPUT"
	some_rules
	all_rules
	before=$ALL
	hook_in else apply "kill -s PIPE \$PPID; kill -s QUIT \$PPID; exit 1"
	# For the second module, too.
	sed -i '/^rm -f/d' "$WORK/hook"
	upgrade --force
	check_equal "status" "$STATUS" 2
	check_match "what it says" "$OUTPUT" "rules are not in force"
	command=$(grep '^  mcrtool -n' <<<"$OUTPUT")
	check_number mcr 2
	check_number else 0
	rm "$WORK/hook"
	check_match "what is to be done" "$command" \
		"^  mcrtool -n [^ ]*${NS[else]} --via kernel apply /run/mcr/upgrade[^ ]*$"
	run_ok as_printed "${command#*mcrtool}"
	all_rules
	check_equal "rules" "$ALL" "$before"
	no_rules
	rm -rf "${command##* }"
}

# The copy that is kept is neither loaded nor lost.
kept_as_new() {
	upgrade --keep || fail "$OUTPUT"
	stays 1 "kept as the way back" --force --module /run/mcr/kept/mcr.ko
	[[ -s /run/mcr/kept/mcr.ko ]] || fail "the copy is gone"
}

nameless_is_there() {
	capture nsenter --net="/proc/$NAMELESS/ns/net" ip link show d0
}

# with_module FILE COMMAND...: with that module as the last words.
with_module() { "${@:2}" --module "$WORK/$1"; }

# The tool, and rmmod, after which the module is asked for once if it is told so.
make_programs() {
	TOOL=$WORK/mcrtool
	cat >"$TOOL" <<-END
		#!/bin/bash
		[[ ! -e $WORK/hook ]] || . $WORK/hook
		exec $MCRTOOL "\$@"
	END
	mkdir "$WORK/bin"
	cat >"$WORK/bin/rmmod" <<-END
		#!/bin/bash
		$(command -v rmmod) "\$@" || exit
		! rm $WORK/ask 2>/dev/null || $MCRTOOL status >/dev/null
	END
	chmod +x "$TOOL" "$WORK/bin/rmmod"
}

# Three modules: one that differs by its srcversion only, one for another kernel,
# a broken one.
make_modules() {
	local magic other
	INSTALLED=$(modinfo -n mcr) || skip_test "no module mcr is installed"
	TREE_ID=$(modinfo -F srcversion mcr)
	srcversion
	[[ $TREE_ID == "$VALUE" ]] || skip_test "the module installed is not loaded"
	OTHER_ID=${TREE_ID//[0-9]/F}
	[[ $OTHER_ID != "$TREE_ID" ]] || OTHER_ID=${TREE_ID//F/0}
	sed "s/srcversion=$TREE_ID/srcversion=$OTHER_ID/" "$INSTALLED" \
		>"$WORK/other.ko"
	magic=$(uname -r)
	other=${magic//[0-9]/9}
	sed "s/vermagic=$magic/vermagic=$other/" "$INSTALLED" >"$WORK/foreign.ko"
	objcopy --rename-section .gnu.linkonce.this_module=.none "$INSTALLED" \
		"$WORK/broken.ko" || bail "objcopy cannot break a module"
}

case_add "another module, under traffic" to_another
case_add "and back" and_back
case_add "the same module, if forced" upgrades --force
case_add "the same module needs no upgrade" stays 0 "already"
case_add "a module for another kernel is refused" \
	with_module foreign.ko stays 1 "not for this kernel"
case_add "a way back is asked for" no_way_back
case_add "a module that does not load: the old one comes back" \
	with_module broken.ko returns "does not load" --force
case_add "rules that are not taken: the old module comes back" refuses_rules
case_add "neither module takes all rules: they are saved" no_module_takes
case_add "a rule that is added meanwhile is not lost" rule_meanwhile
case_add "nor are the rules of a new namespace" namespace_meanwhile
case_add "one upgrade at a time" second_meanwhile
case_add "the copy that is kept cannot be the new module" kept_as_new
case_add "a module that comes by itself meanwhile makes room" module_meanwhile

require_all
require_command modinfo objcopy mount nsenter sed
[[ ${MCR_PLACE:-} ]] || skip_test "replaces the module: only in a guest"
"$MCRTOOL" help | grep -q '^  apply' || skip_test "mcrtool has no apply"
topology_make 1
ns_make else
ip_in else link add d0 type dummy
start unshare --net sh -c 'ip link add d0 type dummy; exec sleep 1000'
NAMELESS=$STARTED_PID
wait_for nameless_is_there || bail "no namespace without a name"
work_directory
make_programs
make_modules
cases_run
