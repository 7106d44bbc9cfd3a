/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packet sockets: what one needs to be receiving, or sending, as workers expect.
 */
#ifndef MCRD_PACKET_H
#define MCRD_PACKET_H

#include <linux/if.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct mcrd_rxset - the sockets that receive from one device
 * @next: in a list of the owner's
 * @ifindex: the device
 * @name: of it; the owner's to say
 * @type: ARPHRD_ of it
 * @vnet: they have PACKET_VNET_HDR
 * @told: workers have copies; the owner's to say
 * @joined: they are one fan-out group, or need not be
 * @prog: an eBPF program that those have which receive, not owned; -1: none
 * @n: how many, one for each worker
 * @missed: frames that they had no room for
 * @fd: the sockets, owned
 */
struct mcrd_rxset {
	struct mcrd_rxset *next;
	int ifindex;
	char name[IFNAMSIZ];
	uint16_t type;
	bool vnet;
	bool told;
	bool joined;
	int prog;
	unsigned int n;
	uint64_t missed;
	int fd[];
};

bool mcrd_packet_vnet(void);
bool mcrd_packet_gso(void);

struct mcrd_rxset *mcrd_rxset_open(int ifindex, uint16_t type, unsigned int n,
				   bool vnet, int *error);
int mcrd_rxset_join(struct mcrd_rxset *set);
bool mcrd_rxset_nhoff(const struct mcrd_rxset *set, uint32_t *nhoff);
int mcrd_rxset_filter(struct mcrd_rxset *set, int prog);
uint64_t mcrd_rxset_missed(struct mcrd_rxset *set);
void mcrd_rxset_close(struct mcrd_rxset *set);

int mcrd_packet_control(void);
int mcrd_packet_allmulti(int fd, int ifindex, bool on);

#endif /* MCRD_PACKET_H */
