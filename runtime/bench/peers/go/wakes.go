package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
)

// wakeThread: a goroutine that is locked to its thread stands for the thread outside, for no Go program has
// another. With GOMAXPROCS 1 both cannot run at once, so each wake hands the right to run from thread to thread.
func wakeThread(b *bench) {
	asked, answer := make(chan struct{}), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		for i := 0; i < b.count; i++ {
			<-asked
			answer <- struct{}{}
		}
	}()
	since := start()
	for i := 0; i < b.count; i++ {
		asked <- struct{}{}
		<-answer
	}
	b.reportTime(since, b.count)
}

// sleepsSoFar is how often threads of this process slept.
func sleepsSoFar() int64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Nvcsw
}

// matches: a channel with room for one is a notification that stores a permit.
func matches(b *bench, pairs int) {
	notifies := make([]chan struct{}, 2*pairs)
	for i := range notifies {
		notifies[i] = make(chan struct{}, 1)
	}
	var all sync.WaitGroup
	all.Add(2 * pairs)
	sleeps := sleepsSoFar()
	since := start()
	for i := 0; i < 2*pairs; i++ {
		go func(own, other chan struct{}) {
			for left := b.count / pairs / 2; left > 0; left-- {
				<-own
				other <- struct{}{}
			}
			all.Done()
		}(notifies[i], notifies[i^1])
	}
	for i := 0; i < pairs; i++ {
		notifies[2*i] <- struct{}{}
	}
	all.Wait()
	b.reportTime(since, b.count)
	b.reportValue("sleeps", float64(sleepsSoFar()-sleeps)/float64(b.count))
}

func pingPong(b *bench)  { matches(b, 1) }
func pingPongs(b *bench) { matches(b, 100) }

const storm = 1000

func wakeStorm(b *bench) {
	rounds := b.count / storm
	notifies := make([]chan struct{}, storm)
	allRan := make(chan struct{}, 1)
	var ran atomic.Int64
	for i := range notifies {
		notifies[i] = make(chan struct{}, 1)
		go func(own chan struct{}) {
			for left := rounds; left > 0; left-- {
				<-own
				if ran.Add(1)%storm == 0 {
					allRan <- struct{}{}
				}
			}
		}(notifies[i])
	}
	since := start()
	for round := 0; round < rounds; round++ {
		for _, notify := range notifies {
			notify <- struct{}{}
		}
		<-allRan
	}
	b.reportTime(since, b.count)
	check("the number of wakes", uint64(ran.Load()), uint64(b.count))
}
