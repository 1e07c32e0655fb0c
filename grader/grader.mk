# How the grader and its subjects are built, for make grade and for the grader itself, which calls `make subject-objects-LAB`.

# A suite's folder holds both sides: its scenarios.mk names the files that run inside the subject.
GRADED := $(LABS) $(EXERCISES)
$(foreach lab,$(GRADED),$(eval SCENARIOS :=)$(eval TOP :=)$(eval MODELS :=)$(eval include grader/suites/$(lab)/scenarios.mk)$(eval $(lab).scenarios := $(addprefix grader/suites/$(lab)/,$(SCENARIOS)) $(addprefix runtime/facade/,$(TOP)))$(eval $(lab).models := $(addprefix grader/suites/$(lab)/,$(MODELS))))
$(foreach lab,$(GRADED),$(eval $(lab).suite := $(filter-out $($(lab).scenarios) $($(lab).models),$(wildcard grader/suites/$(lab)/*.c))))
OWN_SOURCES := $(wildcard grader/src/*.c) $(addprefix grader/interleave/engine/,layout.c page_arrows.c page_html.c page_markup.c page_source.c)
GRADER_SOURCES := $(OWN_SOURCES) $(foreach lab,$(GRADED),$($(lab).suite))
GRADER_OBJECTS := $(GRADER_SOURCES:%.c=$(B)/obj/grader/%.o)
GRADER_LIBRARIES := check jansson libcrypto libseccomp
GRADER_FLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -g $(WARNINGS) -Iruntime/include -Igrader/support

# The grader, and the grader itself under ASan and UBSan, for make check. It is not dumpable, so no LeakSanitizer. $(1) is where
# the objects are. A lab's suite is one object that shows no name but its table, suite_NN_name: two labs' names never meet.
define grader_rules
$(B)/obj/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	@$$(GRADE_CC) $$(GRADER_FLAGS) $(2) -MMD -MP -MF $$@.d.$$$$$$$$ -MT $$@ -c $$< -o $$@.$$$$$$$$ && mv $$@.d.$$$$$$$$ $$(@:.o=.d) && mv $$@.$$$$$$$$ $$@
$(B)/$(3): $$(OWN_SOURCES:%.c=$(B)/obj/$(1)/%.o) $$(GRADED:%=$(B)/obj/$(1)/suite-%.o)
	@$$(GRADE_CC) $(2) -o $$@.$$$$$$$$ $$^ $$(shell pkg-config --libs $$(GRADER_LIBRARIES)) && mv $$@.$$$$$$$$ $$@
endef
define suite_rule
$(B)/obj/$(1)/suite-$(2).o: $$($(2).suite:%.c=$(B)/obj/$(1)/%.o)
	@$$(GRADE_CC) -r -nostdlib -o $$@.$$$$$$$$ $$^ && \
	    objcopy --keep-global-symbol=suite_$(subst -,_,$(2)) $$@.$$$$$$$$ && mv $$@.$$$$$$$$ $$@
endef
$(eval $(call grader_rules,grader,,weft-grade))
$(eval $(call grader_rules,grader-asan,$(asan.flags),weft-grade-asan))
$(foreach way,grader grader-asan,$(foreach lab,$(GRADED),$(eval $(call suite_rule,$(way),$(lab)))))

.PHONY: grader
grader: deps-grade
	@[ -x $(B)/weft-grade ] || echo "building the grader, once: it takes about half a minute" >&2
	@$(MAKE) -s -j"$$JOBS" $(B)/weft-grade

# What a subject is made of beside the submission: the same sources in every variant that runs natively. Where the
# engine explores, models stand in place of the scenarios, and the engine's own files in place of the allocator.
NATIVE := $(filter-out interleave,$(VARIANTS))
SOLUTIONS := $(foreach lab,$(LABS),$(addprefix solutions/$(lab)/,$($(lab).write)) $(addprefix runtime/given/$(lab)/,$($(lab).given)))
EXERCISE_SOLUTIONS := $(foreach lab,$(EXERCISES),$(addprefix solutions/$(lab)/,$($(lab).write)))
SHARED_SOURCES := $(addprefix runtime/given/,$(GIVEN)) $(filter-out grader/support/fences.c,$(wildcard grader/support/*.c)) $(SOLUTIONS)
SUBJECT_SOURCES := $(SHARED_SOURCES) $(foreach lab,$(GRADED),$($(lab).scenarios))
EXPLORED_GIVEN := $(addprefix runtime/given/,$(filter-out alloc.c,$(GIVEN))) grader/interleave/support/alloc.c
EXPLORED_SHARED := $(EXPLORED_GIVEN) $(SOLUTIONS)
EXPLORED_SOURCES := $(EXPLORED_SHARED) $(EXERCISE_SOLUTIONS) $(foreach lab,$(GRADED),$($(lab).models))
SUBJECT_OBJECTS := $(foreach variant,$(NATIVE),$(SUBJECT_SOURCES:%.c=$(B)/obj/$(variant)/%.o)) $(EXPLORED_SOURCES:%.c=$(B)/obj/interleave/%.o) $(B)/obj/tsan/grader/support/fences.o

.PHONY: subject-objects
subject-objects: $(SUBJECT_OBJECTS) $(B)/obj/engine/engine.o $(B)/headers.stamp

# Of one lab: nobody waits for the scenarios of the others.
define lab_objects
.PHONY: subject-objects-$(1)
$(1).objects := $(foreach variant,$(NATIVE),$(patsubst %.c,$(B)/obj/$(variant)/%.o,$(SHARED_SOURCES) $($(1).scenarios))) $(patsubst %.c,$(B)/obj/interleave/%.o,$(EXPLORED_SHARED) $($(1).models)) $(B)/obj/tsan/grader/support/fences.o
subject-objects-$(1): $$($(1).objects) $(B)/obj/engine/engine.o $(B)/headers.stamp
endef
$(foreach lab,$(GRADED),$(eval $(call lab_objects,$(lab))))

# A subject names files from the tree's top on, and never says where the tree is: the solutions are there.
OWN_PATHS := '-ffile-prefix-map=$(CURDIR)=.'

# The runtime's own files assert what a debug build does (weft/detail/debug.h): in variant $(1), which runs natively, file $(2).
debug_flag = $(if $(filter $(NATIVE),$(1)),$(if $(filter solutions/% runtime/%,$(2)),-DWF_DEBUG))

# Two labs may be graded at once, and each make an object that both need: so it appears whole, or not yet. The same is true of what
# it depends on, which every make reads.
define variant_rule
$(B)/obj/$(1)/%.o: %.c grader/variants.mk
	@mkdir -p $$(@D)
	@$$(GRADE_CC) $$(GRADE_COMMON) $$($(1).flags) $$(call debug_flag,$(1),$$<) $$(OWN_PATHS) -Werror -Iruntime/include -Igrader/support -Igrader/interleave -MMD -MP -MF $$@.d.$$$$$$$$ -MT $$@ -c $$< -o $$@.$$$$$$$$ && mv $$@.d.$$$$$$$$ $$(@:.o=.d) && mv $$@.$$$$$$$$ $$@
endef
$(foreach variant,$(VARIANTS) $(PICKS),$(eval $(call variant_rule,$(variant))))
# Of scenarios reports name functions and lines; what they are linked with is the submission's or the runtime's.
$(B)/obj/plain/grader/%.o: plain.flags += -g1

# What the models of an exercise are judged on: lab 05's ring and idle word, right and wrong, each under names of its own.
DESIGNED := $(wildcard $(addprefix solutions/$(x2-model.designs)/,run_queue.c idle.c) $(addprefix grader/alternates/$(x2-model.designs)/*/,run_queue.c idle.c) grader/mutants/$(x2-model.designs)/*.patch)
$(B)/obj/interleave/grader/suites/x2-model/designs/%.o: grader/suites/x2-model/designs.sh grader/variants.mk $(DESIGNED) $(wildcard runtime/include/weft/*.h runtime/include/weft/detail/*.h)
	@CC="$(GRADE_CC)" CFLAGS="$(GRADE_COMMON) $(interleave.flags) -Werror -Iruntime/include" grader/suites/x2-model/designs.sh $* $@

HEADERS := $(wildcard $(addprefix runtime/include/weft/,*.h detail/*.h exercises/*.h))
$(B)/headers.stamp: $(HEADERS)
	@mkdir -p $(B)
	@touch $@

# The engine, not instrumented, in one object that shows no name but those that it is called by: a submission's may be alike.
ENGINE_OBJECTS := $(patsubst %.c,$(B)/obj/engine/%.o,$(wildcard grader/interleave/engine/*.c) grader/interleave/support/weft.c)
$(B)/obj/engine/engine.o: $(ENGINE_OBJECTS)
	@$(GRADE_CC) -r -nostdlib -o $@.$$$$ $^ && \
	    objcopy -w $(patsubst %,--keep-global-symbol='%',main interleave_* __tsan_* __atomic_* __wrap_*) $@.$$$$ && mv $@.$$$$ $@
$(B)/obj/engine/%.o: %.c grader/variants.mk
	@mkdir -p $(@D)
	@$(GRADE_CC) $(GRADER_FLAGS) $(OWN_PATHS) -fno-pie -Igrader/interleave -MMD -MP -c $< -o $@

# What objects depend on is read where objects are made: by a make whose goals are files of build, or subjects' objects; of those of
# one lab no other's. To read it all takes longer than the rest that a make does.
LAB_GOALS := $(filter $(GRADED),$(patsubst subject-objects-%,%,$(MAKECMDGOALS)))
MADE := $(if $(filter $(B)/% subject-objects,$(MAKECMDGOALS)),$(GRADER_OBJECTS) $(GRADER_SOURCES:%.c=$(B)/obj/grader-asan/%.o) $(SUBJECT_OBJECTS),$(foreach lab,$(LAB_GOALS),$($(lab).objects)))
-include $(patsubst %.o,%.d,$(if $(MADE),$(ENGINE_OBJECTS)) $(MADE))

# --- picks ----------------------------------------------------------------------------------------------

# A pick: the labs in OWN from FROM, the reference for the rest, in a variant. Without OWN its objects are the reference's. Else
# weft-grade leaves them in build/pick, for it alone reads OWN and FROM, and compiles in the sandbox what was submitted.
# $(1) is the variant, $(2) are files of the bottom layer.
reference_objects = $(patsubst %.c,$(B)/obj/$(1)/%.o,$(SOLUTIONS) $(2))
pick_folder = $(if $(OWN),$(B)/pick/$(1),$(B)/obj/$(1)/solutions)
pick_objects = $(foreach lab,$(LABS),$(patsubst %.c,$(pick_folder)/$(lab)/%.o,$($(lab).write)) $(patsubst %.c,$(B)/obj/$(1)/runtime/given/$(lab)/%.o,$($(lab).given))) \
    $(patsubst %.c,$(B)/obj/$(1)/%.o,$(2))
define make_pick
@$(MAKE) -s -j"$$JOBS" $(reference_objects) $(if $(OWN),$(B)/headers.stamp $(B)/weft-grade)
$(if $(OWN),@$(B)/weft-grade pick --from "$$FROM" --own "$$OWN" $(sandbox_argument) -- $(1))
endef
# What no lab asks for: the bottom layer, what is given with labs that are not built yet, and the top layer. A release has its
# allocator besides.
AHEAD := $(foreach lab,$(PLANNED),$(addprefix runtime/given/$(lab)/,$($(lab).given)))
GIVEN_SOURCES := $(addprefix runtime/given/,$(GIVEN)) $(AHEAD) $(addprefix runtime/facade/,$(FACADE))
RELEASE_SOURCES := $(GIVEN_SOURCES) $(addprefix runtime/given/,$(RELEASE))
-include $(if $(filter $(B)/%,$(MAKECMDGOALS)),$(patsubst %.c,%.d,$(foreach way,$(PICKS),$(addprefix $(B)/obj/$(way)/,$(SOLUTIONS) $(RELEASE_SOURCES)))))

# A model's objects, the engine and what the engine takes the place of.
explore_link = $(GRADE_CC) $(interleave.link) $(addprefix -Wl$(comma)--wrap=,$(file <grader/interleave/wrapped.txt)) -pthread
comma := ,
