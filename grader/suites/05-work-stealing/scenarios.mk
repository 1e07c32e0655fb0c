# The files of lab 05's scenarios, and what the link of a subject needs beside them: the steal is wrapped, so that something can
# happen just before one, and its victim is told.
SCENARIOS := scenarios.c scenario_rings.c scenario_thief.c scenario_idle.c scenario_worker.c scenario_world.c scenario_probe.c scenario_runtime.c scenario_items.c scenario_loads.c
MODELS := models_ring.c models_idle.c models_worker.c
LINK_FLAGS := -Wl,--wrap=wf_run_queue_steal
