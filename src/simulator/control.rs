//! What a test or the demonstration holds in its hand.

use super::{
    config::{Caller, SimulatorConfig, StationManner},
    fates::Fate,
    faults::MoveFault,
    server::{self, Shared},
    session::Out,
    world::{World, parse_uuid, random_uuid},
};
use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, task::JoinHandle};
use uuid::Uuid;

/// How long a killed FreeSWITCH takes until it is ready again.
const RESTART: Duration = Duration::from_millis(1700);

/// A channel as it is now.
#[derive(Clone, Debug)]
pub struct ChannelInfo {
    pub uuid: String,
    /// `sofia/internal/1001@…`
    pub name: String,
    /// `CS_EXECUTE` and so on.
    pub state: String,
    pub application: String,
    pub application_data: String,
    pub bridged_to: Option<String>,
    pub room: Option<String>,
    pub inbound: bool,
    pub answered: bool,
    pub phone_hold: bool,
    /// Is an outbound socket of its own open?
    pub hooked: bool,
    pub variables: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
pub struct RoomInfo {
    pub name: String,
    pub uuid: String,
    pub profile: String,
    pub locked: bool,
    pub members: Vec<RoomMember>,
}

#[derive(Clone, Debug)]
pub struct RoomMember {
    pub id: u32,
    pub uuid: String,
    pub muted: bool,
    pub deaf: bool,
    pub talking: bool,
}

/// One leg somebody asked FreeSWITCH to ring, whether or not it could be.
#[derive(Clone, Debug)]
pub struct OriginateRecord {
    /// As given; any text.
    pub uuid: String,
    pub id: Option<Uuid>,
    pub endpoint: String,
    pub number: String,
    pub at: Instant,
    /// A channel was made for it, and somebody's phone was called.
    pub rung: bool,
}

/// An `api`, `bgapi` or `sendmsg` as it came in.
#[derive(Clone, Debug)]
pub struct ReceivedCommand {
    pub verb: String,
    pub text: String,
    pub connection: u64,
    pub at: Instant,
}

/// A simulated FreeSWITCH, listening. Dropping it stops it.
pub struct Simulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl Simulator {
    pub async fn start(config: SimulatorConfig) -> io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let shared = Shared::new(World::new(config));
        shared.world().after(Duration::from_secs(20), World::heartbeat);
        let tasks = vec![
            tokio::spawn(server::keep_time(shared.clone())),
            tokio::spawn(server::listen(shared.clone(), listener, address)),
        ];
        Ok(Self { shared, address, tasks })
    }

    /// Where its Event Socket listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub async fn stop(mut self) {
        self.shared.stop.cancel();
        for task in self.tasks.drain(..) {
            // A task that panicked has stopped too.
            let _ = task.await;
        }
    }

    // People.

    /// Someone dials the attendant and enters the shipped dialplan.
    pub fn caller(&self, caller: Caller) -> Uuid {
        let mut world = self.shared.world();
        let uuid = random_uuid(&mut world.rng);
        world.arrive(uuid.clone(), &caller);
        parse_uuid(&uuid).unwrap_or_default()
    }

    /// A station dials another station, or an outside number: an ordinary bridged call. Gives the A leg.
    pub fn extension_call(&self, from_station: &str, to: &str) -> Uuid {
        let mut world = self.shared.world();
        let uuid = random_uuid(&mut world.rng);
        world.station_calls(uuid.clone(), from_station, to);
        parse_uuid(&uuid).unwrap_or_default()
    }

    /// The far end of a channel hangs up.
    pub fn hang_up(&self, uuid: impl ToString, cause: &str) {
        self.shared.world().hang_up(&uuid.to_string(), cause);
    }

    /// The hold key of the phone at the far end of a channel.
    pub fn phone_hold(&self, uuid: impl ToString, on: bool) {
        self.shared.world().phone_hold(&uuid.to_string(), on);
    }

    /// A key of the phone at the far end of a channel.
    pub fn press(&self, uuid: impl ToString, key: char) {
        self.shared.world().press(&uuid.to_string(), key);
    }

    /// Makes a member speak or be silent; from then on it does not by itself.
    pub fn talk(&self, uuid: impl ToString, on: bool) {
        let mut world = self.shared.world();
        let uuid = uuid.to_string();
        let rooms = world.rooms.values_mut().flat_map(|room| &mut room.members);
        for member in rooms.filter(|member| member.uuid == uuid) {
            member.chatty = false;
        }
        world.talk(&uuid, on);
    }

    /// What becomes of calls to this endpoint (`sofia/internal/1002@127.0.0.1:5072`) or number from now on.
    pub fn set_fate(&self, endpoint_or_number: &str, fate: Fate) {
        self.shared.world().fates.insert(endpoint_or_number.to_owned(), fate);
    }

    pub fn set_station(&self, number: &str, registered: bool, manner: StationManner) {
        let station = super::config::Station { number: number.to_owned(), registered, manner };
        self.shared.world().stations.insert(number.to_owned(), station);
    }

    pub fn set_gateway(&self, name: &str, up: bool) {
        self.shared.world().config.gateways.insert(name.to_owned(), up);
    }

    // What is, and what was asked.

    /// All channels, the oldest first.
    pub fn channels(&self) -> Vec<ChannelInfo> {
        let world = self.shared.world();
        let channels = world.in_order_of_age().into_iter().filter(|channel| channel.cause.is_none());
        channels
            .map(|channel| ChannelInfo {
                uuid: channel.uuid.clone(),
                name: channel.name.clone(),
                state: channel.state.name().to_owned(),
                application: channel.application().0.to_owned(),
                application_data: channel.application().1.to_owned(),
                bridged_to: channel.bond.as_ref().map(|bond| bond.partner.clone()),
                room: channel.room.clone(),
                inbound: channel.inbound,
                answered: channel.is_answered(),
                phone_hold: channel.phone_hold,
                hooked: channel.hook.is_some(),
                variables: channel.variables.iter().cloned().collect(),
            })
            .collect()
    }

    pub fn channel(&self, uuid: impl ToString) -> Option<ChannelInfo> {
        let uuid = uuid.to_string();
        self.channels().into_iter().find(|channel| channel.uuid == uuid)
    }

    pub fn rooms(&self) -> Vec<RoomInfo> {
        let world = self.shared.world();
        let rooms = world.rooms.values().filter(|room| !room.ending);
        rooms
            .map(|room| RoomInfo {
                name: room.name.clone(),
                uuid: room.uuid.clone(),
                profile: room.profile.clone(),
                locked: room.locked,
                members: room
                    .members
                    .iter()
                    .map(|member| RoomMember {
                        id: member.id,
                        uuid: member.uuid.clone(),
                        muted: member.muted,
                        deaf: member.deaf,
                        talking: member.talking,
                    })
                    .collect(),
            })
            .collect()
    }

    /// How loud one member hears another of the same room: 1 as it comes, 0 not at all.
    pub fn loudness(&self, listener: &str, speaker: &str) -> f64 {
        let world = self.shared.world();
        let heard = world.rooms.values().filter(|room| !room.ending).find_map(|room| {
            let (listener, speaker) = (room.member(listener)?, room.member(speaker)?);
            Some(room.loudness(listener, speaker))
        });
        heard.unwrap_or(0.0)
    }

    /// The keys a room pressed for a member.
    pub fn pressed_for(&self, uuid: &str) -> String {
        self.shared.world().member_of(uuid).map(|member| member.pressed.clone()).unwrap_or_default()
    }

    /// What rooms played so far that this channel heard.
    pub fn sounds_heard(&self, uuid: &str) -> Vec<(Instant, String)> {
        self.shared.world().heard.get(uuid).cloned().unwrap_or_default()
    }

    /// What is played to a member who is on hold.
    pub fn hold_music(&self, uuid: &str) -> Option<String> {
        self.shared.world().member_of(uuid)?.hold_music.clone()
    }

    /// Every leg that was asked for, in order.
    pub fn originates(&self) -> Vec<OriginateRecord> {
        self.shared.world().originates.clone()
    }

    /// Every `api`, `bgapi` and `sendmsg`, in order.
    pub fn commands(&self) -> Vec<ReceivedCommand> {
        self.shared.world().commands.clone()
    }

    pub fn core_uuid(&self) -> String {
        self.shared.world().core_uuid.clone()
    }

    /// How many Event Socket clients are connected, outbound sockets not counted.
    pub fn connections(&self) -> usize {
        self.shared.world().sessions.values().filter(|session| !session.outbound).count()
    }

    // What breaks.

    /// Cuts every client's connection, without a farewell.
    pub fn drop_all_connections(&self) {
        self.cut(false);
    }

    /// Cuts every outbound socket.
    pub fn drop_hooks(&self) {
        self.cut(true);
    }

    fn cut(&self, outbound: bool) {
        for session in self.shared.world().sessions.values().filter(|session| session.outbound == outbound) {
            session.tell(Out::Abort);
        }
    }

    /// Half-open: connections stay and are accepted, but nothing is answered and no event is sent.
    pub fn stall(&self, on: bool) {
        self.shared.stalled.send_replace(on);
    }

    /// Nobody listens. Connections that are up stay up.
    pub fn refuse_connections(&self, on: bool) {
        self.shared.listening.send_replace(!on);
    }

    /// Each reply comes this much later, in real time.
    pub fn delay_replies(&self, by: Duration) {
        self.shared.world().faults.reply_delay = by;
    }

    /// The next command beginning with `prefix` (`bgapi originate`) is executed, but its reply is lost.
    pub fn lose_reply_of(&self, prefix: &str) {
        self.shared.world().faults.lost_replies.push(prefix.to_owned());
    }

    /// `fsctl pause`: inbound calls and originates are refused.
    pub fn pause(&self, on: bool) {
        self.shared.world().paused = [on; 2];
    }

    pub fn set_max_sessions(&self, most: u32) {
        self.shared.world().config.max_sessions = most;
    }

    /// Locks a room, as someone with a command line of their own might.
    pub fn lock_room(&self, name: &str) {
        let mut world = self.shared.world();
        if let Some(room) = world.rooms.get_mut(name) {
            room.locked = true;
            world.tell_room(name, "lock", &[]);
        }
    }

    /// The next move of a pair goes wrong in this way.
    pub fn fail_next_move(&self, fault: MoveFault) {
        self.shared.world().faults.moves.push_back(fault);
    }

    /// Killed and started again: sockets close without notice, calls and rooms are gone, nothing is reported, and
    /// after a while another process listens.
    pub fn restart(&self) {
        let listening = self.shared.listening.clone();
        let mut world = self.shared.world();
        for session in world.sessions.values() {
            session.tell(Out::Abort);
        }
        world.die();
        listening.send_replace(false);
        world.after(RESTART, move |world| {
            world.after(Duration::from_secs(20), World::heartbeat);
            listening.send_replace(true);
        });
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

impl World {
    /// The process is gone, and all that was only in it.
    fn die(&mut self) {
        self.boot += 1;
        self.core_uuid = self.new_uuid();
        self.started = Instant::now();
        self.clock.forget_all();
        self.sequence = 0;
        self.last_member = 0;
        self.total_sessions = 0;
        self.peak_sessions = 0;
        self.paused = [false; 2];
        self.channels.clear();
        self.rooms.clear();
        self.dials.clear();
        self.scheduled.clear();
    }
}
