//! Recordings played from beginning to end. The numbers are those of the measured facts.

use crate::player::{Player, quiet};
use std::time::Duration;
use switchboard::simulator::{Fate, SimulatorConfig};
use tokio::net::TcpListener;

/// Phones of the recordings answer at once.
fn at_once() -> Fate {
    Fate::answers_after(Duration::ZERO)
}

fn refuses(sip: u16, cause: &'static str) -> Fate {
    Fate::Refuses { sip, cause, after: Duration::ZERO, rings: false }
}

async fn player(config: SimulatorConfig, phones: &[&str]) -> Player {
    let player = Player::new(config).await;
    for phone in phones {
        player.simulator.set_fate(&format!("sofia/internal/{phone}"), at_once());
    }
    player
}

/// 1, 11: the caller and the attendant are bridged, one transfer makes a room of them; then the commands of a room (4).
#[tokio::test]
async fn a_live_call_becomes_a_room_and_the_room_takes_commands() {
    let config = SimulatorConfig { next_member: 3, ..quiet() };
    let mut player = player(config, &["1001@127.0.0.1:5081", "1002@127.0.0.1:5082"])
        .await
        .with_states(true)
        // The times in these lists are those of the day they were made.
        .without_replies_to(|command| {
            ["uuid_dump", "show ", "run_time", "sound_prefix", "get uuid", "play_status"]
                .iter()
                .any(|part| command.contains(part))
                || command.ends_with("json_list")
                || command.ends_with("pause")
        })
        // The participant of the recording pressed keys.
        .without_events(&["DTMF", "dtmf"])
        .without_commands(|command| {
            ["xml_list", "play_status", "room-1 pause"].iter().any(|part| command.ends_with(part))
        });
    player.play("bridge-and-move").await;
    let mut player = player.with_states(false);
    player.forget();
    player.play("room-commands").await;
}

/// 9, 11, 26: each way a call fails, as `bgapi`; the job is told after the hang-up on refusal, before it on timeout.
#[tokio::test]
async fn originate_fails_in_the_recorded_ways_and_order() {
    let mut player = player(quiet(), &["1002@127.0.0.1:5070"]).await;
    let phones = [
        ("5072", refuses(486, "USER_BUSY")),
        ("5073", refuses(603, "CALL_REJECTED")),
        ("5074", refuses(404, "UNALLOCATED_NUMBER")),
        ("5075", refuses(480, "NO_USER_RESPONSE")),
        ("5076", refuses(503, "NORMAL_TEMPORARY_FAILURE")),
        ("5071", Fate::NeverAnswers),
    ];
    for (port, fate) in phones {
        player.simulator.set_fate(&format!("sofia/internal/1002@127.0.0.1:{port}"), fate);
    }
    player.simulator.set_station("1003", false, Default::default());
    player.play("originate-outcomes").await;
}

/// 26, and no event at all for users who are not there: endpoints that lead nowhere.
#[tokio::test]
async fn endpoints_that_lead_nowhere_answer_as_recorded() {
    let mut player = player(quiet(), &[]).await.with_states(true);
    player.simulator.set_gateway("deadping", false);
    player.simulator.set_station("1003", false, Default::default());
    player.simulator.set_fate("sofia/internal/1002@127.0.0.1:5999", refuses(503, "NORMAL_TEMPORARY_FAILURE"));
    player.play("originate-nowhere").await;
}

/// 12, 13, 14: a uuid that lives, a job name twice, a ringing originate killed.
#[tokio::test]
async fn duplicates_and_aborts_answer_as_recorded() {
    let mut player = player(quiet(), &["1002@127.0.0.1:5070"])
        .await
        // Killed while it rings, the job was told before, between and after the hang-up events.
        .without_events(&["BACKGROUND_JOB"]);
    player.simulator.set_fate("sofia/internal/1002@127.0.0.1:5071", Fate::NeverAnswers);
    player.play("originate-edges").await;
}

/// 26: paused, or full: refused without a channel event.
#[tokio::test]
async fn a_paused_or_full_switch_refuses_as_recorded() {
    let mut player = player(quiet(), &["1002@127.0.0.1:5070"]).await;
    player.play("pause-and-limits").await;
}

/// Farewells, wrong passwords, filters and names of events.
#[tokio::test]
async fn subscriptions_are_answered_as_recorded() {
    let mut player = player(quiet(), &[]).await;
    player.play("subscriptions").await;
}

/// 32: who answers after the room ended opens it again, unless it may only join.
#[tokio::test]
async fn a_late_answer_opens_the_room_again_unless_it_may_only_join() {
    let mut player = player(SimulatorConfig { next_member: 8, ..quiet() }, &["1@127.0.0.1:5070"])
        .await
        // Who talks, and so holds the floor, was chance.
        .without_replies_to(|command| command.ends_with("list"));
    for port in ["5832", "5830"] {
        let fate = Fate::answers_after(Duration::from_secs(2));
        player.simulator.set_fate(&format!("sofia/internal/1004@127.0.0.1:{port}"), fate);
    }
    player.play("late-answer").await;
}

/// 16: early media puts a ringing phone into the room.
#[tokio::test]
async fn early_media_enters_the_room_before_the_answer() {
    let mut player = player(SimulatorConfig { next_member: 5, ..quiet() }, &[])
        .await
        .without_replies_to(|command| command.ends_with("list"));
    player
        .simulator
        .set_fate("sofia/internal/1003@127.0.0.1:5812", Fate::EarlyMedia { answers_after: Duration::from_secs(3) });
    player.play("early-media").await;
}

/// 29: a pair moved into a locked room loses the inbound leg, and no event of the room says so.
#[tokio::test]
async fn a_locked_room_drops_the_caller_of_a_moved_pair() {
    let config = SimulatorConfig { next_member: 288, ..quiet() };
    let mut player = player(config, &["2000@127.0.0.1:5070", "1001@127.0.0.1:5193"])
        .await
        .without_replies_to(|command| command.ends_with("list"));
    // The first caller dials into the locked room, the second is the one who is moved.
    player.arrivals.push_back("9020");
    player.play("locked-without-net").await;
}

/// 56: moved with a park behind the room, kicked, and parked.
#[tokio::test]
async fn a_pair_moves_with_a_net_behind_it() {
    let mut player =
        player(quiet(), &["1001@127.0.0.1:5402"]).await.without_replies_to(|command| command.ends_with("list"));
    player.play("move-with-net").await;
}

/// 57: the leg a locked room refuses falls into park, and can be bridged again.
#[tokio::test]
async fn a_refused_leg_falls_into_park() {
    let config = SimulatorConfig { next_member: 11, ..quiet() };
    let mut player = player(config, &["1001@127.0.0.1:5412", "1001@127.0.0.1:5413"])
        .await
        .without_replies_to(|command| command.ends_with("list"));
    player.play("locked-with-net").await;
}

/// 64: dialled from the caller's own leg, two stations at once; the loser loses the race.
#[tokio::test]
async fn stations_ring_together_from_the_callers_own_leg() {
    let mut player = player(quiet(), &[]).await;
    for (phone, after) in [("1001@127.0.0.1:7611", 500), ("1002@127.0.0.1:7612", 2000)] {
        let fate = Fate::answers_after(Duration::from_millis(after));
        player.simulator.set_fate(&format!("sofia/internal/{phone}"), fate);
    }
    player.play("ring-all").await;
}

/// 65: hold by a dual transfer, resume by a bridge.
#[tokio::test]
async fn hold_and_resume_as_recorded() {
    let mut player = player(quiet(), &["1001@127.0.0.1:5802"]).await;
    player.play("hold-and-resume").await;
}

/// 69: answered at pick-up, in the room at the key.
#[tokio::test]
async fn the_key_opens_the_room() {
    let config = SimulatorConfig { next_member: 36, ..quiet() };
    let mut player = player(config, &["1001@127.0.0.1:6001", "1001@127.0.0.1:6002"]).await;
    player.play("confirm").await;
}

/// 71: of two numbers the first to press wins.
#[tokio::test]
async fn of_two_numbers_the_first_to_press_wins() {
    let config = SimulatorConfig { next_member: 64, ..quiet() };
    let mut player = player(config, &["1001@127.0.0.1:6001", "1002@127.0.0.1:6017"]).await;
    let silent = Fate::Answers { after: Duration::ZERO, presses: None, leaves: None };
    player.simulator.set_fate("sofia/internal/1003@127.0.0.1:6018", silent);
    player
        .ask("api originate {ignore_early_media=true}sofia/internal/1001@127.0.0.1:6001 &conference(cf1@default)")
        .await;
    player.play("confirm-two").await;
}

/// 80: originate and kill in one breath on one connection.
#[tokio::test]
async fn a_pipelined_kill_never_leaves_a_phone_ringing() {
    let mut player = player(quiet(), &[]).await.without_events(&["BACKGROUND_JOB"]);
    player.simulator.set_fate("sofia/internal/1002@127.0.0.1:6801", Fate::NeverAnswers);
    player.play("cancel-pipelined").await;
}

/// 64, 75: refused, the caller goes on to what follows the dialling: back to a hook that nobody answers, then music.
#[tokio::test]
async fn a_refused_dial_leads_back_to_the_waiting_extension() {
    let mut config = quiet();
    // The hook addresses of the recording, on ports where nobody listens.
    config.extensions.insert(
        "9005".to_owned(),
        "answer:,socket:127.0.0.1:1|127.0.0.1:2 async full,set:after_socket=,playback:tone_stream://%(1500\\,0\\,1000)"
            .to_owned(),
    );
    let mut player = player(config, &[]).await;
    player.simulator.set_fate("sofia/internal/1001@127.0.0.1:7620", refuses(486, "USER_BUSY"));
    player.replaces("127.0.0.1:8084|127.0.0.1:8085", "127.0.0.1:1|127.0.0.1:2");
    player.play("refused-then-trail").await;
}

/// 49: a hook server connects, asks for its events, answers, plays; a `set` sent after the playback runs during it.
#[tokio::test]
async fn a_hook_server_is_served_as_recorded() {
    let hook = TcpListener::bind("127.0.0.1:0").await.expect("a free port on loopback");
    let address = hook.local_addr().expect("bound").to_string();
    let mut config = quiet();
    config.extensions.insert("9002".to_owned(), format!("set:before_socket=1,socket:{address} async full"));
    // Whether the server is quick enough to see its own call parked is a matter of a millisecond.
    let mut player = player(config, &[]).await.without_events(&["CHANNEL_PARK"]);
    player.hook = Some(hook);
    player.arrivals.push_back("9002");
    player.replaces("127.0.0.1:8084", &address);
    player.play("hook").await;
}
