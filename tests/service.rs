//! The whole service, as its users have it: the real binary with a configuration of its own, the page's stream and
//! the API on one side; on the other a simulated FreeSWITCH, or a real one with telephones around it. One text for
//! each scenario, played on both.
#![allow(dead_code, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

/// Makes two tests of each scenario: one on the simulator, one on a real FreeSWITCH.
macro_rules! scenarios {
    ($($name:ident: $title:literal;)*) => {
        mod simulated {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let report = crate::report::Report::begin(crate::report::Backend::Simulated, stringify!($name), $title);
                super::$name(report.await).await;
            })*
        }
        mod live {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            #[ignore = "needs a FreeSWITCH: make live"]
            async fn $name() {
                let report = crate::report::Report::begin(crate::report::Backend::Live, stringify!($name), $title);
                super::$name(report.await).await;
            })*
        }
    };
}

#[path = "service/api.rs"]
mod api;
#[path = "service/house.rs"]
mod house;
#[path = "service/keypad.rs"]
mod keypad;
#[path = "service/page.rs"]
mod page;
#[path = "service/process.rs"]
mod process;
#[path = "service/report.rs"]
mod report;
#[path = "service/telephony.rs"]
mod telephony;
#[path = "service/truth.rs"]
mod truth;

#[path = "service/announcing.rs"]
mod announcing;
#[path = "service/apart.rs"]
mod apart;
#[path = "service/arriving.rs"]
mod arriving;
#[path = "service/asking.rs"]
mod asking;
#[path = "service/backing_up.rs"]
mod backing_up;
#[path = "service/browsing.rs"]
mod browsing;
#[path = "service/carrying.rs"]
mod carrying;
#[path = "service/coming_back.rs"]
mod coming_back;
#[path = "service/confirming.rs"]
mod confirming;
#[path = "service/controls.rs"]
mod controls;
#[path = "service/crashing.rs"]
mod crashing;
#[path = "service/crossing.rs"]
mod crossing;
#[path = "service/dialing_in.rs"]
mod dialing_in;
#[path = "service/doctoring.rs"]
mod doctoring;
#[path = "service/ending.rs"]
mod ending;
#[path = "service/grouping.rs"]
mod grouping;
#[path = "service/hands.rs"]
mod hands;
#[path = "service/holding.rs"]
mod holding;
#[path = "service/introducing.rs"]
mod introducing;
#[path = "service/keeping.rs"]
mod keeping;
#[path = "service/leading.rs"]
mod leading;
#[path = "service/linking.rs"]
mod linking;
#[path = "service/main_job.rs"]
mod main_job;
#[path = "service/many.rs"]
mod many;
#[path = "service/moving.rs"]
mod moving;
#[path = "service/ordinary.rs"]
mod ordinary;
#[path = "service/owning.rs"]
mod owning;
#[path = "service/passing.rs"]
mod passing;
#[path = "service/reaching.rs"]
mod reaching;
#[path = "service/recording.rs"]
mod recording;
#[path = "service/recording_heard.rs"]
mod recording_heard;
#[path = "service/rescuing.rs"]
mod rescuing;
#[path = "service/speaking.rs"]
mod speaking;
#[path = "service/steering.rs"]
mod steering;
#[path = "service/strangers.rs"]
mod strangers;
#[path = "service/telling.rs"]
mod telling;
#[path = "service/voting.rs"]
mod voting;
