# The files of lab 06's scenarios, and what the link of a subject needs beside them: sleeps, starts and joins of threads, the clock,
# and the run of a call are wrapped.
SCENARIOS := scenarios.c scenario_pool.c scenario_pools.c sleeps.c laws_futures.c
SUPPORT := kit_life.c kit_where.c kit_objects.c kit_leaves.c kit_memory.c kit_mistakes.c kit_tasks.c kit_runtimes.c
MODELS := models_pool.c
LINK_FLAGS := -Wl,--wrap=pthread_cond_wait -Wl,--wrap=pthread_cond_timedwait -Wl,--wrap=pthread_cond_clockwait -Wl,--wrap=pthread_cond_signal -Wl,--wrap=pthread_cond_broadcast -Wl,--wrap=pthread_create -Wl,--wrap=pthread_join -Wl,--wrap=clock_gettime -Wl,--wrap=wf_blocking_pool_run_call
