//! The shipped dialplan: a caller is never without music, the hook or the fallback.

use crate::support::call::{Call, CallState};
use crate::support::freeswitch::Options;
use crate::support::hook::HookServer;
use crate::support::lab::Lab;
use crate::support::lateness::allowance;
use crate::support::sip::Behaviour;
use std::time::Duration;
use tokio::time::Instant;

const MUSIC: &str = "local_stream://moh";
/// The longest silence where two pieces of music join: local_stream begins each with a quarter of a second of it
/// (260 ms measured), and a loaded machine adds to that.
const JOIN: Duration = Duration::from_millis(1500);

async fn waiting_caller(lab: &Lab) -> Call {
    let ivan = lab.phones.caller("Ivan", "4930111", Lab::ATTENDANT);
    assert!(ivan.reaches(CallState::Talking).await, "{:?}\n{}", ivan.state(), lab.switch.log());
    ivan
}

fn times_executed(lab: &Lab, application: &str) -> usize {
    let executed = |event: &&crate::support::esl_probe::Event| {
        event.name() == "CHANNEL_EXECUTE" && event.get("Application") == application
    };
    lab.probe.events().iter().filter(executed).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn nobody_at_the_hook_is_music_and_after_thirty_seconds_the_fallback() {
    let lab = Lab::start().await;
    let ivan = waiting_caller(&lab).await;
    let answered = Instant::now();
    assert!(ivan.hears(Lab::MUSIC).await);
    let music = Instant::now();

    // The star ends a playback unless told not to; an impatient caller must not run out of tries by it.
    ivan.press('*');

    let fallback = lab.phones.at_within(Lab::FALLBACK, Duration::from_secs(40)).await.expect("the fallback is rung");
    let waited = answered.elapsed();
    let gap = ivan.media().longest_gap(Lab::MUSIC, music, Instant::now() - Duration::from_millis(500));
    println!("fallback after {waited:?}, longest gap in the music between tries {gap:?}");
    assert!(waited > Duration::from_secs(29) && waited < Duration::from_secs(33) + allowance(answered), "{waited:?}");
    assert!(gap < JOIN + allowance(music), "{gap:?}");
    assert_eq!(times_executed(&lab, "socket"), 6);

    assert!(ivan.hears(fallback.tone()).await && fallback.hears(ivan.tone()).await);
    // An ordinary call from here on: who hangs up ends it.
    fallback.hang_up();
    assert!(ivan.ends_within(Duration::from_secs(3)).await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn music_that_cannot_be_played_costs_the_caller_no_time() {
    let options = Options { music: "/no/such/file.wav".to_owned(), fallback: String::new(), ..Options::default() };
    let lab = Lab::start_with(options).await;
    let ivan = waiting_caller(&lab).await;
    let answered = Instant::now();
    assert!(ivan.hears(425).await, "a tone stands in for the music");

    let ended = ivan.ends_within(Duration::from_secs(45)).await;
    println!("without a fallback the call ended after {:?}: {ended:?}", answered.elapsed());
    assert!(ended.is_some() && answered.elapsed() > Duration::from_secs(34), "{:?}", answered.elapsed());
    let congestion = ivan.media().share(425, Instant::now() - Duration::from_secs(6), Instant::now());
    assert!((0.3..0.7).contains(&congestion), "congestion tone at the end: {congestion}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn a_hook_that_serves_keeps_the_call() {
    let lab = Lab::start().await;
    let mut hook = HookServer::bind(lab.switch.hook()).await;
    let ivan = waiting_caller(&lab).await;
    let served = hook.next().await.expect("the hook gets the call");
    assert_eq!(served.variable("switchboard_queue"), "main");
    assert_eq!(served.variable("switchboard_info_dialed"), Lab::ATTENDANT);
    assert_eq!(served.variable("switchboard_tries"), "x");
    assert_eq!(served.info.get("Caller-Caller-ID-Name"), "Ivan");
    assert_eq!(served.info.get("Caller-Caller-ID-Number"), "4930111");
    assert_eq!(served.info.get("Answer-State"), "answered");
    assert_eq!(served.variable("sip_call_id"), ivan.call_id());

    served.serve(MUSIC, 2);
    for _ in 0..4 {
        served.play(MUSIC);
    }
    assert!(ivan.hears(Lab::MUSIC).await);
    let since = Instant::now();
    let all_played = |event: &crate::support::esl_probe::Event| {
        event.is("CHANNEL_EXECUTE_COMPLETE", served.uuid()) && event.get("Application") == "socket"
    };
    assert!(
        lab.probe.wait_within(Duration::from_secs(8), all_played).await.is_none(),
        "the socket application was left"
    );
    let gap = ivan.media().longest_gap(Lab::MUSIC, since, Instant::now());
    println!("longest gap between pieces of the hook's music {gap:?}");
    assert!(gap < JOIN + allowance(since), "{gap:?}");
    assert_eq!(times_executed(&lab, "socket"), 1);
    assert_eq!(lab.probe.api(&format!("uuid_getvar {} switchboard_tries", served.uuid())).await.trim(), "_undef_");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn a_killed_hook_leaves_music_and_gets_the_call_again() {
    let lab = Lab::start().await;
    let mut hook = HookServer::bind(lab.switch.hook()).await;
    let ivan = waiting_caller(&lab).await;
    let served = hook.next().await.expect("the hook gets the call");
    served.serve(MUSIC, 2);
    assert!(ivan.hears(Lab::MUSIC).await);

    let killed = Instant::now();
    hook.kill().await;
    let mut hook = HookServer::bind(lab.switch.hook()).await;
    let again = hook.next_within(Duration::from_secs(12)).await.expect("the hook is tried again");
    println!("at the hook again after {:?}", killed.elapsed());
    assert_eq!(again.uuid(), served.uuid());
    assert_eq!(again.variable("switchboard_tries"), "x", "the count began anew");
    again.serve(MUSIC, 2);
    again.play(MUSIC);
    let serving = Instant::now();
    assert!(lab.probe.wait_within(Duration::from_secs(2), |_| false).await.is_none());
    let gap = ivan.media().longest_gap(Lab::MUSIC, killed, Instant::now());
    println!("longest gap in the music {gap:?}");
    assert!(serving.elapsed() >= Duration::from_secs(2) && gap < JOIN + allowance(killed), "{gap:?}");
    assert!(ivan.is_up());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn a_hundred_returns_to_the_hook_do_not_wear_the_call_out() {
    let lab = Lab::start().await;
    let mut hook = HookServer::bind(lab.switch.hook()).await;
    let ivan = waiting_caller(&lab).await;
    let mut served = hook.next().await.expect("the hook gets the call");
    for round in 0..100 {
        served.set("switchboard_tries", "");
        let moved = lab.probe.api(&format!("uuid_transfer {} switchboard_wait XML switchboard", served.uuid())).await;
        assert!(moved.starts_with("+OK"), "round {round}: {moved}");
        served = hook.next().await.unwrap_or_else(|| panic!("round {round}: lost\n{}", lab.switch.log()));
    }
    assert!(ivan.is_up());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn what_a_caller_writes_into_the_call_is_never_run() {
    let lab = Lab::start().await;
    let witness = lab.switch.base().join("run-by-a-caller");
    let attack = format!("${{system(touch {})}}", witness.display());
    let mut hook = HookServer::bind(lab.switch.hook()).await;
    let headers = [("X-Account", attack.as_str()), ("Subject", attack.as_str()), ("User-Agent", attack.as_str())];
    let mallory = lab.phones.caller_with(&attack, "4930666", Lab::ATTENDANT, &headers);
    let served = hook.next().await.expect("the hook gets the call");
    let arrived = (served.info.get("Caller-Caller-ID-Name"), served.variable("sip_h_X-Account"));
    println!("what arrived: {arrived:?}");
    assert!(arrived.0.contains("system(touch"), "{arrived:?}");
    served.serve(MUSIC, 2);
    assert!(mallory.hears(Lab::MUSIC).await);
    hook.kill().await;
    let again = HookServer::bind(lab.switch.hook()).await.next_within(Duration::from_secs(12)).await;
    assert!(again.is_some() && mallory.is_up());
    assert!(!witness.exists(), "the switch ran a caller's text");
}

/// Dials a station from the caller's own leg, with the way back behind it.
async fn dial(lab: &Lab, caller: &str, station: &str, uuid: &str, seconds: u32) {
    let endpoint = lab.endpoint(station);
    let command = format!(
        "uuid_transfer {caller} 'm:^:bridge:{{origination_uuid={uuid},originate_timeout={seconds},\
         ignore_early_media=true}}{endpoint}^transfer:switchboard_wait XML switchboard' inline"
    );
    assert!(lab.probe.api(&command).await.starts_with("+OK"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn a_station_dialed_from_the_callers_leg_talks_or_gives_the_caller_back() {
    let lab = Lab::start().await;
    lab.phones.expect("201", Behaviour::Refuse(486));
    lab.phones.expect("202", Behaviour::Ring);
    lab.phones.expect("203", Behaviour::AnswerThenHangUp { after: Duration::ZERO, talk: Duration::from_millis(20) });
    let mut hook = HookServer::bind(lab.switch.hook()).await;
    let ivan = waiting_caller(&lab).await;
    let mut served = hook.next().await.expect("the hook gets the call");
    let caller = served.uuid().to_owned();

    for (station, uuid, disposition) in
        [("201", "busy-1", "USER_BUSY"), ("202", "rings-1", "NO_ANSWER"), ("203", "gone-1", "SUCCESS")]
    {
        served.serve(MUSIC, 2);
        assert!(ivan.hears(Lab::MUSIC).await);
        let dialed = Instant::now();
        dial(&lab, &caller, station, uuid, 2).await;
        served = hook.next().await.unwrap_or_else(|| panic!("not back from {station}\n{}", lab.switch.log()));
        println!("{station}: back after {:?}, {}", dialed.elapsed(), served.variable("originate_disposition"));
        assert_eq!(served.uuid(), caller);
        assert_eq!(served.variable("originate_disposition"), disposition, "{station}");
        assert_eq!(served.variable("hangup_after_bridge"), "false");
        if station == "202" {
            let gap = ivan.longest_gap(Lab::MUSIC, dialed);
            println!("longest gap in the music while it rang {gap:?}");
            assert!(gap < Duration::from_millis(500) + allowance(dialed), "{gap:?}");
        }
    }

    served.serve(MUSIC, 2);
    dial(&lab, &caller, "1001", "talk-1", 10).await;
    let station = lab.phones.at("1001").await.expect("1001 rings");
    assert!(station.hears(ivan.tone()).await && ivan.hears(station.tone()).await);
    assert!(ivan.loses(Lab::MUSIC).await);

    // Killed while they talk: neither notices.
    let killed = Instant::now();
    hook.kill().await;
    assert!(lab.probe.wait_within(Duration::from_secs(2), |_| false).await.is_none());
    assert!(ivan.longest_gap(station.tone(), killed) < Duration::from_millis(100) + allowance(killed));

    let set = lab.probe.api(&format!("uuid_setvar {caller} hangup_after_bridge true")).await;
    assert!(set.starts_with("+OK"));
    station.hang_up();
    assert!(ivan.ends_within(Duration::from_secs(3)).await.is_some(), "the station's hang-up ends the call");
}
