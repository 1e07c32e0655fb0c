/**
 * @file detail/compiler.h
 * @brief The few compiler attributes that the headers use, by short names.
 */
#ifndef WEFT_DETAIL_COMPILER_H
#define WEFT_DETAIL_COMPILER_H

#ifdef __cplusplus
/* clang-format takes pragmas and what is behind them for one statement */
/* clang-format off */
/* What the declarations are in C is no news to a C++ program: constructors that have the name of their structure, an array
 * without a length, casts. */
#define WF_BEGIN_DECLS                                                                                       \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wshadow\"")                            \
    _Pragma("GCC diagnostic ignored \"-Wpedantic\"") _Pragma("GCC diagnostic ignored \"-Wold-style-cast\"")  \
    _Pragma("GCC visibility push(default)") extern "C" {
#define WF_END_DECLS                                                                                         \
    }                                                                                                        \
    _Pragma("GCC visibility pop") _Pragma("GCC diagnostic pop")
/* clang-format on */
#define WF_NORETURN [[noreturn]]
#else
/** Around the declarations of a header: they alone are what the shared library exports; C linkage in C++. */
#define WF_BEGIN_DECLS _Pragma("GCC visibility push(default)")
/** Ends WF_BEGIN_DECLS. */
#define WF_END_DECLS _Pragma("GCC visibility pop")
/** The function does not return. */
#define WF_NORETURN _Noreturn
#endif

/** The caller must look at the result. */
#define WF_MUST_USE __attribute__((warn_unused_result))
/** Checked like printf: the format is parameter `f`, its arguments start at `a`. */
#define WF_PRINTF(f, a) __attribute__((format(printf, f, a)))
/** `condition`, which is nearly always true: lays the code out for that. */
#define WF_LIKELY(condition) __builtin_expect(!!(condition), 1)
/** `condition`, which is nearly never true. */
#define WF_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/** A slow path, kept out of the fast one. */
#define WF_NOINLINE __attribute__((noinline))

/** Bytes that a processor's caches pass between each other as one: what threads change apart from each other lies so far apart. */
#define WF_CACHE_LINE 64

/** A macro's value as a string literal. */
#define WF_TEXT_OF(macro) WF_TEXT_OF_TOKENS(macro)
/** Implementation of WF_TEXT_OF(). */
#define WF_TEXT_OF_TOKENS(tokens) #tokens

/** The structure of type `type` whose member `member` is at `pointer`. */
#define WF_CONTAINER_OF(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
