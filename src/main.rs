//! The program. Everything it does is in the library.

/// Every header of every event is a string of its own. This allocator makes them with a good part less work than the
/// system's, and holds less memory afterwards: huge pages are left out (`no_thp`), they would treble what an idle
/// service holds.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    switchboard::cli::main()
}
