# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Common to the scripts of this directory: where things are, and messages.
# Sourced after `set -euo pipefail`.

# shellcheck disable=SC2034  # those who source this use them
MCR_VM_PLACES=(uml uml-bench debug-6.1 debug-6.12 kcsan-6.1 stock-6.1 stock-6.12)
MCR_VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
MCR_TREE=$(cd "$MCR_VM_DIR/../.." && pwd -P)

say() { printf '# %s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 125; }

# The user who owns the cache: under sudo the one who called sudo.
mcr_user() {
	if [[ $EUID -eq 0 && -n ${SUDO_USER:-} ]]; then
		echo "$SUDO_USER"
	else
		id -un
	fi
}

# mcr_drop_root SCRIPT ARG...: under sudo, go on as the calling user, so that
# nothing of root's is left in the tree, the cache or the results.
mcr_drop_root() {
	local user home
	[[ $EUID -eq 0 && -n ${SUDO_USER:-} && $SUDO_USER != root ]] || return 0
	user=$(mcr_user)
	home=$(getent passwd "$user" | cut -d: -f6)
	[[ -d $home ]] || die "user $user has no home directory for the cache"
	exec setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups \
		env -u SUDO_USER HOME="$home" USER="$user" \
		LOGNAME="$user" "$@"
}

# as_user COMMAND…: what is built belongs to the user who called sudo.
as_user() {
	if [[ $EUID -eq 0 && -n ${SUDO_USER:-} && $SUDO_USER != root ]]; then
		setpriv --reuid "$SUDO_USER" --regid "$(id -g "$SUDO_USER")" \
			--init-groups env -u SUDO_USER \
			HOME="$(getent passwd "$SUDO_USER" | cut -d: -f6)" "$@"
	else
		"$@"
	fi
}

# The cache: kernels, module builds, results of neither kept in the tree.
mcr_cache_path() {
	local home
	home=$(getent passwd "$(mcr_user)" | cut -d: -f6)
	echo "${XDG_CACHE_HOME:-$home/.cache}/mcr"
}

mcr_cache() {
	local dir
	dir=$(mcr_cache_path)
	mkdir -p "$dir" || die "cannot make the cache directory $dir"
	echo "$dir"
}

# mcr_known_place PLACE: or end with the list of those there are.
mcr_known_place() {
	local place
	for place in "${MCR_VM_PLACES[@]}"; do
		[[ $1 == "$place" ]] && return
	done
	die "there is no place '$1': the places are ${MCR_VM_PLACES[*]}"
}

# mcr_hash FILE...: a short name for the contents of files.
mcr_hash() { cat "$@" | sha256sum | cut -c1-12; }

# mcr_prune KEEP PATTERN: note that KEEP is in use; remove the directories beside
# it whose name is like PATTERN and which have not been in use for two weeks.
mcr_prune() {
	touch "$1"
	find "$(dirname "$1")" -mindepth 1 -maxdepth 1 -type d -name "$2" \
		! -path "$1" -mtime +14 -exec rm -rf {} +
}
