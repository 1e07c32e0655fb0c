package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync"
	"syscall"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// One way of a pair of goroutines.
type way struct {
	reader, writer *os.File
}

func readSome(from *os.File, bytes []byte) uint64 {
	length, err := from.Read(bytes)
	must(err)
	return uint64(length)
}

func writeByte(to *os.File, bytes []byte) {
	length, err := to.Write(bytes[:1])
	must(err)
	check("the bytes that were written", uint64(length), 1)
}

// side reads a byte and writes one, so often. The one that asks has written before, and writes once less.
func side(in, out *os.File, left int, asks bool) {
	bytes := make([]byte, 64)
	if asks {
		writeByte(out, bytes)
	}
	for ; left > 0; left-- {
		check("the bytes that were read", readSome(in, bytes), 1)
		if asks && left == 1 {
			break
		}
		writeByte(out, bytes)
	}
}

func pairs(b *bench, pairs int) {
	ways := make([]way, 2*pairs)
	for i := range ways {
		var err error
		ways[i].reader, ways[i].writer, err = os.Pipe()
		must(err)
	}
	var all sync.WaitGroup
	all.Add(len(ways))
	since := start()
	for i := range ways {
		go func(i int) {
			side(ways[i].reader, ways[i^1].writer, b.count/pairs, i%2 == 0)
			all.Done()
		}(i)
	}
	all.Wait()
	b.reportTime(since, b.count)
}

// pipe and pipes: two goroutines hand a byte to and fro; a hundred pairs do.
func pipe(b *bench)  { pairs(b, 1) }
func pipes(b *bench) { pairs(b, 100) }

const (
	many = 10000
	step = 7919 // from one that is asked to the next: it divides no number of descriptors that is used here
)

func newEventfd() *os.File {
	const cloexecNonblock = syscall.O_CLOEXEC | syscall.O_NONBLOCK
	fd, _, failed := syscall.Syscall(syscall.SYS_EVENTFD2, 0, cloexecNonblock, 0)
	if failed != 0 {
		must(failed)
	}
	return os.NewFile(fd, "eventfd")
}

var one = binary.LittleEndian.AppendUint64(nil, 1)

func tell(fd *os.File) {
	_, err := fd.Write(one)
	must(err)
}

func told(fd *os.File, bytes []byte) {
	readSome(fd, bytes)
	check("what an eventfd told", uint64(bytes[0]), 1)
}

// manyFds: of many descriptors that goroutines wait for, one is ready at a time. The limit of descriptors Go has raised.
func manyFds(b *bench) {
	descriptors := many
	if b.count < many {
		descriptors = b.count
	}
	times := b.count / descriptors
	answer := newEventfd()
	asked := make([]*os.File, descriptors)
	for i := range asked {
		asked[i] = newEventfd()
		go func(own *os.File) {
			bytes := make([]byte, 64)
			for left := times; left > 0; left-- {
				told(own, bytes)
				tell(answer)
			}
		}(asked[i])
	}
	bytes := make([]byte, 64)
	since := start() // the first time, in which the goroutines begin, does not count, if there is another one
	for i := 0; i < times*descriptors; i++ {
		if i == descriptors {
			since = start()
		}
		tell(asked[i*step%descriptors])
		told(answer, bytes)
	}
	counted := times - 1
	if counted == 0 {
		counted = 1
	}
	b.reportTime(since, descriptors*counted)
}
