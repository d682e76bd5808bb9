/*
 * main: the one program. Finds the command and hands over.
 */
#include "base/base.h"

int
main(void)
{
	return 0;
}
