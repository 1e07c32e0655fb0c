# shellcheck shell=bash disable=SC2154
# mutants.sh: a fate that does not hold any more is dropped with a word, and what cannot be read is not believed. The solution
# is one file here, and nothing is run, but for the end: a run that is stopped goes on where it was. Sourced by part.sh.

if [ -e /usr/lib/python3/dist-packages/clang/cindex.py ]; then
    generated=$work/generated
    mkdir -p "$generated/solutions/02-async" && cp solutions/02-async/async.c "$generated/solutions/02-async/"
    # two functions are enough: each mutant is compiled
    sed -i '/^size_t wf_async_backtrace/,/^}/s|^ */[*] LAB .*||' "$generated/solutions/02-async/async.c"
    list=$generated/lists/02-async.txt kept=$generated/kept/02-async.txt
    # mutate STATUS TEXT [FLAGS]
    mutate()
    {
        expect "$1" "$2" grader/mutate/run.py 02 --dry --solutions "$generated/solutions" --lists "$generated/lists" \
            --kept "$generated/kept" --page "$generated/page.md" "${@:3}"
    }
    # fate ID FILE: what the file says of a mutant
    fate() { awk -F '\t' -v id="$1" '$1 == "mutant" && $2 == id { print $8 }' "$2"; }
    # say FATE FILE: it says so of the first mutant
    say() { awk -F '\t' -v OFS='\t' -v fate="$1" '$1 == "mutant" && !n++ { $8 = fate } { print }' "$2" >"$2.new" && mv "$2.new" "$2"; }

    mutate 0 "drawn of"
    first=$(awk '$1 == "mutant" { print $2; exit }' "$list")
    holds "nothing was run" [ "$(fate "$first" "$list")" = unrun ]
    cp "$list" "$kept" && say "killed async_drop plain" "$kept"
    mutate 0 "drawn of"
    holds "a run that was stopped is remembered" [ "$(fate "$first" "$list")" = "killed async_drop plain" ]
    cp "$list" "$kept" && say "survived 01234567 open" "$kept" && say "survived 01234567 open: for a reason" "$list"
    mutate 0 "drawn of"
    holds "what a person says of a survivor stays" [ "$(fate "$first" "$list")" = "survived 01234567 open: for a reason" ]
    rm "$kept"
    for said in "open: for a reason" "equivalent: for a reason" "allowed 02.6: for a reason" "unspecified 02.6: for a reason"; do
        say "survived 01234567 $said" "$list" # of a suite that is none
        mutate 0 "; $(awk '$1 == "mutant" { n++ } END { print n }' "$list") to run"
        holds "what was said of an older suite's survivor stays: $said" [ "$(fate "$first" "$list")" = "survived 01234567 $said" ]
    done
    say "survived 01234567 permitted 02.6: for a reason" "$list"
    mutate 0 "is none of this format: what it says is not used"
    cp "$list" "$kept"
    printf 'mutant\t%s\tkilled\n' "$first" >>"$kept"
    say "unrun" "$list"
    mutate 0 "is none of this format: what it says is not used"
    holds "a damaged state is not believed" [ "$(fate "$first" "$list")" = unrun ]
    rm "$kept"
    echo rubbish >>"$list"
    mutate 0 "02-async.txt: line "
    holds "a damaged list is made anew" [ "$(grep -c rubbish "$list")" = 0 ]
    printf 'rubbish\n' >"$generated/kept/02-async.objects"
    rm "$list"
    mutate 0 "02-async.objects is damaged: everything is compiled again"

    printf 'mutant\t00000000\tasync.c\tgone\tdrop\tx;\tx; -> ;\tsurvived 01234567 equivalent: for a reason\n' >>"$list"
    mutate 0 "00000000 of gone is gone: the text no longer makes it (equivalent: for a reason)"
    mutate 0 "drawn of"
    holds "what is gone is listed no more" [ "$(grep -c 00000000 "$list")" = 0 ]
    say "killed no_such_test plain" "$list"
    mutate 0 "there is no no_such_test any more"
    holds "a test that is gone kills nothing" [ "$(fate "$first" "$list")" = unrun ]
    for said in unspecified allowed; do
        say "survived 01234567 $said 02.99: for a reason" "$list"
        mutate 0 "there is no 02.99 any more"
    done
    say "survived 01234567 equivalent: for a reason" "$list"
    last=$(awk '$1 == "mutant" { id = $2 } END { print id }' "$list")
    awk -F '\t' -v OFS='\t' -v id="$last" '$2 == id { $8 = "killed async_drop plain" } { print }' "$list" >"$list.new" && mv "$list.new" "$list"
    sed -i 's/^    finally(future);/    (finally)(future);/' "$generated/solutions/02-async/async.c"
    mutate 0 "the text of the function is another, so its reason is dropped: equivalent: for a reason"
    holds "another text of a function ends its fates" [ "$(fate "$first" "$list")" = unrun ]
    holds "and nobody else's" [ "$(fate "$last" "$list")" = "killed async_drop plain" ]

    echo 'int x = ;' >>"$generated/solutions/02-async/async.c"
    mutate 1 "async.c:73: expected expression: no mutants are made of this file; its functions keep their fates"
    holds "it keeps them" [ "$(fate "$last" "$list")" = "killed async_drop plain" ]

    # Ctrl-C in the middle of real runs. Of the solution one function alone is the student's to write, so there are few mutants.
    stopped=$work/stopped
    mkdir -p "$stopped/solutions" && cp -r solutions/02-async "$stopped/solutions/"
    sed -i '/^ *[/][*] LAB /d' "$stopped"/solutions/02-async/{async,closure,dyn_method}.c
    sed -i '/^static enum wf_poll and_then_poll/,/^}/{ /^ *[/][*] LAB /d }' "$stopped/solutions/02-async/by_hand.c"
    again=(grader/mutate/run.py 02 --jobs 1 --solutions "$stopped/solutions" --lists "$stopped/lists" --kept "$stopped/kept"
        --page "$stopped/page.md")
    "${again[@]}" >"$stopped/said" 2>&1 </dev/null &
    runs=$!
    while kill -0 $runs 2>/dev/null && ! grep -q 'killed ' "$stopped/kept/02-async.txt" 2>/dev/null; do sleep 0.02; done
    kill -INT $runs
    wait $runs
    status=$?
    known=$(grep -c 'killed ' "$stopped/kept/02-async.txt") left=$(grep -c $'\tunrun$' "$stopped/kept/02-async.txt")
    holds "a run that is stopped says so, and exits with 130" [ "$status,$(grep -c "stopped; what is known is kept" "$stopped/said")" = 130,1 ]
    holds "it was stopped in the middle: $known ran, $left did not" [ $((known > 0 && left > 0)) = 1 ]
    holds "a run that is stopped does not touch the list" [ ! -e "$stopped/lists/02-async.txt" ]
    cp "$stopped/kept/02-async.txt" "$stopped/before"
    expect 0 "; $left to run" "${again[@]}"
    holds "after that each has a fate" [ "$(grep -c '^mutant' "$stopped/lists/02-async.txt"),$(grep -c unrun "$stopped/lists/02-async.txt")" = $((known + left)),0 ]
    holds "and those that ran before were not run again" [ -z "$(grep 'killed ' "$stopped/before" | grep -vxFf "$stopped/lists/02-async.txt")" ]
    expect 0 "; 0 to run" "${again[@]}"

    expect 2 "there is no lab '99' to make mutants of; there are: 01-futures" grader/mutate/run.py 99
    mutate 2 "there is no function 'nobody' that a student writes; there are: " --function=nobody
    expect 2 "--jobs: '0' is no number of mutants to run at once" grader/mutate/run.py 02 --dry --jobs 0
    expect 1 "$list: File exists: what was known before stays as it was" grader/mutate/run.py 02 --dry --kept "$list"
    expect 1 "another run uses $generated/kept" flock "$generated/kept/lock" grader/mutate/run.py 02 --dry --kept "$generated/kept"
    hostile_names mutants
fi
