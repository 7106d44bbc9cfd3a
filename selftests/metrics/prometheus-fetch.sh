#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: prometheus-fetch.sh
# Puts prometheus and promtool of Debian's package into the cache, and prints the
# directory. Of the package no more than that is kept; nothing is installed, as
# that would start a daemon. Where they are installed, nothing is fetched.
set -euo pipefail
dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$dir/../vm/lib.sh"

package=prometheus
programs=(prometheus promtool)

make_it() {
	local new program
	new=$(mktemp -d "$place.XXXXXX")
	# shellcheck disable=SC2064  # the name of now
	trap "rm -rf '$new'" EXIT
	say "taking ${programs[*]} out of $package $version"
	(cd "$new" && apt-get -qq download "$package" >&2) ||
		die "$package cannot be fetched: is there a network, and are apt's lists new (sudo apt-get update)?"
	dpkg-deb -x "$new/$package"_*.deb "$new/all"
	for program in "${programs[@]}"; do
		mv "$new/all/usr/bin/$program" "$new/"
	done
	rm -rf "$new/all" "$new"/*.deb
	chmod 755 "$new"
	mv -T "$new" "$place"
}

if installed=$(command -v promtool) && [[ -x ${installed%/*}/prometheus ]]; then
	echo "${installed%/*}"
	exit
fi
cache=$(mcr_cache)
version=$(apt-cache show --no-all-versions "$package" 2>/dev/null |
	awk '$1 == "Version:" && !v { v = $2 } END { print v }')
if [[ -z $version ]]; then
	[[ -d $cache/prometheus ]] ||
		die "apt does not know $package: run 'sudo selftests/vm/deps.sh'"
	say "apt does not know $package: using the programs in the cache"
	readlink -f "$cache/prometheus"
	exit
fi
place=$cache/prometheus_${version/:/_}
exec 9>"$cache/prometheus.lock"
flock 9
[[ -d $place ]] || make_it
ln -sfn "${place##*/}" "$cache/prometheus"
echo "$place"
