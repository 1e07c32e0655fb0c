// Weft's benchmarks on Go. `bench NAME COUNT` prints one number: nanoseconds per operation, for idle resident
// bytes per goroutine. What each NAME does is said in docs/benchmarks.md; bench.c and main.rs do the same.
//
// A goroutine stands for a task and GOMAXPROCS is 1: at any time one thread runs goroutines.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	ring  = 1000 // goroutines that yield in turn
	batch = 1000 // idle goroutines that are spawned before they get a turn: so few that the run queue does not count
)

func check(what string, got, expected int) {
	if got != expected {
		fmt.Fprintf(os.Stderr, "bench: %s is %d, not %d\n", what, got, expected)
		os.Exit(1)
	}
}

// perOperation is nanoseconds per operation since start.
func perOperation(start time.Time, count int) float64 {
	return float64(time.Since(start).Nanoseconds()) / float64(count)
}

// spawnJoin: Go has no join handle, so a slot and a wait group stand for it.
func spawnJoin(count int) float64 {
	start := time.Now()
	var all sync.WaitGroup
	values := make([]int, count)
	all.Add(count)
	for i := 0; i < count; i++ {
		go func(a, b int) {
			values[a] = a + b
			all.Done()
		}(i, 1)
	}
	all.Wait()
	sum := 0
	for _, value := range values {
		sum += value
	}
	figure := perOperation(start, count)
	check("the sum", sum, count*(count+1)/2)
	return figure
}

// spawnAwait: the value comes over a channel, one for all rounds.
func spawnAwait(count int) float64 {
	start := time.Now()
	value := make(chan int)
	sum := 0
	for i := 0; i < count; i++ {
		go func(a, b int) {
			value <- a + b
		}(i, 1)
		sum += <-value
	}
	figure := perOperation(start, count)
	check("the sum", sum, count*(count+1)/2)
	return figure
}

// yields has each of `goroutines` yield, `count` times altogether.
func yields(goroutines, count int) float64 {
	start := time.Now()
	var all sync.WaitGroup
	resumed := make([]int, goroutines)
	all.Add(goroutines)
	for g := 0; g < goroutines; g++ {
		go func(g int) {
			own := 0
			for i := 0; i < count/goroutines; i++ {
				runtime.Gosched()
				own++
			}
			resumed[g] = own
			all.Done()
		}(g)
	}
	all.Wait()
	sum := 0
	for _, own := range resumed {
		sum += own
	}
	figure := perOperation(start, count)
	check("the number of yields", sum, count)
	return figure
}

// wakeThread: a goroutine that is locked to its thread stands for the thread outside, for no Go program has
// another. With GOMAXPROCS 1 both cannot run at once, so each wake hands the right to run from thread to thread.
func wakeThread(count int) float64 {
	asked, answer := make(chan struct{}), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		for i := 0; i < count; i++ {
			<-asked
			answer <- struct{}{}
		}
	}()
	start := time.Now()
	rounds := 0
	for i := 0; i < count; i++ {
		asked <- struct{}{}
		<-answer
		rounds++
	}
	figure := perOperation(start, count)
	check("the number of rounds", rounds, count)
	return figure
}

func residentBytes() int {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(statm))[1])
	if err != nil {
		panic(err)
	}
	return pages * os.Getpagesize()
}

// What the idle goroutines share.
type crowd struct {
	notify         chan struct{}
	waiting, woken atomic.Int64
}

// Starts goroutines that wait, and returns when all do.
func (shared *crowd) wait(count int) {
	shared.notify = make(chan struct{})
	for i := 0; i < count; i++ {
		go func() {
			shared.waiting.Add(1)
			<-shared.notify
			shared.woken.Add(1)
		}()
		for i%batch == batch-1 && shared.waiting.Load() <= int64(i) {
			runtime.Gosched()
		}
	}
	for shared.waiting.Load() < int64(count) {
		runtime.Gosched()
	}
}

func (shared *crowd) wake() {
	close(shared.notify)
	for shared.woken.Load() < shared.waiting.Load() {
		runtime.Gosched()
	}
}

// First one batch that is not measured, for the code's own pages.
func idle(count int) float64 {
	var warm, measured crowd
	warm.wait(batch)
	before := residentBytes()
	measured.wait(count)
	figure := float64(residentBytes()-before) / float64(count)
	warm.wake()
	measured.wake()
	return figure
}

func main() {
	runtime.GOMAXPROCS(1)
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: bench NAME COUNT")
		os.Exit(2)
	}
	count, err := strconv.Atoi(os.Args[2])
	if err != nil || count < 1 {
		fmt.Fprintf(os.Stderr, "bench: no count: %s\n", os.Args[2])
		os.Exit(2)
	}
	var figure float64
	switch name := os.Args[1]; name {
	case "spawn_join":
		figure = spawnJoin(count)
	case "spawn_await":
		figure = spawnAwait(count)
	case "yield_ring":
		figure = yields(ring, count)
	case "yield_lone":
		figure = yields(1, count)
	case "wake_thread":
		figure = wakeThread(count)
	case "idle":
		figure = idle(count)
	default:
		fmt.Fprintf(os.Stderr, "bench: no benchmark %s\n", name)
		os.Exit(2)
	}
	fmt.Printf("%.1f\n", figure)
}
