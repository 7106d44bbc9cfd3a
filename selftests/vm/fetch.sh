# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What is taken out of a Debian package, and kept in the cache: nothing is
# installed. Sourced after lib.sh.

# download PACKAGE DIRECTORY: its .deb.
download() {
	(cd "$2" && apt-get -qq download "$1" >&2) ||
		die "$1 cannot be fetched: is there a network, and are apt's lists new (sudo apt-get update)?"
}

make_place() {
	local new
	new=$(mktemp -d "$1.XXXXXX")
	# shellcheck disable=SC2064  # the name of now
	trap "rm -rf '$new'" EXIT
	say "taking $3 out of $2"
	take "$new"
	rm -f "$new"/*.deb
	chmod 755 "$new"
	mv -T "$new" "$1"
}

# fetch NAME PACKAGE WHAT: print the directory of the cache, of this NAME, that has
# what `take DIRECTORY`, the caller's, puts into an empty one; WHAT says what that is.
# Once for each version; where apt does not know any, the last one that was kept.
fetch() {
	local name=$1 package=$2 cache version place
	cache=$(mcr_cache)
	version=$(apt-cache show --no-all-versions "$package" 2>/dev/null |
		awk '$1 == "Version:" && !v { v = $2 } END { print v }')
	if [[ -z $version ]]; then
		[[ -d $cache/$name ]] ||
			die "apt does not know $package: run 'sudo selftests/vm/deps.sh'"
		say "apt does not know $package: using what is in the cache"
		readlink -f "$cache/$name"
		return
	fi
	place=$cache/${name}_${version/:/_}
	exec 9>"$cache/$name.lock"
	flock 9
	[[ -d $place ]] || make_place "$place" "$package $version" "$3"
	ln -sfn "${place##*/}" "$cache/$name"
	echo "$place"
}
