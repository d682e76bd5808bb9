/*
 * embed: turn files into one C file of byte arrays, each with a NUL behind,
 * so that SQL scripts, vocabularies and style sheets need no file at run
 * time. Usage: embed NAME FILE [NAME FILE ...] > out.c
 *
 * Gives `const char NAME[]` and `const unsigned long NAME_len`.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int
embed(const char *name, const char *path)
{
	FILE *f = fopen(path, "rb");
	unsigned long n = 0;
	int ch;

	if (f == NULL) {
		fprintf(stderr, "embed: %s: %s\n", path, strerror(errno));
		return -1;
	}
	printf("extern const char %s[];\nextern const unsigned long %s_len;\n"
	       "const char %s[] = {",
	    name, name, name);
	while ((ch = getc(f)) != EOF) {
		printf(n % 16 == 0 ? "\n\t%d," : " %d,",
		    ch > 127 ? ch - 256 : ch);
		n++;
	}
	printf("\n\t0\n};\nconst unsigned long %s_len = %lu;\n", name, n);
	fclose(f);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc < 3 || argc % 2 == 0) {
		fprintf(stderr, "usage: embed NAME FILE [NAME FILE ...]\n");
		return 2;
	}
	for (int i = 1; i + 1 < argc; i += 2) {
		if (embed(argv[i], argv[i + 1]) == -1)
			return 1;
	}
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
