/* Tries: a failure that looks like a missing compiler, in each variant: the words of one that ran out of memory. */
#line 1 "sandbox: out of memory"
#error x
