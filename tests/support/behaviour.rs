//! What a telephone does when it is called.

use super::call::Call;
use std::time::Duration;

/// What a number does when it is called.
#[derive(Debug, Clone)]
pub enum Behaviour {
    /// Rings so long, then answers and says its tone.
    Answer { after: Duration },
    /// Answers, and hangs up when it has talked so long.
    AnswerThenHangUp { after: Duration, talk: Duration },
    /// Answers, and presses this key when asked to, a moment later and once more.
    AnswerAndPress { after: Duration, key: char },
    /// Answers and sends no audio at all.
    AnswerMutely { after: Duration },
    /// Rings with audio (183), then answers.
    EarlyMedia { after: Duration },
    /// Rings until the caller gives up; or until the test answers or refuses by hand.
    Ring,
    /// Refuses at once: 486 busy, 603 declined, 404, 480, 503 …
    Refuse(u16),
    /// Rings so long, then refuses.
    RingThenRefuse { after: Duration, code: u16 },
    /// Not one SIP message comes back.
    Dead,
}

impl Behaviour {
    pub fn answer() -> Self {
        Self::Answer { after: Duration::from_millis(100) }
    }

    pub fn answer_after(milliseconds: u64) -> Self {
        Self::Answer { after: Duration::from_millis(milliseconds) }
    }
}

/// Does so with this call.
pub(super) async fn behave(call: Call, behaviour: Behaviour) {
    match behaviour {
        Behaviour::Dead => {}
        Behaviour::Refuse(code) => call.refuse(code),
        Behaviour::Ring => call.line.respond(180, false),
        Behaviour::RingThenRefuse { after, code } => {
            call.line.respond(180, false);
            tokio::time::sleep(after).await;
            call.refuse(code);
        }
        Behaviour::Answer { after } => {
            call.line.respond(180, false);
            tokio::time::sleep(after).await;
            call.answer();
        }
        Behaviour::AnswerAndPress { after, key } => {
            call.line.respond(180, false);
            tokio::time::sleep(after).await;
            call.answer();
            for pause in [500, 1500] {
                tokio::time::sleep(Duration::from_millis(pause)).await;
                call.press(key);
            }
        }
        Behaviour::AnswerMutely { after } => {
            call.line.respond(180, false);
            tokio::time::sleep(after).await;
            call.answer();
            call.line.media.talk(false);
        }
        Behaviour::EarlyMedia { after } => {
            call.line.respond(183, true);
            call.line.media.talk(true);
            tokio::time::sleep(after).await;
            call.answer();
        }
        Behaviour::AnswerThenHangUp { after, talk } => {
            call.line.respond(180, false);
            tokio::time::sleep(after).await;
            call.answer();
            tokio::time::sleep(talk).await;
            call.hang_up();
        }
    }
}
