# Weft. Every command a person types is a target here; `make` alone prints them.

include runtime/modules.mk
include grader/variants.mk

LAB ?=
FROM ?= labs
OWN ?=
SEED ?=
TEST ?=
JOBS := $(shell nproc)
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
	@grader/tools/deps.sh grade check debug expand docs soak dev && echo "deps: every package of grader/tools/packages.txt is there, but for those of make bench-deps"
deps-grade:
	@grader/tools/deps.sh grade
deps-check:
	@grader/tools/deps.sh grade check docs debug soak expand
deps-docs:
	@grader/tools/deps.sh docs

## doctor: check compiler, sanitizers, sandbox and limits, by trying each
.PHONY: doctor
doctor: deps-grade
	@grader/tools/doctor.sh

# --- the grader -----------------------------------------------------------------------------------------

# A suite's folder holds both sides: its scenarios.mk names the files that run inside the subject.
$(foreach lab,$(LABS),$(eval SCENARIOS :=)$(eval include grader/suites/$(lab)/scenarios.mk)$(eval $(lab).scenarios := $(addprefix grader/suites/$(lab)/,$(SCENARIOS))))
SUITE_SOURCES := $(foreach lab,$(LABS),$(filter-out $($(lab).scenarios),$(wildcard grader/suites/$(lab)/*.c)))
GRADER_SOURCES := $(wildcard grader/src/*.c) $(SUITE_SOURCES)
GRADER_OBJECTS := $(GRADER_SOURCES:%.c=$(B)/obj/grader/%.o)
GRADER_FLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -g $(WARNINGS) -Iruntime/include -Igrader/support

$(B)/weft-grade: $(GRADER_OBJECTS)
	@$(GRADE_CC) -o $@.$$$$ $^ $(shell pkg-config --libs check jansson) && mv $@.$$$$ $@

# The grader itself under ASan and UBSan, for make check. It is not dumpable, so no LeakSanitizer.
$(B)/weft-grade-asan: $(GRADER_SOURCES) $(GRADER_OBJECTS)
	@$(GRADE_CC) $(GRADER_FLAGS) $(asan.flags) -o $@ $(GRADER_SOURCES) $(shell pkg-config --libs check jansson)

$(B)/obj/grader/%.o: %.c
	@mkdir -p $(@D)
	@$(GRADE_CC) $(GRADER_FLAGS) -MMD -MP -c $< -o $@

.PHONY: grader
grader: deps-grade
	@$(MAKE) -s -j$(JOBS) $(B)/weft-grade subject-objects

# What a subject is made of beside the submission: the same sources in every variant.
SUBJECT_SOURCES := $(addprefix runtime/given/,$(GIVEN)) grader/support/scenario.c \
    $(foreach lab,$(LABS),$(addprefix solutions/$(lab)/,$($(lab).write) $($(lab).given)) $($(lab).scenarios))
SUBJECT_OBJECTS := $(foreach variant,$(VARIANTS),$(SUBJECT_SOURCES:%.c=$(B)/obj/$(variant)/%.o))

.PHONY: subject-objects
subject-objects: $(SUBJECT_OBJECTS) $(B)/headers.stamp

define variant_rule
$(B)/obj/$(1)/%.o: %.c grader/variants.mk
	@mkdir -p $$(@D)
	@$$(GRADE_CC) $$(GRADE_COMMON) $$($(1).flags) -Werror -Iruntime/include -Igrader/support -MMD -MP -c $$< -o $$@
endef
$(foreach variant,$(VARIANTS),$(eval $(call variant_rule,$(variant))))

HEADERS := $(wildcard runtime/include/weft/*.h runtime/include/weft/detail/*.h)
$(B)/headers.stamp: $(HEADERS)
	@mkdir -p $(B)
	@touch $@

-include $(GRADER_OBJECTS:.o=.d) $(SUBJECT_OBJECTS:.o=.d)

need_lab = $(if $(LAB),,$(error Which lab? For example: make $@ LAB=01))
lab_number = $(firstword $(subst -, ,$(filter $(LAB) $(LAB)-% 0$(LAB)-%,$(LABS))))
# Through the environment, so that a path may hold quotes and blanks.
export LAB FROM OWN SEED TEST SANDBOX FILE
grade_arguments = "$$LAB" --from "$$FROM" --own "$$OWN" $${SEED:+--seed "$$SEED"} $${TEST:+--test "$$TEST"} $${SANDBOX:+--sandbox "$$SANDBOX"}

## grade: build a lab and grade it: LAB=01 [FROM=dir] [OWN="01"] [TEST=name] [SEED=n]
.PHONY: grade
grade: grader
	$(need_lab)
	@$(B)/weft-grade run $(grade_arguments) --json "$(B)/results/$(or $(lab_number),$(LAB)).json"

## debug: the run that failed, in gdb: LAB=01 TEST=name SEED=n [FROM=dir]
.PHONY: debug
debug: grader
	$(need_lab)
	@grader/tools/deps.sh debug
	@$(B)/weft-grade debug $(grade_arguments)

## list: the labs, their files and tests
.PHONY: list
list: grader
	@$(B)/weft-grade list

# --- the runtime -----------------------------------------------------------------------------------------

VARIANT ?= plain
EXAMPLE ?=
FILE ?=
# The files of a pick: a lab's own where its number is in OWN, the reference's elsewhere.
own_labs = $(if $(filter all,$(OWN)),$(LABS),$(foreach lab,$(LABS),$(if $(filter $(firstword $(subst -, ,$(lab))),$(OWN)),$(lab))))
PICKED := $(foreach lab,$(LABS),$(addprefix $(if $(filter $(lab),$(own_labs)),$(FROM),solutions)/$(lab)/,$($(lab).write)) $(addprefix solutions/$(lab)/,$($(lab).given)))

## run: build and run an example on a pick: EXAMPLE=first_future [OWN=all] [FROM=dir]
.PHONY: run
run: deps-grade
	$(if $(wildcard runtime/examples/$(EXAMPLE).c),,$(error Which example? EXAMPLE= is one of: $(basename $(notdir $(wildcard runtime/examples/*.c)))))
	@mkdir -p $(B)/examples
	@$(MAKE) -s -j$(JOBS) $(RUN_OBJECTS)
	@$(GRADE_CC) $($(VARIANT).flags) -pthread -o $(B)/examples/$(EXAMPLE) $(RUN_OBJECTS)
	@$(B)/examples/$(EXAMPLE)

# As the grader compiles a submission: warnings are shown, and never fatal.
RUN_OBJECTS := $(patsubst %.c,$(B)/run/$(VARIANT)/%.o,runtime/examples/$(EXAMPLE).c $(PICKED) $(addprefix runtime/given/,$(GIVEN)))
$(B)/run/$(VARIANT)/%.o: %.c grader/variants.mk
	@mkdir -p $(@D)
	@$(GRADE_CC) $(GRADE_COMMON) $($(VARIANT).flags) -Iruntime/include -MMD -MP -c $< -o $@
-include $(RUN_OBJECTS:.o=.d)

## expand: an async function as the state machine that its macros write: FILE=x.c
.PHONY: expand
expand: deps-grade
	@grader/tools/deps.sh expand
	@grader/tools/expand.sh "$$FILE"

## frames: how large the frames of futures are: [FILE=x.c]
.PHONY: frames
frames: deps-grade
	@grader/tools/deps.sh debug
	@grader/tools/frames.sh $(if $(FILE),"$$FILE",solutions/*/*.c runtime/examples/*.c)

## lib: libweft.a and libweft.so from a pick, in build/lib: [OWN="01"] [FROM=dir]
LIB_SOURCES := $(PICKED) $(addprefix runtime/given/,$(GIVEN))
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(B)/lib/obj/%.o)
.PHONY: lib
lib: deps-grade
	@$(MAKE) -s -j$(JOBS) $(B)/lib/libweft.a $(B)/lib/libweft.so
	@echo "$(B)/lib/libweft.a and libweft.so, labs of your own: $(or $(own_labs),none)"

$(B)/lib/obj/%.o: %.c
	@mkdir -p $(@D)
	@$(GRADE_CC) $(GRADE_COMMON) -O2 -fPIC -Iruntime/include -MMD -MP -c $< -o $@

# The pick decides what is in it, so it is made anew: an archive that is added to keeps what it held.
.PHONY: $(B)/lib/libweft.a $(B)/lib/libweft.so
$(B)/lib/libweft.a: $(LIB_OBJECTS)
	@rm -f $@
	@ar rcs $@ $^
$(B)/lib/libweft.so: $(LIB_OBJECTS)
	@$(GRADE_CC) -shared -Wl,-soname,libweft.so.0 -Wl,-z,defs -pthread -o $@ $^
-include $(LIB_OBJECTS:.o=.d)

## install: library, headers and pkg-config file below PREFIX (/usr/local) [DESTDIR=dir]
PREFIX ?= /usr/local
.PHONY: install
install: lib
	@install -d "$(DESTDIR)$(PREFIX)/include/weft/detail" "$(DESTDIR)$(PREFIX)/lib/pkgconfig"
	@install -m 644 runtime/include/weft/*.h "$(DESTDIR)$(PREFIX)/include/weft"
	@install -m 644 runtime/include/weft/detail/*.h "$(DESTDIR)$(PREFIX)/include/weft/detail"
	@install -m 644 $(B)/lib/libweft.a "$(DESTDIR)$(PREFIX)/lib"
	@install -m 755 $(B)/lib/libweft.so "$(DESTDIR)$(PREFIX)/lib/libweft.so.0"
	@ln -sf libweft.so.0 "$(DESTDIR)$(PREFIX)/lib/libweft.so"
	@sed 's|@PREFIX@|$(PREFIX)|' runtime/weft.pc.in > "$(DESTDIR)$(PREFIX)/lib/pkgconfig/weft.pc"
	@echo "installed below $(DESTDIR)$(PREFIX): PKG_CONFIG_PATH=$(PREFIX)/lib/pkgconfig pkg-config --cflags --libs weft"

# --- benchmarks ------------------------------------------------------------------------------------------

# As a program's release is built, and the runtime with it: Tokio is compiled with fat LTO too.
BENCH_FLAGS := -std=gnu11 -D_GNU_SOURCE -pthread -O2 -flto

## bench: measure a pick beside Tokio and Go, where they are installed: [OWN="03"] [ROUNDS=5]
.PHONY: bench
bench: deps-grade
	@mkdir -p $(B)/bench
	@$(GRADE_CC) $(BENCH_FLAGS) -Iruntime/include -o $(B)/bench/weft runtime/bench/bench.c $(PICKED) $(addprefix runtime/given/,$(GIVEN))
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

## mutants: the whole matrix: which test fails on which mutant
.PHONY: mutants
mutants: grader deps-check
	@$(B)/weft-grade selftest mutant
	@{ cat docs/mutants.head; head -n 2 $(B)/selftest/mutants.md; tail -n +3 $(B)/selftest/mutants.md | sort; } > docs/mutants.md

## starters: cut the starters from the solutions again
.PHONY: starters
starters:
	@grader/tools/starters.sh

## soak: grade the solution 100 times under load: LAB=01 [RUNS=100]
.PHONY: soak
soak: grader deps-check
	$(need_lab)
	@grader/tools/soak.sh "$(LAB)" $(RUNS)

## docs: the site, in build/docs/html
.PHONY: docs
docs: deps-docs
	@docs/build.sh

# The unit tests of the given parts, with all of the runtime beneath them.
GIVEN_TESTS := $(wildcard grader/given/*.c) $(addprefix runtime/given/,$(GIVEN)) $(foreach lab,$(LABS),$(addprefix solutions/$(lab)/,$($(lab).write) $($(lab).given)))
define given_rule
$(B)/given-tests/$(1): $(GIVEN_TESTS:%.c=$(B)/obj/$(1)/%.o)
	@mkdir -p $$(@D)
	@$$(GRADE_CC) $$($(1).flags) -pthread -o $$@ $$^ $$(shell pkg-config --libs check)
-include $(filter $(B)/obj/$(1)/grader/given/%,$(GIVEN_TESTS:%.c=$(B)/obj/$(1)/%.d))
endef
$(foreach variant,$(VARIANTS),$(eval $(call given_rule,$(variant))))

.PHONY: clean
## clean: remove everything that was built, the results too
clean:
	@rm -rf $(B)

## contract: accept changed headers as the contract
.PHONY: contract
contract:
	@sha256sum $(sort $(HEADERS)) > runtime/contract.sha256
