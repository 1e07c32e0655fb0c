package main

import (
	"runtime"
	"sync"
)

const ring = 1000 // goroutines that yield in turn

// yields has each of `goroutines` yield, count times altogether.
func yields(b *bench, goroutines int) {
	since := start()
	var all sync.WaitGroup
	resumed := make([]uint64, goroutines)
	all.Add(goroutines)
	for g := 0; g < goroutines; g++ {
		go func(g int) {
			own := uint64(0)
			for i := 0; i < b.count/goroutines; i++ {
				runtime.Gosched()
				own++
			}
			resumed[g] = own
			all.Done()
		}(g)
	}
	all.Wait()
	sum := uint64(0)
	for _, own := range resumed {
		sum += own
	}
	b.reportTime(since, b.count)
	check("the number of yields", sum, uint64(b.count))
}

func yieldRing(b *bench) { yields(b, ring) }
func yieldLone(b *bench) { yields(b, 1) }
