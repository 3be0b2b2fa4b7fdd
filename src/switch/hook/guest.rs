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
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;

/// The application that asks, and the header with what was pressed.
pub(super) const ASKING: &str = "play_and_get_digits";
pub(super) const TYPED: &str = "variable_switchboard_typed";
/// A switch that vanished says nothing for so long, while a living one tells of what was said or pressed.
pub(super) const SILENCE: Duration = Duration::from_secs(180);
/// Played while the core decides: it is broken off by what it decides, and mostly that is at once.
const DECIDING: &str = "silence_stream://3000";
/// One piece of music, for who waits longer.
const PIECE: Duration = Duration::from_secs(2);
/// What was played is broken off by then.
const BROKEN_OFF: Duration = Duration::from_secs(4);
/// Played instead of `what was wrong`, which the switch would say by itself: that is for the core to decide.
const NOTHING: &str = "silence_stream://20";

impl Caller<'_> {
    /// Answers the call and does as it is told, until let go or left.
    ///
    /// Whoever may be let go hears something, if only silence: the switch goes on in the dialplan at once behind a
    /// socket that closes while it is idle, and that and the command which takes the guest into a room would meet.
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
        self.execute("unset", "playback_timeout_sec").await?;
        self.execute("playback", DECIDING).await?;
        loop {
            match self.news(SILENCE).await? {
                Some(News::Playing) => break,
                Some(News::Gone) | None => return Ok(()),
                Some(_) => {}
            }
        }
        loop {
            let Some(order) = self.next_order(release, orders, channel).await? else { return Ok(()) };
            match order {
                Order::Ask { say, digits, wait } => {
                    let Some(typed) = self.ask(&say, digits, wait, release).await? else { return Ok(()) };
                    // Nobody left to tell means that the service stops.
                    let _ = sink.send(Input::Hook(HookEvent::Typed { channel, typed })).await;
                }
                Order::Wait { say } => self.begin(&spoken(&say)).await?,
                Order::Out { say } => {
                    self.begin(&spoken(&say)).await?;
                    if self.is_over(release).await? {
                        self.execute("hangup", "NORMAL_CLEARING").await?;
                        self.news(PIECE).await?;
                    }
                    return Ok(());
                }
            }
        }
    }

    /// What is to be done, and until then what plays, and music after it. None: let go, or gone.
    async fn next_order(
        &mut self,
        release: &CancellationToken,
        orders: &mut mpsc::UnboundedReceiver<Order>,
        channel: ChannelId,
    ) -> Result<Option<Order>, EslError> {
        let music = self.config.music.clone();
        let mut began = Instant::now();
        let order = loop {
            let news = tokio::select! {
                // Let go comes before whatever else was to be said.
                biased;
                () = release.cancelled() => return Ok(None),
                order = orders.recv() => break order,
                news = self.news(SILENCE) => news?,
            };
            match news {
                Some(News::Gone) | None => return Ok(None),
                Some(News::PieceOver) => {
                    // There is no such music: then this is the pause.
                    if began.elapsed() < PIECE / 4 && matches!(self.news(PIECE / 2).await?, Some(News::Gone)) {
                        return Ok(None);
                    }
                    began = Instant::now();
                    self.execute("set", &format!("playback_timeout_sec={}", PIECE.as_secs())).await?;
                    self.execute("playback", music.as_str()).await?;
                }
                Some(_) => {}
            }
        };
        // What plays is over for what is to be done; if it cannot be broken off, it is over by itself soon.
        let _ = self.client.api(&format!("uuid_break {channel}")).await?;
        loop {
            match self.news(BROKEN_OFF).await? {
                Some(News::Gone) => return Ok(None),
                Some(News::PieceOver) | None => return Ok(order),
                Some(_) => {}
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
                    self.execute("set", "sensitive_dtmf=false").await?;
                    self.execute("playback", DECIDING).await?;
                    keys = Some(typed);
                }
                // Told only now: what is still to be done for the channel when it is taken away is done in the room.
                Some(News::Playing) if keys.is_some() => return Ok(keys),
                Some(News::Gone) | None => return Ok(None),
                Some(_) => {}
            }
        }
    }

    /// Begins to say something, to its end.
    async fn begin(&self, what: &str) -> Result<(), EslError> {
        self.execute("unset", "playback_timeout_sec").await?;
        self.execute("playback", what).await
    }

    /// False: let go, or gone.
    async fn is_over(&mut self, release: &CancellationToken) -> Result<bool, EslError> {
        loop {
            let news = tokio::select! {
                news = self.news(SILENCE) => news?,
                () = release.cancelled() => return Ok(false),
            };
            match news {
                Some(News::PieceOver) => return Ok(true),
                Some(News::Gone) | None => return Ok(false),
                Some(_) => {}
            }
        }
    }
}

/// One after the other. A file that is not there is passed over, where by itself it would be an error.
fn spoken(say: &[SoundFile]) -> String {
    let files: Vec<&str> = say.iter().map(SoundFile::as_str).collect();
    if files.is_empty() { NOTHING.to_owned() } else { format!("file_string://{}", files.join("!")) }
}
