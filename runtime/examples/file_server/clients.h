/**
 * @file clients.h
 * @brief Clients that ask a file server all that it should know, each on a connection of its own, all at once.
 */
#ifndef CLIENTS_H
#define CLIENTS_H

#include "weft/net_address.h"
#include "weft/runtime.h"

/** @brief Make a folder with what the clients ask for. @param folder  of mkdtemp(), written to. @return 0 or a negated errno. */
int clients_make_folder(char *folder);

/** @brief Remove it. */
void clients_remove_folder(const char *folder);

/** @brief Ask the server at an address, and print each question with what was answered. @return 0, or why nothing could be asked. */
int clients_ask(struct wf_runtime *runtime, const struct wf_address *address);

#endif
