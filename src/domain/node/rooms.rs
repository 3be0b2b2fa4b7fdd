//! What happens in rooms: the switch's word on who is in, who can be heard, and what is locked.

use super::{Ids, Node, Owner};
use crate::domain::{
    announcement::Passing,
    conference::Hearing,
    effect::KillCause,
    fact::Fact,
    ids::{ChannelId, ConferenceId},
    input::{RoomEvent, RoomEventKind},
    setting::Setting,
    states::{ConferenceState, LegState},
    timers::Timer,
};
use std::time::Duration;

/// Who left the room hangs up by then, or is somewhere else.
const HANGUP_FOLLOWS: Duration = Duration::from_secs(1);

impl Node {
    pub(super) fn room_event(&mut self, event: RoomEvent, ids: &mut dyn Ids) {
        let Some(id) = self.rooms.get(&event.room).copied() else { return };
        match event.kind {
            RoomEventKind::Created => {
                self.room_lives(id, true);
                self.set_door_sounds(id);
            }
            RoomEventKind::Destroyed => {
                self.room_lives(id, false);
                self.forget_announcements(id, |_| true);
                self.forget_notices(id);
                // Its lock went with it.
                self.room_locked(id, false);
                self.recording_room_gone(id, ids);
            }
            RoomEventKind::Joined { channel, member, seen } => self.member_joined(id, channel, member, &seen, ids),
            RoomEventKind::Left { channel } => self.member_left(id, channel),
            RoomEventKind::Set { channel, setting, seen } => {
                self.member_set(id, channel, setting);
                self.member_seen(id, channel, &seen);
            }
            RoomEventKind::Pressed { channel } => self.member_pressed(id, channel),
            RoomEventKind::Talking { channel, on } => self.member_talks(id, channel, on),
            RoomEventKind::Playing { channel, file, failed } => self.playing(id, channel, &file, failed),
            RoomEventKind::Played { channel, file } => {
                self.played(id, channel, &file);
                if channel.is_none() {
                    self.room_played(id, &file);
                }
            }
            RoomEventKind::DoorSound(door) => self.door_sound_set(id, door),
            RoomEventKind::Locked(on) => self.room_locked(id, on),
            RoomEventKind::Recording { path, news } => self.recording_news(id, &path, &news, ids),
        }
    }

    fn room_locked(&mut self, id: ConferenceId, on: bool) {
        self.timers.clear(Timer::LockPending(id));
        if self.conferences.get(&id).is_some_and(|c| !c.is_over() && (c.locked != on || c.lock_pending.is_some())) {
            self.conference_fact(id, Fact::ConferenceLocked { on });
        }
    }

    fn room_lives(&mut self, id: ConferenceId, lives: bool) {
        if let Some(conference) = self.conferences.get_mut(&id) {
            conference.room_lives = lives;
            if !lives {
                conference.opening = None;
                conference.door.enter_set = false;
                conference.door.exit_set = false;
                conference.hearing = Hearing::Free;
            }
        }
    }

    pub(super) fn member_joined(
        &mut self,
        id: ConferenceId,
        channel: ChannelId,
        member: u32,
        seen: &[Setting],
        ids: &mut dyn Ids,
    ) {
        let over = self.came_over(id, channel, ids);
        self.came_into_the_old_room(id, channel);
        let Some(Owner::Leg(of, participant)) =
            self.channels.get(&channel).copied().filter(|o| matches!(o, Owner::Leg(of, _) if *of == id))
        else {
            self.perhaps_a_stranger(id, channel);
            return;
        };
        self.room_lives(id, true);
        let is_new = self.leg(id, participant, channel).is_some_and(|leg| leg.member != Some(member));
        self.timers.clear(Timer::Stray(channel));
        self.timers.clear(Timer::LegDue(channel));
        self.change_leg(of, participant, channel, |leg| {
            leg.member = Some(member);
            leg.seen = true;
            leg.waits = false;
            leg.hooked = false;
        });
        let Some(leg) = self.leg(id, participant, channel) else { return };
        let (state, unwanted) = (leg.state, leg.unwanted.is_some());
        self.tag_redirected(id, participant, channel);
        if unwanted {
            self.kill(channel, KillCause::NormalClearing);
        }
        if state != LegState::Joined {
            self.conference_fact(id, Fact::LegProgress { participant, leg: channel, state: LegState::Joined });
        }
        self.member_seen(id, channel, seen);
        self.keep_listener_quiet(id, participant);
        if is_new && !unwanted {
            self.others_lose(id, participant, channel, ids);
        }
        self.wait_for_host(id, participant);
        if is_new {
            self.takes_the_place(id, participant, ids);
            self.newcomer_came(id, participant);
            self.set_again(id, participant);
            self.arrange_anew(id);
        }
        if state != LegState::Joined {
            self.tell_of_recording(id, participant);
        }
        if let Some(conference) = self.conferences.get_mut(&id)
            && conference.opening == Some(channel)
        {
            conference.opening = None;
        }
        if self
            .conferences
            .get(&id)
            .is_some_and(|c| matches!(c.state, ConferenceState::Assembling | ConferenceState::Reserved))
        {
            self.conference_fact(id, Fact::ConferenceLive);
            self.begin_limit(id);
        }
        self.check_move(id, false, ids);
        if state != LegState::Joined && !unwanted && (over || !self.was_there_before(id, participant, channel)) {
            self.passed_the_door(id, participant, Passing::Enter);
        }
        // Now that the room lives, everybody else is rung, and who waits in park is taken in.
        if self.conferences.get(&id).is_some_and(|c| c.state == ConferenceState::Live) {
            self.dial_next();
            self.take_in(id);
        }
        self.judge_end(id, ids);
    }

    /// It left the room. If its channel lives on, somebody has taken it elsewhere, or park has caught it.
    pub(super) fn member_left(&mut self, id: ConferenceId, channel: ChannelId) {
        let Some(Owner::Leg(of, participant)) = self.channels.get(&channel).copied() else { return };
        if of != id {
            return;
        }
        self.member_talks(id, channel, false);
        self.change_leg(id, participant, channel, |leg| leg.member = None);
        self.arrange_anew(id);
        self.timers.set(Timer::Stray(channel), self.now.plus(HANGUP_FOLLOWS));
    }

    pub(super) fn member_talks(&mut self, id: ConferenceId, channel: ChannelId, on: bool) {
        let Some(Owner::Leg(of, participant)) = self.channels.get(&channel).copied() else { return };
        if of != id {
            return;
        }
        if let Some(conference) = self.conferences.get_mut(&id) {
            let mut changed = false;
            conference.with(participant, |p| {
                changed = p.talking != on;
                p.talking = on;
            });
            if changed {
                self.out.talking.push((id, participant, on));
            }
        }
    }
}
