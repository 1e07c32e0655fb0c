/**
 * @file http_request.c
 * @brief A head of HTTP/1.1 is parsed where it lies.
 *
 * What is malformed is refused, and not guessed at: of a server and a proxy before it that guess differently, one can be led astray.
 */
#include "http_request.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static bool is_token(const char *text)
{
    return *text && !text[strspn(text, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ")];
}

bool http_has_item(const char *list, const char *item)
{
    while (*(list += strspn(list, ", \t"))) {
        list += strncmp(list, "W/", 2) == 0 ? 2 : 0;
        size_t length = strcspn(list, ", \t");
        if (length == strlen(item) && strncasecmp(list, item, length) == 0)
            return true;
        list += length;
    }
    return false;
}

/* In place, and once: what comes of it is not decoded again. A NUL would end the path for the system, and not for its reader. */
static int decode(char *text)
{
    char *to = text;
    for (; *text; text++) {
        int byte = (unsigned char)*text;
        if (byte <= ' ' || byte == 0x7f || byte == '#')
            return 400;
        if (byte == '%') {
            if (!isxdigit((unsigned char)text[1]) || !isxdigit((unsigned char)text[2]))
                return 400;
            byte = (int)strtol((char[]){text[1], text[2], '\0'}, NULL, 16);
            text += 2;
        }
        if (byte == 0)
            return 400;
        *to++ = (char)byte;
    }
    *to = '\0';
    return 0;
}

static int parse_request_line(struct http_request *request, char *line)
{
    const char *method = strsep(&line, " ");
    char *target = strsep(&line, " ");
    if (!is_token(method) || !target || !line || strlen(line) != 8 || strncmp(line, "HTTP/", 5) != 0 ||
        !isdigit((unsigned char)line[5]) || line[6] != '.' || !isdigit((unsigned char)line[7]))
        return 400;
    if (line[5] != '1')
        return 505;
    request->is_1_0 = line[7] == '0';
    request->is_head = strcmp(method, "HEAD") == 0;
    if (!request->is_head && strcmp(method, "GET") != 0)
        return 405;
    bool is_absolute = strncasecmp(target, "http://", 7) == 0; /* as a proxy is asked */
    target += is_absolute ? 7 + strcspn(target + 7, "/?") : 0;
    target[strcspn(target, "?")] = '\0';
    if (*target != '/' && !(is_absolute && !*target))
        return 400;
    target += strspn(target, "/");
    request->path = target;
    return decode(target);
}

/* A line that goes on with the one before it has no name: 400 too. */
static int parse_field(struct http_request *request, char *value)
{
    const char *name = strsep(&value, ":");
    if (!is_token(name) || !value || strchr(value, '\r'))
        return 400;
    value += strspn(value, " \t");
    for (size_t length = strlen(value); length > 0 && strchr(" \t", value[length - 1]); length--)
        value[length - 1] = '\0';
    if (strcasecmp(name, "Host") == 0) {
        request->hosts++;
    } else if (strcasecmp(name, "Connection") == 0) {
        request->close |= http_has_item(value, "close");
        request->keep_alive |= http_has_item(value, "keep-alive");
    } else if (strcasecmp(name, "Content-Length") == 0) {
        if (!*value || value[strspn(value, "0123456789")])
            return 400;
        request->has_body |= value[strspn(value, "0")] != '\0';
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        request->has_body = true;
    } else if (strcasecmp(name, "Range") == 0) {
        request->range = value;
    } else if (strcasecmp(name, "If-Range") == 0) {
        request->if_range = value;
    } else if (strcasecmp(name, "If-None-Match") == 0) {
        request->if_none_match = value;
    }
    return 0;
}

static char *next_line(char **head)
{
    char *line = strsep(head, "\n");
    size_t length = strlen(line);
    if (length == 0 || line[length - 1] != '\r')
        return NULL;
    line[length - 1] = '\0';
    return line;
}

int http_parse_head(struct http_request *request, char *head, size_t length)
{
    head[length - 2] = '\0'; /* in place of the empty line */
    if (strlen(head) != length - 2)
        return 400;
    char *line = next_line(&head);
    int status = line ? parse_request_line(request, line) : 400;
    if (status == 400 || status == 505)
        return status;
    while (*head) {
        line = next_line(&head);
        if (!line || parse_field(request, line) != 0)
            return 400;
    }
    return request->hosts > 1 || (request->hosts == 0 && !request->is_1_0) ? 400 : status;
}

static bool take_number(const char **text, off_t *number)
{
    char *end;
    if (!isdigit((unsigned char)**text))
        return false;
    *number = strtoll(*text, &end, 10); /* one that is too large is the largest */
    *text = end;
    return true;
}

int http_find_range(const char *text, off_t size, off_t *begin, off_t *end)
{
    off_t first = 0, last = size - 1;
    if (!text || size == 0 || strncasecmp(text, "bytes=", 6) != 0)
        return 200;
    text += 6;
    if (*text == '-') {
        text++;
        off_t count;
        if (!take_number(&text, &count))
            return 200;
        first = count < size ? size - count : 0;
        last = count == 0 ? -1 : last;
    } else {
        if (!take_number(&text, &first) || *text++ != '-')
            return 200;
        if (take_number(&text, &last) && last < first)
            return 200;
    }
    if (*text)
        return 200;
    if (first >= size || last < 0)
        return 416;
    *begin = first;
    *end = last < size ? last + 1 : size;
    return 206;
}

/* Each thread keeps the text of its last second. */
void http_date(char text[HTTP_DATE_BYTES])
{
    static _Thread_local time_t then = -1;
    static _Thread_local char kept[HTTP_DATE_BYTES];
    time_t now = time(NULL);
    struct tm tm;
    if (now != then)
        (void)strftime(kept, sizeof kept, "%a, %d %b %Y %T GMT", gmtime_r(&now, &tm));
    then = now;
    memcpy(text, kept, sizeof kept);
}

const char *http_words(int status)
{
    switch (status) {
    case 200:
        return "200 OK";
    case 206:
        return "206 Partial Content";
    case 304:
        return "304 Not Modified";
    case 400:
        return "400 Bad Request";
    case 403:
        return "403 Forbidden";
    case 404:
        return "404 Not Found";
    case 405:
        return "405 Method Not Allowed";
    case 416:
        return "416 Range Not Satisfiable";
    case 431:
        return "431 Request Header Fields Too Large";
    case 505:
        return "505 HTTP Version Not Supported";
    default:
        return "503 Service Unavailable";
    }
}
