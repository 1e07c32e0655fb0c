# Weft. Every command a person types is a target here; `make` alone prints them.

# What a person passes is text, and never make's or a shell's to expand. make expands a value wherever its variable is used,
# exported or handed to a sub-make. So, before any use, each becomes a variable that holds the text itself; recipes take it
# from the environment, in quotes, as "$$FROM".
NAMES := LAB FROM OWN SEED TEST TOKEN DEEP SANDBOX FILE EXAMPLE VARIANT PREFIX DESTDIR HINT RUNS ROUNDS QUICK PROVE
export ASKED_LABS := $(value LABS)
override undefine LABS
passed := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
$(foreach name,$(sort $(NAMES) $(passed)),$(if $(filter undefined,$(origin $(name))),,$(eval override $(name) := $$(value $(name)))))
MAKEOVERRIDES :=

include runtime/modules.mk
include grader/variants.mk

LAB ?=
FROM ?= labs
OWN ?=
JOBS := $(shell nproc)
VARIANT ?= plain
PREFIX ?= /usr/local
export JOBS $(NAMES) $(passed)
B := build

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wimplicit-fallthrough -Wno-unused-parameter
CLANG_WARNINGS := -Wconditional-uninitialized
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DEFAULT_GOAL := help

## help: this list
.PHONY: help
help:
	@printf 'Weft: an async runtime in C, and the course that builds it.\n\n'
	@sed -n 's/^## \([a-z-]*\): \(.*\)/  make \1\t\2/p' Makefile | expand -t 22
	@printf '\nLAB=01 chooses the lab, FROM=dir the submission (labs), OWN="01 02" or OWN=all earlier labs of yours.\n'

# --- dependencies ---------------------------------------------------------------------------------------

## deps: install the packages that are missing
.PHONY: deps deps-grade deps-check deps-docs
deps:
	@grader/tools/deps.sh grade sandbox check debug expand docs soak dev && echo "deps: every package of grader/tools/packages.txt is there, but for those of make bench-deps"
# Where bubblewrap cannot be had it is asked for once: grading goes on in the next tier, and each result says so.
deps-grade:
	@grader/tools/deps.sh grade
	@[ -e $(B)/without-bubblewrap ] || grader/tools/deps.sh sandbox || { mkdir -p $(B) && : >$(B)/without-bubblewrap; }
deps-check: deps-grade
	@grader/tools/deps.sh grade check docs debug soak expand
deps-docs:
	@grader/tools/deps.sh docs

## doctor: check compiler, sanitizers, sandbox and limits, by trying each
.PHONY: doctor
doctor: deps-grade
	@grader/tools/doctor.sh

# --- the grader -----------------------------------------------------------------------------------------

# A suite's folder holds both sides: its scenarios.mk names the files that run inside the subject.
GRADED := $(LABS) $(EXERCISES)
$(foreach lab,$(GRADED),$(eval SCENARIOS :=)$(eval MODELS :=)$(eval include grader/suites/$(lab)/scenarios.mk)$(eval $(lab).scenarios := $(addprefix grader/suites/$(lab)/,$(SCENARIOS)))$(eval $(lab).models := $(addprefix grader/suites/$(lab)/,$(MODELS))))
SUITE_SOURCES := $(foreach lab,$(GRADED),$(filter-out $($(lab).scenarios) $($(lab).models),$(wildcard grader/suites/$(lab)/*.c)))
GRADER_SOURCES := $(wildcard grader/src/*.c) $(SUITE_SOURCES) grader/interleave/engine/page_html.c
GRADER_OBJECTS := $(GRADER_SOURCES:%.c=$(B)/obj/grader/%.o)
GRADER_LIBRARIES := check jansson libcrypto libseccomp
GRADER_FLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -g $(WARNINGS) -Iruntime/include -Igrader/support

$(B)/weft-grade: $(GRADER_OBJECTS)
	@$(GRADE_CC) -o $@.$$$$ $^ $(shell pkg-config --libs $(GRADER_LIBRARIES)) && mv $@.$$$$ $@

# The grader itself under ASan and UBSan, for make check. It is not dumpable, so no LeakSanitizer.
$(B)/weft-grade-asan: $(GRADER_SOURCES) $(GRADER_OBJECTS)
	@$(GRADE_CC) $(GRADER_FLAGS) $(asan.flags) -o $@ $(GRADER_SOURCES) $(shell pkg-config --libs $(GRADER_LIBRARIES))

$(B)/obj/grader/%.o: %.c
	@mkdir -p $(@D)
	@$(GRADE_CC) $(GRADER_FLAGS) -MMD -MP -c $< -o $@

.PHONY: grader
grader: deps-grade
	@$(MAKE) -s -j"$$JOBS" $(B)/weft-grade subject-objects

# What a subject is made of beside the submission: the same sources in every variant that runs natively. Where the
# engine explores, models stand in place of the scenarios, and the engine's own files in place of the allocator.
NATIVE := $(filter-out interleave,$(VARIANTS))
SOLUTIONS := $(foreach lab,$(LABS),$(addprefix solutions/$(lab)/,$($(lab).write) $($(lab).given)))
EXERCISE_SOLUTIONS := $(foreach lab,$(EXERCISES),$(addprefix solutions/$(lab)/,$($(lab).write)))
SUBJECT_SOURCES := $(addprefix runtime/given/,$(GIVEN)) grader/support/scenario.c $(SOLUTIONS) $(foreach lab,$(GRADED),$($(lab).scenarios))
EXPLORED_GIVEN := $(addprefix runtime/given/,$(filter-out alloc.c,$(GIVEN))) grader/interleave/support/alloc.c
EXPLORED_SOURCES := $(EXPLORED_GIVEN) $(SOLUTIONS) $(EXERCISE_SOLUTIONS) $(foreach lab,$(GRADED),$($(lab).models))
SUBJECT_OBJECTS := $(foreach variant,$(NATIVE),$(SUBJECT_SOURCES:%.c=$(B)/obj/$(variant)/%.o)) $(EXPLORED_SOURCES:%.c=$(B)/obj/interleave/%.o) $(B)/obj/tsan/grader/support/fences.o

.PHONY: subject-objects
subject-objects: $(SUBJECT_OBJECTS) $(B)/obj/engine/engine.o $(B)/headers.stamp

# A subject names files from the tree's top on, and never says where the tree is: the solutions are there.
OWN_PATHS := '-ffile-prefix-map=$(CURDIR)=.'

define variant_rule
$(B)/obj/$(1)/%.o: %.c grader/variants.mk
	@mkdir -p $$(@D)
	@$$(GRADE_CC) $$(GRADE_COMMON) $$($(1).flags) $$(OWN_PATHS) -Werror -Iruntime/include -Igrader/support -Igrader/interleave -MMD -MP -c $$< -o $$@
endef
$(foreach variant,$(VARIANTS) $(PICKS),$(eval $(call variant_rule,$(variant))))

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

-include $(GRADER_OBJECTS:.o=.d) $(SUBJECT_OBJECTS:.o=.d) $(ENGINE_OBJECTS:.o=.d)

need_lab = $(if $(LAB),,$(error Which lab? For example: make $@ LAB=01))
# Behind "--" a name that begins with a dash is no option.
sandbox_argument = $${SANDBOX:+--sandbox "$$SANDBOX"}
grade_arguments = --from "$$FROM" --own "$$OWN" $${SEED:+--seed "$$SEED"} $${TEST:+--test "$$TEST"} $(sandbox_argument) $${DEEP:+--deep} $${HINT:+--hint}
token_argument = $${TOKEN:+--token "$$TOKEN"}

## grade: build a lab and grade it: LAB=01 [FROM=dir] [OWN="01"] [TEST=name] [SEED=n] [DEEP=1] [HINT=1]
.PHONY: grade
grade: grader
	$(need_lab)
	@$(B)/weft-grade run $(grade_arguments) --json $(B)/results/ -- "$$LAB"

## debug: the run that failed, in gdb: LAB=01 TEST=name SEED=n, or TOKEN=t of a model [FROM=dir]
.PHONY: debug
debug: grader
	$(need_lab)
	@grader/tools/deps.sh debug
	@$(B)/weft-grade debug $(grade_arguments) $(token_argument) -- "$$LAB"

## trace: the failure of a model as a page, lane by lane: LAB=01 TEST=model [TOKEN=t] [FROM=dir]
.PHONY: trace
trace: grader
	$(need_lab)
	@$(B)/weft-grade trace $(grade_arguments) $(token_argument) -- "$$LAB"

## list: the labs, their files and tests
.PHONY: list
list: grader
	@$(B)/weft-grade list

# --- the runtime -----------------------------------------------------------------------------------------

# A pick: the labs in OWN from FROM, the reference for the rest, in a variant. Without OWN its objects are the reference's. Else
# weft-grade leaves them in build/pick, for it alone reads OWN and FROM, and compiles in the sandbox what was submitted.
# $(1) is the variant, $(2) are files of the bottom layer.
reference_objects = $(patsubst %.c,$(B)/obj/$(1)/%.o,$(SOLUTIONS) $(2))
pick_folder = $(if $(OWN),$(B)/pick/$(1),$(B)/obj/$(1)/solutions)
pick_objects = $(foreach lab,$(LABS),$(patsubst %.c,$(pick_folder)/$(lab)/%.o,$($(lab).write)) $(patsubst %.c,$(B)/obj/$(1)/solutions/$(lab)/%.o,$($(lab).given))) \
    $(patsubst %.c,$(B)/obj/$(1)/%.o,$(2))
define make_pick
@$(MAKE) -s -j"$$JOBS" $(reference_objects) $(if $(OWN),$(B)/headers.stamp $(B)/weft-grade)
$(if $(OWN),@$(B)/weft-grade pick --from "$$FROM" --own "$$OWN" $(sandbox_argument) -- $(1))
endef
GIVEN_SOURCES := $(addprefix runtime/given/,$(GIVEN))
-include $(patsubst %.c,%.d,$(foreach way,$(PICKS),$(addprefix $(B)/obj/$(way)/,$(SOLUTIONS) $(GIVEN_SOURCES))))

# A file that a person named, as the word of a command: neither an option nor, for the compiler, a list of them.
file_word = "$$(case $$FILE in [-@]*) printf ./ ;; esac)$$FILE"

# One of the native variants, whatever was passed.
variant = $(if $(filter-out $(NATIVE),$(VARIANT)),$(error Which variant? VARIANT= is one of: $(NATIVE)),$(firstword $(VARIANT) plain))

## run: build and run an example on a pick: EXAMPLE=first_future [OWN=all] [FROM=dir]
.PHONY: run
run: deps-grade
	@case $$EXAMPLE in '' | */*) false ;; *) test -f "runtime/examples/$$EXAMPLE.c" ;; esac || \
	    { echo "Which example? EXAMPLE= is one of: $$(cd runtime/examples && echo *.c | sed 's/\.c\>//g')" >&2; exit 2; }
	$(call make_pick,$(variant),$(GIVEN_SOURCES))
	@mkdir -p $(B)/examples
	@$(GRADE_CC) $(GRADE_COMMON) $($(variant).flags) -Iruntime/include -o "$(B)/examples/$$EXAMPLE" "runtime/examples/$$EXAMPLE.c" \
	    $(call pick_objects,$(variant),$(GIVEN_SOURCES))
	@"$(B)/examples/$$EXAMPLE"

## model: explore models that you have written: FILE=x.c [TEST=name] [TOKEN=t] [OWN=all] [FROM=dir]
explore_link = $(GRADE_CC) $(interleave.link) $(addprefix -Wl$(comma)--wrap=,$(file <grader/interleave/wrapped.txt)) -pthread
comma := ,
.PHONY: model
model: deps-grade
	@test -f "$$FILE" || { printf "Which model? For example: make model FILE=my_model.c (there is no file '%s')\n" "$$FILE" >&2; exit 1; }
	@$(MAKE) -s -j"$$JOBS" $(B)/obj/engine/engine.o
	$(call make_pick,interleave,$(EXPLORED_GIVEN))
	@mkdir -p $(B)/models $(B)/trace
	@$(GRADE_CC) $(GRADE_COMMON) $(interleave.flags) -Iruntime/include -Igrader/interleave -c $(file_word) -o $(B)/models/own.o
	@$(explore_link) -o $(B)/models/own $(B)/models/own.o $(call pick_objects,interleave,$(EXPLORED_GIVEN)) $(B)/obj/engine/engine.o
	@$(B)/models/own --page $(B)/trace/own.html $${TOKEN:+--replay "$$TOKEN"} -- $${TEST:+"$$TEST"}

## expand: an async function as the state machine that its macros write: FILE=x.c
.PHONY: expand
expand: deps-grade
	@grader/tools/deps.sh expand
	@grader/tools/expand.sh $(file_word)

## frames: how large the frames of futures are: [FILE=x.c]
.PHONY: frames
frames: deps-grade
	@grader/tools/deps.sh debug
	@grader/tools/frames.sh $(if $(FILE),$(file_word),solutions/*/*.c runtime/examples/*.c)

## lib: libweft.a and libweft.so from a pick, in build/lib: [OWN="01"] [FROM=dir]
# The pick decides what is in it, so it is made anew: an archive that is added to keeps what it held.
.PHONY: lib
lib: deps-grade
	$(call make_pick,lib,$(GIVEN_SOURCES))
	@mkdir -p $(B)/lib
	@rm -f $(B)/lib/libweft.a
	@ar rcs $(B)/lib/libweft.a $(call pick_objects,lib,$(GIVEN_SOURCES))
	@$(GRADE_CC) -shared -Wl,-soname,libweft.so.0 -Wl,-z,defs -pthread -o $(B)/lib/libweft.so $(call pick_objects,lib,$(GIVEN_SOURCES))
	@printf '%s, labs of your own: %s\n' "$(B)/lib/libweft.a and libweft.so" "$${OWN:-none}"

## install: library, headers and pkg-config file below PREFIX (/usr/local) [DESTDIR=dir]
.PHONY: install
install: lib
	@runtime/install.sh

# --- benchmarks ------------------------------------------------------------------------------------------

# As a program's release is built, and the runtime with it: Tokio is compiled with fat LTO too.
BENCH_FLAGS := -std=gnu11 -D_GNU_SOURCE -pthread $(bench.flags)

## bench: measure a pick beside Tokio and Go, where they are installed: [OWN="03"] [ROUNDS=5]
.PHONY: bench
bench: deps-grade
	$(call make_pick,bench,$(GIVEN_SOURCES))
	@mkdir -p $(B)/bench
	@$(GRADE_CC) $(BENCH_FLAGS) -Iruntime/include -o $(B)/bench/weft runtime/bench/bench.c $(call pick_objects,bench,$(GIVEN_SOURCES))
	@BENCH_CC="$(GRADE_CC)" BENCH_FLAGS="$(BENCH_FLAGS)" runtime/bench/run.sh

## bench-deps: install what the benchmarks on Tokio and Go need
.PHONY: bench-deps
bench-deps:
	@grader/tools/deps.sh grade bench && echo "bench-deps: Tokio and Go are there"

# --- proving it all --------------------------------------------------------------------------------------

## check: prove everything that a submission must meet; QUICK=1 for daily work
.PHONY: check
check: deps-check
	@grader/tools/check.sh $(if $(QUICK),--quick)

# The models of a lab on its solution, as a program.
MODEL_PROGRAMS := $(foreach lab,$(GRADED),$(if $($(lab).models),$(B)/models/$(lab)))
define model_rule
$(B)/models/$(1): $(patsubst %.c,$(B)/obj/interleave/%.o,$(EXPLORED_GIVEN) $(SOLUTIONS) $(if $(filter $(1),$(EXERCISES)),$(addprefix solutions/$(1)/,$($(1).write))) $($(1).models)) $(B)/obj/engine/engine.o grader/interleave/wrapped.txt
	@mkdir -p $$(@D)
	@$$(explore_link) -o $$@ $$(filter %.o,$$^)
endef
$(foreach lab,$(GRADED),$(eval $(call model_rule,$(lab))))

## interleave: prove the engine, explore the models of all labs, and ask which memory orders they need
.PHONY: interleave
interleave: deps-grade
	@$(MAKE) -s -j"$$JOBS" $(MODEL_PROGRAMS)
	@status=0; grader/interleave/prove.sh $$PROVE || status=1; grader/tools/orders.sh || status=1; \
	    grader/tools/models.sh $(MODEL_PROGRAMS) || status=1; exit $$status

## mutants: the whole matrix: which test fails on which mutant
.PHONY: mutants
mutants: grader deps-check
	@$(B)/weft-grade selftest mutant
	@{ cat docs/mutants.head; sort $(B)/selftest/mutants.md | awk -f docs/mutants.awk runtime/modules.mk -; } > docs/mutants.md

## accept: grade what the course says itself: solutions, solutions on all before them, starters: [LABS="01 02"]
.PHONY: accept
accept: grader
	@$(B)/weft-grade accept $(sandbox_argument) -- "$$ASKED_LABS"

## starters: cut the starters from the solutions again
.PHONY: starters
starters:
	@grader/tools/starters.sh

## soak: grade the solution 100 times under load: LAB=01 [RUNS=100]
.PHONY: soak
soak: grader deps-check
	$(need_lab)
	@grader/tools/soak.sh "$$LAB" $${RUNS:+"$$RUNS"}

## docs: the site, in build/docs/html
.PHONY: docs
docs: deps-docs
	@docs/build.sh

# The unit tests of the given parts, with all of the runtime beneath them.
GIVEN_TESTS := $(wildcard grader/given/*.c) $(addprefix runtime/given/,$(GIVEN)) $(SOLUTIONS)
define given_rule
$(B)/given-tests/$(1): $(GIVEN_TESTS:%.c=$(B)/obj/$(1)/%.o)
	@mkdir -p $$(@D)
	@$$(GRADE_CC) $$($(1).flags) -pthread -o $$@ $$^ $$(shell pkg-config --libs check)
-include $(filter $(B)/obj/$(1)/grader/given/%,$(GIVEN_TESTS:%.c=$(B)/obj/$(1)/%.d))
endef
$(foreach variant,$(NATIVE),$(eval $(call given_rule,$(variant))))

.PHONY: clean
## clean: remove everything that was built, the results too
clean:
	@rm -rf $(B)

## contract: accept changed headers as the contract
.PHONY: contract
contract:
	@sha256sum $(sort $(HEADERS)) > runtime/contract.sha256
