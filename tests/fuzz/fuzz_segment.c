/*
 * fuzz_segment: any bytes as a search segment whose checksums are believed.
 * It is refused, or all of it can be read without harm.
 */
#include "config.h"

#include <sys/mman.h>

#include <stdio.h>
#include <unistd.h>

#include "segment_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint64_t size = len;
	struct segment *segment;
	struct err err = { 0 };
	char path[40];
	int fd;

	fd = memfd_create("segment", MFD_CLOEXEC);
	if (fd == -1)
		return 0;
	/* The size is put right: else hardly anything would get further. */
	if (write(fd, data, len) != (ssize_t)len ||
	    (len >= sizeof(struct seg_header) &&
		pwrite(fd, &size, sizeof(size),
		    offsetof(struct seg_header, file_size)) != sizeof(size))) {
		close(fd);
		return 0;
	}
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	segment = segment_open(path, SEGMENT_TRUSTING | SEGMENT_COPY, &err);
	close(fd);
	if (segment == NULL)
		assert(err.code == ERR_FORMAT && err.text[0] != '\0');
	else
		segment_walk(segment);
	segment_close(segment);
	return 0;
}
