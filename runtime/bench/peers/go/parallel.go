package main

import (
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	fan      = 1000
	fanChain = 640
)

func fanOut(b *bench) {
	var left atomic.Int64
	var sum atomic.Uint64
	end := make(chan struct{}, 1)
	since := start()
	for done := 0; done < b.count; done += fan {
		left.Store(fan)
		for i := 0; i < fan; i++ {
			go func() {
				sum.Add(compute(1, fanChain))
				if left.Add(-1) == 0 {
					end <- struct{}{}
				}
			}()
		}
		<-end
	}
	b.reportTime(since, b.count)
	check("the sum", sum.Load(), compute(1, fanChain)*uint64(b.count))
}

// node sends the sum of its leaves: a channel with room for one stands for a join handle.
func node(leaves, chain int, sum chan uint64) {
	if leaves == 1 {
		sum <- compute(1, chain)
		return
	}
	left, right := make(chan uint64, 1), make(chan uint64, 1)
	go node(leaves/2, chain, left)
	go node(leaves-leaves/2, chain, right)
	sum <- <-left + <-right
}

// onThreads computes the same leaves in as many goroutines as there may be threads, each on its own. Returns how long that took.
func onThreads(b *bench, chain int) float64 {
	since := start()
	var all sync.WaitGroup
	sums := make([]uint64, b.workers)
	all.Add(b.workers)
	for i := range sums {
		leaves := b.count / b.workers
		if i < b.count%b.workers {
			leaves++
		}
		go func(i int) {
			runtime.LockOSThread()
			for ; leaves > 0; leaves-- {
				sums[i] += compute(1, chain)
			}
			all.Done()
		}(i)
	}
	all.Wait()
	took := since.wallNs()
	sum := uint64(0)
	for _, one := range sums {
		sum += one
	}
	check("the sum of the threads", sum, compute(1, chain)*uint64(b.count))
	return took
}

// tree has threads before and after, so that what slows the machine for a while slows both.
func tree(b *bench) {
	chain, _ := strconv.Atoi(strings.Split(b.name, "_")[1])
	threads := onThreads(b, chain)
	sum := make(chan uint64, 1)
	since := start()
	go node(b.count, chain, sum)
	got := <-sum
	took := since.wallNs()
	b.reportTime(since, b.count)
	threads += onThreads(b, chain)
	b.reportValue("over", 2*took/threads)
	check("the sum", got, compute(1, chain)*uint64(b.count))
}
