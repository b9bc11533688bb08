#include "signal/number.h"

enum default_action signal_default(int sig)
{
	static const uint8_t action[KITH_NSIG + 1] = {
#define SIGNAL(NAME, number, action) [number] = DEFAULT_##action,
#include <kith/signals.def>
	};

	return (enum default_action)action[sig];
}

const char *kith_signal_name(int sig)
{
	static const char *const name[KITH_NSIG + 1] = {
#define SIGNAL(NAME, number, action) [number] = #NAME,
#include <kith/signals.def>
#define RT(n) [32 + n] = "SIGRT_" #n
		RT(0),  RT(1),  RT(2),  RT(3),  RT(4),  RT(5),  RT(6),
		RT(7),  RT(8),  RT(9),  RT(10), RT(11), RT(12), RT(13),
		RT(14), RT(15), RT(16), RT(17), RT(18), RT(19), RT(20),
		RT(21), RT(22), RT(23), RT(24), RT(25), RT(26), RT(27),
		RT(28), RT(29), RT(30), RT(31), RT(32),
#undef RT
	};

	return sig > 0 && sig <= KITH_NSIG ? name[sig] : NULL;
}
