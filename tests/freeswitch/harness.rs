//! The telephones and the switch the other tests stand on do what they claim.

use crate::support::call::{By, CallState};
use crate::support::lab::Lab;
use crate::support::sip::Behaviour;
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn every_fate_of_a_dialed_number() {
    let lab = Lab::start().await;
    println!("{}", lab.switch.version().await);
    let answers = [
        ("486", Behaviour::Refuse(486), "-ERR USER_BUSY"),
        ("603", Behaviour::Refuse(603), "-ERR CALL_REJECTED"),
        ("404", Behaviour::Refuse(404), "-ERR UNALLOCATED_NUMBER"),
        ("480", Behaviour::Refuse(480), "-ERR NO_USER_RESPONSE"),
        ("503", Behaviour::Refuse(503), "-ERR NORMAL_TEMPORARY_FAILURE"),
        ("700", Behaviour::Ring, "-ERR NO_ANSWER"),
        ("701", Behaviour::RingThenRefuse { after: Duration::from_millis(300), code: 486 }, "-ERR USER_BUSY"),
        ("702", Behaviour::Dead, "-ERR NO_ANSWER"),
        ("703", Behaviour::answer_after(300), "+OK leg-703"),
        ("704", Behaviour::AnswerMutely { after: Duration::ZERO }, "+OK leg-704"),
        ("705", Behaviour::EarlyMedia { after: Duration::from_millis(300) }, "+OK leg-705"),
    ];
    let mut jobs = Vec::new();
    for (number, behaviour, _) in &answers {
        lab.phones.expect(number, behaviour.clone());
        let command = format!(
            "originate {{origination_uuid=leg-{number},originate_timeout=3,ignore_early_media=true}}{} &park()",
            lab.endpoint(number)
        );
        jobs.push(lab.probe.bgapi(&command).await);
    }
    for ((number, _, expected), job) in answers.iter().zip(&jobs) {
        let result = lab.probe.job(job, Duration::from_secs(10)).await;
        assert_eq!(result.as_deref(), Some(*expected), "{number}\n{}", lab.switch.log());
        assert_eq!(lab.phones.times_rung(number), 1, "{number}");
    }
    let gone = lab.phones.calls("700").pop().unwrap();
    assert_eq!(gone.state(), CallState::Cancelled);

    for (target, expected) in [
        ("user/1001@127.0.0.1", "+OK"),
        ("sofia/gateway/carrier/703", "+OK"),
        ("user/1005@127.0.0.1", "-ERR USER_NOT_REGISTERED"),
        ("sofia/gateway/dead/1", "-ERR GATEWAY_DOWN"),
        ("sofia/gateway/none/1", "-ERR INVALID_GATEWAY"),
    ] {
        let result = lab.probe.api(&format!("originate {target} &park()")).await;
        assert!(result.starts_with(expected), "{target}: {result}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn an_ordinary_call_holds_resumes_and_ends() {
    let lab = Lab::start().await;
    let ivan = lab.phones.caller("Ivan", "4930111", "1001");
    assert!(ivan.reaches(CallState::Talking).await, "{:?}\n{}", ivan.state(), lab.switch.log());
    let station = lab.phones.at("1001").await.expect("1001 rings");
    assert!(ivan.hears(station.tone()).await && station.hears(ivan.tone()).await);
    let desk = lab.channel(&station).await;

    assert!(station.hold(true).await);
    assert!(lab.probe.wait(|event| event.is("CHANNEL_HOLD", &desk)).await.is_some());
    assert!(ivan.hears(Lab::MUSIC).await && ivan.loses(station.tone()).await);
    assert!(station.hold(false).await);
    assert!(lab.probe.wait(|event| event.is("CHANNEL_UNHOLD", &desk)).await.is_some());
    assert!(ivan.hears(station.tone()).await && ivan.loses(Lab::MUSIC).await);
    assert!(station.hears(ivan.tone()).await);

    ivan.press('7');
    let key = lab.probe.wait(|event| event.name() == "DTMF" && event.get("DTMF-Digit") == "7").await;
    assert!(key.is_some_and(|key| key.get("DTMF-Source") == "RTP"));

    station.hang_up();
    assert!(ivan.reaches(CallState::Ended(By::Them)).await);
    assert_eq!(lab.phones.busy(), 0);

    // The caller gives up while it rings.
    lab.phones.expect("1002", Behaviour::Ring);
    let anna = lab.phones.caller("Anna", "4930222", "1002");
    assert!(anna.reaches(CallState::Ringing).await);
    let ringing = lab.phones.at("1002").await.expect("1002 rings");
    anna.hang_up();
    assert!(ringing.reaches(CallState::Cancelled).await && anna.reaches(CallState::Cancelled).await);

    // Refused by hand, and a station that is no longer registered.
    let anna = lab.phones.caller("Anna", "4930222", "1002");
    lab.phones.at("1002").await.expect("1002 rings").refuse(486);
    assert!(anna.reaches(CallState::Refused(486)).await, "{:?}", anna.state());
    assert!(lab.phones.unregister("1002").await);
    let anna = lab.phones.caller("Anna", "4930222", "1002");
    assert!(matches!(anna.ends_within(Duration::from_secs(5)).await, Some(CallState::Refused(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn ordinary_calls_with_bypassed_or_proxied_media_can_be_made() {
    let lab = Lab::start().await;
    for (dialed, variable) in [("81001", "bypass_media"), ("71001", "proxy_media")] {
        let ivan = lab.phones.caller("Ivan", "4930111", dialed);
        assert!(ivan.reaches(CallState::Talking).await, "{dialed}: {:?}\n{}", ivan.state(), lab.switch.log());
        let station = lab.phones.at("1001").await.expect("1001 rings");
        let caller = lab.channel(&ivan).await;
        assert_eq!(lab.probe.api(&format!("uuid_getvar {caller} {variable}")).await.trim(), "true");
        if variable == "bypass_media" {
            assert!(ivan.hears(station.tone()).await && station.hears(ivan.tone()).await);
        }
        ivan.hang_up();
        assert!(station.reaches(CallState::Ended(By::Them)).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn a_killed_switch_comes_back_on_the_same_ports() {
    let mut lab = Lab::start().await;
    let ivan = lab.phones.caller("Ivan", "4930111", Lab::ATTENDANT);
    assert!(ivan.hears(Lab::MUSIC).await);
    let core = lab.probe.api("eval ${core_uuid}").await;
    lab.switch.kill();
    assert!(ivan.loses(Lab::MUSIC).await, "no more audio");
    assert!(ivan.is_up(), "and no goodbye");
    let began = Instant::now();
    lab.switch.restart().await.unwrap();
    println!("ready again after {:?}", began.elapsed());
    let probe = lab.switch.probe().await;
    assert_ne!(probe.api("eval ${core_uuid}").await, core);
    assert_eq!(probe.channels().await, Vec::<String>::new());
    let anna = lab.phones.caller("Anna", "4930222", Lab::ATTENDANT);
    assert!(anna.hears(Lab::MUSIC).await, "{}", lab.switch.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn the_checks_the_readme_names_find_what_they_look_for() {
    let lab = Lab::start().await;
    let checks = [
        ("global_getvar switchboard_hook", lab.switch.hook().to_string()),
        ("xml_locate dialplan context name switchboard", "switchboard_fallback".to_owned()),
        ("xml_locate dialplan context name public", "switchboard_entry_main".to_owned()),
        ("xml_locate configuration configuration name conference.conf", "profile name=\"switchboard\"".to_owned()),
        ("show application as json", "\"socket\"".to_owned()),
        ("local_stream show", "moh/8000".to_owned()),
    ];
    for (command, expected) in checks {
        let answer = lab.probe.api(command).await;
        assert!(answer.contains(&expected), "{command}: {answer}");
    }
    // The Event Socket file we ship lets nobody in with the well-known password.
    let refused = crate::support::esl_probe::Probe::connect(lab.switch.event_socket(), "ClueCon").await;
    assert!(refused.is_err());
}
