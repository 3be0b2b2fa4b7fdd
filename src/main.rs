//! The program. Everything it does is in the library.

/// Every header of every event is a string of its own, and this allocator makes them with less work than the system's.
/// Huge pages are left out (`no_thp`): with them an idle service holds more than twice the memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    switchboard::cli::main()
}
