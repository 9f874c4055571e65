#include "self_test.h"
int self_test(void) { return 0; }
