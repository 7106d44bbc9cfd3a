#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: tidy.sh OPTION… FILE… -- FLAG…
# clang-tidy, as it is called by tools/Makefile, of those files that it has not
# found clean before: what it reads of each, after the preprocessor and with
# comments, is kept in the cache by its checksum. Of a file in which it finds
# something nothing is kept.
set -euo pipefail
. "$(dirname "$0")/vm/lib.sh"

TIDY=${MCR_CLANG_TIDY:-clang-tidy}

options=() files=()
while [[ $# -gt 0 && $1 != -- ]]; do
	case $1 in
	-*) options+=("$1") ;;
	*) files+=("$1") ;;
	esac
	shift
done
[[ ${#files[@]} -gt 0 && $# -gt 0 ]] || die "usage: tidy.sh OPTION… FILE… -- FLAG…"
shift

known=$(mcr_cache)/style/tidy
mkdir -p "$known"
# What it is, and what it looks for.
setting=$("$TIDY" --version
	printf '%s\n' "${options[@]}" "$@"
	"$TIDY" --dump-config "${files[0]}" -- "$@")

# mark FILE FLAG…: the name of the file that says it is clean.
mark() {
	local file=$1
	shift
	{
		printf '%s\n%s\n' "$setting" "$file"
		clang -E -C "$@" "$file" 2>/dev/null || echo "$BASHPID $RANDOM"
	} | sha256sum | cut -c1-32
}

marks=() left=()
for file in "${files[@]}"; do
	name=$known/$(mark "$file" "$@")
	if [[ -e $name ]]; then
		touch "$name"
		continue
	fi
	marks+=("$name")
	left+=("$file")
done
find "$known" -type f -mtime +14 -delete
say "clang-tidy: ${#left[@]} of ${#files[@]} files, the others are known as clean"
[[ ${#left[@]} -gt 0 ]] || exit 0
"$TIDY" "${options[@]}" "${left[@]}" -- "$@"
touch "${marks[@]}"
