//! One waiting caller's connection, from `connect` to the end.

use super::{Callers, Connection, HookConfig, guest, handshake};
use crate::{
    domain::{
        dial_in::Typed,
        ids::ChannelId,
        input::{HookEvent, Input},
    },
    switch::{
        event::failure,
        snapshot::{channel_id, clean},
    },
};
use freeswitch_esl_tokio::{
    EslClient, EslConnectOptions, EslError, EslEvent, EslEventStream, EslResponse, EventFormat, ExecuteOptions,
};
use std::{collections::BTreeMap, time::Duration};
use tokio::{
    net::TcpStream,
    sync::mpsc,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

/// A piece shorter by so much did not end by itself.
const EARLY: Duration = Duration::from_millis(150);
const MOST_VARIABLES: usize = 32;
/// How long after music ended early we wait for the news that the caller was taken elsewhere.
const TAKEN_AWAY: Duration = Duration::from_secs(1);

pub(super) async fn serve(
    mut stream: TcpStream,
    config: &HookConfig,
    callers: &Callers,
    sink: &mpsc::Sender<Input>,
    release: CancellationToken,
) {
    let answer = match timeout(config.handshake, handshake::ask(&mut stream)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            debug!(%error, "a connection to the hook did not say who calls");
            return;
        }
        Err(_) => {
            debug!("a connection to the hook did not say in time who calls");
            return;
        }
    };
    let Some(arrived) = arrival(&answer.data, &config.variables) else {
        warn!("a connection to the hook named no channel");
        return;
    };
    let (channel, dials_in) = match arrived {
        HookEvent::Arrived { channel, .. } => (channel, false),
        HookEvent::DialsIn { channel, .. } => (channel, true),
        HookEvent::Typed { .. } | HookEvent::Closed { .. } => return,
    };
    let options = EslConnectOptions::new().with_event_queue_size(64);
    let (client, events) = match EslClient::adopt_stream_with_options(stream, &answer.rest, options) {
        Ok(adopted) => adopted,
        Err(error) => {
            warn!(%error, "a connection to the hook could not be read on");
            return;
        }
    };
    client.set_command_timeout(config.handshake);
    // A switch that vanished says nothing any more, while a living one tells of each piece.
    client.set_liveness_timeout(if dials_in { guest::SILENCE } else { config.piece * 3 });
    let (orders, mut ordered) = mpsc::unbounded_channel();
    let number = callers.enter(channel, Connection { release: release.clone(), orders });
    let mut caller = Caller { client, events, config };
    // The music does not wait for a core that is busy.
    let looked_after = async {
        match dials_in {
            false => caller.entertain(&release).await,
            true => caller.receive(&release, &mut ordered, channel, sink).await,
        }
    };
    let (_, ended) = tokio::join!(sink.send(Input::Hook(arrived)), looked_after);
    match ended {
        Ok(()) => debug!(%channel, "a waiting caller was let go or left"),
        Err(error) => debug!(%channel, %error, "a waiting caller's connection is gone"),
    }
    let Caller { client, events, .. } = caller;
    client.set_liveness_timeout(config.handshake);
    drop(client);
    if callers.leave(channel, number) && !release.is_cancelled() {
        // Nobody left to tell means that the service stops.
        let _ = sink.send(Input::Hook(HookEvent::Closed { channel })).await;
    }
    read_out(events).await;
}

/// Until the other end has closed too, or has been silent for the time of a handshake. The library keeps the socket
/// until then, and so the place must stay taken.
async fn read_out(mut events: EslEventStream) {
    while events.recv().await.is_some() {}
}

/// Who arrived, if the connection names a channel at all.
fn arrival(data: &EslResponse, allowed: &[String]) -> Option<HookEvent> {
    let text = |header: &str| data.header(header).map(clean).filter(|text| !text.is_empty());
    let channel: ChannelId = channel_id(data.header("Unique-ID")?)?;
    if let Some(access) = text("variable_switchboard_dial_in") {
        return Some(HookEvent::DialsIn {
            channel,
            access,
            caller_name: text("Caller-Caller-ID-Name").unwrap_or_default(),
            caller_number: text("Caller-Caller-ID-Number").unwrap_or_default(),
        });
    }
    // The dialplan marks by a prefix what an attendant should see; the operator may allow more by name.
    let marked = data.headers().keys().filter_map(|header| header.strip_prefix("variable_"));
    let marked = marked.filter_map(|name| Some((name, name.strip_prefix("switchboard_info_")?)));
    let allowed = allowed.iter().map(|name| (name.as_str(), name.as_str()));
    let variables: BTreeMap<String, String> = marked
        .chain(allowed)
        .filter_map(|(name, shown)| Some((clean(shown), text(&format!("variable_{name}"))?)))
        .take(MOST_VARIABLES)
        .collect();
    Some(HookEvent::Arrived {
        channel,
        queue: text("variable_switchboard_queue"),
        caller_name: text("Caller-Caller-ID-Name").unwrap_or_default(),
        caller_number: text("Caller-Caller-ID-Number").unwrap_or_default(),
        variables,
        disposition: text("variable_originate_disposition"),
        sip_status: data.header("variable_sip_invite_failure_status").and_then(failure),
    })
}

/// What an event means for us.
pub(super) enum News {
    /// The piece of music is over, or whatever was said.
    PieceOver,
    /// Keys were waited for, and these came.
    Typed(Typed),
    /// Something plays.
    Playing,
    /// The call is answered.
    Answered,
    /// The channel left the hook: taken elsewhere, or hung up.
    Gone,
}

pub(super) struct Caller<'a> {
    pub client: EslClient,
    pub events: EslEventStream,
    pub config: &'a HookConfig,
}

impl Caller<'_> {
    /// Answers the call and plays music, piece by piece, until let go or left.
    async fn entertain(&mut self, release: &CancellationToken) -> Result<(), EslError> {
        let piece = self.config.piece.max(Duration::from_secs(2));
        self.client.myevents(EventFormat::Plain).await?;
        // Always, because it does nothing to a call that is answered: a socket that closes while the call is not yet
        // answered would leave the caller stuck in it for ever.
        self.execute("answer", "").await?;
        self.execute("unset", "switchboard_tries").await?;
        self.execute("set", "playback_terminators=none").await?;
        self.execute("set", &format!("playback_timeout_sec={}", piece.as_secs())).await?;
        let mut answered = false;
        loop {
            self.execute("playback", self.config.music.as_str()).await?;
            let began = Instant::now();
            loop {
                let news = tokio::select! {
                    news = self.news(piece * 2) => news?,
                    () = release.cancelled(), if answered => return Ok(()),
                };
                match news {
                    Some(News::Answered) => answered = true,
                    Some(News::PieceOver) => break,
                    Some(News::Typed(_) | News::Playing) => {}
                    // No news of a piece that must be over means that we lost track, and then the dialplan knows best.
                    Some(News::Gone) | None => return Ok(()),
                }
            }
            if began.elapsed() + EARLY < piece {
                // Music ends early when the caller is taken elsewhere, and then another piece would be played into
                // whatever comes next. It also ends early when there is no such music: then this is the pause.
                if let Some(News::Gone) = self.news(TAKEN_AWAY).await? {
                    return Ok(());
                }
            }
            if release.is_cancelled() {
                return Ok(());
            }
        }
    }

    /// Runs an application after those asked for before.
    pub(super) async fn execute(&self, application: &str, argument: &str) -> Result<(), EslError> {
        let argument = (!argument.is_empty()).then_some(argument);
        let options = ExecuteOptions::new().with_event_lock();
        self.client.execute_with_options(application, argument, None, options).await?.check()
    }

    /// The next event that means something, or none in this time.
    pub(super) async fn news(&mut self, longest: Duration) -> Result<Option<News>, EslError> {
        let next = async {
            loop {
                match self.events.recv().await {
                    Some(Ok(event)) => {
                        if let Some(news) = meaning(&event) {
                            return Ok(Some(news));
                        }
                    }
                    Some(Err(error)) => return Err(error),
                    None => return Ok(Some(News::Gone)),
                }
            }
        };
        // Receiving may be given up half-way; nothing is lost by it.
        timeout(longest, next).await.unwrap_or(Ok(None))
    }
}

fn meaning(event: &EslEvent) -> Option<News> {
    let application = event.header_str("Application").unwrap_or_default();
    match (event.header_str("Event-Name")?, application) {
        ("CHANNEL_EXECUTE_COMPLETE", "playback") => Some(News::PieceOver),
        ("CHANNEL_EXECUTE_COMPLETE", guest::ASKING) => {
            let typed = event.header_str(guest::TYPED).unwrap_or_default();
            Some(News::Typed(Typed::new(typed)))
        }
        ("CHANNEL_EXECUTE", "playback") => Some(News::Playing),
        ("CHANNEL_EXECUTE_COMPLETE", "answer") => Some(News::Answered),
        ("CHANNEL_EXECUTE_COMPLETE", "socket") | ("CHANNEL_HANGUP" | "CHANNEL_HANGUP_COMPLETE", _) => Some(News::Gone),
        _ => None,
    }
}
