/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules, counters and status as JSON; mcrtool(8) documents the keys.
 */
#ifndef MCR_JSON_H
#define MCR_JSON_H

#include <json-c/json.h>

#include "event.h"
#include "model.h"

struct json_object *mcr_json_rule(const struct mcr_rule *rule);
struct json_object *mcr_json_status(const struct mcr_status *status);
struct json_object *mcr_json_ingress(const struct mcr_ingress *ingress);
struct json_object *mcr_json_event(const struct mcr_event *ev);

#endif /* MCR_JSON_H */
