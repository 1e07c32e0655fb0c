package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
)

const batch = 1000 // idle goroutines that are spawned before they get a turn: so few that the run queue does not count

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
func idle(b *bench) {
	var warm, measured crowd
	warm.wait(batch)
	before := residentBytes()
	measured.wait(b.count)
	b.reportValue("", float64(residentBytes()-before)/float64(b.count))
	warm.wake()
	measured.wake()
}
