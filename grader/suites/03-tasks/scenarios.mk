# The files of lab 03's scenarios, and what the link of a subject needs beside them: the transitions are wrapped, so
# that something can be made to happen just before one of them.
SCENARIOS := scenarios.c scenario_cells.c scenario_tasks.c scenario_scopes.c scenario_threads.c bench.c stage.c transitions.c laws_futures.c
SUPPORT := mocks.c plans.c kit_life.c kit_where.c kit_objects.c kit_leaves.c kit_memory.c kit_mistakes.c kit_tasks.c
MODELS := models_abort.c models_bench.c models_join.c models_state.c
LINK_FLAGS := -Wl,--wrap=wf_task_to_running -Wl,--wrap=wf_task_to_idle -Wl,--wrap=wf_task_to_complete -Wl,--wrap=wf_task_share_join_waker -Wl,--wrap=wf_task_unshare_join_waker -Wl,--wrap=wf_task_end_join_waker -Wl,--wrap=wf_task_to_join_dropped -Wl,--wrap=wf_task_unreference
