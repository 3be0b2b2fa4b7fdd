//! The `switchboard` program. Everything is in the library; see `cli`.

fn main() -> std::process::ExitCode {
    switchboard::cli::main()
}
