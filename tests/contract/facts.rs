//! What is known as a fact about a real FreeSWITCH and not held in an excerpt. The numbers are the facts'.

use crate::{
    client::{Client, acts, is},
    player::quiet,
    recording::Frame,
};
use std::time::Duration;
use switchboard::simulator::{Caller, Fate, MoveFault, Simulator, SimulatorConfig};

const ALL: &str = "ALL";

async fn fast() -> Simulator {
    let simulator =
        Simulator::start(SimulatorConfig { speed: 10.0, ..quiet() }).await.expect("a free port on loopback");
    simulator.set_fate("sofia/internal/1@h", Fate::answers_after(Duration::ZERO));
    simulator
}

/// A parked leg.
async fn leg(client: &mut Client, uuid: &str, variables: &str) {
    let answer =
        client.api(&format!("originate {{origination_uuid={uuid}{variables}}}sofia/internal/1@h &park()")).await;
    assert_eq!(answer, format!("+OK {uuid}\n"));
    client.until("a park", |event| is(event, "CHANNEL_PARK", uuid)).await;
}

/// A caller and a station, talking: gives the caller.
async fn pair(simulator: &Simulator, client: &mut Client) -> String {
    let caller = simulator.caller(Caller { destination: "9000".into(), ..Caller::default() }).to_string();
    client.until("the caller in park", |event| is(event, "CHANNEL_PARK", &caller)).await;
    leg(client, "s", "").await;
    assert_eq!(client.api(&format!("uuid_bridge {caller} s")).await, "+OK s\n");
    client.until("a bridge", |event| is(event, "CHANNEL_BRIDGE", &caller)).await;
    caller
}

fn ended(event: &Frame, uuid: &str) -> bool {
    is(event, "CHANNEL_HANGUP_COMPLETE", uuid)
}

fn place(client: &Client, wanted: impl Fn(&Frame) -> bool) -> usize {
    client.events.iter().position(wanted).unwrap_or_else(|| panic!("not among {:?}", client.seen()))
}

async fn in_room(client: &mut Client, uuid: &str, room: &str) {
    let answer =
        client.api(&format!("originate {{origination_uuid={uuid}}}sofia/internal/1@h &conference({room})")).await;
    assert_eq!(answer, format!("+OK {uuid}\n"));
    client.until("a member", |event| acts(event, "add-member", uuid)).await;
}

#[tokio::test]
async fn fact_3_a_kick_leaves_the_room_first_and_a_hang_up_ends_the_channel_first() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    for uuid in ["a", "b", "c"] {
        in_room(&mut client, uuid, "r@default").await;
    }
    let list = client.api("conference r list").await;
    assert!(list.starts_with("3;"), "the newest member is listed first: {list}");
    client.api("conference r kick 1").await;
    client.until("the kicked leg's end", |event| is(event, "CHANNEL_HANGUP", "a")).await;
    let order = ["kick-member", "del-member"].map(|action| place(&client, |event| acts(event, action, "a")));
    assert!(order[0] < order[1] && order[1] < place(&client, |event| is(event, "CHANNEL_HANGUP", "a")));
    simulator.hang_up("b", "NORMAL_CLEARING");
    client.until("the other's leaving", |event| acts(event, "del-member", "b")).await;
    let gone = place(&client, |event| acts(event, "del-member", "b"));
    assert!(place(&client, |event| is(event, "CHANNEL_HANGUP", "b")) < gone);
}

#[tokio::test]
async fn fact_17_a_wrong_application_or_extension_answers_ok_and_ends_the_leg() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    for (uuid, target) in [("x1", "&nosuchapp()"), ("x2", "nosuchext XML default"), ("x3", "9000 XML nosuchcontext")] {
        let answer = client.api(&format!("originate {{origination_uuid={uuid}}}sofia/internal/1@h {target}")).await;
        assert_eq!(answer, format!("+OK {uuid}\n"));
        client.until("its end", |event| ended(event, uuid)).await;
    }
}

#[tokio::test]
async fn fact_19_one_leg_leaves_during_the_move_and_the_other_joins_alone() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    let caller = pair(&simulator, &mut client).await;
    assert_eq!(client.api(&format!("uuid_transfer {caller} -both 'conference:r@default,park:' inline")).await, "+OK\n");
    simulator.hang_up("s", "NORMAL_CLEARING");
    client.until("the caller in the room", |event| acts(event, "add-member", &caller)).await;
    client.until("the station's end", |event| ended(event, "s")).await;
    assert_eq!(client.api(&format!("uuid_exists {caller}")).await, "true");
}

#[tokio::test]
async fn fact_20_a_wrong_name_in_a_move_answers_ok_and_kills_both_legs() {
    for target in ["nosuchapp:x inline", "nosuchext XML default"] {
        let simulator = fast().await;
        let mut client = Client::subscribed(simulator.address(), ALL).await;
        let caller = pair(&simulator, &mut client).await;
        assert_eq!(client.api(&format!("uuid_transfer {caller} -both {target}")).await, "+OK\n");
        client.until("the caller's end", |event| ended(event, &caller)).await;
        client.until("the station's end", |event| ended(event, "s")).await;
        assert_eq!(client.api("uuid_exists s").await, "false");
    }
}

#[tokio::test]
async fn moving_one_leg_alone_hangs_up_the_other() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    let caller = pair(&simulator, &mut client).await;
    client.api(&format!("uuid_transfer {caller} conference:r@default inline")).await;
    client.until("the caller in the room", |event| acts(event, "add-member", &caller)).await;
    client.until("the end of the one left behind", |event| ended(event, "s")).await;
}

#[tokio::test]
async fn fact_21_bridged_out_of_the_room_the_room_is_gone() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    let caller = pair(&simulator, &mut client).await;
    client.api(&format!("uuid_transfer {caller} -both conference:r@default inline")).await;
    client.until("both in the room", |event| acts(event, "add-member", "s")).await;
    let bridges = |client: &Client| client.events.iter().filter(|event| is(event, "CHANNEL_BRIDGE", &caller)).count();
    let before = bridges(&client);
    client.events.clear();
    assert_eq!(client.api(&format!("uuid_bridge {caller} s")).await, "+OK s\n");
    client.until("a bridge", |event| is(event, "CHANNEL_BRIDGE", &caller)).await;
    client.until("no room", |event| event.get("Action") == Some("conference-destroy")).await;
    assert_eq!((before, client.api("conference r list").await.as_str()), (1, "-ERR Conference r not found\n"));
}

#[tokio::test]
async fn fact_23_another_connection_gets_the_job_of_one_that_closed() {
    let simulator = fast().await;
    simulator.set_fate("sofia/internal/2@h", Fate::answers_after(Duration::from_secs(1)));
    let mut watcher = Client::subscribed(simulator.address(), ALL).await;
    let mut asker = Client::connect(simulator.address()).await;
    asker.command("bgapi originate {origination_uuid=q}sofia/internal/2@h &park()\nJob-UUID: J").await;
    drop(asker);
    let at = watcher.until("the job", |event| event.get("Job-UUID") == Some("J")).await;
    assert_eq!(watcher.events[at].body, "+OK q\n");
}

#[tokio::test]
async fn fact_24_killed_and_restarted_everything_is_gone_and_nothing_is_reported() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    in_room(&mut client, "a", "r@default").await;
    let core = client.api("global_getvar core_uuid").await;
    let seen = client.events.len();
    simulator.restart();
    while client.frame().await.is_some_and(|frame| {
        assert!(!frame.is_event() || frame.event().get("Event-Name") != Some("CHANNEL_HANGUP"), "nobody is told");
        true
    }) {}
    assert_eq!(client.events.len(), seen);
    let deadline = tokio::time::Instant::now() + crate::client::PATIENCE;
    while tokio::net::TcpStream::connect(simulator.address()).await.is_err() {
        assert!(tokio::time::Instant::now() < deadline, "it never listens again");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut client = Client::connect(simulator.address()).await;
    assert_ne!(client.api("global_getvar core_uuid").await, core);
    assert_eq!(client.api("uuid_exists a").await, "false");
    assert_eq!(client.api("conference list").await, "+OK No active conferences.\n");
    assert!(client.api("status").await.contains("is ready"));
}

#[tokio::test]
async fn fact_39_a_blocking_originate_withholds_events_on_its_connection() {
    let simulator = fast().await;
    simulator.set_fate("sofia/internal/2@h", Fate::answers_after(Duration::from_secs(2)));
    let mut blocked = Client::subscribed(simulator.address(), ALL).await;
    let mut free = Client::subscribed(simulator.address(), ALL).await;
    blocked.write("api originate {origination_uuid=b}sofia/internal/2@h &park()\n\n").await;
    free.until("the new channel", |event| is(event, "CHANNEL_CREATE", "b")).await;
    let first = blocked.frame().await.expect("the reply");
    assert_eq!((first.is_event(), first.answer()), (false, "+OK b\n"), "the reply comes before any event");
    blocked.until("what was withheld", |event| is(event, "CHANNEL_CREATE", "b")).await;
}

#[tokio::test]
async fn fact_58_kick_and_hup_send_a_leg_to_the_park_behind_the_room_and_kill_ends_it() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    let caller = pair(&simulator, &mut client).await;
    client.api(&format!("uuid_transfer {caller} -both 'conference:r@default,park:' inline")).await;
    client.until("both in the room", |event| acts(event, "add-member", "s")).await;
    client.events.clear();
    assert_eq!(client.api("conference r hup last").await, "+OK hup 2\n");
    client.until("a park", |event| is(event, "CHANNEL_PARK", "s")).await;
    client.api(&format!("uuid_kill {caller}")).await;
    client.until("the end", |event| ended(event, &caller)).await;
    assert_eq!(client.api("uuid_exists s").await, "true");
}

#[tokio::test]
async fn fact_59_park_takes_its_timeout_with_it_and_ends_with_its_cause() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    leg(&mut client, "p", ",park_timeout=3:USER_BUSY").await;
    assert_eq!(client.api("uuid_getvar p park_timeout").await, "_undef_");
    let at = client.until("the end of the park", |event| ended(event, "p")).await;
    assert_eq!(client.events[at].get("variable_hangup_cause"), Some("USER_BUSY"));
}

#[tokio::test]
async fn facts_60_to_63_a_station_that_leaves_before_the_bridge_strands_the_caller() {
    for (park, order, lives) in [(false, "s C", true), (false, "C s", false), (true, "C s", true)] {
        let simulator = fast().await;
        let mut client = Client::subscribed(simulator.address(), ALL).await;
        let caller = simulator.caller(Caller { destination: "9000".into(), ..Caller::default() }).to_string();
        client.until("the caller in park", |event| is(event, "CHANNEL_PARK", &caller)).await;
        leg(&mut client, "s", "").await;
        if park {
            client.api(&format!("uuid_setvar {caller} uuid_bridge_park_on_cancel true")).await;
        }
        client.events.clear();
        // In one breath, so that the station is gone before the legs meet.
        client.write(&format!("api uuid_bridge {}\n\napi uuid_kill s\n\n", order.replace('C', &caller))).await;
        client.until("the station's end", |event| ended(event, "s")).await;
        client.events.clear();
        match (lives, park) {
            (false, _) => {
                client.until("the caller's end", |event| ended(event, &caller)).await;
            }
            (true, true) => {
                client.until("the caller in park", |event| is(event, "CHANNEL_PARK", &caller)).await;
            }
            (true, false) => {
                let state = simulator.channel(&caller).expect("the caller lives").state;
                assert_eq!(state, "CS_SOFT_EXECUTE", "in limbo");
                client.api(&format!("uuid_transfer {caller} park: inline")).await;
                client.until("the caller revived", |event| is(event, "CHANNEL_PARK", &caller)).await;
            }
        }
    }
}

#[tokio::test]
async fn fact_66_held_apart_the_one_does_not_end_with_the_other() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    let caller = pair(&simulator, &mut client).await;
    client.events.clear();
    let hold = format!("uuid_dual_transfer {caller} endless_playback:local_stream://moh/inline park:/inline");
    assert_eq!(client.api(&hold).await, "+OK\n");
    client.until("the station in park", |event| is(event, "CHANNEL_PARK", "s")).await;
    client.until("music", |event| is(event, "PLAYBACK_START", &caller)).await;
    simulator.hang_up(&caller, "NORMAL_CLEARING");
    client.until("the caller's end", |event| ended(event, &caller)).await;
    assert_eq!(client.api("uuid_exists s").await, "true");
}

#[tokio::test]
async fn facts_67_68_a_phones_hold_plays_music_and_is_forgotten_by_a_move() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    let caller = pair(&simulator, &mut client).await;
    simulator.phone_hold("s", true);
    client.until("hold", |event| is(event, "CHANNEL_HOLD", "s")).await;
    client.until("music for the other", |event| is(event, "PLAYBACK_START", &caller)).await;
    client.api(&format!("uuid_transfer {caller} -both 'conference:r@default,park:' inline")).await;
    client.until("the hold forgotten", |event| is(event, "CHANNEL_UNHOLD", "s")).await;
    client.until("the phone's music in the room", |event| acts(event, "start-talking", "s")).await;
    assert!(!simulator.channel("s").expect("alive").phone_hold);
}

#[tokio::test]
async fn fact_68_muted_before_the_move_the_held_phone_is_silent() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    let caller = pair(&simulator, &mut client).await;
    simulator.phone_hold("s", true);
    client.api("uuid_setvar s conference_member_flags mute").await;
    client.api(&format!("uuid_transfer {caller} -both 'conference:r@default,park:' inline")).await;
    let at = client.until("the station in the room", |event| acts(event, "add-member", "s")).await;
    assert_eq!(client.events[at].get("Speak"), Some("false"));
}

#[tokio::test]
async fn fact_70_a_machine_presses_nothing_and_is_ended_by_the_limit() {
    let simulator = fast().await;
    let machine = Fate::Answers { after: Duration::ZERO, presses: None, leaves: None };
    simulator.set_fate("sofia/internal/7@h", machine);
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    in_room(&mut client, "a", "r@default").await;
    for (uuid, limit, cause) in [
        ("m1", "originate_timeout=3", "NO_ANSWER"),
        ("m2", "originate_timeout=60,group_confirm_timeout=2", "ALLOTTED_TIMEOUT"),
    ] {
        client
            .command(&format!(
                "bgapi originate {{origination_uuid={uuid},{limit},group_confirm_key=1,group_confirm_file=x}}\
                 sofia/internal/7@h '&conference(r@default++flags{{join-only}})'\nJob-UUID: {uuid}"
            ))
            .await;
        let at = client.until("its end", |event| ended(event, uuid)).await;
        assert_eq!(client.events[at].get("variable_hangup_cause"), Some(cause));
        let at = client.until("the job", |event| event.get("Job-UUID") == Some(uuid)).await;
        assert_eq!(client.events[at].body, "-ERR NO_ANSWER\n");
        assert!(!client.events.iter().any(|event| acts(event, "add-member", uuid)));
    }
}

#[tokio::test]
async fn fact_76_a_planned_hang_up_survives_the_move_and_can_be_cancelled() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    let planned = ",execute_on_answer='sched_hangup +5 ALLOTTED_TIMEOUT'";
    for uuid in ["e1", "e2"] {
        leg(&mut client, uuid, planned).await;
        client.api(&format!("uuid_transfer {uuid} conference:r@default inline")).await;
        client.until("a member", |event| acts(event, "add-member", uuid)).await;
    }
    assert_eq!(client.api("sched_del e2").await, "+OK Deleted: 1\n");
    let at = client.until("the end of one", |event| ended(event, "e1")).await;
    assert_eq!(client.events[at].get("variable_hangup_cause"), Some("ALLOTTED_TIMEOUT"));
    assert_eq!(client.api("uuid_exists e2").await, "true");
}

#[tokio::test]
async fn fact_81_killed_at_once_on_another_connection_the_phone_rings_on() {
    // Time enough for the other connection to be early.
    let config = SimulatorConfig { job_start: Duration::from_millis(200), ..quiet() };
    let simulator = Simulator::start(config).await.expect("a free port on loopback");
    simulator.set_fate("sofia/internal/3@h", Fate::NeverAnswers);
    let mut one = Client::connect(simulator.address()).await;
    let mut other = Client::subscribed(simulator.address(), ALL).await;
    one.write("bgapi originate {origination_uuid=k}sofia/internal/3@h &park()\n\n").await;
    assert_eq!(other.api("uuid_kill k").await, "-ERR No such channel!\n");
    other.until("the channel all the same", |event| is(event, "CHANNEL_CREATE", "k")).await;
    assert_eq!(other.api("uuid_kill k").await, "+OK\n");
    other.until("its end", |event| ended(event, "k")).await;
}

#[tokio::test]
async fn fact_48_filters_are_alternatives() {
    let simulator = fast().await;
    let mut filtered = Client::subscribed(simulator.address(), "CHANNEL_CREATE CHANNEL_DESTROY").await;
    filtered.command("filter Unique-ID f2").await;
    filtered.command("filter Unique-ID f3").await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    for uuid in ["f1", "f2", "f3"] {
        leg(&mut client, uuid, "").await;
    }
    filtered.until("the last", |event| is(event, "CHANNEL_CREATE", "f3")).await;
    let seen: Vec<_> = filtered.events.iter().filter_map(|event| event.get("Unique-ID")).collect();
    assert_eq!(seen, ["f2", "f3"]);
}

#[tokio::test]
async fn facts_30_33_a_room_outlives_its_founder_unless_a_member_ends_it() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    in_room(&mut client, "a", "r@default").await;
    in_room(&mut client, "b", "r@default").await;
    client.api("uuid_kill a").await;
    client.until("the founder's end", |event| ended(event, "a")).await;
    assert_eq!(client.api("conference r count").await, "1");
    in_room(&mut client, "c", "r@default++flags{endconf}").await;
    client.api("uuid_kill c").await;
    client.until("everyone's end", |event| ended(event, "b")).await;
}

#[tokio::test]
async fn a_move_that_a_test_makes_fail_says_ok_and_leaves_the_leg_in_park() {
    let simulator = fast().await;
    let mut client = Client::subscribed(simulator.address(), ALL).await;
    let caller = pair(&simulator, &mut client).await;
    simulator.fail_next_move(MoveFault::OtherRefused);
    client.events.clear();
    assert_eq!(client.api(&format!("uuid_transfer {caller} -both 'conference:r@default,park:' inline")).await, "+OK\n");
    client.until("the caller in the room", |event| acts(event, "add-member", &caller)).await;
    client.until("the station in park", |event| is(event, "CHANNEL_PARK", "s")).await;
}
