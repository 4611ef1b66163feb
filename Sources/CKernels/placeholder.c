#include "ckernels.h"
typedef int probity_placeholder;
