#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: static.sh [cppcheck|analyzer|coccicheck|smatch]
# Static analysis beyond what style.sh has (sparse, W=1, clang-tidy with
# clang-analyzer): cppcheck and gcc -fanalyzer, of the library, the tool, the relay,
# and the files of the module that the relay is made of; coccicheck, with all that the
# kernel has of it, of the module; and smatch of it, where there is one: Debian 12 has
# none, and SMATCH may say where it is. As TAP; what is let pass is in
# static.exceptions, with the reason.
set -euo pipefail
# report counts, so it must not run in a subshell.
shopt -s lastpipe
cd "$(dirname "$0")/../.."
. selftests/vm/lib.sh

selftests/deps.sh --no-guests selftests/proof/deps.list
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
n=0 bad=0 skipped=0
smatch=${SMATCH:-smatch}
exceptions=selftests/proof/static.exceptions

# report NAME: findings on standard input, "FILE: ID: …" each; none is good.
report() {
	local text
	text=$(grep -vF -f <(sed -n 's/^\([^#]*[^#[:space:]]\)[[:space:]]*#.*/\1/p' \
		"$exceptions") || true)
	n=$((n + 1))
	if [[ -z $text ]]; then
		echo "ok $n $1"
	else
		bad=$((bad + 1))
		printf '%s\n' "$text" | sed 's/^/# /'
		echo "not ok $n $1"
	fi
}

run_cppcheck() {
	cppcheck --quiet --std=c11 --enable=warning,performance,portability \
		--inline-suppr --template='{file}: {id}: line {line}: {message}' \
		-j2 -D_GNU_SOURCE -Iuapi "$@" 2>&1 ||
		echo "cppcheck ended with status $?"
}

# What is compiled as kernel code is. container_of() is taken for a dereference of
# NULL there; gcc's analyzer, which knows better, looks for those.
run_cppcheck_kernel() {
	run_cppcheck -Itools/kapi/include -Ikmod --suppress=nullPointer \
		--suppress='*:tools/kapi/include/*' "$@"
}

# Each finding once; what it says of the way there is left out. A finding is an error
# of make's there, which goes on with the other files: that they were looked at is
# seen by what else it says, and by what it has made.
run_analyzer() {
	local log=$built/log
	make -s -k -j2 -C tools "$built/mcrd" "$built/mcrtool" O="$built" \
		CFLAGS='-O1 -g -fanalyzer' >"$log" 2>&1 || true
	sed -nE 's/^([^ :]+):([0-9]+):[0-9]+: (warning|error): (.*) \[(CWE-[0-9]+\] \[)?-W(error=)?([a-z-]+)\]$/\1: \7: line \2: \4/p
		t
		/(: (fatal )?error: |No rule to make|command not found)/p' "$log" | sort -u
	[[ $(find "$built" -name '*.o' | wc -l) -ge 50 ]] ||
		echo "fewer than 50 files were compiled"
}

# The kernel's own rules of how its functions are to be used, of the module and its
# tests. That each was tried is seen by the commands, which it shows.
run_coccicheck() {
	local log=$built/coccicheck source kernel rules
	source=$(selftests/vm/kernel-source.sh)
	kernel=$(selftests/vm/kernel.sh uml)
	mkdir "$built/src"
	cp -r Kbuild kmod uapi "$built/src/"
	make -s -C "$kernel/build" ARCH=um M="$built/src" coccicheck MODE=report \
		>"$log" 2>&1 || echo "coccicheck ended with status $?"
	sed -nE "s|^$built/src/([^:]+):([0-9]+):[-0-9]+: (.*)|\1: coccicheck: \3: line \2|p" \
		"$log" | sort -u
	rules=$(find "$source/scripts/coccinelle" -name '*.cocci' | wc -l)
	[[ $(grep -cE -- '--cocci-file|^Skipping coccinelle' "$log") -eq $rules ]] ||
		echo "not all of $rules rules were tried: $(tail -n 3 "$log")"
}

# That each file was looked at is seen by how often it was called.
run_smatch() {
	local called=$built/called place
	chmod 755 "$built"
	for place in stock-6.1 stock-6.12; do
		: >"$called"
		chmod 666 "$called"
		printf '#!/bin/sh\necho >>%q\nexec %q -p=kernel --full-path "$@"\n' \
			"$called" "$(readlink -f "$(command -v "$smatch")")" \
			>"$built/check"
		chmod 755 "$built/check"
		selftests/vm/build-module.sh "$place" C=2 "CHECK=$built/check" \
			2>&1 >"$built/stage" || echo "$place: the module does not build"
		[[ $(wc -l <"$called") -ge $(find kmod -maxdepth 1 -name '*.c' | wc -l) ]] ||
			echo "$place: not all files were looked at"
	done |
		sed -E "s|^.*/src/(kmod/[^:]+):([0-9]+) (.*)|\1: smatch: \3: line \2|" |
		sort -u
}

# As in tools/mcrd.mk
inside=(tools/mcrd/{control,ingress,nl_worker,plane,status}.c)
mapfile -t plain < <(printf '%s\n' tools/mcrd/*.c |
	grep -vxF -f <(printf '%s\n' "${inside[@]}"))

what=${1:-all}
case $what in
all | cppcheck | analyzer | coccicheck | smatch) ;;
*) die "usage: static.sh [cppcheck|analyzer|coccicheck|smatch]" ;;
esac
if [[ $what == all || $what == cppcheck ]]; then
	run_cppcheck tools/lib tools/mcrtool "${plain[@]}" |
		report "cppcheck: tools"
	run_cppcheck_kernel kmod/*.c "${inside[@]}" tools/mcrd/worker |
		report "cppcheck: module and relay"
fi
if [[ $what == all || $what == analyzer ]]; then
	run_analyzer | report "gcc -fanalyzer"
fi
if [[ $what == all || $what == coccicheck ]]; then
	run_coccicheck | report "coccicheck"
fi
if [[ $what == all || $what == smatch ]]; then
	if command -v "$smatch" >/dev/null; then
		run_smatch | report "smatch"
	else
		n=$((n + 1)) skipped=1
		echo "ok $n smatch # SKIP there is none"
	fi
fi
echo "1..$n"
echo "$((n - bad - skipped)) passed, $bad failed, $skipped skipped"
[[ $bad -eq 0 ]]
