// SPDX-License-Identifier: GPL-2.0
/*
 * Locks, grace periods, work, per-CPU memory, frames and checksums.
 */
#include "kapi_rig.h"

#include <linux/in.h>
#include <linux/percpu.h>
#include <linux/seqlock.h>
#include <linux/user_namespace.h>
#include <net/checksum.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rewrite.h"

/* Does this end the process, as the kernel would complain? */
static void assert_bug(void (*wrong)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		/* What it says of that is of no interest. */
		fclose(stderr);
		signal(SIGABRT, SIG_DFL);
		wrong();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static struct mutex mutex;
static struct rw_semaphore sem;
static spinlock_t spin;

static void wrong_twice(void)
{
	mutex_lock(&mutex);
	mutex_lock(&mutex);
}

static void wrong_order(void)
{
	mutex_lock(&mutex);
	rtnl_lock();
}

static void wrong_sleep(void)
{
	spin_lock(&spin);
	mutex_lock(&mutex);
}

static void wrong_unlock(void)
{
	mutex_unlock(&mutex);
}

static void wrong_release(void)
{
	rtnl_lock();
	mutex_lock(&mutex);
	rtnl_unlock();
}

static void wrong_writer(void)
{
	down_read(&sem);
	down_write(&sem);
}

static void wrong_owner(void)
{
	lockdep_assert_held(&mutex);
}

static void test_locks(void **state)
{
	(void)state;
	assert_false(lockdep_is_held(&mutex));
	rtnl_lock();
	assert_true(lockdep_rtnl_is_held());
	mutex_lock(&mutex);
	assert_true(lockdep_is_held(&mutex));
	down_read(&sem);
	down_read(&sem);
	spin_lock_bh(&spin);
	spin_unlock_bh(&spin);
	up_read(&sem);
	up_read(&sem);
	down_write(&sem);
	up_write(&sem);
	mutex_unlock(&mutex);
	rtnl_unlock();
	assert_false(lockdep_rtnl_is_held());
	assert_bug(wrong_twice);
	assert_bug(wrong_order);
	assert_bug(wrong_sleep);
	assert_bug(wrong_unlock);
	assert_bug(wrong_release);
	assert_bug(wrong_writer);
	assert_bug(wrong_owner);
}

/* Things that are called, in order. */
static char called[16];

static void call(char what)
{
	size_t n = strlen(called);

	assert_true(n + 1 < sizeof(called));
	called[n] = what;
	called[n + 1] = '\0';
}

static void assert_called(const char *what)
{
	assert_string_equal(called, what);
	called[0] = '\0';
}

static struct rcu_head heads[3];

static void rcu_b(struct rcu_head *head)
{
	assert_ptr_equal(head, &heads[1]);
	call('b');
}

static void rcu_c(struct rcu_head *head)
{
	(void)head;
	call('c');
}

static void test_rcu(void **state)
{
	struct kept {
		struct rcu_head rcu;
	} *kept = kapi_alloc(sizeof(*kept));

	(void)state;
	rig.releases = 0;
	called[0] = '\0';
	rtnl_lock();
	kfree_rcu(kept, rcu);
	call_rcu(&heads[1], rcu_b);
	call_rcu(&heads[2], rcu_c);
	synchronize_net();
	assert_called("");
	assert_int_equal(kapi_timeout_ms(), 0);
	rtnl_unlock();
	assert_int_equal(rig.releases, 1);
	assert_called("bc");
	assert_int_equal(kapi_timeout_ms(), -1);

	call_rcu(&heads[1], rcu_b);
	kapi_run();
	assert_called("b");
	call_rcu(&heads[2], rcu_c);
	rcu_barrier();
	assert_called("c");
}

/* What a callback calls for waits for the next grace period. */
static void rcu_again(struct rcu_head *head)
{
	call('a');
	call_rcu(head, rcu_c);
}

static void test_rcu_again(void **state)
{
	(void)state;
	called[0] = '\0';
	rtnl_lock();
	call_rcu(&heads[0], rcu_again);
	rtnl_unlock();
	assert_called("a");
	rtnl_lock();
	assert_called("");
	rtnl_unlock();
	assert_called("c");
}

static struct work_struct work_x;
static struct delayed_work work_y;
static struct rcu_work work_z;

static void do_x(struct work_struct *work)
{
	assert_ptr_equal(work, &work_x);
	call('x');
	/* For the next time. */
	if (strlen(called) < 3)
		schedule_work(work);
}

static void do_y(struct work_struct *work)
{
	assert_ptr_equal(to_delayed_work(work), &work_y);
	call('y');
}

static void do_z(struct work_struct *work)
{
	assert_ptr_equal(to_rcu_work(work), &work_z);
	call('z');
}

static void test_work(void **state)
{
	(void)state;
	called[0] = '\0';
	INIT_WORK(&work_x, do_x);
	assert_true(schedule_work(&work_x));
	assert_false(schedule_work(&work_x));
	assert_int_equal(kapi_timeout_ms(), 0);
	kapi_run();
	assert_called("x");
	assert_true(cancel_work_sync(&work_x));
	assert_false(cancel_work_sync(&work_x));
	assert_false(flush_work(&work_x));
	kapi_run();
	assert_called("");
	schedule_work(&work_x);
	assert_true(flush_work(&work_x));
	assert_called("x");
	cancel_work_sync(&work_x);
}

static void test_delayed_work(void **state)
{
	(void)state;
	called[0] = '\0';
	INIT_DELAYED_WORK(&work_y, do_y);
	assert_true(queue_delayed_work(system_wq, &work_y, 50 * HZ));
	assert_false(queue_delayed_work(system_wq, &work_y, 0));
	/* Flushing waits for no timer. */
	assert_false(flush_work(&work_y.work));
	assert_in_range(kapi_timeout_ms(), 49000, 50000);
	kapi_run();
	assert_called("");
	assert_true(mod_delayed_work(system_wq, &work_y, 0));
	assert_int_equal(kapi_timeout_ms(), 0);
	assert_false(queue_delayed_work(system_wq, &work_y, HZ));
	assert_true(flush_work(&work_y.work));
	assert_called("y");
	assert_false(mod_delayed_work(system_wq, &work_y, 20));
	usleep(30000);
	assert_int_equal(kapi_timeout_ms(), 0);
	kapi_run();
	assert_called("y");
	queue_delayed_work(system_wq, &work_y, HZ);
	assert_true(cancel_delayed_work_sync(&work_y));
	assert_false(cancel_delayed_work_sync(&work_y));
	assert_int_equal(kapi_timeout_ms(), -1);
}

static void test_rcu_work(void **state)
{
	(void)state;
	called[0] = '\0';
	INIT_RCU_WORK(&work_z, do_z);
	rtnl_lock();
	queue_rcu_work(system_wq, &work_z);
	rtnl_unlock();
	assert_called("");
	kapi_run();
	assert_called("z");
}

static void test_jiffies(void **state)
{
	u64 then = get_jiffies_64();

	(void)state;
	usleep(20000);
	assert_in_range(get_jiffies_64() - then, 19, 10000);
	assert_true(time_after_eq(jiffies, (unsigned long)then));
	assert_true(time_after(then + 1, then));
	assert_false(time_after(then, then));
}

/* Objects do not touch each other, in any section, and come back zeroed. */
static void test_percpu(void **state)
{
	const size_t sizes[] = { 1, 8, 24, 104, 128, 129, 340, 4096, 65536 };
	char *objects[ARRAY_SIZE(sizes)][8];
	unsigned int round, cpu;
	size_t i, k;

	(void)state;
	for (round = 0; round < 2; round++) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			for (k = 0; k < 8; k++) {
				char *p = kapi_percpu_alloc(sizes[i]);

				objects[i][k] = p;
				assert_non_null(p);
				assert_int_equal((uintptr_t)p % 8, 0);
				for_each_possible_cpu(cpu) {
					char *q = per_cpu_ptr(p, cpu);

					assert_int_equal(q[0], 0);
					assert_int_equal(q[sizes[i] - 1], 0);
					memset(q, (int)(i * 8 + k + cpu + 1),
					       sizes[i]);
				}
			}
		}
		assert_int_equal(kapi_percpu_used(), 8 * ARRAY_SIZE(sizes));
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			for (k = 0; k < 8; k++) {
				for_each_possible_cpu(cpu) {
					char *q = per_cpu_ptr(objects[i][k],
							      cpu);
					char c = (char)(i * 8 + k + cpu + 1);

					assert_int_equal(q[0], c);
					assert_int_equal(q[sizes[i] - 1], c);
				}
				kapi_percpu_free(objects[i][k]);
			}
		}
		assert_int_equal(kapi_percpu_used(), 0);
	}
	assert_null(kapi_percpu_alloc(65537));
	kapi_percpu_free(NULL);
}

/* Memory that somebody provides, until it is used up. */
static void test_percpu_provided(void **state)
{
	const size_t stride = 4 * 65536;
	unsigned int n = 0, cpu;
	char *base, *p, *first;

	(void)state;
	base = mmap(NULL, 4 * stride, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(base, MAP_FAILED);
	kapi_percpu_provide(base, 3, stride, base + 3 * stride);
	first = kapi_percpu_alloc(8);
	assert_ptr_not_equal(first, base);
	kapi_percpu_free(first);
	while ((p = kapi_percpu_alloc(65536))) {
		assert_in_range(p - base, 1, stride - 65536);
		for_each_possible_cpu(cpu)
			memset(per_cpu_ptr(p, cpu), 1, 65536);
		n++;
	}
	/* The first chunk is that of 8 bytes. */
	assert_int_equal(n, 3);
	assert_int_equal(cpu, 3);
	kapi_this_cpu_set(2);
	assert_ptr_equal(this_cpu_ptr(first), first + 2 * stride);
	p = kapi_shared_alloc(100);
	assert_in_range(p - base, 3 * stride + 1, 4 * stride - 100);
	kapi_shared_free(p);
	for (p = base + 65536; n--; p += 65536)
		kapi_percpu_free(p);
	kapi_percpu_provide(NULL, 0, 0, NULL);
	munmap(base, 4 * stride);
}

/* A writer that was killed on its way stops nobody. */
static void test_seqcount(void **state)
{
	seqcount_t s;
	unsigned int n;

	(void)state;
	seqcount_init(&s);
	n = read_seqcount_begin(&s);
	assert_false(read_seqcount_retry(&s, n));
	write_seqcount_begin(&s);
	assert_true(read_seqcount_retry(&s, n));
	write_seqcount_end(&s);
	n = read_seqcount_begin(&s);
	assert_int_equal(n & 1, 0);
	write_seqcount_begin(&s);
	n = read_seqcount_begin(&s);
	assert_false(read_seqcount_retry(&s, n));
	write_seqcount_begin(&s);
	assert_int_equal(s.n & 1, 1);
	assert_true(read_seqcount_retry(&s, n));
	write_seqcount_end(&s);
	assert_int_equal(s.n & 1, 0);
}

static void test_user_ns(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/user", &st), 0);
	assert_int_equal(init_net.user_ns == &init_user_ns,
			 st.st_ino == 0xEFFFFFFD);
}

/* By the book (RFC 1071): 16 bits at a time, the first byte is the higher. */
static uint16_t book_sum(const unsigned char *p, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void random_bytes(unsigned char *p, size_t n)
{
	static uint64_t seed = 1;

	while (n--) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		*p++ = (unsigned char)(seed >> 56);
	}
}

static void test_csum(void **state)
{
	unsigned char p[128];
	size_t at, len;

	(void)state;
	for (at = 0; at < 8; at++) {
		for (len = 0; len + at <= sizeof(p); len++) {
			random_bytes(p, sizeof(p));
			if (len % 3 == 0)
				memset(p, 0xff, sizeof(p));
			assert_int_equal(ntohs(csum_fold(csum_partial(p + at,
								      len,
								      0))),
					 book_sum(p + at, len));
		}
		for (len = 5; len <= 15; len++)
			assert_int_equal(ntohs(ip_fast_csum(p + at,
							    (u32)len)),
					 book_sum(p + at, len * 4));
	}
}

/* The most that a packet has, of the largest words. */
static void test_csum_large(void **state)
{
	static unsigned char p[65535];
	size_t len;

	(void)state;
	memset(p, 0xff, sizeof(p));
	for (len = sizeof(p) - 40; len <= sizeof(p); len++)
		assert_int_equal(ntohs(csum_fold(csum_partial(p, len, 0))),
				 book_sum(p, len));
}

/* The pseudo-header, then the rest; both families. */
static void test_csum_pseudo(void **state)
{
	unsigned char p[40 + 30], head[12 + 30];
	struct in6_addr s6, d6;
	__be32 s4, d4;
	__wsum sum;

	(void)state;
	random_bytes(p, sizeof(p));
	memset(p + 32, 0, 8);
	p[35] = 30;
	p[39] = IPPROTO_UDP;
	sum = csum_partial(p + 40, 30, 0);
	memcpy(&s6, p, 16);
	memcpy(&d6, p + 16, 16);
	assert_int_equal(ntohs(csum_ipv6_magic(&s6, &d6, 30, IPPROTO_UDP, sum)),
			 book_sum(p, sizeof(p)));

	memcpy(head, p, 8);
	memset(head + 8, 0, 4);
	head[9] = IPPROTO_UDP;
	head[11] = 30;
	memcpy(head + 12, p + 40, 30);
	memcpy(&s4, p, 4);
	memcpy(&d4, p + 4, 4);
	assert_int_equal(ntohs(csum_tcpudp_magic(s4, d4, 30, IPPROTO_UDP,
						 sum)),
			 book_sum(head, sizeof(head)));
}

/* A change leaves it as right as it was. */
static void test_csum_replace(void **state)
{
	unsigned char p[64];
	unsigned int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		__be32 from, to;
		__sum16 sum;

		random_bytes(p, sizeof(p));
		memcpy(&from, p + 8, 4);
		random_bytes((unsigned char *)&to, 4);
		sum = htons(book_sum(p, sizeof(p)));
		if (i % 2) {
			csum_replace4(&sum, from, to);
			memcpy(p + 8, &to, 4);
		} else {
			csum_replace2(&sum, (__be16)from, (__be16)to);
			memcpy(p + 8, &to, 2);
		}
		assert_int_equal(ntohs(sum), book_sum(p, sizeof(p)));
	}
}

/* A datagram to 239.1.1.1, port 5000, in a frame at any address. */
static void put_frame(unsigned char *f)
{
	const unsigned char head[] = {
		1, 0, 0x5e, 1, 1, 1, 2, 0, 0, 0, 0, 1, 8, 0,
		0x45, 0, 0, 32, 0, 1, 0, 0, 8, 17, 0, 0,
		192, 0, 2, 1, 239, 1, 1, 1,
		0x10, 0, 0x13, 0x88, 0, 12, 0, 0, 'a', 'b', 'c', 'd',
	};
	uint16_t sum;

	memcpy(f, head, sizeof(head));
	sum = htons(book_sum(f + 14, 20));
	memcpy(f + 24, &sum, 2);
}

static void test_frame(void **state)
{
	unsigned char memory[80];
	const struct mcr_rewrite w = {
		.set = MCR_SET_GROUP | MCR_SET_DPORT,
		.group = { .raw = { 239, 9, 9, 9 } },
		.group_family = AF_INET,
		.dport = 7000,
		.ttl_mode = MCR_TTL_DEC,
	};
	struct mcr_packet p;
	struct sk_buff skb;
	unsigned int at;

	(void)state;
	for (at = 0; at < 8; at++) {
		unsigned char *f = memory + at;

		put_frame(f);
		kapi_skb_frame(&skb, f, 46, PACKET_MULTICAST, NULL);
		assert_int_equal(mcr_match_parse(&skb, &p),
				 MCR_VERDICT_PACKET);
		assert_int_equal(p.flow.dport, 5000);
		assert_int_equal(p.flow.vlan, 0);
		assert_int_equal(p.l3_len, 32);
		mcr_rewrite_apply(&skb, &p, &w, NULL);
		assert_int_equal(f[30], 239);
		assert_int_equal(f[31], 9);
		assert_int_equal(f[36] << 8 | f[37], 7000);
		assert_int_equal(f[22], 7);
		assert_int_equal(book_sum(f + 14, 20), 0);

		put_frame(f);
		kapi_skb_vlan(&skb, htons(ETH_P_8021Q), 0x2005);
		assert_int_equal(mcr_match_parse(&skb, &p),
				 MCR_VERDICT_PACKET);
		assert_int_equal(p.flow.vlan, 5);
		/* One byte less than it says: the frame was cut. */
		kapi_skb_frame(&skb, f, 45, PACKET_MULTICAST, NULL);
		assert_int_equal(mcr_match_parse(&skb, &p),
				 MCR_VERDICT_MALFORMED);
		kapi_skb_frame(&skb, f, 46, PACKET_OTHERHOST, NULL);
		assert_int_equal(mcr_match_parse(&skb, &p), MCR_VERDICT_OTHER);
		kapi_skb_frame(&skb, f, 46, PACKET_MULTICAST, NULL);
		kapi_skb_gso(&skb, 1, SKB_GSO_UDP_L4);
		assert_int_equal(mcr_match_parse(&skb, &p),
				 MCR_VERDICT_PACKET);
		assert_int_equal(p.segs, 4);
	}
}

#define CASE(f)	cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_locks),
		CASE(test_rcu),
		CASE(test_rcu_again),
		CASE(test_work),
		CASE(test_delayed_work),
		CASE(test_rcu_work),
		CASE(test_jiffies),
		cmocka_unit_test(test_percpu),
		cmocka_unit_test(test_percpu_provided),
		CASE(test_seqcount),
		CASE(test_user_ns),
		CASE(test_csum),
		CASE(test_csum_large),
		CASE(test_csum_pseudo),
		CASE(test_csum_replace),
		CASE(test_frame),
	};

	return cmocka_run_group_tests_name("kapi environment", tests, NULL,
					   NULL);
}
