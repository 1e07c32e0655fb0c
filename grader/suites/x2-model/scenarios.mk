# The exercise runs in no variant but interleave. A submission's calls of lab 05 go to the design at hand (models_designs.c); each
# design is an object that designs.sh makes, as grader/grader.mk says. MODEL_CALLS is
# how the functions of the runtime begin that a submission may call.
SCENARIOS :=
MODELS := models_designs.c designs/ring-reference.c designs/ring-ring-under-a-lock.c designs/ring-copies-then-claims.c designs/ring-05.05-push-releases-nothing.c designs/ring-05.05-tail-is-not-acquired.c designs/ring-05.05-pop-by-a-store.c designs/ring-05.05-gives-back-by-a-store.c designs/ring-05.05-sheds-by-a-store.c designs/ring-05.05-room-from-real.c designs/ring-05.05-gives-back-before-the-copy.c designs/idle-reference.c designs/idle-idle-under-its-lock.c designs/idle-fences.c designs/idle-05.08-looks-by-a-load.c designs/idle-05.08-looks-relaxed.c designs/idle-05.08-look-releases-nothing.c
MODEL_CALLS := wf_run_queue_ wf_idle_ wf_inject_queue_
LINK_FLAGS :=
MODEL_LINK_FLAGS := -Wl,--wrap=wf_run_queue_init -Wl,--wrap=wf_run_queue_push -Wl,--wrap=wf_run_queue_pop -Wl,--wrap=wf_run_queue_steal -Wl,--wrap=wf_idle_init -Wl,--wrap=wf_idle_destroy -Wl,--wrap=wf_idle_to_wake -Wl,--wrap=wf_idle_fall_asleep -Wl,--wrap=wf_idle_wake_up -Wl,--wrap=wf_idle_is_asleep -Wl,--wrap=wf_idle_begin_search -Wl,--wrap=wf_idle_end_search
