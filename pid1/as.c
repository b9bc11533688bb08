#include "pid1/as.h"

const struct dialect *as_called(char **argv)
{
	(void)argv;
	return &own_dialect;
}
