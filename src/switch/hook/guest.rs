//! Somebody who called an access number: asked for a PIN, told to wait, or told why not, as the core orders.
//!
//! As with waiting callers, whatever is played is bounded, and the dialplan goes on with them if we die.

use super::caller::{Caller, News};
use crate::domain::{
    announcement::SoundFile,
    dial_in::{Order, Typed},
    ids::ChannelId,
    input::{HookEvent, Input},
};
use freeswitch_esl_tokio::EslError;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The application that asks, and the header with what was pressed.
pub(super) const ASKING: &str = "play_and_get_digits";
pub(super) const TYPED: &str = "variable_switchboard_typed";
/// The last thing that is set when keys came: from now on they are in log and events again.
pub(super) const KEYS_ARE_OPEN: &str = "sensitive_dtmf=false";
/// A switch that vanished says nothing for so long, while a living one tells of what was said or pressed.
pub(super) const SILENCE: Duration = Duration::from_secs(180);
/// Without an order for so long, music is what tells the guest that somebody is there.
const AT_ONCE: Duration = Duration::from_secs(1);
/// One piece of music while they wait: so long, at most, until the next order is heard.
const PIECE: Duration = Duration::from_secs(2);
/// Played instead of `what was wrong`, which the switch would say by itself: that is for the core to decide.
const NOTHING: &str = "silence_stream://20";

impl Caller<'_> {
    /// Answers the call and does as it is told, until let go or left.
    pub(super) async fn receive(
        &mut self,
        release: &CancellationToken,
        orders: &mut mpsc::UnboundedReceiver<Order>,
        channel: ChannelId,
        sink: &mpsc::Sender<Input>,
    ) -> Result<(), EslError> {
        self.client.myevents(freeswitch_esl_tokio::EventFormat::Plain).await?;
        // A socket that closes while the call is not yet answered would leave the caller stuck in it for ever.
        self.execute("answer", "").await?;
        self.execute("unset", "switchboard_tries").await?;
        self.execute("set", "playback_terminators=none").await?;
        loop {
            match self.news(SILENCE).await? {
                Some(News::Answered) => break,
                Some(News::Gone) | None => return Ok(()),
                Some(News::PieceOver | News::Typed(_) | News::Idle) => {}
            }
        }
        loop {
            let order = tokio::select! {
                // Let go comes before whatever else was to be said.
                biased;
                () = release.cancelled() => return Ok(()),
                order = orders.recv() => order,
                news = self.news(AT_ONCE) => match news? {
                    Some(News::Gone) => return Ok(()),
                    Some(_) => continue,
                    None => Some(Order::Wait { say: Vec::new() }),
                },
            };
            let goes_on = match order {
                None => false,
                Some(Order::Ask { say, digits, wait }) => {
                    match self.ask(&say, digits, wait, release).await? {
                        Some(typed) => {
                            // Nobody left to tell means that the service stops.
                            let _ = sink.send(Input::Hook(HookEvent::Typed { channel, typed })).await;
                            true
                        }
                        None => false,
                    }
                }
                Some(Order::Wait { say }) => {
                    let said = say.is_empty() || self.say(&say, release).await?;
                    said && self.music(release, orders).await?
                }
                Some(Order::Out { say }) => {
                    if say.is_empty() || self.say(&say, release).await? {
                        self.execute("hangup", "NORMAL_CLEARING").await?;
                        self.news(PIECE).await?;
                    }
                    false
                }
            };
            if !goes_on {
                return Ok(());
            }
        }
    }

    /// Waits for keys. None: let go, or gone.
    async fn ask(
        &mut self,
        say: &[SoundFile],
        digits: u8,
        wait: Duration,
        release: &CancellationToken,
    ) -> Result<Option<Typed>, EslError> {
        // Neither the switch's log nor its events have the keys of a PIN.
        self.execute("set", "sensitive_dtmf=true").await?;
        self.execute("unset", "playback_timeout_sec").await?;
        let (prompt, name) = (spoken(say), TYPED.trim_start_matches("variable_"));
        let wait = wait.as_millis();
        self.execute(ASKING, &format!("{digits} {digits} 1 {wait} # {prompt} {NOTHING} {name}")).await?;
        let mut keys = None;
        loop {
            let news = tokio::select! {
                news = self.news(SILENCE) => news?,
                () = release.cancelled() => return Ok(None),
            };
            match news {
                Some(News::Typed(typed)) => {
                    self.execute("unset", name).await?;
                    self.execute("set", KEYS_ARE_OPEN).await?;
                    keys = Some(typed);
                }
                // Told only now: what is still to be done for the channel when it is taken into a room holds it back.
                Some(News::Idle) if keys.is_some() => return Ok(keys),
                Some(News::Gone) | None => return Ok(None),
                Some(News::PieceOver | News::Answered | News::Idle) => {}
            }
        }
    }

    /// Says something to its end. False: let go, or gone.
    async fn say(&mut self, say: &[SoundFile], release: &CancellationToken) -> Result<bool, EslError> {
        self.execute("unset", "playback_timeout_sec").await?;
        self.execute("playback", &spoken(say)).await?;
        self.is_over(release).await
    }

    /// Music until the next order is there. False: let go, or gone.
    async fn music(
        &mut self,
        release: &CancellationToken,
        orders: &mpsc::UnboundedReceiver<Order>,
    ) -> Result<bool, EslError> {
        let music = self.config.music.clone();
        self.execute("set", &format!("playback_timeout_sec={}", PIECE.as_secs())).await?;
        while orders.is_empty() {
            let began = tokio::time::Instant::now();
            self.execute("playback", music.as_str()).await?;
            if !self.is_over(release).await? {
                return Ok(false);
            }
            // There is no such music: then this is the pause.
            if began.elapsed() < PIECE / 2 && matches!(self.news(AT_ONCE).await?, Some(News::Gone)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn is_over(&mut self, release: &CancellationToken) -> Result<bool, EslError> {
        loop {
            let news = tokio::select! {
                news = self.news(SILENCE) => news?,
                () = release.cancelled() => return Ok(false),
            };
            match news {
                Some(News::PieceOver) => return Ok(true),
                Some(News::Gone) | None => return Ok(false),
                Some(News::Typed(_) | News::Answered | News::Idle) => {}
            }
        }
    }
}

/// One after the other. A file that is not there is passed over, where by itself it would be an error.
fn spoken(say: &[SoundFile]) -> String {
    let files: Vec<&str> = say.iter().map(SoundFile::as_str).collect();
    format!("file_string://{}", files.join("!"))
}
