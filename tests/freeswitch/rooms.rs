//! Our conference profile: who hears whom, what keys do, and how the confirm gate stands before it.

use crate::support::call::{By, CallState};
use crate::support::freeswitch::Options;
use crate::support::lab::Lab;
use crate::support::lateness::allowance;
use crate::support::sip::Behaviour;
use crate::support::{PATIENCE, until};
use std::time::Duration;
use tokio::time::Instant;

/// Brings a number into a room and waits until it is in. Returns its channel.
async fn bring(lab: &Lab, number: &str, room: &str) -> String {
    let uuid = format!("leg-{number}");
    let command = format!("originate {{origination_uuid={uuid}}}{} &conference({room})", lab.endpoint(number));
    lab.probe.bgapi(&command).await;
    let joined = lab.probe.wait(|event| event.is_member("add-member", &uuid)).await;
    assert!(joined.is_some(), "{number} did not join\n{}", lab.switch.log());
    uuid
}

async fn everybody_hears_everybody_else(size: usize) {
    let lab = Lab::start().await;
    let numbers: Vec<_> = (0..size).map(|n| format!("{}", 300 + n)).collect();
    let mut calls = Vec::new();
    for number in &numbers {
        lab.phones.expect(number, Behaviour::answer());
        bring(&lab, number, "everybody@switchboard").await;
        calls.push(lab.phones.at(number).await.expect("it is in a call"));
    }
    for listener in &calls {
        let expected: Vec<_> = {
            let mut tones: Vec<_> = calls.iter().map(|c| c.tone()).filter(|tone| *tone != listener.tone()).collect();
            tones.sort_unstable();
            tones
        };
        let heard = until(Duration::from_secs(5), || {
            let heard = listener.media().tones_now();
            (heard == expected).then_some(heard)
        });
        let heard = heard.await;
        assert!(heard.is_some(), "{} hears {:?}, not {expected:?}", listener.number(), listener.media().tones_now());
    }
    println!("{size} members, each hears the other {}", size - 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn three_hear_each_other_and_not_themselves() {
    everybody_hears_everybody_else(3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn thirteen_hear_each_other_and_not_themselves() {
    everybody_hears_everybody_else(13).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn keys_do_nothing_in_our_rooms() {
    let lab = Lab::start().await;
    let ours = bring(&lab, "1001", "quiet@switchboard").await;
    bring(&lab, "1002", "quiet@switchboard").await;
    let (presser, listener) = (lab.phones.at("1001").await.unwrap(), lab.phones.at("1002").await.unwrap());
    assert!(listener.hears(presser.tone()).await);
    for key in "0123456789*#".chars() {
        presser.press(key);
        let arrived =
            lab.probe.wait(|event| event.is("DTMF", &ours) && event.get("DTMF-Digit") == key.to_string()).await;
        assert!(arrived.is_some(), "the switch did not see {key}");
    }
    let after = Instant::now();
    assert!(lab.probe.wait_within(Duration::from_secs(2), |_| false).await.is_none());
    let changes = [
        "mute-member",
        "unmute-member",
        "deaf-member",
        "kick-member",
        "del-member",
        "volume-in-member",
        "volume-out-member",
        "gain-level",
        "energy-level",
        "dtmf-member",
        "execute_app",
    ];
    for event in lab.probe.events() {
        assert!(!changes.contains(&event.get("Action")), "a key did {}", event.get("Action"));
    }
    assert!(listener.longest_gap(presser.tone(), after) < Duration::from_millis(100) + allowance(after));

    // The same key in a room of the stock profile: there it hangs up, so the keys above did arrive.
    lab.phones.expect("1003", Behaviour::answer());
    let stock = bring(&lab, "1003", "stock@default").await;
    let other = lab.phones.at("1003").await.unwrap();
    other.press('#');
    assert!(other.reaches(CallState::Ended(By::Them)).await);
    assert!(lab.probe.wait(|event| event.is("CHANNEL_HANGUP_COMPLETE", &stock)).await.is_some());
    assert!(presser.is_up());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn a_silent_room_keeps_its_lines_alive() {
    let lab = Lab::start().await;
    bring(&lab, "1001", "silent@switchboard").await;
    bring(&lab, "1002", "silent@switchboard").await;
    let (one, two) = (lab.phones.at("1001").await.unwrap(), lab.phones.at("1002").await.unwrap());
    assert!(one.hears(two.tone()).await);
    one.media().talk(false);
    two.media().talk(false);
    assert!(one.loses(two.tone()).await);
    let since = Instant::now();
    assert!(lab.probe.wait_within(Duration::from_secs(3), |_| false).await.is_none());
    let packets = one.media().packets(since, since + Duration::from_secs(3));
    println!("{packets} packets in 3 s of a silent room, tones {:?}", one.media().tones_now());
    assert!(packets > 100, "carriers and phones drop a line without audio: {packets} packets in 3 s");
    assert_eq!(one.media().tones_now(), Vec::<u32>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn nothing_sounds_at_the_door_or_alone() {
    let lab = Lab::start().await;
    bring(&lab, "1001", "door@switchboard").await;
    let one = lab.phones.at("1001").await.unwrap();
    let alone = Instant::now();
    assert!(lab.probe.wait_within(Duration::from_millis(1500), |_| false).await.is_none());
    assert_eq!(one.media().tones_now(), Vec::<u32>::new(), "alone, and something sounds");
    bring(&lab, "1002", "door@switchboard").await;
    let two = lab.phones.at("1002").await.unwrap();
    assert!(one.hears(two.tone()).await);
    two.hang_up();
    assert!(one.loses(two.tone()).await);
    let ghost = (6..=68).map(|n| n * 50).filter(|tone| *tone != two.tone());
    for tone in ghost {
        let share = one.media().share(tone, alone, Instant::now());
        assert!(share < 0.02, "{tone} Hz sounded {share} of the time");
    }
    assert!(one.is_up());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn who_presses_nothing_stays_outside() {
    let lab = Lab::start().await;
    for number in ["401", "402"] {
        lab.phones.expect(number, Behaviour::answer());
    }
    bring(&lab, "1001", "gated@switchboard").await;
    let host = lab.phones.at("1001").await.unwrap();
    let gate = "group_confirm_key=1,group_confirm_file=tone_stream://%(300\\,200\\,800);loops=-1,\
                group_confirm_read_timeout=3000,originate_timeout=10,leg_timeout=3,group_confirm_timeout=4";
    let mut jobs = Vec::new();
    for number in ["401", "402"] {
        let endpoint = lab.endpoint(number);
        let command = format!(
            "originate {{origination_uuid=leg-{number},{gate}}}{endpoint} &conference(gated@switchboard++flags{{join-only}})"
        );
        jobs.push(lab.probe.bgapi(&command).await);
    }
    let (person, machine) = (lab.phones.at("401").await.unwrap(), lab.phones.at("402").await.unwrap());
    assert!(person.hears(800).await, "the prompt is heard");
    assert!(!lab.probe.events().iter().any(|event| event.is_member("add-member", "leg-401")));
    assert!(!host.media().hears_now(person.tone()) && !host.media().hears_now(machine.tone()));

    person.press('5');
    assert!(lab.probe.wait(|event| event.is("DTMF", "leg-401")).await.is_some());
    person.press('1');
    assert!(lab.probe.wait(|event| event.is_member("add-member", "leg-401")).await.is_some());
    assert!(host.hears(person.tone()).await && person.hears(host.tone()).await);
    assert!(lab.probe.job(&jobs[0], Duration::from_secs(5)).await.unwrap().starts_with("+OK"));

    assert!(machine.ends_within(Duration::from_secs(12)).await.is_some(), "the gate closes");
    let end = lab.probe.job(&jobs[1], Duration::from_secs(5)).await.unwrap();
    println!("the machine's end: {end}");
    assert!(end.starts_with("-ERR"), "{end}");
    assert!(!lab.probe.events().iter().any(|event| event.is_member("add-member", "leg-402")));
}

/// How late a voice of this loudness is heard after silence, and how loud a line's faint noise comes through.
async fn onset_and_noise(extra: &str) -> (Duration, Duration, f64) {
    let options = Options { conference_profile_extra: extra.to_owned(), ..Options::default() };
    let lab = Lab::start_with(options).await;
    bring(&lab, "1001", "gate@switchboard").await;
    bring(&lab, "1002", "gate@switchboard").await;
    let speaker = lab.phones.at("1001").await.expect("1001 is in the room");
    let listener = lab.phones.at("1002").await.expect("1002 is in the room");
    assert!(listener.hears(speaker.tone()).await);
    let mut late = Vec::new();
    for loudness in [1500.0, 400.0] {
        speaker.media().say(None);
        let quiet = lab.probe.wait(|event| event.is_member("stop-talking", "leg-1001")).await;
        assert!(quiet.is_some() && listener.loses(speaker.tone()).await);
        speaker.media().speak_at(loudness);
        let began = Instant::now();
        speaker.media().say(Some(speaker.tone()));
        let heard = until(PATIENCE, || listener.media().first_heard(speaker.tone(), began)).await;
        late.push(heard.expect("it is heard") - began);
        assert!(lab.probe.wait(|event| event.is_member("start-talking", "leg-1001")).await.is_some());
        lab.probe.forget();
    }
    speaker.media().say(None);
    assert!(lab.probe.wait(|event| event.is_member("stop-talking", "leg-1001")).await.is_some());
    assert!(listener.loses(speaker.tone()).await);
    speaker.media().speak_at(100.0);
    let noise = Instant::now();
    speaker.media().say(Some(speaker.tone()));
    assert!(lab.probe.wait_within(Duration::from_secs(1), |_| false).await.is_none());
    (late[0], late[1], listener.media().loudest(speaker.tone(), noise, Instant::now()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn the_gate_lets_voices_through_at_once_and_keeps_noise_out() {
    let began = Instant::now();
    let (voice, quiet, noise) = onset_and_noise("").await;
    println!("gated: a voice after {voice:?}, a quiet one after {quiet:?}, noise {noise:.0}");
    let (open_voice, open_quiet, open_noise) =
        onset_and_noise("<param name=\"conference-flags\" value=\"audio-always\"/>").await;
    println!("audio-always: a voice after {open_voice:?}, a quiet one after {open_quiet:?}, noise {open_noise:.0}");
    assert!(voice < open_voice + Duration::from_millis(60) + allowance(began));
    assert!(quiet < open_quiet + Duration::from_millis(160) + allowance(began));
    assert!(noise < 20.0 && open_noise > 50.0, "{noise} {open_noise}");
}
