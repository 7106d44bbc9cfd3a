/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The header that packet sockets put before frames, and want before them
 * (PACKET_VNET_HDR): which checksum is to be filled in still, and how a
 * super-packet is to be cut. In host byte order.
 */
#ifndef MCRD_WORKER_VNET_H
#define MCRD_WORKER_VNET_H

#include <linux/virtio_net.h>

#define MCRD_VNET_LEN	sizeof(struct virtio_net_hdr)

/* UDP segmentation; headers have it since Linux 6.2. */
#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4	5
#endif

#endif /* MCRD_WORKER_VNET_H */
