// SPDX-License-Identifier: GPL-2.0
/*
 * The process that serves metrics by HTTP; see metrics.h.
 *
 * One thread, one loop. Of peers nothing is believed, and little is taken: so
 * many connections, for so long, with so short requests, which have no body. What
 * the daemon answers is asked for anew by each request, and written as fast as
 * the peer reads.
 */
#include "metrics.h"

#include <linux/mcr.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/openmetrics.h"
#include "../lib/scrape.h"

#define PATH		"/metrics"

/* Each may hold the answers of the daemon in memory. */
#define CONNECTIONS	8U
#define SECONDS		15U
#define REQUEST_BYTES	(16UL * 1024)

/* So much text is made at once. */
#define PIECE		(32UL * 1024)

#define TEXT_TYPE	"text/plain; charset=utf-8"

/**
 * struct page - what a peer is told
 * @scrape: the daemon's answers
 * @str: text that was made
 * @at: how much of that was taken
 */
struct page {
	struct mcr_scrape scrape;
	struct mcr_str str;
	size_t at;
};

static void page_free(void *arg)
{
	struct page *page = arg;

	mcr_scrape_end(&page->scrape);
	mcr_str_free(&page->str);
	free(page);
}

/* 1: there is more text; 0: that was all; -1. */
static int page_more(struct page *page)
{
	struct mcr_error err;
	int more = 1;

	mcr_str_free(&page->str);
	page->at = 0;
	while (more > 0 && page->str.len < PIECE)
		more = mcr_scrape_next(&page->scrape, &page->str, &err);
	if (more < 0)
		return -1;
	return page->str.len > 0;
}

static ssize_t page_read(void *arg, uint64_t pos, char *buf, size_t max)
{
	struct page *page = arg;
	size_t len;
	int more;

	(void)pos;
	if (page->at == page->str.len) {
		more = page_more(page);
		if (more < 0)
			return MHD_CONTENT_READER_END_WITH_ERROR;
		if (!more)
			return MHD_CONTENT_READER_END_OF_STREAM;
	}
	len = page->str.len - page->at;
	len = len < max ? len : max;
	memcpy(buf, page->str.s + page->at, len);
	page->at += len;
	return (ssize_t)len;
}

static enum MHD_Result put(struct MHD_Connection *conn, unsigned int status,
			   struct MHD_Response *response, const char *header,
			   const char *value)
{
	enum MHD_Result ret = MHD_NO;

	if (!response)
		return MHD_NO;
	if (!header ||
	    MHD_add_response_header(response, header, value) == MHD_YES)
		ret = MHD_queue_response(conn, status, response);
	MHD_destroy_response(response);
	return ret;
}

/* A sentence, in place of metrics. */
static enum MHD_Result say(struct MHD_Connection *conn, unsigned int status,
			   const char *text)
{
	struct MHD_Response *response;
	struct mcr_str str = { 0 };
	enum MHD_Result ret;

	mcr_str_safe(&str, text);
	mcr_str_add(&str, "\n");
	if (str.failed) {
		mcr_str_free(&str);
		return MHD_NO;
	}
	response = MHD_create_response_from_buffer(str.len, str.s,
						   MHD_RESPMEM_MUST_COPY);
	mcr_str_free(&str);
	if (response && status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
					"GET, HEAD");
	ret = put(conn, status, response, MHD_HTTP_HEADER_CONTENT_TYPE,
		  TEXT_TYPE);
	return ret;
}

static struct page *page_new(const char *dir, struct mcr_error *err)
{
	const struct mcr_server server = {
		.plane = MCR_PLANE_RELAY, .dir = dir,
	};
	struct page *page = calloc(1, sizeof(*page));
	struct mcr_client *client;
	int ret;

	if (!page) {
		mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	client = mcr_client_open(&server, err);
	if (!client) {
		free(page);
		return NULL;
	}
	ret = mcr_scrape_begin(&page->scrape, client, err);
	mcr_client_close(client);
	if (!ret)
		return page;
	page_free(page);
	return NULL;
}

static enum MHD_Result show(struct MHD_Connection *conn, const char *dir)
{
	struct MHD_Response *response;
	struct mcr_error err = { 0 };
	struct page *page;

	page = page_new(dir, &err);
	if (!page)
		return say(conn, MHD_HTTP_SERVICE_UNAVAILABLE, err.text);
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE,
						     page_read, page,
						     page_free);
	if (!response)
		page_free(page);
	return put(conn, MHD_HTTP_OK, response, MHD_HTTP_HEADER_CONTENT_TYPE,
		   MCR_OPENMETRICS_TYPE);
}

static bool is_reading(const char *method)
{
	return !strcmp(method, MHD_HTTP_METHOD_GET) ||
	       !strcmp(method, MHD_HTTP_METHOD_HEAD);
}

/*
 * Called when the headers are there, and once more when there is no body. Who is
 * answered the first time is hung up on; so goes whoever would send one.
 */
static enum MHD_Result answer(void *arg, struct MHD_Connection *conn,
			      const char *url, const char *method,
			      const char *version, const char *body,
			      size_t *len, void **state)
{
	const char *dir = arg;

	(void)version;
	(void)body;
	if (strcmp(url, PATH) != 0)
		return say(conn, MHD_HTTP_NOT_FOUND,
			   "there is nothing here: metrics are at " PATH);
	if (!is_reading(method))
		return say(conn, MHD_HTTP_METHOD_NOT_ALLOWED,
			   "metrics can be read (GET), and no more");
	if (*len) {
		*len = 0;
		return MHD_NO;
	}
	if (*state)
		return show(conn, dir);
	*state = conn;
	return MHD_YES;
}

/**
 * mcrd_metrics_main - be the process that serves metrics
 * @argc: words
 * @argv: the name, and the directory of the daemon's socket
 *
 * It listens at descriptor MCRD_WORKER_FD, and ends with the supervisor, or when
 * that asks for it.
 *
 * Return: exit status.
 */
int mcrd_metrics_main(int argc, char **argv)
{
	struct MHD_Daemon *http;
	struct mcrd_log log;

	if (argc != 2)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	mcrd_log_init(&log, STDERR_FILENO, LOG_WARNING);
	http = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, answer, argv[1],
				MHD_OPTION_LISTEN_SOCKET, MCRD_WORKER_FD,
				MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
				MHD_OPTION_CONNECTION_TIMEOUT, SECONDS,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				REQUEST_BYTES, MHD_OPTION_END);
	if (!http) {
		mcrd_log(&log, LOG_ERR,
			 "metrics cannot be served: the HTTP library does not begin");
		return 1;
	}
	while (MHD_run_wait(http, -1) == MHD_YES)
		;
	mcrd_log(&log, LOG_ERR, "metrics cannot be served any more");
	MHD_stop_daemon(http);
	return 1;
}
