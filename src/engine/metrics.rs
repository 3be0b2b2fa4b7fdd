//! Counters, as Prometheus reads them.

use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering},
};

macro_rules! counters {
    ($($(#[doc = $help:literal])* $name:ident;)*) => {
        /// Everything counted since the program started.
        #[derive(Debug, Default)]
        pub struct Counters { $($(#[doc = $help])* pub $name: AtomicU64,)* }

        impl Counters {
            /// In the Prometheus text format.
            pub fn render(&self) -> String {
                let mut text = String::new();
                $(
                    let name = concat!("switchboard_", stringify!($name), "_total");
                    let help = concat!($($help),*).trim();
                    let value = self.$name.load(Ordering::Relaxed);
                    // Writing to a String cannot fail.
                    let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}\n");
                )*
                text
            }
        }
    };
}

counters! {
    /// Inputs the core has handled: events, replies, deadlines.
    inputs;
    /// Facts journaled.
    facts;
    /// Commands handed to the link.
    commands;
    /// Snapshots compared.
    snapshots;
    /// Times a link to a node was lost.
    link_losses;
    /// Requests accepted.
    requests_accepted;
    /// Requests refused.
    requests_refused;
    /// Journal writes that failed.
    store_failures;
}

/// One more.
pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
