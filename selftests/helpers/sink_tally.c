// SPDX-License-Identifier: GPL-2.0
/*
 * mcsink: counting what came.
 */
#include "sink.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/**
 * tally_open - make ready to count
 * @s: its expectation is complete
 */
void tally_open(struct section *s)
{
	memset(&s->tally, 0, sizeof(s->tally));
	s->tally.seen = calloc(1, s->expect.count / 8 + 1);
	if (!s->tally.seen)
		die("no memory to count %" PRIu64 " packets", s->expect.count);
}

static void tally_wrong(struct tally *t, const char *fault)
{
	if (!t->wrong++)
		snprintf(t->why, sizeof(t->why), "%s", fault);
}

static void tally_sequence(struct section *s, const struct payload_id *id)
{
	const struct expect *e = &s->expect;
	struct tally *t = &s->tally;
	uint64_t n = id->seq - e->first;
	char text[80];

	if (id->seq < e->first || n >= e->count) {
		snprintf(text, sizeof(text),
			 "packet %" PRIu64 " was not expected", id->seq);
		tally_wrong(t, text);
		return;
	}
	if (t->seen[n / 8] & 1 << n % 8) {
		t->dup++;
		return;
	}
	t->seen[n / 8] |= (uint8_t)(1 << n % 8);
	if (t->unique++ && id->seq < t->highest)
		t->reordered++;
	else
		t->highest = id->seq;
}

/* Of a super-packet, the @nth packet has the identification so much further. */
static const char *payload_fault(const struct expect *e,
				 const struct parsed *p, const uint8_t *buf,
				 const struct payload_id *id, uint16_t nth)
{
	static char text[80];
	long at = payload_first_wrong(buf, id);

	if (at >= 0)
		snprintf(text, sizeof(text), "payload of packet %" PRIu64
			 ": byte %ld of %u", id->seq, at, id->size);
	else if (e->want & WANT_SIZE && id->size != e->size)
		snprintf(text, sizeof(text), "payload of %u bytes, not %u",
			 id->size, e->size);
	else if (e->want & WANT_ID_SEQ && e->want & WANT_FRAME &&
		 p->dst.family == AF_INET && (uint16_t)(p->id + nth) != (uint16_t)id->seq)
		snprintf(text, sizeof(text),
			 "identification %u of packet %" PRIu64, p->id,
			 id->seq);
	else
		return NULL;
	return text;
}

/* Return: bytes of the packet at @buf. */
static size_t tally_packet(struct section *s, const struct parsed *p,
			   const uint8_t *buf, size_t len, uint16_t nth,
			   const char *fault)
{
	struct tally *t = &s->tally;
	struct payload_id id;

	if (!payload_read(buf, len, &id)) {
		tally_wrong(t, "bytes behind the payload");
		return len;
	}
	if (id.size > len) {
		tally_wrong(t, "payload cut short");
		return len;
	}
	if (id.flow == PAYLOAD_FLOW_END) {
		t->ended = true;
		return id.size;
	}
	if (id.flow != s->expect.flow) {
		t->other++;
		return id.size;
	}
	t->received++;
	t->bytes += id.size;
	if (!fault)
		fault = payload_fault(&s->expect, p, buf, &id, nth);
	if (fault)
		tally_wrong(t, fault);
	tally_sequence(s, &id);
	return id.size;
}

/**
 * tally_packets - count the packets in a frame or datagram
 * @s: where it came
 * @p: it, taken apart; begins with a numbered packet
 * @partial: its checksum is left to the device
 * @fault: what is wrong with its headers, or NULL
 */
void tally_packets(struct section *s, const struct parsed *p, bool partial,
		   const char *fault)
{
	struct tally *t = &s->tally;
	uint64_t before = t->received;
	uint16_t nth = 0;
	size_t at = 0;

	while (at < p->payload_len)
		at += tally_packet(s, p, p->payload + at, p->payload_len - at,
				   nth++, fault);
	if (t->received == before)
		return;
	t->frames++;
	t->partial += partial;
	t->super += t->received - before > 1;
}

/**
 * tally_stray - count a frame that holds a numbered packet in a broken way
 * @s: where it came
 * @fault: what is wrong with it
 */
void tally_stray(struct section *s, const char *fault)
{
	tally_wrong(&s->tally, fault);
}

/**
 * tally_print - write what came as a line of JSON
 * @s: where
 * @overrun: frames that came too fast for this program
 * @out: written to
 */
void tally_print(const struct section *s, uint64_t overrun, FILE *out)
{
	const struct tally *t = &s->tally;

	fprintf(out, "{\"dev\":\"%s\",\"received\":%" PRIu64
		",\"unique\":%" PRIu64 ",\"lost\":%" PRIu64
		",\"dup\":%" PRIu64 ",\"reordered\":%" PRIu64
		",\"wrong\":%" PRIu64 ",\"why\":\"%s\"",
		s->expect.dev, t->received, t->unique,
		s->expect.count - t->unique, t->dup, t->reordered, t->wrong,
		t->why);
	fprintf(out, ",\"frames\":%" PRIu64 ",\"bytes\":%" PRIu64
		",\"partial\":%" PRIu64 ",\"super\":%" PRIu64
		",\"other\":%" PRIu64 ",\"end\":%s,\"overrun\":%" PRIu64 "}\n",
		t->frames, t->bytes, t->partial, t->super, t->other,
		t->ended ? "true" : "false", overrun);
}
