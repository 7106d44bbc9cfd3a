#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Files of rules against the running server: apply, save and batches. What is
# saved can be applied and changes nothing; a changed file is put in force under
# traffic, and what it leaves alone loses nothing; what is refused, or killed,
# leaves the old rules or the new ones.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |                out2 -|--------|- k2     |
#   +---------+        +----------------------+        +---------+

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

RATE=1000
G=${GROUP[4]}
# As much as there is time for: a kernel that checks itself takes a millisecond
# for each rule, and where it is emulated, starting the tool takes long.
# MCR_TEST_RULES asks for more rules.
case ${MCR_PLACE:-} in
uml)	MANY=10000 COUNT=2000 ;;
debug-*) MANY=2000 COUNT=8000 ;;
*)	MANY=10000 COUNT=6000 ;;
esac
MANY=${MCR_TEST_RULES:-$MANY}
COUNT=$(scaled "$COUNT")

RULES="rule name tv iif in0 group $G to out1 ttl 7 to out2 group 239.2.2.2 dport 6000 src auto
rule iif in0 group ff1e::5 src 2001:db8::7 consume disabled comment \"it's \\\$HOME; #1 \\\\ to\" to out2
rule name b.6 iif in0 group 239.1.1.7 dport 5000 join none to out1 dscp ef to out1 ttl dec mac keep"

# file NAME TEXT
file() { printf '%s\n' "$2" >"$WORK/$1"; }

# apply_says REGEX FILE: it is applied.
apply_says() { check_output "apply $2" "$1" mcr apply "$WORK/$2"; }

# What is in force, and how often it was changed.
state() { query '[.generation, .rules, .outputs, .transactions]' status; }

# check_state WHAT EXPECTED
check_state() {
	state
	check_equal "$1: generation, rules, outputs, transactions" "$VALUE" "$2"
}

# saved: what save prints is in SAVED.
saved() {
	run_ok mcr save
	SAVED=$OUTPUT
}

applied_is_saved() {
	file f "# a comment"$'\n'"$RULES"
	apply_says '^3 added, 0 changed, 0 deleted, 0 unchanged$' f
	saved
	check_equal "what is saved" "$SAVED" "$RULES"
}

# Also from another order, of rules and of outputs, and with other words.
saved_is_applied() {
	local before rules
	sink_start --until-end dev k1 count 5 flow 3
	send --group "$G" --count 5 --flow 3 --end
	sink_end
	check_rule tv .packets 6
	query 'map(del(.last_seen_ms))' rule list
	rules=$VALUE
	state
	before=$VALUE
	run_ok mcr save "$WORK/s"
	apply_says '^no change: 3 unchanged$' s
	OUTPUT=$(mcr save | mcr apply -)
	check_equal "save | apply -" "$OUTPUT" "no change: 3 unchanged"
	file t "rule name b.6 iif in0 group 239.1.1.7/32 dport 5000-5000 \\
		proto udp pass join none to out1 mac keep ttl dec to out1 dscp 46
		include s2"
	sed -e '/b\.6/d' "$WORK/s" >"$WORK/s2"
	apply_says '^no change: 3 unchanged$' t
	check_state "after all that" "$before"
	check_query 'map(del(.last_seen_ms))' "$rules" rule list
}

files_are_replaced() {
	saved
	file old "something else"
	chmod 0640 "$WORK/old"
	ln -sf old "$WORK/link"
	run_ok mcr save "$WORK/link"
	check_equal "the file" "$(<"$WORK/old")" "$SAVED"
	[[ -L $WORK/link ]] || fail "the link is gone"
	check_equal "modes" "$(stat -c %a "$WORK/old" "$WORK/s")" $'640\n644'
	run_refused 1 'cannot be written: it is no regular file' \
		mcr save "$WORK"
	run_refused 1 'cannot be written: No such file' mcr save "$WORK/no/s"
	run_refused 1 'cannot be written: ' mcr save /proc/mcr.rules
	check_equal "temporary files" "$(compgen -G "$WORK/.*.??????")" ""
}

# Nothing of it is done, and the place is told.
refused() {
	local before file=$WORK/f
	saved
	state
	before=$VALUE
	file f "rule iif in0 group 239.1.1.8 to out1
	rule iif in0 group 239.1.1.9 to out1 mtu fragment # not yet"
	run_refused 1 "^$file:2:[0-9]+: .*not supported.*\^~* *$" mcr apply "$file"
	run_refused 1 "^$file:2:[0-9]+: .*not supported" mcr -c apply "$file"
	file f "rule iif in0 group 239.1.1.8 to"
	run_refused 2 "^$file:1:32: to needs a value" mcr apply "$file"
	run_refused 1 "cannot be read: No such file" mcr apply "$WORK/none"
	file f "rule iif in0 group 239.1.1.8 to out1"
	check_output "dry run" '^- rule name tv .*1 added, 0 changed, 3 deleted, 0 unchanged$' \
		mcr -c apply "$file"
	check_state "after what was refused" "$before"
	check_equal "the rules" "$(mcr save)" "$SAVED"
}

# Of the rules of a file, those are told that take packets from one in force.
shadows() {
	local narrow="rule name narrow iif in0 group $G to out1"
	rules_flush
	file f "rule iif in0 group 239.0.0.0/8 to out1"$'\n'"$narrow"
	apply_says '^2 added, 0 changed, 0 deleted, 0 unchanged$' f
	file f "$(<"$WORK/f")"$'\n'"rule iif in0 group $G dport 7 to out1"
	apply_says "f:3:[0-9]+: warning: .*wider rule.*'narrow'" f
	# Of one that goes nothing is said.
	rules_flush
	file f "rule iif in0 group 239.0.0.0/8 to out1"
	apply_says '^1 added' f
	file f "$narrow"
	apply_says '^1 added, 0 changed, 1 deleted, 0 unchanged$' f
	rules_flush
}

batches() {
	local before
	saved
	state
	before=$VALUE
	file f "rule del tv; rule flush iif in0
	rule add name tv iif in0 group $G to out1
	rule add name two iif in0 group $G to out1"
	run_refused 1 "^$WORK/f:3:[0-9]+: .*exists already" mcr -b "$WORK/f"
	sed -i 3d "$WORK/f"
	run_ok mcr -c -b "$WORK/f"
	check_state "after what was refused, and a dry run" "$before"
	printf '%s\n' 'output add rule tv to out2 dscp ef' 'rule disable tv' \
		'output del rule tv to out1' 'rule replace name x iif in0 group ff1e::1 to out1' >>"$WORK/f"
	run_ok mcr -b "$WORK/f"
	check_equal "the rules" "$(mcr save)" "rule name tv iif in0 group $G disabled to out2 dscp ef
rule name x iif in0 group ff1e::1 to out1"
	check_query .transactions 0 status
	apply_says '^2 added, 1 changed, 1 deleted, 0 unchanged$' s ||
		fail "cannot go back to what was saved"
}

# The rule's output to k1 is in both files; all else differs.
under_traffic() {
	local n=0 pid
	rules_flush
	file a "rule name keep iif in0 group $G to out1
	rule name x iif in0 group 239.1.1.8 to out2"
	file b "rule name keep iif in0 group $G to out2 ttl 9 to out1
	rule name y iif in0 group 239.1.1.9 to out2
	rule name z iif in0 group 224.5.5.5 join none to out1"
	apply_says '^2 added' a
	sink_start --until-end dev k1 count "$COUNT" flow 3 || return
	start "$MCR_HELPERS/mcsend" --netns "${NS[src]}" --dev s0 \
		--group "$G" --count "$COUNT" --rate "$RATE" --flow 3 --end \
		>/dev/null
	pid=$STARTED_PID
	while kill -0 "$pid" 2>/dev/null; do
		apply_says '^2 added, 1 changed, 1 deleted, 0 unchanged$' b
		apply_says '^1 added, 1 changed, 2 deleted, 0 unchanged$' a
		n=$((n + 2))
	done
	sink_end
	[[ $n -ge 4 ]] || fail "only $n times applied under traffic"
	check_ended
	check_delivery
	check_rule keep '[.packets, .outputs[0].id, .outputs[0].sent]' \
		"[$((COUNT + 1)),1,$((COUNT + 1))]"
	check_balance keep
}

# rules FIRST LAST DEVICE
rules() {
	awk -v first="$1" -v last="$2" -v dev="$3" 'BEGIN {
		for (i = first; i <= last; i++)
			printf "rule name r%d iif in0 group 239.%d.%d.%d join none to %s\n",
				i, 64 + i / 65536, i / 256 % 256, i % 256, dev
	}'
}

# Half of the rules are in both files, and go elsewhere. Whatever is there after
# a kill is one of them; the next round starts from there.
killed() {
	local i pid wait done=0 early=0 got took n=$((MANY / 40))
	rules_flush
	rules 1 "$n" out1 >"$WORK/a"
	rules "$((n / 2))" "$((n * 3 / 2))" out2 >"$WORK/b"
	took=${EPOCHREALTIME/./}
	apply_says "^$n added" a
	took=$((${EPOCHREALTIME/./} - took))
	sort "$WORK/a" -o "$WORK/a"
	sort "$WORK/b" -o "$WORK/b"
	for i in {1..10}; do
		printf -v wait '%d.%06d' $((took * i / 8 / 1000000)) \
			$((took * i / 8 % 1000000))
		got=b
		[[ $((i % 2)) -eq 1 ]] || got=a
		"$MCRTOOL" -n "${NS[mcr]}" apply "$WORK/$got" >/dev/null 2>&1 &
		pid=$!
		read -rt "$wait" -u "$NOTHING_FD"
		kill -9 "$pid" 2>/dev/null && early=$((early + 1))
		wait "$pid" 2>/dev/null
		mcr save | sort >"$WORK/now"
		if cmp -s "$WORK/now" "$WORK/$got"; then
			done=$((done + 1))
		elif ! cmp -s "$WORK/now" "$WORK/a" &&
		     ! cmp -s "$WORK/now" "$WORK/b"; then
			fail "round $i: neither the old rules nor the new ones"
			return
		fi
	done
	note "killed $early times, new rules in force $done times"
	[[ $early -gt 0 ]] || fail "it was never killed"
	wait_for no_transactions || fail "a transaction stays open"
}

no_transactions() {
	query .transactions status
	[[ $VALUE == 0 ]]
}

# Many rules: put in force, looked at, one of them changed, taken away.
many() {
	local half=$((MANY / 2))
	rules_flush
	rules 1 "$MANY" out1 >"$WORK/f"
	apply_says "^$MANY added, 0 changed, 0 deleted, 0 unchanged$" f
	check_query '[.rules, .outputs]' "[$MANY,$MANY]" status
	mcr save >"$WORK/now"
	cmp "$WORK/now" "$WORK/f" || fail "they are not all there"
	check_equal "listed" "$(mcr rule list | wc -l)" "$MANY"
	sed -i "${half}s/out1/out2/" "$WORK/f"
	apply_says "^0 added, 1 changed, 0 deleted, $((MANY - 1)) unchanged$" f
	mcr save >"$WORK/now"
	cmp "$WORK/now" "$WORK/f" || fail "not just one was changed"
	sed -i "${half}d" "$WORK/f"
	apply_says "^0 added, 0 changed, 1 deleted, $((MANY - 1)) unchanged$" f
	check_output "apply nothing" "^0 added, 0 changed, $((MANY - 1)) deleted" \
		mcr apply /dev/null
	check_query '[.rules, .outputs, .transactions]' '[0,0,0]' status
}

require_all
work_directory
topology_make 2

case_add "what is applied is saved" applied_is_saved
case_add "what is saved is applied, and changes nothing" saved_is_applied
case_add "a file is replaced by save" files_are_replaced
case_add "what is refused changes nothing" refused
case_add "a batch is carried out as a whole" batches
case_add "a changed file under traffic" under_traffic
case_add "killed at any moment" killed
case_add "$MANY rules" many
case_add "who takes packets from a rule in force is warned" shadows
cases_run
