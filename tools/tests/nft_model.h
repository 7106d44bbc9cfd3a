/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model of nf_tables: it carries out batches, as they go to the kernel, and says
 * what becomes of a frame. It knows no more than the relay uses, and is strict: what
 * the kernel would refuse it refuses.
 */
#ifndef TESTS_NFT_MODEL_H
#define TESTS_NFT_MODEL_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct nft_model;

/**
 * struct nft_frame - a frame at the ingress hook of a device
 * @dev: name of the device
 * @iiftype: its ARPHRD_
 * @pkttype: PACKET_
 * @protocol: of what is in the frame, host byte order
 * @ll: link-layer header, with a tag in its place
 * @ll_len: bytes of @ll; 0: it has none
 * @net: the packet
 * @net_len: bytes of @net
 */
struct nft_frame {
	const char *dev;
	__u16 iiftype;
	__u8 pkttype;
	__u16 protocol;
	__u8 ll[18];
	size_t ll_len;
	__u8 net[256];
	size_t net_len;
};

struct nft_model *nft_model_new(void);
void nft_model_free(struct nft_model *m);
bool nft_model_batch(struct nft_model *m, const void *buf, size_t len);
bool nft_model_drops(const struct nft_model *m, const struct nft_frame *f);
void nft_model_device_gone(struct nft_model *m, const char *dev);
bool nft_model_empty(const struct nft_model *m);
size_t nft_model_hooks(const struct nft_model *m);
size_t nft_model_sets(const struct nft_model *m);

#endif /* TESTS_NFT_MODEL_H */
