//! Builds the attendant's page from `web/`, so that `cargo run` alone is enough.
//!
//! The result lands in `OUT_DIR/page`, from where `src/web/assets.rs` embeds it. Packagers who build without a
//! network hand in a page built elsewhere: `SWITCHBOARD_PAGE=/path/to/dist`.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// All that the page is made from. Cargo looks into folders itself.
const SOURCES: [&str; 7] = [
    "web/src",
    "web/public",
    "web/index.html",
    "web/build.mjs",
    "web/package.json",
    "web/package-lock.json",
    "web/tsconfig.json",
];
/// A copy of the lock file `npm ci` last ran for.
const INSTALLED: &str = "node_modules/.installed-lock.json";
const OLDEST_NODE: u32 = 20;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=SWITCHBOARD_PAGE");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    match make_page() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            for line in why.lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn make_page() -> Result<(), String> {
    let root = folder("CARGO_MANIFEST_DIR")?;
    let page = folder("OUT_DIR")?.join("page");
    if let Some(ready) = env::var_os("SWITCHBOARD_PAGE").filter(|path| !path.is_empty()) {
        let ready = PathBuf::from(ready);
        println!("cargo::rerun-if-changed={}", ready.display());
        let _ = fs::remove_dir_all(&page);
        return copy(&ready, &page).map_err(|e| format!("the page in {} cannot be copied: {e}", ready.display()));
    }
    let web = root.join("web");
    check_node()?;
    install(&web)?;
    run(Command::new("node").arg("build.mjs").arg(&page).current_dir(&web), "the page does not build")
}

fn check_node() -> Result<(), String> {
    let advice = format!(
        "Install Node.js {OLDEST_NODE} or later with npm, or set SWITCHBOARD_PAGE to a folder with a page built \
         elsewhere (`npm ci && npm run build` in web/ makes web/dist)."
    );
    let version = Command::new("node").arg("--version").output().map_err(|e| {
        format!("the attendant's page needs Node.js to be built, and `node` cannot be run: {e}\n{advice}")
    })?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next().and_then(|text| text.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => Err(format!("the attendant's page needs Node.js {OLDEST_NODE}, and `node` is {version:?}\n{advice}")),
    }
}

/// Fetches the page's libraries, once for each lock file.
fn install(web: &Path) -> Result<(), String> {
    let lock = fs::read(web.join("package-lock.json")).map_err(|e| format!("web/package-lock.json: {e}"))?;
    let installed = web.join(INSTALLED);
    if fs::read(&installed).is_ok_and(|known| known == lock) {
        return Ok(());
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    run(
        Command::new(npm).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(web),
        "the page's libraries cannot be fetched (is the npm registry reachable?)",
    )?;
    fs::write(&installed, lock).map_err(|e| format!("{}: {e}", installed.display()))
}

fn run(command: &mut Command, what: &str) -> Result<(), String> {
    let output = command.output().map_err(|e| format!("{what}: {command:?} cannot be run: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("{what}: {command:?} ended with {}\n{out}{err}", output.status))
}

fn folder(name: &str) -> Result<PathBuf, String> {
    env::var_os(name).map(PathBuf::from).ok_or_else(|| format!("cargo did not say {name}"))
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
