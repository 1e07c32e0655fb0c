package main

import (
	"runtime"
	"sync/atomic"
	"time"
)

// timeoutUnfired sets a timer of 30 s, gives way once, and stops it: what a select with a timeout comes to where the timeout does not fire.
func timeoutUnfired(b *bench) {
	since := start()
	for i := 0; i < b.count; i++ {
		timer := time.NewTimer(30 * time.Second)
		runtime.Gosched()
		timer.Stop()
	}
	b.reportTime(since, b.count)
}

const (
	spreadMs = 60000 // of the delays of timers that do not expire
	soonMs   = 20    // of those that do
)

// delay is another one for each timer and each salt.
func delay(i int, salt, withinMs uint64) time.Duration {
	return time.Duration(1+(compute(uint64(i)+salt, 2)>>33)%withinMs) * time.Millisecond
}

// timers sets, resets and stops timers that call a function, and lets them expire.
func timers(b *bench) {
	all := make([]*time.Timer, b.count)
	var fired atomic.Int64
	fire := func() { fired.Add(1) }
	insert := func(after time.Duration, withinMs uint64) {
		for i := range all {
			all[i] = time.AfterFunc(after+delay(i, 0, withinMs), fire)
		}
	}
	for round := 0; round < 2; round++ { // the first time the memory is new
		since := start()
		insert(10*time.Second, spreadMs)
		if round == 1 {
			b.reportPartTime("insert", since, b.count)
		}
		since = start()
		for i := range all {
			all[i].Reset(10*time.Second + delay(i, 1, spreadMs))
		}
		if round == 1 {
			b.reportPartTime("reset", since, b.count)
		}
		since = start()
		for i := range all {
			all[i].Stop()
		}
		if round == 1 {
			b.reportPartTime("cancel", since, b.count)
		}
	}
	check("the number of timers that have fired", uint64(fired.Load()), 0)
}

// lateness sleeps alone, for some milliseconds and a bit.
func lateness(b *bench) {
	late := make([]float64, b.count)
	for i := range late {
		due := time.Now().Add(time.Duration(500+(compute(uint64(i), 2)>>33)%4000) * time.Microsecond)
		time.Sleep(time.Until(due))
		late[i] = float64(time.Since(due).Nanoseconds())
	}
	b.reportPercentiles(late)
}
