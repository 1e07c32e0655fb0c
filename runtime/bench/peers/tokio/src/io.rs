//! Descriptors: a byte through a pipe and back, of one pair of tasks and of a hundred; many descriptors, of which one is ready; opening one.

use std::io::{Error, ErrorKind};
use std::os::unix::io::{AsRawFd, RawFd};
use std::sync::Arc;

use tokio::io::unix::AsyncFd;
use tokio::io::Interest;

use crate::measure::{check, Bench, Stopwatch};

/// A descriptor that is closed with it.
struct Owned(RawFd);

impl AsRawFd for Owned {
    fn as_raw_fd(&self) -> RawFd {
        self.0
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        unsafe { libc::close(self.0) };
    }
}

/// What a system call returned.
fn must(result: i64) -> usize {
    usize::try_from(result).unwrap_or_else(|_| panic!("{}", Error::last_os_error()))
}

fn opened(fd: RawFd, interest: Interest) -> AsyncFd<Owned> {
    AsyncFd::with_interest(Owned(fd), interest).unwrap()
}

fn would_block() -> bool {
    Error::last_os_error().kind() == ErrorKind::WouldBlock
}

/// A read that gets less than there is room for has drained the descriptor.
async fn read_some(fd: &AsyncFd<Owned>, bytes: &mut [u8; 64]) -> usize {
    loop {
        let mut guard = fd.readable().await.unwrap();
        let length = unsafe { libc::read(fd.as_raw_fd(), bytes.as_mut_ptr().cast(), bytes.len()) };
        if length < bytes.len() as isize && (length > 0 || would_block()) {
            guard.clear_ready();
        }
        if length >= 0 || !would_block() {
            return must(length as i64);
        }
    }
}

async fn write_byte(fd: &AsyncFd<Owned>) -> usize {
    loop {
        let mut guard = fd.writable().await.unwrap();
        let length = unsafe { libc::write(fd.as_raw_fd(), b"!".as_ptr().cast(), 1) };
        if length >= 0 || !would_block() {
            return must(length as i64);
        }
        guard.clear_ready();
    }
}

/// One way of a pair: where it is read, and where it is written.
type Way = (Arc<AsyncFd<Owned>>, Arc<AsyncFd<Owned>>);

fn new_way() -> Way {
    let mut ends = [0; 2];
    must(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) } as i64);
    (Arc::new(opened(ends[0], Interest::READABLE)), Arc::new(opened(ends[1], Interest::WRITABLE)))
}

/// Reads a byte and writes one, so often. The one that asks has written before, and writes once less.
async fn side(input: Arc<AsyncFd<Owned>>, output: Arc<AsyncFd<Owned>>, count: u64, asks: bool) {
    let mut bytes = [0; 64];
    if asks {
        check("the bytes that were written", write_byte(&output).await as u64, 1);
    }
    for left in (1..=count).rev() {
        check("the bytes that were read", read_some(&input, &mut bytes).await as u64, 1);
        if asks && left == 1 {
            break;
        }
        check("the bytes that were written", write_byte(&output).await as u64, 1);
    }
}

async fn pairs(bench: Arc<Bench>, pairs: u64) {
    let ways: Vec<Way> = (0..2 * pairs).map(|_| new_way()).collect();
    let start = Stopwatch::start();
    let mut handles = Vec::with_capacity(ways.len());
    for i in 0..ways.len() {
        let (input, output) = (ways[i].0.clone(), ways[i ^ 1].1.clone());
        handles.push(tokio::spawn(side(input, output, bench.count / pairs, i % 2 == 0)));
    }
    for handle in handles {
        handle.await.unwrap();
    }
    bench.report_time(&start, bench.count);
}

pub async fn pipe(bench: Arc<Bench>) {
    pairs(bench, 1).await
}

pub async fn pipes(bench: Arc<Bench>) {
    pairs(bench, 100).await
}

const MANY: u64 = 10000;
/// From one that is asked to the next: it divides no number of descriptors that is used here.
const STEP: u64 = 7919;

fn new_eventfd() -> RawFd {
    must(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) } as i64) as RawFd
}

fn tell(fd: RawFd) {
    must(unsafe { libc::write(fd, 1u64.to_ne_bytes().as_ptr().cast(), 8) } as i64);
}

async fn told(fd: &AsyncFd<Owned>) {
    let mut bytes = [0; 64];
    read_some(fd, &mut bytes).await;
    check("what an eventfd told", bytes[0] as u64, 1);
}

/// As many descriptors as the system lets this process have.
fn raise_limit() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    must(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) } as i64);
    limit.rlim_cur = limit.rlim_max;
    must(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) } as i64);
}

pub async fn many_fds(bench: Arc<Bench>) {
    raise_limit();
    let descriptors = bench.count.min(MANY);
    let times = bench.count / descriptors;
    let answer = opened(new_eventfd(), Interest::READABLE);
    let answer_fd = answer.as_raw_fd();
    let mut asked = Vec::with_capacity(descriptors as usize);
    for _ in 0..descriptors {
        let own = opened(new_eventfd(), Interest::READABLE);
        asked.push(own.as_raw_fd());
        tokio::spawn(async move {
            for _ in 0..times {
                told(&own).await;
                tell(answer_fd);
            }
        });
    }
    // The first time, in which the tasks begin, does not count, if there is another one.
    let mut start = Stopwatch::start();
    for i in 0..times * descriptors {
        if i == descriptors {
            start = Stopwatch::start();
        }
        tell(asked[(i * STEP % descriptors) as usize]);
        told(&answer).await;
    }
    bench.report_time(&start, descriptors * if times > 1 { times - 1 } else { 1 });
}

pub async fn open_fd(bench: Arc<Bench>) {
    struct Borrowed(RawFd);
    impl AsRawFd for Borrowed {
        fn as_raw_fd(&self) -> RawFd {
            self.0
        }
    }
    let fd = Owned(new_eventfd());
    let start = Stopwatch::start();
    for _ in 0..bench.count {
        let opened = AsyncFd::with_interest(Borrowed(fd.0), Interest::READABLE).unwrap();
        check("the descriptor", opened.into_inner().0 as u64, fd.0 as u64);
    }
    bench.report_time(&start, bench.count);
}
