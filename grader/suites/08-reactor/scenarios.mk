# The files of lab 08's scenarios, and what the link of a subject needs beside them: TOP are files of the top layer, runtime/facade.
SCENARIOS := scenarios.c scenario_readiness.c scenario_flood.c scenario_threads.c scenario_fd.c scenario_fd_reactors.c scenario_closing.c scenario_real.c scenario_storm.c laws_futures.c
SUPPORT := mocks.c kit_life.c kit_where.c kit_objects.c kit_leaves.c kit_memory.c kit_mistakes.c kit_tasks.c kit_runtimes.c
TOP := event_base.c reactor.c
MODELS := models_bench.c models_word.c models_readiness.c models_fd.c
LINK_FLAGS := -levent_core -levent_pthreads
