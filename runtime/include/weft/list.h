/**
 * @file list.h
 * @brief Intrusive doubly linked lists: the links live in what is linked.
 *
 * Shape:     a ring through a head; an unlinked node points to itself.
 * Invariant: node->next->prev == node && node->prev->next == node, always.
 * Cost:      every operation but the walk is O(1) and allocates nothing.
 * Threads:   none of its own; the owner's lock guards head and nodes.
 *
 * @clause{G.23,0,"Nodes leave a list in the order of their positions; a node may be removed in O(1) without its list; removing one that is not linked does nothing."}
 */
#ifndef WEFT_LIST_H
#define WEFT_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

/** A node, or the head of a list. */
struct wf_list {
    struct wf_list *next; /**< of the last node: the head; of an unlinked one: itself */
    struct wf_list *prev; /**< of the first node: the head; of an unlinked one: itself */
};

/** @brief Make an empty list, or an unlinked node. */
static inline void wf_list_init(struct wf_list *list)
{
    list->next = list;
    list->prev = list;
}

/** @brief For a head: nothing is in the list. For a node: it is in no list. Clauses: G.23 */
static inline bool wf_list_is_empty(const struct wf_list *list)
{
    return list->next == list;
}

/** @brief Link `node`, which is in no list, in front of `position`; of a head: at the end. Clauses: G.23 */
static inline void wf_list_insert_before(struct wf_list *position, struct wf_list *node)
{
    node->next = position;
    node->prev = position->prev;
    position->prev->next = node;
    position->prev = node;
}

/** @brief Add `node` at the end. Clauses: G.23 */
static inline void wf_list_push_back(struct wf_list *head, struct wf_list *node)
{
    wf_list_insert_before(head, node);
}

/** @brief Add `node` at the front. Clauses: G.23 */
static inline void wf_list_push_front(struct wf_list *head, struct wf_list *node)
{
    wf_list_insert_before(head->next, node);
}

/** @brief Take `node` out of whatever list it is in; afterwards it is unlinked. Clauses: G.23 */
static inline void wf_list_remove(struct wf_list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    wf_list_init(node);
}

/** @brief Take the first node out. @return NULL: the list is empty. Clauses: G.23 */
static inline struct wf_list *wf_list_pop_front(struct wf_list *head)
{
    if (wf_list_is_empty(head))
        return NULL;
    struct wf_list *node = head->next;
    wf_list_remove(node);
    return node;
}

/** @brief Move all nodes of `other`, in their order, to the end of `head`; `other` is empty afterwards. Clauses: G.23 */
static inline void wf_list_append(struct wf_list *head, struct wf_list *other)
{
    if (wf_list_is_empty(other))
        return;
    other->next->prev = head->prev;
    head->prev->next = other->next;
    other->prev->next = head;
    head->prev = other->prev;
    wf_list_init(other);
}

WF_END_DECLS

#endif
