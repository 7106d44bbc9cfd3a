// SPDX-License-Identifier: GPL-2.0
/*
 * A worker as a program, for tests that are its supervisor.
 */
#include "../mcrd/worker/worker.h"

int main(int argc, char **argv)
{
	return mcrd_worker_main(argc, argv);
}
