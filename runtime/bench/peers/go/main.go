// Weft's benchmarks on Go. `bench NAME COUNT [WORKERS]` prints figures: name, figure, processor time. What each NAME does is said in
// docs/benchmarks.md; the files of the same name in C and Rust do the same.
//
// A goroutine stands for a task, and GOMAXPROCS is WORKERS, or 1: at any time so many threads run goroutines.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
)

var benchmarks = map[string]func(*bench){
	"spawn_join": spawnJoin, "spawn_await": spawnAwait, "spawn_chain": spawnChain,
	"yield_ring": yieldRing, "yield_lone": yieldLone,
	"wake_thread": wakeThread, "ping_pong": pingPong, "ping_pongs": pingPongs, "wake_storm": wakeStorm,
	"fan_out": fanOut, "tree_64": tree, "tree_640": tree, "tree_6400": tree, "tree_64000": tree, "tree_640000": tree,
	"latency_idle": latencyIdle, "latency_busy": latencyBusy, "fairness": fairness, "idle": idle,
	"timeout_unfired": timeoutUnfired, "timers": timers, "timers_many": timers, "lateness": lateness,
	"driven_ring": yieldRing, "driven_lone": yieldLone, "driven_wake": wakeThread, "driven_pair": pingPong,
	"pipe": pipe, "pipes": pipes, "many_fds": manyFds,
}

func main() {
	numbers := []int{0, 0}
	for i, word := range os.Args[1:] {
		if i > 0 && i < 3 {
			numbers[i-1], _ = strconv.Atoi(word)
		}
	}
	if len(os.Args) < 3 || len(os.Args) > 4 || numbers[0] < 1 {
		fmt.Fprintln(os.Stderr, "usage: bench NAME COUNT [WORKERS]")
		os.Exit(2)
	}
	run := benchmarks[os.Args[1]]
	if run == nil {
		fmt.Fprintf(os.Stderr, "bench: no benchmark %s\n", os.Args[1])
		os.Exit(2)
	}
	workers := numbers[1]
	if workers < 1 {
		workers = 1
	}
	runtime.GOMAXPROCS(workers)
	run(&bench{os.Args[1], numbers[0], workers})
}
