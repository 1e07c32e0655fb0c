/**
 * @file resolve_system.h
 * @brief What the resolver asks the system itself.
 */
#ifndef WEFT_GIVEN_RESOLVE_SYSTEM_H
#define WEFT_GIVEN_RESOLVE_SYSTEM_H

#include "weft/resolve.h"

/** Ask getaddrinfo(). 0 or its code; `*status`: 0 or an error as the runtime has it. With AI_NUMERICHOST in `flags` it asks nobody. */
int wf_resolve_ask_system(const struct wf_name *name, int flags, struct wf_addresses *addresses, int *status);

#endif
