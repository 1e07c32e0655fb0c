//! Checks, clocks and reports.

use std::time::Instant;

use tokio::runtime::{Builder, Runtime};

/// What a benchmark is asked for.
pub struct Bench {
    pub name: String,
    pub count: u64,
    /// 0: the executor of one thread, which has none.
    pub workers: usize,
}

pub fn check(what: &str, got: u64, expected: u64) {
    if got != expected {
        eprintln!("bench: {what} is {got}, not {expected}");
        std::process::exit(1);
    }
}

/// Processor time of all threads of this process.
fn cpu_ns() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut now) };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// When something began, on both clocks.
pub struct Stopwatch {
    wall: Instant,
    cpu_ns: u64,
}

impl Stopwatch {
    pub fn start() -> Stopwatch {
        Stopwatch { cpu_ns: cpu_ns(), wall: Instant::now() }
    }

    pub fn wall_ns(&self) -> f64 {
        self.wall.elapsed().as_nanos() as f64
    }
}

impl Bench {
    /// A runtime with the workers that were asked for, and without drivers, as ours has none where it is made of an executor alone.
    pub fn runtime(&self) -> Runtime {
        Builder::new_multi_thread().worker_threads(self.workers).build().unwrap()
    }

    /// A whole one: with both drivers, and of one thread where no workers were asked for.
    pub fn driven_runtime(&self) -> Runtime {
        let mut builder = if self.workers == 0 { Builder::new_current_thread() } else { Builder::new_multi_thread() };
        builder.worker_threads(self.workers.max(1)).enable_all().build().unwrap()
    }

    /// Both times since the start, each for one of `count` operations.
    pub fn report_time(&self, start: &Stopwatch, count: u64) {
        self.report_part_time("", start, count);
    }

    /// The same, as NAME.part; with an empty part as NAME.
    pub fn report_part_time(&self, part: &str, start: &Stopwatch, count: u64) {
        let (wall, cpu) = (start.wall_ns(), cpu_ns() - start.cpu_ns);
        println!("{} {:.2} {:.2}", self.name_of(part), wall / count as f64, cpu as f64 / count as f64);
    }

    /// The processor time alone, as NAME.part.
    pub fn report_part_cpu(&self, part: &str, start: &Stopwatch, count: u64) {
        let cpu = (cpu_ns() - start.cpu_ns) as f64 / count as f64;
        println!("{} {cpu:.2} {cpu:.2}", self.name_of(part));
    }

    /// A figure that is no time of an operation, as NAME.part; with an empty part as NAME.
    pub fn report_value(&self, part: &str, value: f64) {
        println!("{} {value:.4} -", self.name_of(part));
    }

    /// The median and the high percentiles of so many durations.
    pub fn report_percentiles(&self, mut durations: Vec<f64>) {
        durations.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap());
        self.report_value("p50", durations[durations.len() / 2]);
        self.report_value("p99", durations[durations.len() * 99 / 100]);
        self.report_value("p99.9", durations[durations.len() * 999 / 1000]);
    }

    fn name_of(&self, part: &str) -> String {
        if part.is_empty() { self.name.clone() } else { format!("{}.{part}", self.name) }
    }
}

/// A chain of `length` multiplications, each of which waits for the one before, and cannot be folded into it: some 6 cycles each.
pub fn compute(value: u64, length: u64) -> u64 {
    // Volatile: the compiler knows neither what goes in nor whether what comes out is used.
    let mut value = unsafe { std::ptr::read_volatile(&value) };
    for _ in 0..length {
        value = (value ^ value >> 32).wrapping_mul(6364136223846793005).wrapping_add(1);
    }
    unsafe { std::ptr::read_volatile(&value) }
}
