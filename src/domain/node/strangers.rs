//! Who is in a room of ours and was asked for by nobody: sent there by the operator's dialplan or by hand, or joined
//! before a copy of the store was put back. A page that shows fewer people than can hear the room lies; so they are
//! shown, and can be muted and dropped like anybody else, and they go when it ends.

use super::{Ids, Node};
use crate::domain::{
    effect::Effect,
    fact::Fact,
    ids::{ChannelId, ConferenceId, ParticipantId},
    input::{ChannelInfo, MemberSnapshot, Snapshot},
    states::ConferenceState,
};
use std::collections::BTreeSet;

impl Node {
    /// Somebody came in whom we know nothing of. Who they are is in the lists.
    pub(super) fn perhaps_a_stranger(&mut self, id: ConferenceId, channel: ChannelId) {
        if !self.comparing && self.may_have_strangers(id) && !self.channels.contains_key(&channel) {
            self.strangers.insert(channel);
            self.effect(Effect::Resync);
        }
    }

    /// One is believed when they are found again: what was heard of a leg's end meanwhile may be newer than a list.
    pub(super) fn find_strangers(&mut self, snapshot: &Snapshot, ids: &mut dyn Ids) {
        let mut found = Vec::new();
        for (name, room) in &snapshot.rooms {
            let Some(id) = self.rooms.get(name).copied().filter(|id| self.may_have_strangers(*id)) else { continue };
            let unknown = room.members.iter().filter(|(channel, _)| !self.channels.contains_key(channel));
            found.extend(unknown.map(|(channel, member)| (id, *channel, member)));
        }
        let seen: BTreeSet<ChannelId> = found.iter().map(|(_, channel, _)| *channel).collect();
        let before = std::mem::replace(&mut self.strangers, seen);
        for (id, channel, member) in found {
            if before.contains(&channel) {
                self.strangers.remove(&channel);
                let info = snapshot.channels.get(&channel).cloned().unwrap_or_default();
                self.take_for_a_participant(id, channel, member, &info, ids);
            }
        }
        if !self.strangers.is_empty() {
            self.effect(Effect::Resync);
        }
    }

    fn may_have_strangers(&self, id: ConferenceId) -> bool {
        self.conferences.get(&id).is_some_and(|conference| conference.state == ConferenceState::Live)
    }

    fn take_for_a_participant(
        &mut self,
        id: ConferenceId,
        channel: ChannelId,
        member: &MemberSnapshot,
        info: &ChannelInfo,
        ids: &mut dyn Ids,
    ) {
        let Some(conference) = self.conferences.get(&id) else { return };
        // A leg given up as lost, and alive: that is no stranger.
        let was = conference.participants.iter().find(|p| p.legs.iter().any(|leg| leg.id == channel));
        let participant = was.map_or_else(|| ParticipantId::new(ids.uuid()), |known| known.id);
        let ports = if was.is_some() { conference.ports } else { conference.ports.saturating_add(1) };
        // Of one whom the switch rang the list says who rang them, as their caller.
        let (name, number) = match info.inbound {
            true => (info.caller_name.clone(), info.caller_number.clone()),
            false => (String::new(), info.destination.clone()),
        };
        self.conference_fact(id, Fact::StrangerFound { participant, leg: channel, name, number, ports });
        self.tag(channel, channel, id, participant);
        self.member_joined(id, channel, member.member, &member.seen, ids);
    }
}
