/**
 * @file error.c
 * @brief Names of error codes.
 */
#include "weft/error.h"

#include <netdb.h>
#include <string.h>

const char *wf_strerror(int code)
{
    switch (code) {
    case 0:
        return "success";
    case WF_ENOMEM:
        return "WF_ENOMEM: no memory";
    case WF_ECANCELED:
        return "WF_ECANCELED: canceled by request";
    case WF_ETIMEDOUT:
        return "WF_ETIMEDOUT: the deadline passed";
    case WF_EAGAIN:
        return "WF_EAGAIN: not now, try again";
    case WF_ECLOSED:
        return "WF_ECLOSED: the other side is gone";
    case WF_EDISABLED:
        return "WF_EDISABLED: every branch is disabled or has completed";
    case WF_EEND:
        return "WF_EEND: the stream is over";
    case WF_EFULL:
        return "WF_EFULL: no room now";
    case WF_ELAGGED:
        return "WF_ELAGGED: too slow, values were lost";
    case WF_ETOOLONG:
        return "WF_ETOOLONG: longer than the limit";
    case WF_ENOTPOLLABLE:
        return "WF_ENOTPOLLABLE: a plain file, a folder or the like is always ready, and cannot be waited for: use wf_blocking()";
    default:
        break;
    }
    const char *description = NULL;
    /* both return static strings, on any thread: strerrordesc_np() NULL for what is no errno, gai_strerror() one and the same
     * for what it does not know */
    if (code < 0 && code >= -4095) /* the kernel's range */
        description = strerrordesc_np(-code);
    else if (code < WF_ERESOLVER(0) && code > WF_ERESOLVER(-200))
        description = gai_strerror(code - WF_ERESOLVER(0));
    return description ? description : "unknown code";
}
