package main

import (
	"fmt"
	"os"
	"sort"
	"syscall"
	"time"
	"unsafe"
)

// What a benchmark is asked for.
type bench struct {
	name    string
	count   int
	workers int
}

func check(what string, got, expected uint64) {
	if got != expected {
		fmt.Fprintf(os.Stderr, "bench: %s is %d, not %d\n", what, got, expected)
		os.Exit(1)
	}
}

// Processor time of all threads of this process.
func cpuNs() int64 {
	const clockProcessCPU = 2
	var now syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockProcessCPU, uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano()
}

// When something began, on both clocks.
type stopwatch struct {
	wall  time.Time
	cpuNs int64
}

func start() stopwatch {
	return stopwatch{cpuNs: cpuNs(), wall: time.Now()}
}

func (since stopwatch) wallNs() float64 {
	return float64(time.Since(since.wall).Nanoseconds())
}

// reportTime reports both times since the start, each for one of count operations.
func (b *bench) reportTime(since stopwatch, count int) { b.reportPartTime("", since, count) }

// reportPartTime is the same, as NAME.part; with an empty part as NAME.
func (b *bench) reportPartTime(part string, since stopwatch, count int) {
	wall, cpu := since.wallNs(), float64(cpuNs()-since.cpuNs)
	fmt.Printf("%s %.2f %.2f\n", b.nameOf(part), wall/float64(count), cpu/float64(count))
}

// reportValue reports a figure that is no time of an operation, as NAME.part; with an empty part as NAME.
func (b *bench) reportValue(part string, value float64) {
	fmt.Printf("%s %.4f -\n", b.nameOf(part), value)
}

// reportPercentiles reports the median and the high percentiles of so many durations, which it sorts.
func (b *bench) reportPercentiles(durations []float64) {
	sort.Float64s(durations)
	b.reportValue("p50", durations[len(durations)/2])
	b.reportValue("p99", durations[len(durations)*99/100])
	b.reportValue("p99.9", durations[len(durations)*999/1000])
}

func (b *bench) nameOf(part string) string {
	if part == "" {
		return b.name
	}
	return b.name + "." + part
}

// compute is a chain of multiplications, each of which waits for the one before, and cannot be folded into it: some 6 cycles each.
func compute(value uint64, length int) uint64 {
	for i := 0; i < length; i++ {
		value = (value^value>>32)*6364136223846793005 + 1
	}
	return value
}
