// SPDX-License-Identifier: GPL-2.0
/*
 * The way to the relay daemon; see relay.h.
 */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "str.h"

/**
 * struct place - where a daemon's socket is
 * @dir: its directory
 * @own: that is of the user's choice: what is the user's own will do
 * @addr: the address
 * @shown: the same, as it may be printed
 */
struct place {
	const char *dir;
	bool own;
	struct sockaddr_un addr;
	struct mcr_str shown;
};

static const char *shown(const struct place *p)
{
	return p->shown.s ? p->shown.s : "";
}

static int distrust(const struct place *p, const char *what, uid_t owner,
		    struct mcr_error *err)
{
	return mcr_error_set(err, MCR_ERROR_NO_SERVER,
			     "the relay daemon is not asked: %s %.200s belongs to uid %u, and only root%s is believed",
			     what, shown(p), owner,
			     p->own ? " or this user" : "");
}

static int is_absent(const struct place *p, bool *absent,
		     struct mcr_error *err)
{
	*absent = true;
	return mcr_error_set(err, MCR_ERROR_NO_SERVER,
			     "no server: no relay daemon serves this network namespace at %.200s (mcrd starts one)",
			     shown(p));
}

static int cannot_ask(const struct place *p, struct mcr_error *err)
{
	return mcr_error_set(err, MCR_ERROR_NO_SERVER,
			     "the relay daemon cannot be asked at %.200s: %s",
			     shown(p), strerror(errno));
}

static bool is_believed(const struct place *p, uid_t uid)
{
	return !uid || (p->own && uid == geteuid());
}

/* The daemon of a network namespace has its cookie for a name. */
static int find_place(int fd, struct place *p, struct mcr_error *err)
{
	unsigned long long cookie;
	socklen_t size = sizeof(cookie);
	int len;

	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size))
		return mcr_error_set(err, MCR_ERROR_NO_SERVER,
				     "the relay daemon cannot be found: the kernel tells no cookie of this network namespace: %s",
				     strerror(errno));
	p->addr.sun_family = AF_UNIX;
	len = snprintf(p->addr.sun_path, sizeof(p->addr.sun_path),
		       "%s/%llu.sock", p->dir, cookie);
	mcr_str_safe(&p->shown, p->addr.sun_path);
	if (len < 0 || (size_t)len >= sizeof(p->addr.sun_path))
		return mcr_error_set(err, MCR_ERROR_NO_SERVER,
				     "the relay daemon cannot be asked: the path of its directory has %zu bytes, where a socket's has %zu in all",
				     strlen(p->dir), sizeof(p->addr.sun_path) - 1);
	return 0;
}

/* Nobody else may have put a socket of theirs there. */
static int check_place(const struct place *p, bool *absent,
		       struct mcr_error *err)
{
	struct stat st;

	if (stat(p->dir, &st))
		return errno == ENOENT ? is_absent(p, absent, err) :
					 cannot_ask(p, err);
	if (!is_believed(p, st.st_uid))
		return distrust(p, "the directory of", st.st_uid, err);
	if (!S_ISDIR(st.st_mode) || (st.st_mode & 0022))
		return mcr_error_set(err, MCR_ERROR_NO_SERVER,
				     "the relay daemon is not asked: others may write into the directory of %.200s, which must have mode 755 or less",
				     shown(p));
	if (lstat(p->addr.sun_path, &st))
		return errno == ENOENT ? is_absent(p, absent, err) :
					 cannot_ask(p, err);
	if (!S_ISSOCK(st.st_mode))
		return mcr_error_set(err, MCR_ERROR_NO_SERVER,
				     "the relay daemon is not asked: %.200s is no socket",
				     shown(p));
	if (!is_believed(p, st.st_uid))
		return distrust(p, "the socket", st.st_uid, err);
	return 0;
}

static int check_peer(int fd, const struct place *p, struct mcr_error *err)
{
	socklen_t size = sizeof(struct ucred);
	struct ucred peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return cannot_ask(p, err);
	if (!is_believed(p, peer.uid))
		return distrust(p, "the process behind", peer.uid, err);
	return 0;
}

static int be_patient(int fd)
{
	const struct timeval patience = { .tv_sec = MCR_RELAY_PATIENCE };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)))
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
			  sizeof(patience));
}

static int reach(int fd, const struct place *p, bool *absent,
		 struct mcr_error *err)
{
	if (be_patient(fd))
		return cannot_ask(p, err);
	if (check_place(p, absent, err))
		return -1;
	if (!connect(fd, (const struct sockaddr *)&p->addr, sizeof(p->addr)))
		return check_peer(fd, p, err);
	/* One that was killed leaves its socket behind. */
	if (errno == ECONNREFUSED || errno == ENOENT)
		return is_absent(p, absent, err);
	return cannot_ask(p, err);
}

/**
 * mcr_relay_connect - the way to the relay daemon of this network namespace
 * @t: for mcr_transport_close()
 * @dir: where its socket is; NULL: MCR_RELAY_DIR, where all is root's. In
 *	another directory the daemon may also be one of the user's own
 * @absent: tells, on failure, that there is none
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_relay_connect(struct mcr_transport *t, const char *dir, bool *absent,
		      struct mcr_error *err)
{
	struct place p = {
		.dir = dir ? dir : MCR_RELAY_DIR,
		.own = dir,
	};
	int ret;

	*absent = false;
	t->plane = MCR_PLANE_RELAY;
	t->seq = 0;
	t->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (t->fd < 0)
		return mcr_error_set(err, MCR_ERROR_SYSTEM,
				     "no socket to be had: %s",
				     strerror(errno));
	ret = find_place(t->fd, &p, err);
	if (!ret)
		ret = reach(t->fd, &p, absent, err);
	mcr_str_free(&p.shown);
	if (ret)
		mcr_transport_close(t);
	return ret;
}

/**
 * mcr_relay_adopt - the way to the relay daemon that one was given
 * @t: for mcr_transport_close()
 * @fd: a connection to it; @t's from now on
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_relay_adopt(struct mcr_transport *t, int fd, struct mcr_error *err)
{
	t->plane = MCR_PLANE_RELAY;
	t->seq = 0;
	t->fd = fd;
	if (!be_patient(fd))
		return 0;
	return mcr_error_set(err, MCR_ERROR_SYSTEM,
			     "the relay daemon cannot be asked: %s",
			     strerror(errno));
}
