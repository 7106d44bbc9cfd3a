#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: style.sh
# Style and static checks, as TAP: checkpatch, sparse and W=1 on the kernels of
# users, kernel-doc, clang-tidy, shellcheck, mandoc, and habits of ours.
# selftests/style.exceptions lists what is let pass, each with its reason.
set -euo pipefail
# report counts, so it must not run in a subshell.
shopt -s lastpipe
cd "$(dirname "$0")/.."
. selftests/vm/lib.sh

n=0 bad=0

# report NAME: the output of the check on standard input; none is good. What is
# done meanwhile is said in lines with "# ", as the bench does: no finding.
report() {
	local all text
	all=$(cat)
	text=$(grep -v '^# ' <<<"$all" || true)
	n=$((n + 1))
	grep '^# ' <<<"$all" || true
	if [[ -z $text ]]; then
		echo "ok $n $1"
	else
		bad=$((bad + 1))
		printf '%s\n' "$text" | sed 's/^/# /'
		echo "not ok $n $1"
	fi
}

files() { git ls-files -co --exclude-standard -- "$@"; }

# "PATH TYPE" of style.exceptions, where * stands for the rest of a path, as a pattern of lines to leave out.
excepted() {
	sed -nE 's/^([^# ]+) ([A-Z_]+) .*/^\1:[0-9]+: [A-Z]+:\2:/p' \
		selftests/style.exceptions | sed 's/\*/[^:]*/'
}

# What takes long is noted in the cache where nothing was found, by a checksum of all
# that goes into it, and not done again. note_in KIND: the notes' directory.
note_in() {
	local dir
	dir=$(mcr_cache)/style/$1
	mkdir -p "$dir"
	find "$dir" -type f -mtime +14 -delete
	echo "$dir"
}

check_checkpatch() {
	local notes salt sum path note all=0 left=() new=() output findings i
	notes=$(note_in checkpatch)
	salt=$(mcr_hash "$src"/scripts/{checkpatch.pl,spelling.txt,const_structs.checkpatch} \
		selftests/style.exceptions)
	while read -r sum path; do
		note=$notes/$salt-${sum:0:32}-${path//\//%}
		all=$((all + 1))
		if [[ -e $note ]]; then
			touch "$note"
		else
			left+=("$path")
			new+=("$note")
		fi
	done < <(files '*.c' '*.h' | xargs sha256sum)
	echo "# checkpatch: ${#left[@]} of $all files, the others are known as clean"
	[[ ${#left[@]} -gt 0 ]] || return 0
	# It ends with 1 where it finds something, exceptions too.
	output=$(perl "$src/scripts/checkpatch.pl" --no-tree --strict --terse \
		--show-types --no-summary -f "${left[@]}") || [[ $? -eq 1 ]] ||
		{ printf "%s\n" "$output" "checkpatch.pl has failed"; return; }
	findings=$(grep -vE -e '^$' -f <(excepted) <<<"$output" || true)
	[[ -z $findings ]] || echo "$findings"
	# What it says begins with the file's name, or is of none, and all are looked at again.
	! grep -v '^$' <<<"$findings" |
		grep -qvF -f <(printf '%s:\n' "${left[@]}") || return 0
	for i in "${!left[@]}"; do
		grep -qF "${left[i]}:" <<<"$findings" || touch "${new[i]}"
	done
}

check_kernel_doc() {
	files 'kmod/*.c' 'kmod/*.h' 'uapi/*.h' 'tools/lib/*.c' 'tools/lib/*.h' |
		xargs perl "$src/scripts/kernel-doc" -none 2>&1 |
		grep -v "_MAX' not described in enum" || true
}

# checked PLACE: where it is noted that its kernel finds nothing in the module.
checked() {
	local kernel
	kernel=$(selftests/vm/kernel.sh "$1")
	echo "$(note_in sparse)/$({
		echo "$1 $kernel"
		sparse --version
		gcc --version
		cat selftests/vm/build-module.sh selftests/style.sh
		files Kbuild kmod uapi | LC_ALL=C sort | xargs sha256sum
	} | sha256sum | cut -c1-32)"
}

# The build says where its products are as its last line, which is no finding.
check_module() {
	local clean output findings
	clean=$(checked "$1")
	if [[ -e $clean ]]; then
		touch "$clean"
		echo "# $1: known as clean"
		return
	fi
	output=$(selftests/vm/build-module.sh "$1" W=1 C=2 CF=-D__CHECK_ENDIAN__ 2>&1) ||
		output+=$'\n'"the build has failed"
	findings=$(grep -vE '^# |^ +(CC|LD|AR|MODPOST|CHECK|BTF)|^/.*stage-' \
		<<<"$output" || true)
	[[ -z $findings ]] || { echo "$findings"; return; }
	touch "$clean"
}

check_shell() {
	files | xargs grep -lE '^#!/bin/(ba)?sh' |
		xargs shellcheck -x -P SCRIPTDIR -f gcc 2>&1 || true
}

# On the way of a packet that is sent nothing is locked: selftests/bench/kernel.
check_locked() {
	selftests/bench/kernel/locked.sh "$1" 2>&1 || echo "it has failed"
}

check_version_if() {
	files 'kmod/*.c' 'kmod/*.h' | grep -v '^kmod/compat/' |
		xargs grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION' || true
}

check_spdx() {
	files '*.c' '*.h' '*.sh' '*.py' '*.yaml' Kbuild '*Makefile' |
		xargs grep -L 'SPDX-License-Identifier' || true
}

check_size() {
	files '*.c' '*.h' '*.sh' '*.py' | grep -vxF -f <(
		awk '$2 == "LENGTH" { print $1 }' selftests/style.exceptions) |
		xargs wc -l |
		awk '$2 != "total" && $1 > 700 { print $2 ": " $1 " lines: look for the seam" }'
}

check_versions() {
	local version
	version=$(sed -n 's/^#define MCR_VERSION[[:space:]]*"\(.*\)"/\1/p' kmod/version.h)
	grep -q "^PACKAGE_VERSION=\"$version\"" dkms.conf ||
		echo "dkms.conf: PACKAGE_VERSION is not $version, which kmod/version.h has"
}

src=$(selftests/vm/kernel-source.sh)
echo "TAP version 13"
check_checkpatch | report "checkpatch --strict"
check_kernel_doc | report "kernel-doc"
check_module stock-6.1 | report "sparse and W=1 on 6.1"
check_module stock-6.12 | report "sparse and W=1 on 6.12"
check_locked stock-6.1 | report "no locked instruction for a packet sent on 6.1"
check_locked stock-6.12 | report "no locked instruction for a packet sent on 6.12"
check_version_if | report "kernel versions are told apart in kmod/compat only"
{ make -s -C tools tidy CLANG_TIDY="$PWD/selftests/tidy.sh" 2>&1 ||
	echo "make tidy failed"; } |
	{ grep -vE 'warnings? (generated|treated)|^Suppressed|^Use -' || true; } |
	report "clang-tidy"
check_shell | report "shellcheck"
mandoc -T lint -W warning tools/man/*.[58] 2>&1 | report "mandoc -T lint"
check_spdx | report "SPDX lines"
check_size | report "files of at most 700 lines"
check_versions | report "one version"
echo "1..$n"
echo "$((n - bad)) passed, $bad failed, 0 skipped"
[[ $bad -eq 0 ]]
