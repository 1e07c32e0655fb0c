# Weft. Every command a person types is a target: here those of a student, in grader/maintain.mk those of a maintainer. `make`
# alone prints the first, `make help-all` all of them. How the grader is built is in grader/grader.mk.

# What a person passes is text, and never make's or a shell's to expand. make expands a value wherever its variable is used,
# exported or handed to a sub-make. So, before any use, each becomes a variable that holds the text itself; recipes take it
# from the environment, in quotes, as "$$FROM".
NAMES := LAB FROM OWN SEED TEST TOKEN DEEP SANDBOX FILE EXAMPLE VARIANT PREFIX DESTDIR HINT RUNS ROUNDS GROUP QUICK LONG FRESH PROVE FUNCTION ALL BUG WEAKEN
export ASKED_LABS := $(value LABS)
override undefine LABS
# A shell counts in a variable of this name.
export ASKED_SECONDS := $(value SECONDS)
override undefine SECONDS
# make itself expands it, to split each command.
override undefine IFS
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
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DEFAULT_GOAL := help

include grader/grader.mk

# The commands that these files describe.
define describe
@sed -n 's/^## \([a-z-]*\): \(.*\)/  make \1\t\2/p' $(1) | expand -t 22
endef

## help: this list
.PHONY: help help-all
help:
	@printf 'Weft: an async runtime in C, and the course that builds it.\n\n'
	$(call describe,Makefile)
	@printf '\nLAB=01 chooses the lab, FROM=dir the submission (labs), OWN="01 02" or OWN=all earlier labs of yours.\n'
	@printf 'make help-all shows what proves, measures and documents the course, too.\n'

## help-all: this list, and what a maintainer needs
help-all: help
	@printf '\nTo prove the course, to make its derived files, to measure it, to hand the runtime on:\n\n'
	$(call describe,grader/maintain.mk)

# --- dependencies ---------------------------------------------------------------------------------------

## deps: install the packages that are missing
.PHONY: deps deps-grade
deps:
	@grader/tools/deps.sh grade sandbox check debug expand docs soak && echo "deps: every package of grader/tools/packages.txt is there, but for those of make bench-deps and make mutants"
# Where bubblewrap cannot be had it is asked for once: grading goes on in the next tier, and each result says so.
deps-grade:
	@grader/tools/deps.sh grade
	@[ -e $(B)/without-bubblewrap ] || grader/tools/deps.sh sandbox || { mkdir -p $(B) && : >$(B)/without-bubblewrap; }

## doctor: check compiler, sanitizers, sandbox and limits, by trying each
.PHONY: doctor
doctor: deps-grade
	@grader/tools/doctor.sh

# --- grading --------------------------------------------------------------------------------------------

need_lab = $(if $(LAB),,$(error Which lab? For example: make $@ LAB=01))
# Behind "--" a name that begins with a dash is no option.
sandbox_argument = $${SANDBOX:+--sandbox "$$SANDBOX"}
grade_arguments = --from "$$FROM" --own "$$OWN" $${SEED:+--seed "$$SEED"} $${TEST:+--test "$$TEST"} $(sandbox_argument) $${DEEP:+--deep} $${HINT:+--hint}
token_argument = $${TOKEN:+--token "$$TOKEN"}

# The report says whether the lab passes. make fails, in words of its own, only where nothing could be graded.
## grade: build a lab and grade it: LAB=01 [FROM=dir] [OWN="01"] [TEST=T1] [SEED=n] [DEEP=1] [HINT=1: for x1]
.PHONY: grade
grade: grader
	$(need_lab)
	@$(B)/weft-grade run $(grade_arguments) --json $(B)/results/ -- "$$LAB" || [ $$? -eq 1 ]

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
	    $$(grader/tools/example.sh "$$EXAMPLE") $(call pick_objects,$(variant),$(GIVEN_SOURCES)) $(FACADE_LIBRARIES)
	@"$(B)/examples/$$EXAMPLE"

# A person's own models, as an object and as a program.
own_model_object = $(GRADE_CC) $(GRADE_COMMON) $(interleave.flags) -Iruntime/include -Igrader/interleave $${BUG:+"-DBUG=$$BUG"} -c $(file_word)
link_own_model = $(explore_link) -o $(B)/models/$(1) $(B)/models/$(1).o $(call pick_objects,interleave,$(EXPLORED_GIVEN)) $(B)/obj/engine/engine.o

## model: explore models that you have written: FILE=x.c [TEST=name] [TOKEN=t] [SECONDS=n] [WEAKEN=1] [BUG=n] [OWN=all] [FROM=dir]
.PHONY: model
model: deps-grade
	@test -f "$$FILE" || { printf "Which model? For example: make model FILE=grader/interleave/examples/ticket.c (there is no file '%s')\n" "$$FILE" >&2; exit 1; }
	@case $$BUG in *[!0-9]*) echo "Which bug? BUG= is a number, which the model finds as the macro BUG" >&2; exit 1 ;; esac
	@$(MAKE) -s -j"$$JOBS" $(B)/obj/engine/engine.o
	$(call make_pick,interleave,$(EXPLORED_GIVEN))
	@mkdir -p $(B)/models $(B)/trace
	@$(own_model_object) -fdump-tree-gimple-lineno=$(B)/models/own.gimple -o $(B)/models/own.o
	@grader/tools/model-names.sh $(B)/models/own.o $(B)/models/own.gimple
	@$(own_model_object) -O0 -w -o $(B)/models/own-as-written.o
	@$(call link_own_model,own)
	@$(call link_own_model,own-as-written)
	@grader/tools/own-model.sh $(B)/models/own --page $(B)/trace/own.html $${TOKEN:+--replay "$$TOKEN"} \
	    $${ASKED_SECONDS:+--seconds "$$ASKED_SECONDS"} $${WEAKEN:+--weaken} -- $${TEST:+"$$TEST"}

## expand: an async function as the state machine that its macros write: FILE=x.c
.PHONY: expand
expand: deps-grade
	@grader/tools/deps.sh expand
	@grader/tools/expand.sh $(file_word)

## frames: how large the frames of futures are: [FILE=x.c]
.PHONY: frames
frames: deps-grade
	@grader/tools/deps.sh debug
	@grader/tools/frames.sh $(if $(FILE),$(file_word),solutions/[0-9]*/*.c runtime/examples/*.c)

.PHONY: clean
## clean: remove everything that was built, the results too
clean:
	@rm -rf $(B)

include grader/maintain.mk
