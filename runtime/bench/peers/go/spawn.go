package main

import "sync"

// spawnJoin: Go has no join handle, so a slot and a wait group stand for it.
func spawnJoin(b *bench) {
	since := start()
	var all sync.WaitGroup
	values := make([]uint64, b.count)
	all.Add(b.count)
	for i := 0; i < b.count; i++ {
		go func(a, b uint64) {
			values[a] = a + b
			all.Done()
		}(uint64(i), 1)
	}
	all.Wait()
	sum := uint64(0)
	for _, value := range values {
		sum += value
	}
	b.reportTime(since, b.count)
	count := uint64(b.count)
	check("the sum", sum, count*(count+1)/2)
}

// spawnAwait: the value comes over a channel, one for all rounds.
func spawnAwait(b *bench) {
	since := start()
	value := make(chan uint64)
	sum := uint64(0)
	for i := 0; i < b.count; i++ {
		go func(a, b uint64) {
			value <- a + b
		}(uint64(i), 1)
		sum += <-value
	}
	b.reportTime(since, b.count)
	count := uint64(b.count)
	check("the sum", sum, count*(count+1)/2)
}

func link(left int, end chan struct{}) {
	if left == 0 {
		end <- struct{}{}
	} else {
		go link(left-1, end)
	}
}

func spawnChain(b *bench) {
	end := make(chan struct{})
	since := start()
	go link(b.count-1, end)
	<-end
	b.reportTime(since, b.count)
}
