/**
 * @file error.c
 * @brief Names of error codes.
 */
#include "weft/error.h"

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
    default:
        break;
    }
    /* strerrordesc_np: static strings, NULL for what is no errno; safe on any thread */
    const char *description =
        code < 0 && code >= -4095 /* the kernel's range */ ? strerrordesc_np(-code) : NULL;
    return description ? description : "unknown code";
}
