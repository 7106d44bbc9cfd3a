// SPDX-License-Identifier: GPL-2.0
/*
 * mcrd: the supervisor's entry, its loop, and its end.
 */
#include "mcrd.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "../kapi/kapi.h"
#include "control.h"
#include "ebpf.h"
#include "packet.h"
#include "plane_out.h"
#include "rights.h"

#define NETNS_DIR	"/run/netns/"

/* Peers are let in when workers can forward, or after this at the latest. */
#define START_MS	3000

/* To write the rules at the end; systemd waits for ten seconds. */
#define LAST_MS		7000

/* Sockets: of each worker for each device, and of peers. */
#define DESCRIPTORS	262144U

/* --- What the kernel environment asks for */

static void on_unicast(uint32_t portid, const void *data, size_t len, void *arg)
{
	struct mcrd *d = arg;

	mcrd_server_unicast(&d->server, portid, data, len);
}

static void on_multicast(uint32_t group, const void *data, size_t len,
			 void *arg)
{
	struct mcrd *d = arg;

	/* The family has one. */
	(void)group;
	mcrd_server_multicast(&d->server, data, len);
}

static bool on_listening(uint32_t group, void *arg)
{
	const struct mcrd *d = arg;

	(void)group;
	return mcrd_server_listening(&d->server);
}

static void on_rtnl_release(void *arg)
{
	(void)arg;
	mcrd_plane_release();
}

static int on_allmulti(int ifindex, bool on, void *arg)
{
	const struct mcrd *d = arg;

	return mcrd_packet_allmulti(d->control, ifindex, on);
}

static void on_first_drop(const struct mcrd_first_drop *drop, void *arg)
{
	(void)arg;
	mcrd_plane_first_drop(drop);
}

/* What was done to devices before a command has happened. */
static void before_message(void *arg)
{
	struct mcrd *d = arg;

	mcrd_links_follow(d->links);
}

/* --- Signals */

static void change_level(struct mcrd *d, int by)
{
	int level = d->log.level + by;

	if (level < LOG_ERR || level > LOG_DEBUG)
		return;
	d->log.level = level;
	mcrd_workers_level(&d->workers, level);
	/* It is said, whatever the level is. */
	mcrd_log(&d->log, level < LOG_NOTICE ? level : LOG_NOTICE,
		 "what is logged from now on: %s and graver",
		 mcrd_level_name(level));
}

static void on_signal(void *arg, uint32_t events)
{
	struct signalfd_siginfo si;
	struct mcrd *d = arg;

	(void)events;
	if (read(d->signals.fd, &si, sizeof(si)) != sizeof(si))
		return;
	switch (si.ssi_signo) {
	case SIGCHLD:
		mcrd_workers_reap(&d->workers);
		mcrd_metrics_reap(&d->metrics);
		mcrd_state_reap(&d->state);
		mcrd_authority_reap(&d->authority);
		break;
	case SIGHUP:
		mcrd_state_reload(&d->state);
		break;
	case SIGUSR1:
		change_level(d, 1);
		break;
	case SIGUSR2:
		change_level(d, -1);
		break;
	default:
		d->stop = true;
	}
}

static int init_signals(struct mcrd *d)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	d->signals = (struct mcrd_watch){
		.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
		.ready = on_signal,
		.arg = d,
	};
	if (d->signals.fd < 0)
		return -errno;
	return mcrd_poll_add(&d->poll, &d->signals, EPOLLIN);
}

/* --- What the process needs */

static int enter_netns(const struct mcrd *d)
{
	const char *name = d->opt.netns;
	char path[256];
	int fd, ret;

	if (!name)
		return 0;
	snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : NETNS_DIR,
		 name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ret = fd < 0 ? -1 : setns(fd, CLONE_NEWNET);
	if (ret)
		mcrd_log(&d->log, LOG_ERR,
			 "network namespace %s cannot be entered: %s", name,
			 strerror(errno));
	if (fd >= 0)
		close(fd);
	return ret;
}

/* What is closed must not become a socket of ours. */
static void guard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static void raise_limits(const struct mcrd *d)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	if (limit.rlim_max < DESCRIPTORS)
		limit.rlim_max = DESCRIPTORS;
	limit.rlim_cur = limit.rlim_max;
	/* Without the right to more, as many as there may be. */
	if (setrlimit(RLIMIT_NOFILE, &limit)) {
		getrlimit(RLIMIT_NOFILE, &limit);
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	mcrd_log(&d->log, LOG_DEBUG, "there may be %llu descriptors",
		 (unsigned long long)limit.rlim_cur);
}

static int fail(const struct mcrd *d, const char *what, int err)
{
	mcrd_log(&d->log, LOG_ERR, "%s: %s", what, strerror(-err));
	return err;
}

/* --- The loop */

static int earlier(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

static int watchdog_left(struct mcrd *d)
{
	int64_t left;

	if (!d->watchdog_ms)
		return -1;
	left = d->heard + d->watchdog_ms - mcrd_now_ms();
	if (left > 0)
		return (int)left;
	sd_notify(0, "WATCHDOG=1");
	d->heard = mcrd_now_ms();
	return d->watchdog_ms;
}

/* One turn; a worker that is ready is told all there is. */
static int turn(struct mcrd *d, int timeout)
{
	struct mcrd_child *w;
	int ret;

	mcrd_workers_start(&d->workers);
	mcrd_metrics_start(&d->metrics);
	kapi_run();
	mcrd_state_run(&d->state);
	mcrd_links_run(d->links);
	mcrd_server_run(&d->server);
	timeout = earlier(timeout, kapi_timeout_ms());
	timeout = earlier(timeout, mcrd_state_due_ms(&d->state));
	timeout = earlier(timeout, mcrd_links_due_ms(d->links));
	timeout = earlier(timeout, mcrd_server_due_ms(&d->server));
	timeout = earlier(timeout, mcrd_authority_due_ms(&d->authority));
	timeout = earlier(timeout, mcrd_workers_due_ms(&d->workers));
	timeout = earlier(timeout, mcrd_metrics_due_ms(&d->metrics));
	timeout = earlier(timeout, watchdog_left(d));
	ret = mcrd_poll_wait(&d->poll, timeout);
	while ((w = mcrd_workers_unfed(&d->workers)))
		mcrd_plane_feed(w);
	return ret;
}

/*
 * Who has named a way to receive and send, and cannot have it, is told so. Where workers
 * have it and forward packets, they go on, and another one is started again.
 */
static bool has_no_loop(const struct mcrd *d)
{
	if (!d->workers.no_loop)
		return false;
	mcrd_log(&d->log, LOG_ERR,
		 "workers cannot receive and send as --loop says: --loop auto takes what there is");
	return true;
}

static void wait_for_workers(struct mcrd *d)
{
	int64_t end = mcrd_now_ms() + START_MS;

	while (!d->stop && !d->workers.no_loop &&
	       !mcrd_workers_settled(&d->workers)) {
		int64_t left = end - mcrd_now_ms();

		if (left <= 0) {
			mcrd_log(&d->log, LOG_WARNING,
				 "not all workers are ready: serving without them");
			return;
		}
		turn(d, (int)left);
	}
}

/* Before anybody else can change rules, or see that there are none. */
static void restore(struct mcrd *d)
{
	if (!mcrd_authority_restores(&d->authority)) {
		mcrd_state_skip(&d->state);
		return;
	}
	mcrd_state_restore(&d->state);
	while (!d->stop && mcrd_state_busy(&d->state))
		turn(d, -1);
}

static void save_last(struct mcrd *d)
{
	int64_t end = mcrd_now_ms() + LAST_MS, left;

	mcrd_state_last(&d->state);
	while (mcrd_state_busy(&d->state)) {
		left = end - mcrd_now_ms();
		if (left <= 0) {
			mcrd_log(&d->log, LOG_ERR,
				 "the last changes of rules are not kept: to write them takes longer than %d ms",
				 LAST_MS);
			return;
		}
		turn(d, (int)left);
	}
}

static int serve(struct mcrd *d)
{
	uint64_t usec = 0;
	int ret;

	wait_for_workers(d);
	if (!d->workers.no_loop)
		restore(d);
	if (has_no_loop(d))
		return -1;
	if (mcrd_instance_listen(&d->instance,
				 d->opt.restricted ? &d->opt.read_group : NULL))
		return -1;
	ret = mcrd_server_start(&d->server, d->instance.fd);
	if (ret)
		return fail(d, "the socket cannot be watched", ret);
	if (sd_watchdog_enabled(0, &usec) > 0)
		d->watchdog_ms = (int)(usec / 2000);
	sd_notify(0, "READY=1");
	mcrd_log(&d->log, LOG_NOTICE, "serving at %s, with %u worker%s",
		 d->instance.addr.sun_path, d->workers.n,
		 d->workers.n == 1 ? "" : "s");
	while (!d->stop && !ret && !d->workers.no_loop) {
		mcrd_authority_run(&d->authority);
		ret = turn(d, -1);
	}
	if (ret)
		return fail(d, "nothing can be waited for", ret);
	mcrd_log(&d->log, LOG_NOTICE, "ending");
	mcrd_authority_close(&d->authority);
	save_last(d);
	return has_no_loop(d) ? -1 : 0;
}

/* --- Beginning and end */

static int init_plane(struct mcrd *d)
{
	const int ebpf = mcrd_ebpf_usable();
	const struct mcrd_plane_conf conf = {
		.log = &d->log,
		.workers = &d->workers,
		.base = d->arena.base,
		.shared = d->arena.base +
			  d->workers.n * (size_t)MCRD_ARENA_STRIDE,
		.authority = &d->authority,
		.vnet = d->vnet,
		.ebpf = !ebpf,
		.gro = d->opt.gro && d->gso,
	};

	if (ebpf)
		mcrd_log(&d->log, LOG_NOTICE,
			 "packets that no rule takes wake workers: an eBPF filter that keeps them out is refused: %s",
			 ebpf == -ECANCELED ? "by " MCRD_EBPF_ENV :
					      strerror(-ebpf));
	return mcrd_plane_init(&conf);
}

static int init_kapi(struct mcrd *d)
{
	const struct kapi_hooks hooks = {
		.unicast = on_unicast,
		.multicast = on_multicast,
		.listening = on_listening,
		.rtnl_release = on_rtnl_release,
		.allmulti = on_allmulti,
		.arg = d,
	};

	kapi_percpu_provide(d->arena.base, d->workers.n, MCRD_ARENA_STRIDE,
			    d->arena.base +
			    d->workers.n * (size_t)MCRD_ARENA_STRIDE);
	return mcrd_control_init(&hooks);
}

static int init_workers(struct mcrd *d)
{
	const struct mcrd_options *opt = &d->opt;

	d->workers = (struct mcrd_workers){
		.log = &d->log,
		.poll = &d->poll,
		.arena = &d->arena,
		.config = {
			.loop = opt->loop,
			.level = (__u32)opt->level,
			.buffers = opt->buffers,
			.buffer_bytes = opt->buffer_bytes,
			.wait_us = opt->wait_us,
			.vnet = d->vnet,
			.gso = d->gso,
		},
		.first_drop = on_first_drop,
		.arg = d,
		.n = opt->workers,
	};
	if (mcrd_rights_find_user(opt->user, &d->workers.user, &d->log))
		return -EINVAL;
	return mcrd_workers_init(&d->workers);
}

/* Where not all may read, the group that may is the process's. */
static int init_metrics(struct mcrd *d)
{
	const struct mcrd_options *opt = &d->opt;

	if (opt->metrics.ss_family && d->workers.user.keep && !geteuid()) {
		mcrd_log(&d->log, LOG_ERR,
			 "--metrics needs CAP_SETUID, CAP_SETGID and CAP_KILL: the process that serves them would be root");
		return -EPERM;
	}
	d->metrics = (struct mcrd_metrics){
		.log = &d->log,
		.user = d->workers.user,
		.dir = d->instance.dir,
		.fd = -1,
	};
	if (opt->restricted)
		d->metrics.user.gid = opt->read_group;
	return opt->metrics.ss_family ?
	       mcrd_metrics_listen(&d->metrics, &opt->metrics) : 0;
}

/* A run directory of one's own means a daemon that is not the machine's. */
static int init_state(struct mcrd *d)
{
	const char *dir = d->opt.state_dir;

	d->state = (struct mcrd_state){
		.log = &d->log,
		.server = &d->server,
		.rules = d->opt.rules,
	};
	if (!dir)
		dir = getenv("STATE_DIRECTORY");
	if (!dir && !getenv(MCRD_RUN_DIR_ENV))
		dir = MCRD_STATE_DIR;
	return mcrd_state_open(&d->state, dir, dir ? d->opt.state : NULL);
}

static int run(struct mcrd *d)
{
	int ret;

	if (enter_netns(d) || mcrd_rights_check(&d->log))
		return -1;
	raise_limits(d);
	umask(022);
	ret = mcrd_poll_init(&d->poll);
	if (ret)
		return fail(d, "nothing can be waited for", ret);
	ret = init_signals(d);
	if (ret) {
		fail(d, "signals cannot be waited for", ret);
		goto err_poll;
	}
	ret = mcrd_instance_claim(&d->instance, &d->log);
	if (ret)
		goto err_instance;
	ret = mcrd_arena_create(&d->arena, d->opt.workers);
	if (ret) {
		fail(d, "no memory that workers could count in", ret);
		goto err_instance;
	}
	d->control = mcrd_packet_control();
	if (d->control < 0) {
		ret = fail(d, "packet sockets cannot be had (they need CAP_NET_RAW)",
			   d->control);
		goto err_arena;
	}
	d->vnet = mcrd_packet_vnet();
	d->gso = d->vnet && mcrd_packet_gso();
	if (d->opt.gro && !d->gso)
		mcrd_log(&d->log, LOG_WARNING,
			 "--gro: left as it is, this kernel's packet sockets would lose super-packets");
	if (!d->gso)
		mcrd_log(&d->log, LOG_NOTICE,
			 "this kernel's packet sockets know no UDP super-packets (Linux 6.2's do): packets are sent one by one, and super-packets are lost, which the status counts; 'ethtool -K DEV rx-udp-gro-forwarding off' avoids them");
	ret = init_state(d);
	if (ret)
		goto err_workers;
	ret = init_workers(d);
	if (ret)
		goto err_workers;
	ret = init_metrics(d);
	if (ret)
		goto err_workers;
	ret = init_plane(d);
	if (ret)
		goto err_workers;
	ret = mcrd_server_init(&d->server, &d->log, &d->poll);
	if (ret)
		goto err_plane;
	ret = init_kapi(d);
	if (ret) {
		fail(d, "the rules cannot be begun with", ret);
		goto err_server;
	}
	d->authority.log = &d->log;
	d->authority.server = &d->server;
	if (!d->opt.alone)
		mcrd_authority_open(&d->authority, &d->poll);
	d->server.before = before_message;
	d->server.arg = d;
	d->links = mcrd_links_open(&d->log, &d->poll);
	ret = d->links ? serve(d) : -1;

	sd_notify(0, "STOPPING=1");
	mcrd_authority_close(&d->authority);
	mcrd_metrics_stop(&d->metrics);
	mcrd_server_exit(&d->server);
	mcrd_workers_stop(&d->workers);
	mcrd_control_stop();
	mcrd_links_close(d->links);
	mcrd_control_exit();
	goto err_plane;
err_server:
	mcrd_server_exit(&d->server);
err_plane:
	mcrd_plane_exit();
err_workers:
	mcrd_state_close(&d->state);
	mcrd_metrics_stop(&d->metrics);
	mcrd_workers_exit(&d->workers);
	close(d->control);
err_arena:
	mcrd_arena_unmap(&d->arena);
err_instance:
	mcrd_instance_release(&d->instance);
	if (d->signals.fd >= 0)
		close(d->signals.fd);
err_poll:
	mcrd_poll_exit(&d->poll);
	return ret;
}

/* Is it this that the program is to be? Then it is called so. */
static bool is_called(int argc, char **argv, const char *name)
{
	const char *base;

	if (argc < 1)
		return false;
	base = strrchr(argv[0], '/');
	if (strcmp(base ? base + 1 : argv[0], name) != 0)
		return false;
	/* It was executed as /proc/self/exe, whose name it has. */
	prctl(PR_SET_NAME, name);
	/* Others of its user are not to look inside, from the beginning. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return true;
}

int main(int argc, char **argv)
{
	struct mcrd d = {
		.signals.fd = -1, .control = -1, .metrics.fd = -1,
		.state.lock = -1, .authority.module.watch.fd = -1,
	};
	bool stop;
	int ret;

	if (is_called(argc, argv, MCRD_WORKER_NAME))
		return mcrd_worker_main(argc, argv);
	if (is_called(argc, argv, MCRD_METRICS_NAME))
		return mcrd_metrics_main(argc, argv);
	if (is_called(argc, argv, MCRD_STATE_NAME))
		return mcrd_state_main(argc, argv);
	if (is_called(argc, argv, MCRD_FOLLOW_NAME))
		return mcrd_follow_main(argc, argv);
	guard_descriptors();
	ret = mcrd_options_read(&d.opt, argc, argv, &stop);
	if (ret || stop)
		return ret;
	mcrd_log_init(&d.log, STDERR_FILENO, d.opt.level);
	return run(&d) ? 1 : 0;
}
