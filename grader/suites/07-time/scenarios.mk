# The files of lab 07's scenarios, and what the link of a subject needs beside them.
SCENARIOS := scenarios.c scenario_wheel.c scenario_time.c scenario_many.c scenario_workers.c laws_futures.c
SUPPORT := mocks.c kit_life.c kit_where.c kit_objects.c kit_leaves.c kit_memory.c kit_mistakes.c kit_tasks.c kit_runtimes.c
MODELS := models_timer.c
LINK_FLAGS :=
