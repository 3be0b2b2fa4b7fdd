//! `switchboard serve`. Runs the service.

use super::{Global, Outcome, house::Running, open_store};
use crate::{
    config::{Config, LogConfig, LogFormat},
    engine::house::House,
};
use clap::Args;
use std::{process::ExitCode, sync::Arc, time::Duration};
use tracing_subscriber::EnvFilter;

#[derive(Debug, Args)]
pub struct Serve {}

impl Serve {
    pub async fn run(self, global: &Global) -> Outcome {
        let config = Config::load(&global.config)?;
        start_log(&config.log)?;
        let store = Arc::new(open_store(&config.store.path).await?);
        let running = Running::start(&config, store).await?;
        tracing::info!(http = %running.http, hook = %running.hook, "serving");
        tokio::spawn(keep_watchdog_quiet(running.house.clone()));
        let shutdown = running.shutdown.clone();
        tokio::spawn(async move {
            stop_signal().await;
            tracing::info!("stopping; calls and conferences go on without us");
            shutdown.cancel();
        });
        running.finished().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Tells systemd that we are up, and again and again that we turn. A service that hangs would keep its waiting callers
/// in the hook for ever; with `WatchdogSec` in the unit it is killed instead, and the dialplan has them back.
async fn keep_watchdog_quiet(house: Arc<House>) {
    // Without systemd there is nobody to tell, and no harm.
    let _ = sd_notify::notify(false, &[sd_notify::NotifyState::Ready]);
    let mut limit = 0;
    if !sd_notify::watchdog_enabled(false, &mut limit) {
        return;
    }
    let every = Duration::from_micros(limit / 3);
    loop {
        tokio::time::sleep(every).await;
        if house.turns(every).await {
            let _ = sd_notify::notify(false, &[sd_notify::NotifyState::Watchdog]);
        } else {
            tracing::error!("a node's task does not answer; systemd will restart us");
        }
    }
}

/// Libraries that write whole frames and requests when asked for detail, and with them people's numbers.
const TALKATIVE: [&str; 2] = ["freeswitch_esl_tokio", "warp"];

/// What the operator wrote. A level for everything does not go below `info` for the talkative; who wants their detail
/// names them.
fn directives(level: &str) -> String {
    let parts: Vec<&str> = level.split(',').map(str::trim).collect();
    // The last one counts.
    let general = parts.iter().rev().find(|part| !part.contains(['=', '[']));
    let detailed = general.is_some_and(|word| ["debug", "trace"].iter().any(|level| word.eq_ignore_ascii_case(level)));
    let unnamed = TALKATIVE.iter().filter(|name| detailed && !parts.iter().any(|part| part.starts_with(**name)));
    unnamed.map(|name| format!("{name}=info,")).chain([level.to_owned()]).collect()
}

/// Writes the log to standard error.
pub(super) fn start_log(log: &LogConfig) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let filter = EnvFilter::try_new(directives(&log.level)).map_err(|error| format!("[log] level: {error}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match log.format {
        LogFormat::Json => builder.json().init(),
        LogFormat::Text => builder.init(),
    }
    Ok(())
}

/// Ctrl-C, or what a service manager sends.
pub(super) async fn stop_signal() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            // Without the handler, SIGTERM ends the program by itself.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detail_for_everything_leaves_out_what_shows_whole_numbers() {
        assert_eq!(directives("debug"), "freeswitch_esl_tokio=info,warp=info,debug");
        assert_eq!(directives("TRACE,warp=debug"), "freeswitch_esl_tokio=info,TRACE,warp=debug");
        // Not more than was asked for either.
        for level in ["warn", "off", "info,switchboard::switch=debug"] {
            assert_eq!(directives(level), level);
        }
        assert!(EnvFilter::try_new(directives("debug")).is_ok());
    }
}
