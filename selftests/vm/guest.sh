# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# The guest's init once the root file system is there: sets the system up, runs
# the command, looks for what it left behind, says `EXIT n` in the job's status
# file and switches off. Reads what `run` wrote into the job directory. Run by
# busybox, whose tools are the shell's own: under emulation a program of the
# host's takes a second to start.
job=/run/mcr/job
# What `run` sets in the job's environment.
vm_tree='' vm_kernel='' vm_stage='' vm_host='' vm_marker=''
vm_leave_loaded='' vm_leak_check=''
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/run/home TERM=dumb LANG=C.UTF-8
# shellcheck source=/dev/null
. "$job/env"

problem() { echo "$*" >>"$job/problems"; }

# The directory holds what must stay visible.
needed() {
	case $vm_tree/ in "$1"/*) return ;; esac
	case $vm_kernel/ in "$1"/*) return ;; esac
	case $vm_stage/ in "$1"/*) return ;; esac
	return 1
}

set_up_files() {
	mount -t tracefs trace /sys/kernel/tracing 2>/dev/null
	mount -t cgroup2 cgroup /sys/fs/cgroup
	mkdir -p /dev/pts /dev/shm /dev/net /run/lock "$HOME"
	mount -t devpts -o gid=5,mode=620,ptmxmode=666 pts /dev/pts
	mount -t tmpfs -o mode=1777 shm /dev/shm
	for dir in /tmp /var/tmp; do
		needed "$dir" || mount -t tmpfs -o mode=1777 tmp "$dir"
	done
	ln -sfn /proc/self/fd /dev/fd
	ln -sfn fd/0 /dev/stdin
	ln -sfn fd/1 /dev/stdout
	ln -sfn fd/2 /dev/stderr
	[ -e /dev/net/tun ] || mknod -m 666 /dev/net/tun c 10 200
}

# modprobe finds our modules, and the kernel's own, where it always looks.
set_up_modules() {
	release=$(uname -r)
	mkdir -p "/lib/modules/$release"
	mount -o bind "$vm_stage/lib/modules/$release" "/lib/modules/$release"
	export MCR_MODULE_DIR="/lib/modules/$release/updates"
}

# The device by which `run` hears what the command writes.
set_up_output() {
	if [ "$vm_host" = hostfs ]; then
		output=/dev/ttyS1
		stty -F "$output" raw -echo
		return
	fi
	until set -- /dev/vport*p1 && [ -e "$1" ]; do
		sleep 0.1
	done
	output=$1
}

# UML 6.1 walks memory areas without a lock when a program forks, of which RCU's
# checks complain once for each place in the code: let that be over before.
set_up_uml() {
	bash -c '(:); (:)'
}

# The kernel patches its code when the first ingress hook of all comes and when
# the last one goes. QEMU, where it emulates two processors by a thread each, may
# go on with the breakpoint that stands there meanwhile, for ever: a processor
# then hangs in __netif_receive_skb_core(). So there is always one hook more.
hold_ingress_hook() {
	command -v nft >/dev/null || return
	nft -f - <<-END
		table netdev mcr-vm {
			chain ingress {
				type filter hook ingress device lo priority 0;
			}
		}
	END
}

# Races are looked for from here on: the boot has some of its own. An emulated
# processor is slow: it makes fewer accesses, and what it waits for the other one to do
# takes longer.
watch_races() {
	kcsan=/sys/kernel/debug/kcsan
	[ -w "$kcsan" ] || return
	echo 500 >/sys/module/kcsan/parameters/skip_watch
	echo 200 >/sys/module/kcsan/parameters/udelay_task
	echo 50 >/sys/module/kcsan/parameters/udelay_interrupt
	echo on >"$kcsan"
}

# Tests ask jq a thousand times; where the processor is emulated gojq starts in a
# fifth of its time.
choose_jq() {
	! command -v gojq >/dev/null || export MCR_JQ=gojq
}

# Nothing that the command started may go on, and hold the module.
kill_all_but() {
	for process in /proc/[1-9]*; do
		pid=${process#/proc/}
		[ "$pid" -eq 1 ] || [ "$pid" -eq "$1" ] || kill -KILL "$pid"
	done 2>/dev/null
}

loaded() { grep -q "^$1 " /proc/modules; }

unload() {
	for module in mcr_kunit mcr; do
		try=25
		while loaded "$module" && [ $try -gt 0 ]; do
			error=$(rmmod "$module" 2>&1) || sleep 0.2
			try=$((try - 1))
		done
		! loaded "$module" || problem "$module does not unload: $error"
	done
}

jiffies() { awk '/^jiffies:/ { print $2; exit }' /proc/timer_list; }

# What is unreferenced and was allocated after the command's start. The first
# scan takes checksums, the second one reports what is older than five seconds
# and has kept its checksum.
scan_leaks() {
	leaks=/sys/kernel/debug/kmemleak
	[ -w $leaks ] && [ -d /sys/kernel/slab ] || return
	echo scan >$leaks
	sleep 5.1
	echo scan >$leaks
	awk -v since="${started:-0}" '
		/^unreferenced object/ { head = $0; show = 0; next }
		/^  comm .*, jiffies / {
			age = $0
			sub(/.*, jiffies /, "", age)
			if (age + 0 >= since) { print head; show = 1 }
		}
		show' $leaks >"$job/leaks"
	[ ! -s "$job/leaks" ] || problem "memory leaks"
}

finish() {
	sync
	echo "EXIT $1" >"$job/status"
	sync
	if [ "$vm_host" = qemu ]; then
		reboot -f
	else
		poweroff -f
	fi
}

# UML boots again where another kernel would stop.
[ ! -e "$job/started" ] || poweroff -f
: >"$job/started"

set_up_files
set_up_modules
set_up_output
[ "$vm_host" = qemu ] || set_up_uml
hostname "mcr-$MCR_PLACE"
ip link set lo up
if [ "$vm_host" = qemu ]; then
	hold_ingress_hook
	choose_jq
fi
cd "$vm_tree" || { problem "the tree $vm_tree is not there"; finish 125; }
watch_races
started=$(jiffies)
echo "<5>$vm_marker" >/dev/kmsg

# By a pipe: what the command writes to is no terminal.
mkfifo /run/mcr/output
cat </run/mcr/output >"$output" &
writer=$!
setsid bash "$job/command" </dev/null >/run/mcr/output 2>&1 &
wait $!
status=$?
kill_all_but "$writer"
wait "$writer"

# Whatever happened to /proc: without it nothing can be said of modules.
tainted=$(cat /proc/sys/kernel/tainted) || problem "/proc is gone"
[ ! -d /run/netns ] || /sbin/ip -all netns delete
# A kernel that has had a module of ours in it is tainted for good.
if [ $((${tainted:-0} & 1 << 12)) -ne 0 ]; then
	[ "$vm_leave_loaded" = yes ] || unload
	[ "$vm_leak_check" = no ] || scan_leaks
fi
finish "$status"
