# The files of lab 04's scenarios, and what the link of a subject needs beside them.
SCENARIOS := scenarios.c scenario_executor.c scenario_probe.c scenario_do.c scenario_lives.c scenario_locks.c scenario_park.c scenario_set.c scenario_storm.c scenario_moving.c laws_futures.c
SUPPORT := actors.c handover.c kit_life.c kit_where.c kit_objects.c kit_leaves.c kit_memory.c kit_mistakes.c kit_tasks.c kit_runtimes.c
MODELS := models_bench.c models_local.c models_queue.c models_runtime.c models_shutdown.c
LINK_FLAGS := -Wl,--wrap=pthread_mutex_lock -Wl,--wrap=pthread_mutex_unlock
