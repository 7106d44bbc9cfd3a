/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters and states in OpenMetrics 1.0, the text that Prometheus and others
 * read. mcrtool(8) has the list of metrics.
 *
 * That text has families of samples, and all samples of a family stand together.
 * So who writes it goes through all there is once for each family, and never has
 * more than one rule's text in memory, however many rules there are:
 *
 *	for each family:
 *		mcr_openmetrics_head()	before the first sample there is
 *		mcr_openmetrics_status(), _ingress() or _rule(), for each of what
 *			mcr_openmetrics_about() says that it is about
 *	mcr_openmetrics_end()
 *
 * scrape.h does so with what a server answers.
 */
#ifndef MCR_OPENMETRICS_H
#define MCR_OPENMETRICS_H

#include "model.h"
#include "str.h"

/* What the text is called in HTTP. */
#define MCR_OPENMETRICS_TYPE	\
	"application/openmetrics-text; version=1.0.0; charset=utf-8"

/**
 * enum mcr_openmetrics_about - what the samples of a family are about
 * @MCR_OPENMETRICS_STATUS: the server and its workers
 * @MCR_OPENMETRICS_INGRESS: a device that rules receive from
 * @MCR_OPENMETRICS_RULE: a rule and its outputs
 */
enum mcr_openmetrics_about {
	MCR_OPENMETRICS_STATUS,
	MCR_OPENMETRICS_INGRESS,
	MCR_OPENMETRICS_RULE,
};

unsigned int mcr_openmetrics_families(void);
enum mcr_openmetrics_about mcr_openmetrics_about(unsigned int family);
void mcr_openmetrics_head(struct mcr_str *str, unsigned int family);
void mcr_openmetrics_status(struct mcr_str *str, unsigned int family,
			    const struct mcr_status *status);
void mcr_openmetrics_ingress(struct mcr_str *str, unsigned int family,
			     const struct mcr_ingress *ingress);
void mcr_openmetrics_rule(struct mcr_str *str, unsigned int family,
			  const struct mcr_rule *rule);
void mcr_openmetrics_end(struct mcr_str *str);

#endif /* MCR_OPENMETRICS_H */
