//! Recordings played from beginning to end. The numbers are those of the measured facts.

use crate::player::{Player, quiet};
use std::time::Duration;
use switchboard::simulator::{Fate, SimulatorConfig};

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
        // The times in these lists are those of the day they were made.
        .without_replies_to(|command| {
            ["uuid_dump", "show ", "run_time", "sound_prefix", "get uuid", "play_status"]
                .iter()
                .any(|part| command.contains(part))
                || command.ends_with("json_list")
                || command.ends_with("pause")
        })
        .without_events(&["dtmf", "play-file-done", "play-file-member-done"])
        .without_commands(|command| ["xml_list", "play_status", "pause"].iter().any(|part| command.contains(part)));
    player.play("bridge-and-move").await;
    let mut player =
        player.without_events(&["CHANNEL_STATE", "CHANNEL_CALLSTATE", "CHANNEL_OUTGOING", "CHANNEL_ORIGINATE"]);
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
    player = player.without_events(&["CHANNEL_STATE", "CHANNEL_CALLSTATE", "CHANNEL_OUTGOING", "CHANNEL_ORIGINATE"]);
    player.play("originate-outcomes").await;
}
