/**
 * @file http_request.h
 * @brief A head of HTTP/1.1, and what its fields ask for. RFC 9112 says how it is written, RFC 9110 what it means.
 *
 * Text alone: nothing here waits, and nothing allocates.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** A head that was parsed. Its texts lie where the head did. */
struct http_request {
    const char *path;          /**< decoded; without the slashes at its begin, and without a query */
    const char *range;         /**< the values of fields; NULL: there is none */
    const char *if_range;      /**< likewise */
    const char *if_none_match; /**< likewise */
    unsigned hosts;            /**< how often it says Host */
    bool is_head;              /**< HEAD and not GET */
    bool is_1_0;               /**< HTTP/1.0 */
    bool keep_alive, close;    /**< what Connection says */
    bool has_body;             /**< bytes follow that are no head */
};

/**
 * @brief Parse a head, its empty line included. It is written to: texts get their ends.
 * @param request  all zero.
 * @return 0; 400: it is malformed; 405: neither GET nor HEAD, of which nothing but the path is missing; 505.
 */
int http_parse_head(struct http_request *request, char *head, size_t length);

/** @brief Whether the connection can go on behind it. Not behind a body, which nobody here reads. */
static inline bool http_is_kept(const struct http_request *request)
{
    return !request->close && !request->has_body && (!request->is_1_0 || request->keep_alive);
}

/**
 * @brief Which bytes, of so many, a field Range asks for.
 * @param text  the field's value, or NULL.
 * @return 206: bytes [*begin, *end); 416: none that is there; 200: it is not one range of bytes, and counts for nothing.
 */
int http_find_range(const char *text, off_t size, off_t *begin, off_t *end);

/** @brief Whether a list has an item. Upper case and a W/ before it make no difference: an ETag should be of digits. */
bool http_has_item(const char *list, const char *item);

enum { HTTP_DATE_BYTES = 32 };

/** @brief What time it is, as a field Date says it. */
void http_date(char text[HTTP_DATE_BYTES]);

/** @brief A status with its words. */
const char *http_words(int status);

#endif
