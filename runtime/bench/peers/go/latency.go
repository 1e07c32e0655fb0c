package main

import (
	"runtime"
	"sync/atomic"
	"time"
)

const (
	pause         = 200 * time.Microsecond // between two wakes: long enough for a thread to fall asleep
	busyPerWorker = 8                      // goroutines that compute and yield
	busyChain     = 6400                   // some ten microseconds
)

// latency: the main goroutine, locked to its thread, stands for the thread outside.
func latency(b *bench, busy int) {
	runtime.LockOSThread()
	var over atomic.Bool
	notify, taken, origin := make(chan struct{}, 1), make(chan float64, 1), time.Now()
	var sent atomic.Int64
	go func() {
		for i := 0; i < b.count; i++ {
			<-notify
			taken <- float64(time.Since(origin).Nanoseconds() - sent.Load())
		}
	}()
	values := make([]uint64, busy)
	for i := range values {
		go func(i int) {
			for !over.Load() {
				values[i] = compute(values[i], busyChain)
				runtime.Gosched()
			}
		}(i)
	}
	took := make([]float64, b.count)
	for i := range took {
		time.Sleep(pause)
		sent.Store(time.Since(origin).Nanoseconds())
		notify <- struct{}{}
		took[i] = <-taken
	}
	over.Store(true)
	b.reportPercentiles(took)
}

func latencyIdle(b *bench) { latency(b, 0) }
func latencyBusy(b *bench) { latency(b, busyPerWorker*b.workers) }
