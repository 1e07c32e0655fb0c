# What a maintainer of the course types: to prove it, to make its derived files, to measure it, to hand the runtime on.

.PHONY: deps-check deps-docs
deps-check: deps-grade
	@grader/tools/deps.sh grade check docs debug soak expand
deps-docs:
	@grader/tools/deps.sh docs

# --- proving it all --------------------------------------------------------------------------------------

## check: prove what a commit needs; QUICK=1: less, LONG=1: all, FRESH=1: what was kept, too
.PHONY: check
check: deps-check
	@grader/tools/check.sh $(if $(LONG),--long,$(if $(QUICK),--quick))

## clients: netcat, socat, curl, ab and openssl talk to the servers among the examples
.PHONY: clients
clients: deps-check
	@grader/tools/clients.sh
	@grader/tools/web-clients.sh

# The models of a lab on its solution, as a program; not those of an exercise that must fail on what they are judged on.
MODEL_PROGRAMS := $(foreach lab,$(GRADED),$(if $(filter-out models,$($(lab).kind)),$(if $($(lab).models),$(B)/models/$(lab))))
define model_rule
$(B)/models/$(1): $(patsubst %.c,$(B)/obj/interleave/%.o,$(EXPLORED_GIVEN) $(SOLUTIONS) $(if $(filter $(1),$(EXERCISES)),$(addprefix solutions/$(1)/,$($(1).write))) $($(1).models)) $(B)/obj/engine/engine.o grader/interleave/wrapped.txt
	@mkdir -p $$(@D)
	@$$(explore_link) -o $$@ $$(filter %.o,$$^)
endef
$(foreach lab,$(GRADED),$(eval $(call model_rule,$(lab))))

# And of the given parts.
GIVEN_MODELS := $(wildcard grader/given-tests/models/*.c)
MODEL_PROGRAMS += $(B)/models/given
$(B)/models/given: $(patsubst %.c,$(B)/obj/interleave/%.o,$(EXPLORED_GIVEN) $(SOLUTIONS) $(GIVEN_MODELS)) $(B)/obj/engine/engine.o grader/interleave/wrapped.txt
	@mkdir -p $(@D)
	@$(explore_link) -o $@ $(filter %.o,$^)

## interleave: prove the engine, explore the models of all labs, and ask which memory orders they need
.PHONY: interleave
interleave: deps-grade
	@$(MAKE) -s -j"$$JOBS" $(MODEL_PROGRAMS)
	@status=0; grader/interleave/prove.sh $$PROVE || status=1; grader/tools/orders.sh || status=1; \
	    grader/tools/models.sh $(MODEL_PROGRAMS) || status=1; exit $$status

## mutants: which test fails on which mutant: the book, and those that nobody wrote: [LAB=02] [FUNCTION=name] [ALL=1]
.PHONY: mutants
mutants: grader deps-check
	@grader/tools/deps.sh mutants
	@$(MAKE) -s -j"$$JOBS" subject-objects
	@trap 'echo "mutants: stopped in the book, which begins anew the next time; make mutants LAB=02 runs only what a program makes"' INT; \
	    [ "$$LAB$$FUNCTION$$ALL" ] || $(B)/weft-grade selftest --whole mutant
	@[ "$$LAB$$FUNCTION$$ALL" ] || { cat docs/mutants.head; { $(B)/weft-grade list --table; sort $(B)/selftest/mutants.md; } | awk -f docs/mutants.awk; } > docs/mutants.md
	@grader/mutate/run.py $${FUNCTION:+--function="$$FUNCTION"} $${ALL:+--all} -- $${LAB:+"$$LAB"}

## accept: grade what the course says itself: solutions, solutions on all before them, starters: [LABS="01 02"]
.PHONY: accept
accept: grader
	@$(MAKE) -s -j"$$JOBS" subject-objects
	@$(B)/weft-grade accept $(sandbox_argument) -- "$$ASKED_LABS"

## starters: cut the starters from the solutions again
.PHONY: starters
starters: grader
	@grader/tools/starters.sh

## soak: grade the solution 100 times under load: LAB=01 [RUNS=100]
.PHONY: soak
soak: grader deps-check
	$(need_lab)
	@grader/tools/soak.sh "$$LAB" $${RUNS:+"$$RUNS"}

## docs: the site, in build/docs/html
.PHONY: docs
docs: deps-docs deps-grade
	@$(MAKE) -s -j"$$JOBS" $(B)/weft-grade
	@docs/build.sh

# The unit tests of the given parts, with all of the runtime beneath them.
GIVEN_TESTS := $(wildcard grader/given-tests/*.c) $(RELEASE_SOURCES) $(SOLUTIONS)
define given_rule
$(B)/given-tests/$(1): $(GIVEN_TESTS:%.c=$(B)/obj/$(1)/%.o)
	@mkdir -p $$(@D)
	@$$(GRADE_CC) $$($(1).flags) -pthread -o $$@ $$^ $$(FACADE_LIBRARIES) $$(shell pkg-config --libs check jansson)
-include $(if $(filter $(B)/%,$(MAKECMDGOALS)),$(filter-out $(SUBJECT_OBJECTS:%.o=%.d),$(GIVEN_TESTS:%.c=$(B)/obj/$(1)/%.d)))
endef
$(foreach variant,$(NATIVE),$(eval $(call given_rule,$(variant))))

## contract: accept changed headers as the contract
.PHONY: contract
contract:
	@sha256sum $(sort $(HEADERS)) > runtime/contract.sha256

## layout: where the members of tasks, sets of tasks and contexts lie, in bytes, and which threads that keeps apart
.PHONY: layout
layout: deps-grade
	@grader/tools/deps.sh debug
	@grader/tools/layout.sh

# --- the runtime as a library -----------------------------------------------------------------------------

## lib: libweft.a and libweft.so from a pick, in build/lib: [OWN="01"] [FROM=dir]
# The pick decides what is in it, so it is made anew: an archive that is added to keeps what it held.
.PHONY: lib
lib: deps-grade
	$(call make_pick,lib,$(RELEASE_SOURCES))
	@mkdir -p $(B)/lib
	@rm -f $(B)/lib/libweft.a
	@ar rcs $(B)/lib/libweft.a $(call pick_objects,lib,$(RELEASE_SOURCES))
	@$(GRADE_CC) -shared -Wl,-soname,libweft.so.0 -Wl,-z,defs -pthread -o $(B)/lib/libweft.so $(call pick_objects,lib,$(RELEASE_SOURCES)) $(FACADE_LIBRARIES)
	@printf '%s, labs of your own: %s\n' "$(B)/lib/libweft.a and libweft.so" "$${OWN:-none}"

## install: library, headers and pkg-config file below PREFIX (/usr/local) [DESTDIR=dir]
.PHONY: install
install: lib
	@runtime/install.sh

# --- benchmarks ------------------------------------------------------------------------------------------

# As a program's release is built, and the runtime with it: Tokio is compiled with fat LTO too.
BENCH_FLAGS := -std=gnu11 -D_GNU_SOURCE -pthread $(bench.flags)

## bench: measure a pick beside Tokio and Go, where they are installed: [OWN="03"] [ROUNDS=5] [GROUP="spawn ping_pong"]
.PHONY: bench
bench: deps-grade
	$(call make_pick,bench,$(RELEASE_SOURCES))
	@mkdir -p $(B)/bench
	@$(GRADE_CC) $(BENCH_FLAGS) -Iruntime/include -o $(B)/bench/weft runtime/bench/*.c $(call pick_objects,bench,$(RELEASE_SOURCES)) $(FACADE_LIBRARIES)
	@BENCH_CC="$(GRADE_CC)" BENCH_FLAGS="$(BENCH_FLAGS)" runtime/bench/run.sh

## bench-deps: install what the benchmarks on Tokio and Go need
.PHONY: bench-deps
bench-deps:
	@grader/tools/deps.sh grade bench && echo "bench-deps: Tokio and Go are there"
