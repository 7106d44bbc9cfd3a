#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: prometheus-fetch.sh
# Puts prometheus and promtool of Debian's package into the cache, and prints the
# directory. They are not installed, as that would start a daemon. Where they are,
# nothing is fetched.
set -euo pipefail
dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$dir/../vm/lib.sh"
. "$dir/../vm/fetch.sh"

package=prometheus

take() {
	download "$package" "$1"
	dpkg-deb -x "$1/$package"_*.deb "$1/all"
	mv "$1"/all/usr/bin/{prometheus,promtool} "$1/"
	rm -rf "$1/all"
}

if installed=$(command -v promtool) && [[ -x ${installed%/*}/prometheus ]]; then
	echo "${installed%/*}"
	exit
fi
fetch prometheus "$package" "prometheus and promtool"
