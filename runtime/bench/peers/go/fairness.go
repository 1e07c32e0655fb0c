package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	tasks = 100
	chain = 64
)

// fairness goes on for count milliseconds.
func fairness(b *bench) {
	var over atomic.Bool
	var all sync.WaitGroup
	polls := make([]atomic.Int64, tasks)
	all.Add(tasks)
	for i := range polls {
		go func(own *atomic.Int64) {
			value := uint64(0)
			for !over.Load() {
				value = compute(value, chain)
				own.Add(1)
				runtime.Gosched()
			}
			all.Done()
		}(&polls[i])
	}
	time.Sleep(time.Duration(b.count) * time.Millisecond)
	over.Store(true)
	all.Wait()
	sum, least := int64(0), polls[0].Load()
	for i := range polls {
		sum += polls[i].Load()
		if polls[i].Load() < least {
			least = polls[i].Load()
		}
	}
	b.reportValue("", float64(sum)/tasks/float64(least))
}
